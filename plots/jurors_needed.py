"""How many jurors it takes to tell two candidates apart, by the true difference between them."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from plots.style import new_axes, palette, plot_style

TICKS = (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@plot_style()
def draw_jurors_needed(curve: pd.DataFrame, jurors: int, ax: Axes | None = None) -> Axes:
    """Draw a table of ``power_curve``, on logarithmic axes.

    Parameters
    ----------
    curve
        Columns ``difference`` and ``jurors``.
    jurors
        Number of jurors of the panel that there is: a dotted line.
    ax
        Axes to draw on; new ones if None.
    """
    ax = new_axes(5.6, 4.0) if ax is None else ax
    ax.loglog(curve["difference"], curve["jurors"], color=palette().won, marker="o", linewidth=1.4)
    ax.axhline(jurors, color=palette().quiet, linestyle=":")
    right = curve["difference"].max()
    ax.text(right, jurors * 1.05, f"this panel: {jurors:,}", ha="right", fontsize=8, va="bottom")
    for row in curve.itertuples():
        ax.annotate(
            f"{row.jurors:,}",
            (row.difference, row.jurors),
            xytext=(5, 3),
            textcoords="offset points",
            fontsize=7,
        )
    ax.set_xticks(curve["difference"].tolist())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_yticks([tick for tick in TICKS if tick <= 2 * max(curve["jurors"].max(), jurors)])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: f"{value:,.0f}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("true difference between two candidates, in points")
    ax.set_ylabel("jurors to find it with a power of 0.8")
    return ax
