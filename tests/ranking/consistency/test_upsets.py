"""Upsets are what accuracy lacks; a figure shows the widest, few of each candidate."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.tally import Tally
from ranking.consistency.upsets import find_upsets, upset_columns, widest_upsets
from ranking.evaluation.accuracy import pair_accuracy


def test_upsets_by_hand_widest_first():
    tally = Tally(
        pd.Index(list("abcd")),
        np.triu(np.full((4, 4), 3.0), 1),
        np.triu([[0, 3, 2, 1], [0, 0, 3, 0], [0, 0, 0, 2], [0, 0, 0, 0]], 1).astype(float),
    )
    table = find_upsets(tally, np.array([0.0, 1.0, 3.0, np.nan]))
    assert list(zip(table["winner"], table["loser"], table["gap"], strict=True)) == [
        ("a", "c", 3),
        ("b", "c", 2),
        ("a", "b", 1),
    ]
    assert list(table["won"]) == [2, 3, 3]
    assert list(table["comparisons"]) == [3, 3, 3]


def test_with_one_comparison_a_pair_upsets_are_what_accuracy_lacks():
    rng = np.random.default_rng(0)
    n = 20
    comparisons = np.triu(np.ones((n, n)), 1)
    tally = Tally(
        pd.Index([f"c{i:02}" for i in range(n)]),
        comparisons,
        (rng.random((n, n)) < 0.5) * comparisons,
    )
    score = rng.integers(0, 4, n).astype(float)
    accuracy = pair_accuracy(tally, score)
    assert len(find_upsets(tally, score)) == round((1 - accuracy.value) * accuracy.pairs)


PAIRS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("vwxyz")), unique=True)


@given(PAIRS, st.integers(1, 8), st.integers(1, 4))
def test_few_of_each_candidate_and_none_left_out_without_need(pairs, most, most_each):
    table = pd.DataFrame(pairs, columns=["winner", "loser"])
    shown = widest_upsets(table, most, most_each)
    assert len(shown) <= most
    for column in ("winner", "loser"):
        assert shown[column].value_counts().max() <= most_each if len(shown) else True
    if most_each >= 5:
        pd.testing.assert_frame_equal(shown, table.head(most))


def test_columns_have_the_furthest_loser_on_top_and_winners_beside_whom_they_beat():
    table = pd.DataFrame(
        [("p", "y"), ("q", "x"), ("r", "x"), ("r", "z"), ("s", "x")], columns=["winner", "loser"]
    )
    score = pd.Series({"x": 3, "y": 1, "z": 3})
    rank = pd.Series({"p": 1, "q": 9, "r": 2, "s": 8, "x": 5, "y": 4, "z": 6})
    assert upset_columns(table, score, rank) == (["s", "q", "r", "p"], ["x", "z", "y"])
