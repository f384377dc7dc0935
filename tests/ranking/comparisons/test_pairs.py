"""Pairs and truth."""

import pandas as pd

from ranking.comparisons.pairs import ordered_pairs, with_truth
from ranking.tables import PAIRS


def test_137_candidates_make_18632_ordered_pairs():
    pairs = ordered_pairs([f"c{i}" for i in range(137)])
    assert len(pairs) == 18_632
    assert tuple(pairs.columns) == PAIRS
    assert not pairs.duplicated(["first", "second"]).any()


def test_truth_is_who_got_further_and_missing_for_equals_and_unknown():
    score = pd.Series({"a": 2.0, "b": 0.0, "c": 2.0, "d": float("nan")})
    pairs = with_truth(ordered_pairs("abcd"), score).set_index(["first", "second"])["truth"]
    assert pairs["a", "b"] == pairs["b", "a"] == "a"
    assert pd.isna(pairs["a", "c"])
    assert pd.isna(pairs["a", "d"])
    assert len(pairs) == 12
