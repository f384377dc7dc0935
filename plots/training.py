"""Training curves: losses and a metric over the epochs, with the epoch that was chosen.

Conventions
-----------
Every head that was trained is a line, whatever its fold and settings. The head that is kept is
thick: its loss in training is dashed, on validation it is solid with markers, and the epoch as of
which it was left is marked. A loss that runs far above the others leaves the figure.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from plots.style import label_text, new_axes, palette, plot_style
from ranking.tables import HISTORY, check_table

RUN = ["fold", "learning_rate", "weight_decay", "dropout", "seed", "batch_size"]
"""What tells heads of a history apart."""
THIN, THICK = 0.5, 1.8
WIDTH, HEIGHT = 4.6, 3.3


@plot_style()
def training_figure(history: pd.DataFrame, metric: str, name: str, title: str) -> Figure:
    """Return the losses of a training, and a metric beside them.

    Parameters
    ----------
    history
        HISTORY table.
    metric
        A column of it that is a metric on validation.
    name
        Its name in words.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(2 * WIDTH, HEIGHT + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    draw_losses(history, figure.add_subplot(1, 2, 1))
    draw_validation_metric(history, metric, name, figure.add_subplot(1, 2, 2))
    figure.suptitle(label_text(title, 120), x=0.01, ha="left", fontsize=12)
    return figure


@plot_style()
def draw_losses(history: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the loss in training and on validation of every head.

    Parameters
    ----------
    history
        HISTORY table.
    ax
        Axes to draw on; new ones if None.
    """
    check_table(history, HISTORY, "history")
    ax = new_axes(WIDTH, HEIGHT) if ax is None else ax
    kept, others = kept_and_others(history)
    for own in others:
        ax.plot(own["epoch"], own["training_loss"], "--", color=palette().quiet, linewidth=THIN)
        ax.plot(own["epoch"], own["validation_loss"], color=palette().quiet, linewidth=THIN)
    ax.plot(
        kept["epoch"],
        kept["training_loss"],
        "--",
        color=palette().lost,
        linewidth=THICK,
        label="in training",
    )
    _draw_kept(ax, kept, "validation_loss", "on validation")
    _label_others(ax, others)
    shown = kept[["training_loss", "validation_loss"]].max(axis=None)
    highest = history[["training_loss", "validation_loss"]].max(axis=None)
    lowest = min(0.0, history[["training_loss", "validation_loss"]].min(axis=None))
    ax.set_ylim(lowest, 2 * shown if highest > 2 * shown else 1.05 * highest)
    return _finish(ax, "loss")


@plot_style()
def draw_validation_metric(
    history: pd.DataFrame, metric: str, name: str, ax: Axes | None = None
) -> Axes:
    """Draw a metric on validation of every head.

    Parameters
    ----------
    history
        HISTORY table.
    metric
        The metric's column.
    name
        Its name in words.
    ax
        Axes to draw on; new ones if None.
    """
    check_table(history, (*HISTORY, metric), "history")
    ax = new_axes(WIDTH, HEIGHT) if ax is None else ax
    kept, others = kept_and_others(history)
    for own in others:
        ax.plot(own["epoch"], own[metric], color=palette().quiet, linewidth=THIN)
    _draw_kept(ax, kept, metric, "the head that is kept")
    _label_others(ax, others)
    low = float(np.nanmin(history[metric].to_numpy(dtype=float), initial=0.0))
    ax.set_ylim(min(0.0, low), 1.02)
    return _finish(ax, f"{name} on validation")


def kept_and_others(history: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the epochs of the head that is kept, and those of each of the others.

    That is the one chosen of the last fold.
    """
    each = [own for _, own in history.groupby(RUN, sort=False)]
    kept = [own for own in each if own["chosen"].all()][-1]
    return kept, [own for own in each if own is not kept]


def _draw_kept(ax: Axes, kept: pd.DataFrame, column: str, label: str) -> None:
    """The thick line, and a mark where it was left."""
    best = kept[kept["best"]]
    ax.plot(
        kept["epoch"],
        kept[column],
        color=palette().won,
        marker="o",
        markersize=3,
        linewidth=THICK,
        label=label,
    )
    for row in _rows(best, column):
        ax.axvline(row[0], color=palette().accent, linestyle=":", linewidth=1)
        ax.plot(
            *row,
            linestyle="none",
            marker="D",
            markersize=7,
            color=palette().accent,
            label=f"chosen epoch: {row[0]:.0f}",
        )


def _rows(table: pd.DataFrame, column: str) -> Iterator[tuple[float, float]]:
    return zip(table["epoch"].astype(float), table[column].astype(float), strict=True)


def _label_others(ax: Axes, others: list[pd.DataFrame]) -> None:
    if others:
        text = f"{len(others)} other fold{'s' if len(others) > 1 else ''} or settings"
        ax.plot([], [], color=palette().quiet, linewidth=THIN, label=text)


def _finish(ax: Axes, label: str) -> Axes:
    ax.set_xlabel("epoch")
    ax.set_ylabel(label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(fontsize=8)
    return ax
