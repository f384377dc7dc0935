"""Share of votes won over the course of a recital, by groups of candidates."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from plots.style import label_text, new_axes, palette, plot_style, tier_colours, tier_markers


@plot_style()
def draw_group_vote_shares(
    group_shares: pd.DataFrame, tiers: tuple[str, ...], ax: Axes | None = None
) -> Axes:
    """Draw a table of ``vote_shares_by_group_and_window``, with a line for each group.

    Parameters
    ----------
    group_shares
        Table of ``vote_shares_by_group_and_window``.
    tiers
        Groups from the lowest to the highest.
    ax
        Axes to draw on; new ones if None.
    """
    ax = new_axes(7.2, 4.2) if ax is None else ax
    colours, markers = tier_colours(tiers), tier_markers(tiers)
    ax.axhline(0.5, color=palette().quiet, linestyle=":", label="as many votes won as lost")
    for tier in reversed(tiers):
        own = group_shares[group_shares["group"] == tier].sort_values("minute")
        if len(own):
            kind: Any = {"color": colours[tier], "marker": markers[tier], "markersize": 5}
            label = f"{label_text(tier)} ({own['candidates'].max()})"
            ax.plot(own["minute"], own["share"], linewidth=1.4, label=label, **kind)
    ax.set_xlabel("minute of the recital at which the window begins")
    ax.set_ylabel("share of votes won")
    ax.set_xticks(sorted(group_shares["minute"].unique()))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    return ax
