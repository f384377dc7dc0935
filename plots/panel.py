"""Jurors of a panel by severity, and candidates by place in the ranking and by adjusted mean.

Conventions
-----------
Severities are points by which a juror marks lower than the panel; the line is the 95 % interval,
the size of the dot the spread of the juror's residuals. Places are joined from that in the
ranking on the left to that by adjusted means on the right; lines that rise gained.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from plots.style import label_text, new_axes, palette, plot_style

ROW = 0.2
"""Height of a row, in inches."""
MAX_NAMED = 100
"""Candidates up to whom names are written."""
WIDTH = 5.4
"""Width of a panel of the figure, in inches."""


@plot_style()
def panel_figure(jurors: pd.DataFrame, candidates: pd.DataFrame, title: str = "") -> Figure:
    """Return the figure of a panel: its jurors on the left, its candidates on the right.

    Parameters
    ----------
    jurors
        The table that :func:`draw_severities` draws.
    candidates
        The table that :func:`draw_adjusted_places` draws.
    title
        Title of the figure.
    """
    rows = max(len(jurors), min(len(candidates), MAX_NAMED) * 0.75, 8)
    figure = Figure(figsize=(2 * WIDTH, 1.4 + ROW * rows), layout="constrained")
    FigureCanvasAgg(figure)
    draw_severities(jurors, figure.add_subplot(1, 2, 1))
    draw_adjusted_places(candidates, figure.add_subplot(1, 2, 2))
    figure.suptitle(label_text(title, 120), x=0.01, ha="left", fontsize=11)
    return figure


@plot_style()
def draw_severities(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how severe jurors are, with intervals.

    Parameters
    ----------
    table
        A row for each juror, in order: ``juror``, ``severity``, ``low``, ``high``, ``spread``;
        numbers may be missing.
    ax
        Axes to draw on; new ones if None.
    """
    ax = new_axes(WIDTH, 1.2 + ROW * len(table)) if ax is None else ax
    row = np.arange(len(table))
    severity = table["severity"].to_numpy(dtype=float)
    colours = palette()
    ax.axvline(0, color=colours.quiet, linewidth=0.8)
    ends = table[["low", "high"]].to_numpy(dtype=float)
    outside = (ends[:, 0] > 0) | (ends[:, 1] < 0)
    colour = np.where(outside, colours.accent, colours.won)
    ax.hlines(row, ends[:, 0], ends[:, 1], colors=colour.tolist(), linewidth=1.4)
    size = 10 * table["spread"].fillna(1.5).to_numpy(dtype=float) ** 1.5
    ax.scatter(severity, row, s=size, c=colour, zorder=3)
    ax.set_yticks(row, [label_text(str(name)) for name in table["juror"]], fontsize=8)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ranged = not np.isnan(ends).all()
    ax.set_xlabel(f"points lower than the panel{', with the 95 % interval' * ranged}")
    ax.set_title(f"severity{', red where the interval is off 0' * ranged}")
    return ax


@plot_style()
def draw_adjusted_places(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw places in the ranking beside those by adjusted means.

    Parameters
    ----------
    table
        A row for each candidate: ``name``, ``rank`` in the ranking, ``adjusted_rank``.
    ax
        Axes to draw on; new ones if None.
    """
    named = len(table) <= MAX_NAMED
    ax = new_axes(WIDTH, 1.2 + ROW * min(len(table), MAX_NAMED)) if ax is None else ax
    colours = palette()
    size = max(5.0, min(8.0, 300 / max(len(table), 1)))
    for end, column in ((0, "rank"), (1, "adjusted_rank")):
        place = _spread_ties(table[column])
        style: Any = {"ha": "right" if end == 0 else "left", "va": "center", "fontsize": size}
        for name, rank, height in zip(table["name"], table[column], place, strict=True):
            text = f"{label_text(str(name), 26)}  {rank}" if end == 0 else f"{rank}"
            if end == 1 and named:
                text = f"{rank}  {label_text(str(name), 26)}"
            if named or rank % 10 == 1:
                ax.text(end - 0.02 if end == 0 else end + 0.02, height, text, **style)
    left, right = (_spread_ties(table[column]) for column in ("rank", "adjusted_rank"))
    moved = table["rank"].to_numpy() - table["adjusted_rank"].to_numpy()
    colour = np.select([moved > 0, moved < 0], [colours.won, colours.lost], colours.quiet)
    for one, other, own in zip(left, right, colour, strict=True):
        ax.plot([0, 1], [one, other], color=own, linewidth=1.2 if own != colours.quiet else 0.7)
    ax.set_xlim(-1.0, 2.0)
    ax.set_ylim(len(table) + 0.6, 0.4)
    ax.set_xticks([0, 1], ["ranking", "adjusted"])
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_title("places, blue where adjusting gains")
    return ax


def _spread_ties(rank: pd.Series) -> np.ndarray:
    """Heights of ranks, 1 on top: equals one below the other."""
    order = np.argsort(rank.to_numpy(), kind="stable")
    height = np.empty(len(rank))
    height[order] = np.arange(1, len(rank) + 1)
    return height
