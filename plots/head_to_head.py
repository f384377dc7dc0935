"""Square tables of candidates as coloured cells: who beat whom, and whose verdict flipped.

Conventions
-----------
Tables are those of :mod:`ranking.consistency.head_to_head`: candidates as rows and columns in one
order; cell [i, j] speaks of the row against the column, and is blank where it is missing. *Blocks*
are neighbours of one kind, such as a result, each with its size; lines part them. Beyond
:data:`MOST_NAMED` candidates only blocks are named.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from plots.style import amount_colours, new_axes, palette, plot_style, share_colours

MOST_NAMED = 60
Blocks = Sequence[tuple[str, int]]


@plot_style()
def draw_win_shares(
    shares: pd.DataFrame, names: Mapping[str, str], blocks: Blocks = (), ax: Axes | None = None
) -> Axes:
    """Draw the table of ``win_shares``: blue where the row won."""
    told = "share won by the row against the column"
    return _draw(shares, names, blocks, {"cmap": share_colours()}, told, ax)


@plot_style()
def draw_order_flips(
    flips: pd.DataFrame, names: Mapping[str, str], blocks: Blocks = (), ax: Axes | None = None
) -> Axes:
    """Draw the table of ``order_flips``: dark where the order decided."""
    told = "0: the same won in both orders, 1: the order of hearing decided"
    return _draw(flips, names, blocks, {"cmap": amount_colours()}, told, ax)


def _draw(
    table: pd.DataFrame,
    names: Mapping[str, str],
    blocks: Blocks,
    kind: dict[str, Any],
    told: str,
    ax: Axes | None,
) -> Axes:
    n = len(table)
    if ax is None:
        side = 3.2 + 0.13 * n if n <= MOST_NAMED else 7.5
        ax = new_axes(side + 1, side)
    image = ax.imshow(table.to_numpy(dtype=float), vmin=0, vmax=1, interpolation="nearest", **kind)
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.035, pad=0.02)
    bar.set_label(told, fontsize=8)
    bar.outline.set_visible(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    if n <= MOST_NAMED:
        called = [names.get(candidate, candidate) for candidate in table.index]
        ax.set_xticks(range(n), called, rotation=90, fontsize=7)
        ax.set_yticks(range(n), called, fontsize=7)
    else:
        ax.set_xticks([])
        ax.set_yticks([])
    _part(ax, blocks, named=n > MOST_NAMED)
    return ax


def _part(ax: Axes, blocks: Blocks, *, named: bool) -> None:
    """Lines between blocks, and their names at their middles where rows have none."""
    ends = np.array(list(accumulate(size for _, size in blocks)), dtype=float) - 0.5
    for end in ends[:-1]:
        ax.axhline(end, color=palette().ink, linewidth=0.7)
        ax.axvline(end, color=palette().ink, linewidth=0.7)
    if named and len(blocks):
        middles = ends - np.array([size for _, size in blocks]) / 2
        called = [f"{block} ({size})" for block, size in blocks]
        ax.set_yticks(middles, called, fontsize=8)
        ax.set_xticks(middles, called, fontsize=8, rotation=90)
