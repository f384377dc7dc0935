"""Strengths and ranks with their intervals.

Conventions
-----------
A row is a candidate, the best on top; the dot has the colour of the result, the line is the 95 %
interval of the strength, the numbers on the right that of the rank. With more than
:data:`MAX_NAMED` candidates neither names nor intervals of ranks are written.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from plots.style import label_text, new_axes, palette, plot_style, tier_colours, tier_markers
from ranking.tables import RANKING, check_table

MAX_NAMED = 200
LEGEND_INSIDE = 30  # rows from which on the legend has room inside, beside the weakest
ROW = 0.15  # inches


@plot_style()
def draw_rank_intervals(
    ranking: pd.DataFrame,
    result: pd.Series,
    tiers: tuple[str, ...],
    names: Mapping[str, str],
    ax: Axes | None = None,
) -> Axes:
    """Draw a RANKING table.

    Parameters
    ----------
    ranking
        RANKING table.
    result
        Result of each candidate by id, one of ``tiers`` or empty if unknown.
    tiers
        Results from the lowest to the highest.
    names
        Names of candidates by id; an id without a name is drawn itself.
    ax
        Axes to draw on; new ones if None.

    Raises
    ------
    TableError
        If a column is missing.
    """
    check_table(ranking, RANKING, "ranking")
    named = len(ranking) <= MAX_NAMED
    ax = new_axes(7.2, 1.1 + ROW * len(ranking) if named else 9) if ax is None else ax
    row = np.arange(len(ranking))
    colours, markers = tier_colours(tiers), tier_markers(tiers)
    own = ranking["candidate"].map(result)
    colour = own.map(colours).fillna(palette().quiet)
    low, high = _visible_ends(ranking)
    ax.hlines(row, low, high, colors=colour, linewidth=1)
    for tier in (*reversed(tiers), ""):
        there = (own == tier).to_numpy()
        if there.any():
            label = f"{label_text(tier or 'unknown')} ({there.sum()})"
            kind: dict[str, Any] = {
                "c": colours.get(tier, palette().quiet),
                "marker": markers.get(tier, "x"),
            }
            ax.scatter(ranking["strength"][there], row[there], s=18, label=label, zorder=3, **kind)
    ax.set_ylim(len(ranking) - 0.4, -0.6)
    ranged = ranking["strength_low"].notna().any()
    ax.set_xlabel("strength, with its 95 % interval" if ranged else "strength")
    if named:
        _name_rows(ax, ranking, names)
    else:
        ax.set_ylabel("rank")
    where: dict[str, Any] = {"loc": "lower right"}
    if len(ranking) < LEGEND_INSIDE:
        where = {"loc": "upper left", "bbox_to_anchor": (1.1, 1.0)}
    ax.legend(**where, fontsize=8, title="reached", title_fontsize=8)
    return ax


def _visible_ends(ranking: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Lower and upper ends of the intervals of strength, infinite ones at the outermost value."""
    values = ranking[["strength", "strength_low", "strength_high"]].to_numpy(dtype=float)
    finite = values[np.isfinite(values)]
    low, high = (ranking[end].astype(float) for end in ("strength_low", "strength_high"))
    return low.clip(lower=finite.min()), high.clip(upper=finite.max())


def _name_rows(ax: Axes, ranking: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Names on the left, intervals of rank on the right, where there are any."""
    row = np.arange(len(ranking))
    called = [label_text(names.get(one, one)) for one in ranking["candidate"]]
    ax.set_yticks(row, called, fontsize=7)
    ax.tick_params(axis="y", length=0)
    if ranking["rank_low"].isna().all():
        return
    ends = zip(ranking["rank_low"], ranking["rank_high"], strict=True)
    ranks = ax.secondary_yaxis("right")
    ranks.set_yticks(row, [f"{low}–{high}" for low, high in ends], fontsize=7)
    ranks.tick_params(axis="y", length=0)
    ranks.spines["right"].set_visible(False)
    head: dict[str, Any] = {
        "xytext": (4, 0),
        "textcoords": "offset points",
        "va": "bottom",
        "fontsize": 7,
    }
    ax.annotate("rank, 95 %", (1, 1), xycoords="axes fraction", color=palette().quiet, **head)
