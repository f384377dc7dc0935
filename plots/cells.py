"""Small tables as shaded cells with their numbers: confusion matrices, and agreement of methods."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap
from matplotlib.figure import Figure

from plots.style import amount_colormap, label_text, new_axes, plot_style, share_colormap

COLUMNS = 4
"""Confusion matrices of a figure side by side."""


@plot_style()
def draw_round_confusion(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the confusion matrix of rounds predicted (rows) and passed into (columns), best on top.

    A cell is shaded by its share of the row.
    """
    ax = _draw_counts(counts.iloc[::-1, ::-1], ax)
    ax.set_ylabel("predicted by the ranking")
    ax.set_xlabel("actually passed into", labelpad=8)
    return ax


@plot_style()
def draw_confusion(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the confusion matrix of true classes (rows) and answers (columns).

    A cell is shaded by its share of the row.
    """
    ax = _draw_counts(counts, ax)
    ax.set_ylabel("truth")
    ax.set_xlabel("answer of the probe", labelpad=8)
    return ax


@plot_style()
def confusion_figure(matrices: Mapping[str, pd.DataFrame], title: str = "") -> Figure:
    """Return confusion matrices side by side: one of classes, or one of each label.

    Parameters
    ----------
    matrices
        Counts of true classes (rows) and answers (columns), by the label that they are of.
    title
        Title of the figure.
    """
    columns = min(COLUMNS, len(matrices))
    rows = -(-len(matrices) // columns)
    n = max(len(counts) for counts in matrices.values())
    width, height = 1.4 + 0.55 * max(n, 2), 1.1 + 0.42 * max(n, 2)
    figure = Figure(figsize=(max(columns * width, 4.2), rows * height + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    for place, (name, counts) in enumerate(matrices.items(), start=1):
        ax = draw_confusion(counts, figure.add_subplot(rows, columns, place))
        ax.set_title(label_text(name), pad=10)
    figure.suptitle(label_text(title, 120), x=0.01, ha="left", fontsize=12)
    return figure


def _draw_counts(table: pd.DataFrame, ax: Axes | None) -> Axes:
    """Counts, shaded by their share of the row; a row of none has no shade."""
    shade = table.div(table.sum(axis=1).replace(0, np.nan), axis=0).fillna(0)
    return _draw(table, shade, amount_colormap(), ".0f", ax)


@plot_style()
def draw_method_agreement(taus: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw Kendall's tau-b of every pair of ranking methods, from -1 to 1."""
    ax = _draw(taus, (taus + 1) / 2, share_colormap(), ".2f", ax)
    for label in ax.get_xticklabels():  # names are longer than cells are wide
        label.set(rotation=30, horizontalalignment="left", rotation_mode="anchor")
    return ax


def _draw(
    table: pd.DataFrame, shade: pd.DataFrame, colours: Colormap, form: str, ax: Axes | None
) -> Axes:
    n = len(table)
    ax = new_axes(1.8 + 0.8 * n, 1.1 + 0.55 * n) if ax is None else ax
    shades = shade.to_numpy(dtype=float)
    ax.imshow(shades, cmap=colours, vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(table.columns)), [label_text(name) for name in table.columns])
    ax.set_yticks(range(n), [label_text(name) for name in table.index])
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for (row, column), value in np.ndenumerate(table.to_numpy(dtype=float)):
        text = "–" if np.isnan(value) else format(value, form)
        ink = _readable_on(colours(shades[row, column]))
        ax.text(column, row, text, ha="center", va="center", color=ink)
    return ax


def _readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever stands out more (WCAG 2 contrast)."""
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in colour[:3]
    ]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return "#000000" if luminance > 0.179 else "#ffffff"
