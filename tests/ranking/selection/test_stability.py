"""A ranking is stable where rounds leave it as it is."""

import numpy as np
import pytest
from scipy.stats import kendalltau

from ranking.selection.compared_pairs import ComparedPairs, nothing_compared
from ranking.selection.rules import select_pairs
from ranking.selection.stability import is_stable, round_agreements


def compared_in_order(n: int, times: int) -> ComparedPairs:
    """All pairs, so many times, the candidate of the smaller number always winning."""
    pairs = select_pairs(nothing_compared(n), times * n * (n - 1) // 2, "random")
    return ComparedPairs(n, pairs, (pairs[:, 0] < pairs[:, 1]).astype(float))


def test_a_ranking_that_nothing_contradicts_is_stable():
    agreements = round_agreements(compared_in_order(8, 2))
    assert agreements == pytest.approx([1.0, 1.0])
    assert is_stable(agreements)


def test_coin_flips_are_not_stable():
    pairs = select_pairs(nothing_compared(40), 100, "random")
    flips = np.random.default_rng(0).integers(0, 2, 100).astype(float)
    assert not is_stable(round_agreements(ComparedPairs(40, pairs, flips)))


def test_agreements_are_of_the_rankings_before_and_after_each_round():
    pairs = select_pairs(nothing_compared(10), 20, "random")
    flips = np.random.default_rng(3).integers(0, 2, 20).astype(float)
    compared = ComparedPairs(10, pairs, flips)
    before, between, after = (compared.before(end).strengths() for end in (10, 15, 20))
    expected = [kendalltau(before, between)[0], kendalltau(between, after)[0]]
    assert round_agreements(compared) == pytest.approx(expected)


def test_one_round_is_not_enough():
    compared = compared_in_order(8, 1)
    assert round_agreements(compared.before(4)) == []
    assert len(round_agreements(compared.before(8))) == 1
    assert not is_stable([1.0])
    assert not is_stable([1.0, 0.9])
    assert not is_stable([])
