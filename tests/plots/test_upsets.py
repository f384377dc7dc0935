"""Arrows lead from winners to losers past nobody, and names keep clear of each other."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

from icpc.study.by_round import result_tiers
from icpc.study.study import result_labels
from plots.upsets import HEADINGS, draw_upsets
from ranking.consistency.upsets import find_upsets, upset_columns, widest_upsets


def arrows_in(ax):
    return [text for text in ax.texts if isinstance(text, Annotation)]


def names_in(ax):
    return [one for one in ax.texts if one not in arrows_in(ax) and one.get_text() not in HEADINGS]


@pytest.fixture(scope="module")
def shown(study2015):
    score = study2015.results["score"].to_numpy(dtype=float)
    return widest_upsets(find_upsets(study2015.tally, score))


@pytest.fixture(scope="module")
def columns(study2015, shown):
    rank = study2015.ranking.set_index("candidate")["rank"]
    return upset_columns(shown, study2015.results["score"], rank)


@pytest.fixture(scope="module")
def drawn(study2015, shown, columns):
    rank = study2015.ranking.set_index("candidate")["rank"]
    names = study2015.results["name"].to_dict()
    return draw_upsets(
        shown, columns, result_labels(study2015), rank, result_tiers(study2015), names
    )


def test_an_arrow_for_each_upset_from_winner_to_loser(drawn, shown, columns):
    height = {
        (text.get_text(), text.get_position()[0] > 0.5): text.get_position()[1]
        for text in names_in(drawn)
    }
    assert len(height) == len(columns[0]) + len(columns[1])
    ends = {(arrow.xyann[1], arrow.xy[1]) for arrow in arrows_in(drawn)}
    assert len(ends) == len(shown)
    assert {start for start, _ in ends} == {y for (_, right), y in height.items() if not right}
    assert {end for _, end in ends} == {y for (_, right), y in height.items() if right}
    assert {(arrow.xyann[0], arrow.xy[0]) for arrow in arrows_in(drawn)} == {(0, 1)}


def test_everyone_is_named_with_the_rank(drawn, columns, study2015):
    rank = study2015.ranking.set_index("candidate")["rank"]
    names = study2015.results["name"]
    expected = [f"{names[one]} ({rank[one]})" for column in columns for one in column]
    assert [text.get_text() for text in names_in(drawn)] == expected


def test_names_do_not_overlap(drawn):
    drawn.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in names_in(drawn)]
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])


def test_a_small_one_by_hand():
    """Who won one and lost another stands on both sides."""
    table = pd.DataFrame({"winner": ["a", "b"], "loser": ["b", "c"], "gap": [1.0, 1.0]})
    result = pd.Series({"a": "first", "b": "second", "c": "final"})
    tiers = ("first", "second", "final")
    rank = pd.Series({"a": 1, "b": 2, "c": 3})
    ax = draw_upsets(table, (["b", "a"], ["c", "b"]), result, rank, tiers, {"a": "Ana"})
    assert [text.get_text() for text in names_in(ax)] == ["b (2)", "Ana (1)", "c (3)", "b (2)"]
    lines = [(*line.get_xdata(), *line.get_ydata()) for line in ax.lines]
    np.testing.assert_allclose(lines, [[0, 1.5], [0, 0.5], [1, 1.5], [1, 0.5]])
    assert [(one.xyann, one.xy) for one in arrows_in(ax)] == [
        ((0, 0.5), (1, 0.5)),
        ((0, 1.5), (1, 1.5)),
    ]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["final", "second", "first"]
