"""Upsets are wins over those who got further."""

import numpy as np
import pandas as pd

from ranking.significance import pair_accuracy
from ranking.tally import Tally
from ranking.upsets import upsets


def test_by_hand_widest_first():
    counted = Tally(
        pd.Index(list("abcd")),
        np.triu(np.full((4, 4), 3.0), 1),
        np.triu([[0, 3, 2, 1], [0, 0, 3, 0], [0, 0, 0, 2], [0, 0, 0, 0]], 1).astype(float),
    )
    table = upsets(counted, np.array([0.0, 1.0, 3.0, np.nan]))
    assert list(zip(table["winner"], table["loser"], table["gap"], strict=True)) == [
        ("a", "c", 3),
        ("b", "c", 2),
        ("a", "b", 1),
    ]
    assert list(table["won"]) == [2, 3, 3]
    assert list(table["games"]) == [3, 3, 3]


def test_with_one_game_a_pair_upsets_are_what_accuracy_lacks():
    rng = np.random.default_rng(0)
    n = 20
    games = np.triu(np.ones((n, n)), 1)
    counted = Tally(
        pd.Index([f"c{i:02}" for i in range(n)]), games, (rng.random((n, n)) < 0.5) * games
    )
    score = rng.integers(0, 4, n).astype(float)
    accuracy = pair_accuracy(counted, score)
    assert len(upsets(counted, score)) == round((1 - accuracy.value) * accuracy.pairs)
