"""The paper's Figure 2: hit-rate against the threshold, with the null band of random judges.

Conventions
-----------
A dot is a candidate, coloured by result. The horizontal axis shows wins, the best on the right, as
in the paper [1]_; or k, the number of candidates at or above the threshold, the best on the left.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Figure 2.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.labels import label_points_with_room
from plots.style import (
    LONGEST_TITLE,
    label_text,
    new_axes,
    palette,
    plot_style,
    tier_colours,
    tier_markers,
)
from ranking.evaluation.hit_rate import HitRateSummary
from ranking.tables import HITRATE, check_table

AXES = {"wins": "comparisons won, at least", "k": "candidates at or above the threshold"}


@plot_style()
def hit_rate_figure(
    curve: pd.DataFrame,
    summary: HitRateSummary,
    tiers: tuple[str, ...],
    names: Mapping[str, str],
    labelled: Sequence[str],
    x_column: Literal["wins", "k"],
    title: str,
) -> Figure:
    """Return the whole figure: curve, null band, base rate, top half, names and numbers.

    Parameters
    ----------
    curve
        HITRATE table.
    summary
        The curve in a few numbers.
    tiers
        Results from the lowest to the highest.
    names
        Names of candidates by id; an id without a name is drawn itself.
    labelled
        Ids of the candidates to name beside their dots.
    x_column
        Column on the horizontal axis: wins or k.
    title
        Title of the figure.
    """
    ax = draw_hit_rate(curve, tiers, x_column, new_axes(8.6, 5.4))
    draw_base_rate_and_threshold(ax, curve, summary, x_column)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    ax.set_title(label_text(title, LONGEST_TITLE), pad=24, wrap=True)
    ax.text(0, 1.02, _numbers(summary), transform=ax.transAxes, fontsize=8, color=palette().quiet)
    ax.figure.figure.tight_layout()
    label_candidates(ax, curve, names, labelled, x_column)
    return ax.figure.figure


@plot_style()
def draw_hit_rate(
    curve: pd.DataFrame,
    tiers: tuple[str, ...],
    x_column: Literal["wins", "k"],
    ax: Axes | None = None,
) -> Axes:
    """Draw a HITRATE table as dots, with the null band.

    Parameters
    ----------
    curve
        HITRATE table.
    tiers
        Results from the lowest to the highest.
    x_column
        Column on the horizontal axis: wins or k.
    ax
        Axes to draw on; new ones if None.

    Raises
    ------
    TableError
        If a column is missing.
    """
    check_table(curve, HITRATE, "hit-rate")
    ax = new_axes(6.4, 4.8) if ax is None else ax
    colours, markers = tier_colours(tiers), tier_markers(tiers)
    outline = curve.drop_duplicates(x_column).sort_values(x_column)
    if curve["null_low"].notna().any():
        ax.fill_between(
            outline[x_column],
            outline["null_low"],
            outline["null_high"],
            color=palette().band,
            linewidth=0,
            label="null band: 95 % of random judges stay inside",
        )
    ax.plot(outline[x_column], outline["hit_rate"], color=palette().quiet, linewidth=0.8, zorder=2)
    for tier in tiers:
        own = curve[curve["reached"] == tier]
        if len(own):
            ax.scatter(
                own[x_column],
                own["hit_rate"],
                s=26,
                c=colours[tier],
                marker=markers[tier],
                edgecolors=palette().paper,
                linewidths=0.4,
                label=f"{label_text(tier)} ({len(own)})",
                zorder=3,
            )
    ax.set_xlabel(AXES[x_column])
    ax.xaxis.set_inverted(x_column == "k")  # better is to the right, as it is by wins
    ax.set_ylabel("hit-rate: share of these who passed")
    lowest = curve[["hit_rate", "null_low"]].min(axis=None)
    ax.set_ylim(max(0.0, lowest - 0.08), 1.1)
    ax.set_yticks([tick for tick in np.arange(0, 1.05, 0.1) if tick >= lowest - 0.08])
    return ax


def draw_base_rate_and_threshold(
    ax: Axes, curve: pd.DataFrame, summary: HitRateSummary, x_column: Literal["wins", "k"]
) -> None:
    """Draw the base rate and the threshold of the top half.

    Parameters
    ----------
    ax
        Axes to draw on.
    curve
        HITRATE table.
    summary
        The curve in a few numbers.
    x_column
        Column on the horizontal axis: wins or k.
    """
    ax.axhline(
        summary.base_rate,
        color=palette().quiet,
        linestyle=":",
        label=f"base rate {summary.base_rate:.3f}",
    )
    at = curve.loc[curve["k"] == summary.top_half, x_column].iloc[-1]
    ax.axvline(
        at,
        color=palette().accent,
        linestyle="--",
        linewidth=1,
        label=f"top half: {summary.top_half_passed} of {summary.top_half} passed",
    )


def label_candidates(
    ax: Axes,
    curve: pd.DataFrame,
    names: Mapping[str, str],
    labelled: Sequence[str],
    x_column: Literal["wins", "k"],
) -> None:
    """Name some candidates beside their dots.

    Parameters
    ----------
    ax
        Axes to draw on.
    curve
        HITRATE table.
    names
        Names of candidates by id; an id without a name is drawn itself.
    labelled
        Ids of the candidates to name.
    x_column
        Column on the horizontal axis: wins or k.
    """
    own = curve[curve["candidate"].isin(labelled)]
    points = list(zip(own[x_column].astype(float), own["hit_rate"].astype(float), strict=True))
    texts = [label_text(names.get(candidate, candidate)) for candidate in own["candidate"]]
    label_points_with_room(ax, points, texts, curve[[x_column, "hit_rate"]].to_numpy(dtype=float))


def _numbers(summary: HitRateSummary) -> str:
    bands = [(summary.top_half_low, summary.top_half_high), (summary.auc_low, summary.auc_high)]
    of_top, of_auc = (
        f" (null band {low:.3f}–{high:.3f})" if summary.has_band else "" for low, high in bands
    )
    return (
        f"{summary.passed} of {summary.candidates} passed · hit-rate of the top half "
        f"{summary.top_half_hit_rate:.3f}{of_top} · AUC {summary.auc:.3f}{of_auc}"
    )
