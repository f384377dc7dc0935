"""A cell has the colour of its share, and lines separate blocks where they end."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from plots.head_to_head import MAX_NAMED, draw_order_flips, draw_win_shares
from plots.style import palette, plot_style, render_figure

IDS = ["a", "b", "c"]
SHARES = pd.DataFrame([[np.nan, 1, 0.5], [0, np.nan, 1], [0.5, 0, np.nan]], IDS, IDS)


@pytest.mark.parametrize("dark", [False, True])
def test_pixels_have_the_colours_of_the_shares(dark):
    """The picture itself: won blue, lost orange, even grey, the diagonal paper."""
    with plot_style(dark=dark):
        ax = draw_win_shares(SHARES, {})
        ax.figure.set_layout_engine("none")
        picture = imread(io.BytesIO(_plain_png(ax)))[:, :, :3]
        colours = {1: palette().won, 0: palette().lost, 0.5: palette().even}
        for (row, column), share in np.ndenumerate(SHARES.to_numpy()):
            x, y = ax.transData.transform((column, row))
            seen = picture[round(len(picture) - y), round(x)]
            expected = to_rgb(colours.get(share, palette().paper))
            np.testing.assert_allclose(seen, expected, atol=0.01)


def _plain_png(ax):
    """The figure at its own resolution, uncut, so that places in it are known."""
    buffer = io.BytesIO()
    ax.figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_rows_and_columns_are_named_in_order():
    ax = draw_win_shares(SHARES, {"a": "Ana", "b": "<b>$x$</b>"})
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["Ana", "<b>$x$</b>", "c"]
    assert render_figure(ax.figure, "png").startswith(b"\x89PNG")


def test_lines_separate_the_blocks():
    ax = draw_order_flips(SHARES, {}, [("final", 1), ("first", 2)])
    across, down = ax.lines
    assert set(across.get_ydata()) == set(down.get_xdata()) == {0.5}


def test_blocks_are_named_where_candidates_are_too_many():
    n = MAX_NAMED + 1
    ids = [f"c{at}" for at in range(n)]
    table = pd.DataFrame(np.full((n, n), 0.5), ids, ids)
    ax = draw_win_shares(table, {}, [("final", 11), ("first", n - 11)])
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "final (11)",
        f"first ({n - 11})",
    ]
    np.testing.assert_allclose(ax.get_yticks(), [5, 10.5 + (n - 11) / 2])
