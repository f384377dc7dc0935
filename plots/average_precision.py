"""The paper's Figure 3: average precision of each class over the epochs, on validation.

Conventions
-----------
A panel is an encoder, a line a class or label [1]_; its name, its last value and that of random
answers stand at its end. A dotted line is of answers in random order: the share of the class among
the validation examples and a little more. Lines differ by marker too.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Figure 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.ticker import MaxNLocator
from scipy.optimize import isotonic_regression

from plots.style import (
    label_text,
    new_axes,
    plot_style,
    tier_colours,
    tier_markers,
)

ROW = 0.056
"""Height of a label, as a share of the axes."""
MARKED = 8
"""Points of a line that have a marker, about."""
WIDTH, HEIGHT = 5.3, 3.2
"""Size of a panel, in inches."""
COLUMNS = 2
TOP = 1.02
"""Where the axes end."""


@dataclass(frozen=True)
class _End:
    """The end of a line, and what is written there."""

    epoch: float
    value: float
    text: str
    colour: str
    marker: MarkerStyle


@plot_style()
def average_precision_figure(panels: Mapping[str, pd.DataFrame], title: str = "") -> Figure:
    """Return the figure of a task: a panel for each encoder.

    Parameters
    ----------
    panels
        The table that :func:`draw_average_precisions` draws, by the title of the panel.
    title
        Title of the figure.
    """
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    for place, (name, table) in enumerate(panels.items(), start=1):
        ax = figure.add_subplot(rows, columns, place)
        draw_average_precisions(table, ax).set_title(label_text(name))
    figure.suptitle(label_text(title, 120), x=0.01, ha="left", fontsize=12)
    return figure


@plot_style()
def draw_average_precisions(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the average precision of each class over the epochs.

    Parameters
    ----------
    table
        A row for each class and epoch: ``name`` of the class, ``epoch``, ``average_precision``, and
        ``random``. Classes stand in the order in which they first appear.
    ax
        Axes to draw on; new ones if None.
    """
    ax = new_axes(WIDTH, HEIGHT) if ax is None else ax
    names = tuple(str(name) for name in table["name"].unique())
    colours, markers = tier_colours(names), tier_markers(names)
    ends: list[_End] = []
    for place, name in enumerate(names):
        own = table[table["name"] == name].sort_values("epoch")
        every = max(1, len(own) // MARKED)
        ax.plot(
            own["epoch"],
            own["average_precision"],
            color=colours[name],
            marker=markers[name],
            markersize=4,
            markevery=(place % every, every),
            linewidth=1.4,
            label=label_text(name),
        )
        random = own["random"].iloc[-1]
        dots: Any = (2.0 * place, (1.0, 4.0))  # beside those of classes that are as frequent
        ax.plot(
            own["epoch"].iloc[[0, -1]],
            [random, random],
            color=colours[name],
            linestyle=dots,
            linewidth=1.2,
        )
        known = own["average_precision"].dropna()
        if len(known):
            last = known.iloc[-1]
            text = f"{label_text(name, 28)}  {last:.2f} (random {random:.2f})"
            epoch = float(own.loc[known.index[-1], "epoch"])
            ends.append(_End(epoch, float(last), text, colours[name], markers[name]))
    _label_ends(ax, ends, float(table["epoch"].max()))
    ax.set_ylim(0, TOP)
    ax.set_xlabel("epoch")
    ax.set_ylabel("average precision on validation")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _label_ends(ax: Axes, ends: list[_End], last_epoch: float) -> None:
    """Write names at the right, apart, each with its marker and a line from the last value."""
    ends = sorted(ends, key=lambda end: end.value)
    steps = ROW * np.arange(len(ends))
    wanted = np.array([end.value for end in ends]) / TOP
    heights = isotonic_regression(wanted - steps).x + steps if ends else wanted
    heights = heights - max(0.0, heights.max(initial=0) - 1)
    for end, height in zip(ends, heights, strict=True):
        place: Any = {"transform": ax.transAxes, "clip_on": False}
        ax.annotate(
            "",
            (end.epoch, end.value),
            xytext=(1.04, height),
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "-", "color": end.colour, "linewidth": 0.8, "shrinkB": 2},
            annotation_clip=False,
        )
        ax.plot(1.055, height, marker=end.marker, markersize=4, color=end.colour, **place)
        ax.text(1.075, height, end.text, va="center", fontsize=7.5, **place)
    ax.set_xlim(1 - 0.02 * last_epoch, last_epoch + 0.02 * last_epoch)
