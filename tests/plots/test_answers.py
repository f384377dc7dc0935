"""Figures of what a probe says show the table's numbers."""

import pandas as pd

from plots.answers import draw_grade_probabilities, draw_technique_times, techniques_figure


def test_bars_are_the_probabilities_and_the_likeliest_stands_out():
    row = pd.Series(
        {"recording": "a.flac", "expected": 4.2, "p_1-3": 0.2, "p_4-6": 0.7, "p_7-9": 0.1}
    )
    ax = draw_grade_probabilities(row)
    assert [bar.get_height() for bar in ax.patches] == [0.2, 0.7, 0.1]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1-3", "4-6", "7-9"]
    colours = [bar.get_facecolor() for bar in ax.patches]
    assert colours[1] != colours[0] == colours[2]
    assert ax.get_title(loc="left") == "a.flac, expected grade 4.2"


def test_time_runs_in_minutes_and_every_recording_has_a_panel():
    table = pd.DataFrame(
        {
            "recording": ["a", "a", "b"],
            "start": [0.0, 30.0, 0.0],
            "stop": [30.0, 65.0, 30.0],
            "p_scales": [0.1, 0.9, 0.5],
            "p_octaves": [0.3, 0.2, 0.4],
        }
    )
    ax = draw_technique_times(table[table["recording"] == "a"])
    (cells,) = ax.collections
    assert cells.get_array().ravel().tolist() == [0.1, 0.9, 0.3, 0.2]
    assert "1:00" in [ax.xaxis.get_major_formatter()(value) for value in ax.get_xticks()]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["scales", "octaves"]
    assert len(techniques_figure(table).axes) == 2
