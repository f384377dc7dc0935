"""Upsets: arrows from candidates to those they beat who got further.

Conventions
-----------
Winners stand on the left, losers on the right, each with the marker of the result and the rank in
brackets. Whoever won one and lost another stands on both sides, so that no arrow passes through
anybody. The further apart the results, the wider the arrow.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from plots.style import label_text, new_axes, palette, plot_style, tier_colours, tier_markers

ROW = 0.22
"""Inches of a name."""
HEADINGS = "won", "lost, and got further"


@plot_style()
def draw_upsets(
    upsets: pd.DataFrame,
    columns: tuple[Sequence[str], Sequence[str]],
    result: pd.Series,
    rank: pd.Series,
    tiers: tuple[str, ...],
    names: Mapping[str, str],
    ax: Axes | None = None,
) -> Axes:
    """Draw a table of upsets.

    Parameters
    ----------
    upsets
        Table of ``widest_upsets``.
    columns
        Winners and losers from the top, of ``upset_columns``.
    result
        Result of each candidate by id, one of ``tiers``.
    rank
        Rank of each candidate by id.
    tiers
        Results from the lowest to the highest.
    names
        Names of candidates by id; an id without a name is drawn itself.
    ax
        Axes to draw on; new ones if None.
    """
    tallest = max(map(len, columns))
    ax = new_axes(6.4, 1.2 + ROW * tallest) if ax is None else ax
    colours, markers = tier_colours(tiers), tier_markers(tiers)
    places: list[dict[str, float]] = []
    for x, (column, heading) in enumerate(zip(columns, HEADINGS, strict=True)):
        heights = tallest * (1 - (np.arange(len(column)) + 0.5) / len(column))
        places.append(dict(zip(column, heights, strict=True)))
        side: Any = {"ha": "left", "x": 1.03} if x else {"ha": "right", "x": -0.03}
        ax.text(y=tallest + 0.2, s=heading, va="bottom", fontweight="bold", **side)
        for one, y in places[x].items():
            own: Any = {"color": colours[result[one]], "marker": markers[result[one]]}
            ax.plot([x], [y], markersize=5, zorder=3, **own)
            text = f"{label_text(names.get(one, one))} ({rank[one]})"
            ax.text(y=y, s=text, va="center", fontsize=7.5, **side)
    for row in upsets.itertuples():
        _draw_arrow(ax, places[0][row.winner], places[1][row.loser], row.gap)
    kinds = [tier for tier in reversed(tiers) if tier in set(result[[*columns[0], *columns[1]]])]
    entries = [
        Line2D(
            [], [], linestyle="", color=colours[kind], marker=markers[kind], label=label_text(kind)
        )
        for kind in kinds
    ]
    ax.legend(
        handles=entries, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=len(kinds), fontsize=8
    )
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(0, tallest + 0.2)
    ax.set_axis_off()
    return ax


def _draw_arrow(ax: Axes, start: float, end: float, gap: float) -> None:
    arrow = {
        "arrowstyle": "-|>",
        "mutation_scale": 7,
        "linewidth": 0.4 + 0.25 * gap,
        "color": palette().quiet,
        "alpha": 0.7,
        "shrinkA": 5,
        "shrinkB": 5,
    }
    ax.annotate("", (1, end), xytext=(0, start), arrowprops=arrow)
