"""Small tables as shaded cells with their numbers: rounds predicted, and agreement of methods."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap

from plots.style import amount_colormap, label_text, new_axes, plot_style, share_colormap


@plot_style()
def draw_round_confusion(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the confusion matrix of rounds predicted (rows) and passed into (columns), best on top.

    A cell is shaded by its share of the row.
    """
    table = counts.iloc[::-1, ::-1]
    shade = table.div(table.sum(axis=1), axis=0)
    ax = _draw(table, shade, amount_colormap(), ".0f", ax)
    ax.set_ylabel("predicted by the ranking")
    ax.set_xlabel("actually passed into", labelpad=8)
    return ax


@plot_style()
def draw_method_agreement(taus: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw Kendall's tau-b of every pair of ranking methods, from -1 to 1."""
    return _draw(taus, (taus + 1) / 2, share_colormap(), ".2f", ax)


def _draw(
    table: pd.DataFrame, shade: pd.DataFrame, colours: Colormap, form: str, ax: Axes | None
) -> Axes:
    n = len(table)
    ax = new_axes(1.8 + 0.8 * n, 1.1 + 0.55 * n) if ax is None else ax
    shades = shade.to_numpy(dtype=float)
    ax.imshow(shades, cmap=colours, vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(n), [label_text(name) for name in table.columns])
    ax.set_yticks(range(n), [label_text(name) for name in table.index])
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for (row, column), value in np.ndenumerate(table.to_numpy(dtype=float)):
        text = "–" if np.isnan(value) else format(value, form)
        ink = _readable_on(colours(shades[row, column]))
        ax.text(column, row, text, ha="center", va="center", color=ink)
    return ax


def _readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever stands out more (WCAG 2 contrast)."""
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in colour[:3]
    ]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return "#000000" if luminance > 0.179 else "#ffffff"
