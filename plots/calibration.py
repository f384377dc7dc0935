"""Calibration: predicted probabilities against the observed results."""

import pandas as pd
from matplotlib.axes import Axes

from plots.style import new_axes, palette, plot_style


@plot_style()
def draw_calibration(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a table of ``vote_calibration``: on the diagonal, probabilities are calibrated."""
    ax = new_axes(5.2, 4.8) if ax is None else ax
    ax.plot([0, 1], [0, 1], color=palette().quiet, linestyle=":", label="perfectly calibrated")
    observed = table["observed"]
    ends = [observed - table["low"], table["high"] - observed]
    ax.errorbar(
        table["predicted"],
        observed,
        yerr=[end.clip(lower=0) for end in ends],
        color=palette().won,
        marker="o",
        linewidth=1.2,
        elinewidth=0.9,
        label="the ranker, with 95 % interval" if table["low"].notna().any() else "the ranker",
    )
    for row in table.itertuples():
        ax.text(
            row.predicted, -0.02, f"{row.votes:,}", ha="center", va="top", fontsize=7, rotation=90
        )
    ax.text(1.02, -0.02, "votes", va="top", fontsize=7, color=palette().quiet)
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.16, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("predicted probability that the first is the better")
    ax.set_ylabel("share of cases in which the first got further")
    ax.legend(loc="upper left", fontsize=8)
    return ax
