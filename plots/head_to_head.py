"""Square tables of candidates as coloured cells: who beat whom, and where the order decided.

Conventions
-----------
Tables are those of :mod:`ranking.consistency.head_to_head`: candidates as rows and columns in the
same order; cell [i, j] compares the row with the column, and is blank where it is missing. *Blocks*
are runs of candidates with the same result, each a name and a size; lines separate them. With more
than :data:`MAX_NAMED` candidates only blocks are named.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap

from plots.style import amount_colormap, label_text, new_axes, palette, plot_style, share_colormap

MAX_NAMED = 60
Blocks = Sequence[tuple[str, int]]


@plot_style()
def draw_win_shares(
    shares: pd.DataFrame, names: Mapping[str, str], blocks: Blocks = (), ax: Axes | None = None
) -> Axes:
    """Draw the table of ``win_share_matrix``: blue where the row won.

    Parameters
    ----------
    shares
        Share of comparisons that the row won against the column, from 0 to 1.
    names
        Names of candidates by id; an id without a name is drawn itself.
    blocks
        Name and size of each block, in the order of the table.
    ax
        Axes to draw on; new ones if None.
    """
    label = "share won by the row against the column"
    return _draw(shares, names, blocks, label, share_colormap(), ax)


@plot_style()
def draw_order_flips(
    flip_shares: pd.DataFrame, names: Mapping[str, str], blocks: Blocks = (), ax: Axes | None = None
) -> Axes:
    """Draw the table of ``order_flip_share_matrix``: blue where the order of the pair decided.

    Parameters
    ----------
    flip_shares
        How far the two orders contradict each other: 0 if the same candidate won both, 1 if not.
    names
        Names of candidates by id; an id without a name is drawn itself.
    blocks
        Name and size of each block, in the order of the table.
    ax
        Axes to draw on; new ones if None.
    """
    label = "0: the same candidate won in both orders, 1: the order decided"
    return _draw(flip_shares, names, blocks, label, amount_colormap(), ax)


def _draw(
    table: pd.DataFrame,
    names: Mapping[str, str],
    blocks: Blocks,
    label: str,
    colours: Colormap,
    ax: Axes | None,
) -> Axes:
    n = len(table)
    if ax is None:
        side = 3.2 + 0.13 * n if n <= MAX_NAMED else 7.5
        ax = new_axes(side + 1, side)
    values = table.to_numpy(dtype=float)
    image = ax.imshow(values, cmap=colours, vmin=0, vmax=1, interpolation="nearest")
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.035, pad=0.02)
    bar.set_label(label, fontsize=8)
    bar.outline.set_visible(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    if n <= MAX_NAMED:
        labels = [label_text(names.get(candidate, candidate)) for candidate in table.index]
        ax.set_xticks(range(n), labels, rotation=90, fontsize=7)
        ax.set_yticks(range(n), labels, fontsize=7)
    else:
        ax.set_xticks([])
        ax.set_yticks([])
    _separate(ax, blocks, named=n > MAX_NAMED)
    return ax


def _separate(ax: Axes, blocks: Blocks, *, named: bool) -> None:
    """Lines between blocks, and their names at their middles where rows have none."""
    ends = np.array(list(accumulate(size for _, size in blocks)), dtype=float) - 0.5
    for end in ends[:-1]:
        ax.axhline(end, color=palette().ink, linewidth=0.7)
        ax.axvline(end, color=palette().ink, linewidth=0.7)
    if named and len(blocks):
        middles = ends - np.array([size for _, size in blocks]) / 2
        labels = [f"{label_text(block)} ({size})" for block, size in blocks]
        ax.set_yticks(middles, labels, fontsize=8)
        ax.set_xticks(middles, labels, fontsize=8, rotation=90)
