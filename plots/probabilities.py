"""How probable each rank of each candidate is, as shaded cells.

Conventions
-----------
A row is a candidate, the best ranked on top; a column is a rank. The darker a cell, the more
probable is the rank, on a scale of square roots, so that a rank of 2 % is seen beside one of 80 %.
Lines show how many reached each round. With more than :data:`MAX_NAMED` candidates no names are
written.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm

from plots.style import amount_colormap, label_text, new_axes, palette, plot_style

MAX_NAMED = 120
ROW, MIN_WIDTH = 0.15, 4.5  # inches
TICKS = (0.0, 0.05, 0.2, 0.5, 1.0)


@plot_style()
def draw_rank_probabilities(
    probabilities: pd.DataFrame,
    names: Mapping[str, str],
    cuts: Mapping[str, int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of each rank (columns, from 1) of each candidate (rows, best first).

    Parameters
    ----------
    probabilities
        Shares from 0 to 1, rows by id of the candidate.
    names
        Names of candidates by id; an id without a name is drawn itself.
    cuts
        How many candidates reached a round, by its name.
    ax
        Axes to draw on; new ones if None.
    """
    n = len(probabilities)
    named = n <= MAX_NAMED
    side = ROW * n if named else ROW * MAX_NAMED
    ax = new_axes(max(MIN_WIDTH, side) + 3, max(2.2, side + 1.2)) if ax is None else ax
    ranks = probabilities.columns.to_numpy()
    image = ax.imshow(
        probabilities.to_numpy(dtype=float),
        cmap=amount_colormap(),
        norm=PowerNorm(0.5, 0, 1),
        extent=(ranks[0] - 0.5, ranks[-1] + 0.5, n - 0.5, -0.5),
        aspect="auto",
        interpolation="nearest",
    )
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.035, pad=0.02, ticks=TICKS)
    bar.set_label("probability of the rank", fontsize=8)
    bar.outline.set_visible(False)
    ax.set_xlabel("rank")
    ax.tick_params(axis="y", length=0)
    if named:
        called = [label_text(names.get(one, one)) for one in probabilities.index]
        ax.set_yticks(np.arange(n), called, fontsize=7)
    else:
        ax.set_ylabel("candidates, best first")
        ax.set_yticks([])
    for name, count in (cuts or {}).items():
        ax.axvline(count + 0.5, color=palette().accent, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.annotate(
            label_text(name),
            (count + 0.5, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            color=palette().accent,
        )
    ax.xaxis.set_inverted(True)  # better is to the right
    return ax
