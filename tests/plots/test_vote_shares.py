"""Windows and calibration draw the numbers of their tables."""

import numpy as np
import pandas as pd

from plots.calibration import draw_calibration
from plots.vote_shares import draw_group_vote_shares


def test_a_line_for_each_group_over_the_minutes():
    shares = pd.DataFrame(
        {
            "group": ["final", "final", "first", "first"],
            "window": [0, 1, 0, 1],
            "minute": [0, 5, 0, 5],
            "candidates": [2, 2, 7, 6],
            "share": [0.7, 0.8, 0.4, 0.3],
        }
    )
    ax = draw_group_vote_shares(shares, ("first", "second", "final"))
    lines = {line.get_label(): line for line in ax.lines}
    assert set(lines) == {"as many votes won as lost", "final (2)", "first (7)"}
    np.testing.assert_allclose(lines["final (2)"].get_xydata(), [[0, 0.7], [5, 0.8]])
    np.testing.assert_allclose(lines["first (7)"].get_xydata(), [[0, 0.4], [5, 0.3]])


def test_calibration_has_points_bars_and_votes():
    table = pd.DataFrame(
        {
            "votes": [1200, 8],
            "predicted": [0.2, 0.9],
            "observed": [0.3, 0.6],
            "low": [0.25, 0.61],  # a bootstrap may leave the value outside
            "high": [0.4, 0.9],
        }
    )
    ax = draw_calibration(table)
    points = next(line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_allclose(points.get_xydata(), [[0.2, 0.3], [0.9, 0.6]])
    (bars,) = ax.collections
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends, [[0.25, 0.4], [0.6, 0.9]])
    assert {"1,200", "8"} <= {text.get_text() for text in ax.texts}
