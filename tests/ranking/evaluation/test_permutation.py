"""Permutation tests: by scipy, by counting, and at their floor."""

import numpy as np
import pytest
from scipy.stats import hypergeom, kendalltau, permutation_test

from ranking.evaluation.agreement import (
    largest_tau_b,
    share_in_top,
    tau_b,
    tau_test,
    top_test,
)
from ranking.evaluation.permutation import (
    MAX_ARRANGEMENTS,
    PERMUTATIONS,
    arrange,
    count_arrangements,
    p_among,
    sums_over_better,
)


def test_all_arrangements_differ_and_are_as_many_as_there_can_be():
    score = np.array([3.0, 0, 0, 1, 1, 0])
    found = arrange(score)
    assert found.exact
    assert len(np.unique(found.levels, axis=0)) == len(found.levels) == 60  # 6! / (3! 2! 1!)
    assert count_arrangements(np.array([3, 2, 1])) == 60
    assert {tuple(sorted(row)) for row in found.levels.tolist()} == {(0, 0, 0, 1, 1, 2)}


def test_all_arrangements_are_made_once_for_tests_of_one_result():
    one, other = arrange(np.array([2.0, 0, 0, 1])), arrange(np.array([0, 9.0, 7, 0]))
    assert one.levels is other.levels
    with pytest.raises(ValueError, match="read-only"):
        one.levels[0] = 0


def test_eight_candidates_of_whom_four_passed_cannot_have_a_smaller_p_than_0_029():
    """Two of the 70 arrangements are as extreme as a perfect ranking: 2 / 70."""
    strength, passed = np.arange(8.0), np.arange(8) >= 4
    test = tau_test(strength, passed.astype(float))
    assert test.exact
    assert test.p == test.smallest == pytest.approx(2 / 70)
    assert top_test(strength, passed)[2].p == pytest.approx(2 / 70)


@pytest.mark.parametrize("n", [20, 330])
def test_a_perfect_ranking_has_the_smallest_p_at_every_number_of_candidates(n):
    test = tau_test(np.arange(float(n)), np.arange(n) // (n // 4))
    assert test.at_floor
    assert test.p == test.smallest == 2 / (PERMUTATIONS + 1)


def test_the_exact_p_of_tau_is_that_of_scipy():
    """All 720 orders of six: scipy's exact permutation test of the same statistic."""
    rng = np.random.default_rng(0)
    strength, score = rng.random(6), np.arange(6.0)
    assert count_arrangements(np.ones(6, dtype=int)) < MAX_ARRANGEMENTS
    theirs = permutation_test(
        (score,), lambda own: kendalltau(strength, own).statistic, permutation_type="pairings"
    )
    assert tau_test(strength, score).p == pytest.approx(theirs.pvalue)


def test_the_p_of_a_top_is_hypergeometric():
    """Of 12 candidates 5 passed, and 4 of them are in the top 5."""
    strength = np.arange(12.0)
    passed = np.isin(np.arange(12), [1, 8, 9, 10, 11])
    found, drawn, test = top_test(strength, passed)
    assert found == 4
    assert drawn.mean() == pytest.approx(25 / 12)
    assert test.p == pytest.approx(2 * hypergeom.sf(3, 12, 5, 5))


def test_ties_across_the_end_of_a_top_are_shared_whatever_their_order():
    """Of five, two above and three equal: a top of three has a third of each."""
    share = share_in_top(np.array([0.0, 2, 0, 1e-17, 1]), 3)
    np.testing.assert_allclose(share, [1 / 3, 1, 1 / 3, 1 / 3, 1])
    np.testing.assert_allclose(share_in_top(np.zeros((2, 4)), 1), 0.25)


@pytest.mark.parametrize("levels", [3, 40], ids=["few levels", "many levels"])
def test_sums_over_better_are_those_of_a_loop(levels):
    rng = np.random.default_rng(levels)
    matrices = rng.integers(0, 9, (2, 40, 40)) / 2
    drawn = np.array([rng.integers(0, levels, 40) for _ in range(7)])
    expected = [
        [(matrix * (own[:, np.newaxis] > own)).sum() for matrix in matrices] for own in drawn
    ]
    np.testing.assert_allclose(sums_over_better(matrices, drawn), expected)


def test_many_candidates_are_summed_in_parts():
    rng = np.random.default_rng(0)
    matrix, own = rng.random((1, 300, 300)), rng.permutation(300)
    expected = (matrix[0] * (own[:, np.newaxis] > own)).sum()
    assert sums_over_better(matrix, own[np.newaxis])[0, 0] == pytest.approx(expected)


def test_tau_b_of_a_perfect_ranking_reaches_what_it_can():
    """Four candidates, two passed: of six pairs four are untied in the result, 4 / √(6 × 4)."""
    strength, passed = np.arange(4.0), np.array([0.0, 0, 1, 1])
    assert tau_b(strength, passed) == pytest.approx(4 / np.sqrt(24))
    assert largest_tau_b(strength[::-1], passed) == pytest.approx(4 / np.sqrt(24))
    assert largest_tau_b(strength, strength[::-1]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 20, 60])
def test_a_ranking_that_has_nothing_to_do_with_the_result_is_seldom_significant(n):
    """2,000 fields: at most 7 % below 5 %, and where p is not exact at least 3 %."""
    rng = np.random.default_rng(n)
    score = np.repeat([0.0, 1.0], n // 2)
    alarms = [tau_test(rng.random(n), score, seed).p < 0.05 for seed in range(2000)]
    assert np.mean(alarms) <= 0.07
    if n > 8:
        assert np.mean(alarms) >= 0.03


def test_the_two_sided_p_of_the_middle_is_one_and_of_the_end_is_small():
    null = np.arange(999.0)
    assert p_among(499.0, null).p == 1.0
    assert p_among(10_000.0, null).p == pytest.approx(2 / 1000)
    assert p_among(-1.0, null).p == pytest.approx(2 / 1000)
