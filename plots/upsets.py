"""Upsets as a network: arrows from candidates to those they beat who got further.

Conventions
-----------
Columns are results, the furthest on the right; within a column, the best ranked are on top. Arrows
lead from the winner to the loser, the wider the further apart their results. Only the first
:data:`MAX_UPSETS` are drawn, those of the largest gap and the clearest.
"""

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from plots.style import label_text, new_axes, palette, plot_style, tier_colours, tier_markers

MAX_UPSETS = 24
ROW = 0.2  # inches


@plot_style()
def draw_upsets(
    upsets: pd.DataFrame,
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
        Table of ``find_upsets``.
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
    shown = upsets.head(MAX_UPSETS)
    network = nx.from_pandas_edgelist(shown, "winner", "loser", ["gap"], create_using=nx.DiGraph)
    columns = [
        (tier, sorted((one for one in network if result[one] == tier), key=lambda one: rank[one]))
        for tier in tiers
    ]
    columns = [(tier, members) for tier, members in columns if members]
    tallest = max(len(members) for _, members in columns)
    ax = new_axes(2.6 * len(columns) + 1, 1.2 + ROW * tallest) if ax is None else ax
    colours, markers = tier_colours(tiers), tier_markers(tiers)
    place: dict[str, tuple[float, float]] = {}
    for column, (tier, members) in enumerate(columns):
        heights = np.linspace(tallest, 0, len(members) + 2)[1:-1]
        place |= {one: (column, y) for one, y in zip(members, heights, strict=True)}
        ax.text(
            column, tallest + 0.3, label_text(tier), ha="center", va="bottom", fontweight="bold"
        )
        kind: Any = {"c": colours[tier], "marker": markers[tier], "zorder": 3}
        ax.scatter([column] * len(members), heights, s=26, **kind)
    for winner, loser, gap in network.edges(data="gap"):
        _draw_arrow(ax, place[winner], place[loser], gap)
    plate = {"facecolor": palette().paper, "linewidth": 0, "pad": 0.8, "alpha": 0.85}
    for one, (x, y) in place.items():
        side = 1 if x == len(columns) - 1 else -1
        text = f"{label_text(names.get(one, one))} ({rank[one]})"
        kind = {"ha": "right" if side < 0 else "left", "va": "center", "fontsize": 7, "bbox": plate}
        ax.annotate(text, (x, y), xytext=(7 * side, 0), textcoords="offset points", **kind)
    ax.set_xlim(-0.9, len(columns) - 0.1)
    ax.set_ylim(0, tallest + 0.8)
    ax.set_axis_off()
    return ax


def _draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], gap: float) -> None:
    arrow = {
        "arrowstyle": "-|>",
        "mutation_scale": 7,
        "linewidth": 0.4 + 0.25 * gap,
        "color": palette().quiet,
        "alpha": 0.7,
        "shrinkA": 4,
        "shrinkB": 4,
        "connectionstyle": "arc3,rad=0.06",
    }
    ax.annotate("", end, xytext=start, arrowprops=arrow)
