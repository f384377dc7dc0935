"""Severities and places are drawn where the tables have them."""

import numpy as np
import pandas as pd

from plots.panel import draw_adjusted_places, draw_severities, panel_figure

JURORS = pd.DataFrame(
    {
        "juror": ["Ann", "Bob", "Cy"],
        "severity": [2.0, 0.0, -2.0],
        "low": [1.0, -1.0, -3.5],
        "high": [3.0, 1.0, -0.5],
        "spread": [1.0, 2.0, np.nan],
    }
)
CANDIDATES = pd.DataFrame({"name": ["x", "y", "z"], "rank": [1, 2, 3], "adjusted_rank": [2, 1, 3]})


def test_dots_and_lines_are_severities_and_intervals():
    ax = draw_severities(JURORS)
    lines, dots = ax.collections
    np.testing.assert_allclose(dots.get_offsets(), [[2, 0], [0, 1], [-2, 2]])
    ends = np.array(lines.get_segments())[:, :, 0]
    np.testing.assert_allclose(ends, JURORS[["low", "high"]])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Ann", "Bob", "Cy"]
    assert "95 % interval" in ax.get_xlabel()
    colours = dots.get_facecolors()
    assert (colours[0] == colours[2]).all()
    assert (colours[0] != colours[1]).any()


def test_without_intervals_none_is_named():
    ax = draw_severities(JURORS.assign(low=np.nan, high=np.nan))
    assert "95 %" not in ax.get_xlabel() + ax.get_title()


def test_lines_lead_from_the_place_in_the_ranking_to_the_adjusted_one():
    ax = draw_adjusted_places(CANDIDATES)
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 2], [2, 1], [3, 3]]
    assert len({line.get_color() for line in ax.lines}) == 3
    assert sum(text.get_text().startswith("x") for text in ax.texts) == 1


def test_the_figure_has_both():
    figure = panel_figure(JURORS, CANDIDATES, "spring cup")
    assert len(figure.axes) == 2
    assert figure.get_suptitle() == "spring cup"
