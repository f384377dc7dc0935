"""Rank probabilities: a cell for each, and a line under each cut."""

import numpy as np
import pandas as pd

from plots.probabilities import MAX_NAMED, draw_rank_probabilities

THREE = pd.DataFrame(
    [[0.75, 0.25, 0.0], [0.25, 0.5, 0.25], [0.0, 0.25, 0.75]], index=list("abc"), columns=[1, 2, 3]
)


def test_cells_are_the_probabilities_and_lines_follow_the_last_who_passed():
    ax = draw_rank_probabilities(THREE, {"a": "Anna"}, {"final": 1, "semi-final": 2})
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), THREE)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Anna", "b", "c"]
    assert [line.get_xdata()[0] for line in ax.lines] == [1.5, 2.5]
    assert [text.get_text() for text in ax.texts] == ["final", "semi-final"]


def test_many_candidates_are_not_named():
    n = MAX_NAMED + 1
    ax = draw_rank_probabilities(pd.DataFrame(np.eye(n), columns=range(1, n + 1)), {})
    assert ax.get_yticklabels() == []
