"""Comparisons in their order: what was fitted of the first of them is that of these alone."""

import numpy as np
import pytest

from ranking.selection import compared_pairs
from ranking.selection.compared_pairs import ComparedPairs, nothing_compared

PAIRS = np.array([[0, 1], [2, 3], [0, 2], [1, 3]])
ROUND = np.array([[0, 3], [1, 2]])


def test_strengths_are_fitted_once_for_each_number_of_comparisons(monkeypatch):
    fits, fit = [], compared_pairs.strengths_under_prior
    monkeypatch.setattr(
        compared_pairs, "strengths_under_prior", lambda *given: fits.append(1) or fit(*given)
    )
    compared = nothing_compared(4).followed_by(PAIRS, np.array([1.0, 0.0, 0.5, 1.0]))
    later = compared.followed_by(ROUND, np.array([1.0, 1.0]))
    for one in (compared, later.before(4), compared, later, later):
        one.strengths()
    assert len(fits) == 3  # the first four of the later ones are fitted by themselves
    assert compared.followed_by(ROUND, np.zeros(2)).before(4).strengths() is compared.strengths()
    assert len(fits) == 3


def test_other_results_of_the_next_round_have_strengths_of_their_own():
    compared = ComparedPairs(4, PAIRS, np.array([1.0, 0.0, 0.5, 1.0]))
    for points in ([1.0, 1.0], [0.0, 0.5]):
        later = compared.followed_by(ROUND, np.array(points))
        again = compared.followed_by(ROUND, 1 - np.array(points)).before(4)
        again = again.followed_by(ROUND, np.array(points))
        afresh = ComparedPairs(4, later.pairs, later.points)
        assert later.strengths() == pytest.approx(afresh.strengths(), abs=0)
        assert again.strengths() == pytest.approx(afresh.strengths(), abs=0)
    assert compared.before(2).followed_by(ROUND, np.ones(2)).strengths() == pytest.approx(
        ComparedPairs(4, np.concatenate([PAIRS[:2], ROUND]), np.array([1.0, 0, 1, 1])).strengths(),
        abs=0,
    )
