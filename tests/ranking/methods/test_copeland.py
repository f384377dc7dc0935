"""Copeland: majorities, by hand and where everybody met everybody once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.tally import WinMatrix
from ranking.methods.copeland import copeland_shares
from ranking.methods.counting import win_rates

WINS = WinMatrix(np.array([[0, 9, 1, 2], [1, 0, 3, 0], [1, 0, 0, 0], [0, 0, 0, 0.0]]))


def test_majorities_count_whatever_by_and_only_of_those_who_met():
    assert copeland_shares(WINS) == pytest.approx([2.5 / 3, 1 / 2, 0.5 / 2, 0])


def test_a_candidate_of_weight_two_is_two_others():
    doubled = copeland_shares(WINS, np.array([1.0, 1, 2, 1]))
    assert doubled == pytest.approx([(1 + 2 * 0.5 + 1) / 4, 2 / 3, 0.5 / 2, 0])


@given(st.integers(2, 9), st.integers(0, 99))
def test_where_everybody_met_once_it_is_the_win_rate(n, seed):
    first_wins = np.triu(np.random.default_rng(seed).integers(0, 2, (n, n)), 1).astype(float)
    wins = WinMatrix(first_wins + np.tril(1 - first_wins.T, -1))
    assert copeland_shares(wins) == pytest.approx(win_rates(wins))
