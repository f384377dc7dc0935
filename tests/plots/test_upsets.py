"""Arrows lead from the winner to the loser, and names keep clear of each other."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

from icpc.study.by_round import result_tiers
from icpc.study.study import result_labels
from plots.upsets import MAX_UPSETS, draw_upsets
from ranking.consistency.head_to_head import find_upsets


def headings(ax):
    return [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]


def names_in(ax):
    return [text for text in ax.texts if isinstance(text, Annotation) and not text.arrow_patch]


@pytest.fixture(scope="module")
def found(study2015):
    score = study2015.results["score"].to_numpy(dtype=float)
    return find_upsets(study2015.tally, score)


@pytest.fixture(scope="module")
def drawn(study2015, found):
    rank = study2015.ranking.set_index("candidate")["rank"]
    names = study2015.results["name"].to_dict()
    return draw_upsets(found, result_labels(study2015), rank, result_tiers(study2015), names)


def test_an_arrow_for_each_upset_from_the_winners_column_to_the_losers(drawn, found, study2015):
    heads = headings(drawn)
    result = result_labels(study2015)
    expected = sorted(
        (heads.index(result[row.winner]), heads.index(result[row.loser]))
        for row in found.head(MAX_UPSETS).itertuples()
    )
    annotations = (text for text in drawn.texts if isinstance(text, Annotation))
    arrows = [one for one in annotations if one.arrow_patch]
    assert sorted((arrow.xyann[0], arrow.xy[0]) for arrow in arrows) == expected


def test_everyone_in_an_upset_is_named_with_the_rank(drawn, found, study2015):
    rank = study2015.ranking.set_index("candidate")["rank"]
    names = study2015.results["name"]
    shown = set(found.head(MAX_UPSETS)[["winner", "loser"]].to_numpy().ravel())
    expected = sorted(f"{names[one]} ({rank[one]})" for one in shown)
    assert sorted(text.get_text() for text in names_in(drawn)) == expected


def test_names_do_not_overlap(drawn):
    drawn.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in names_in(drawn)]
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])


def test_a_small_network_by_hand():
    table = pd.DataFrame(
        {"winner": ["a"], "loser": ["b"], "won": [2.0], "comparisons": [2], "gap": [1.0]}
    )
    result = pd.Series({"a": "first", "b": "final"})
    ax = draw_upsets(table, result, pd.Series({"a": 1, "b": 2}), ("first", "second", "final"), {})
    assert headings(ax) == ["first", "final"]
    assert [text.get_text() for text in names_in(ax)] == ["a (1)", "b (2)"]
    np.testing.assert_allclose(ax.collections[0].get_offsets(), [[0, 0.5]])
    np.testing.assert_allclose(ax.collections[1].get_offsets(), [[1, 0.5]])
