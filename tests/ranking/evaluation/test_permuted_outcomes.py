"""Permutations with everything fitted anew: beside the actual results, and as a file."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.pairs import ordered_pairs
from ranking.comparisons.tally import Tally, count_comparisons
from ranking.evaluation.agreement import tau_b
from ranking.evaluation.permuted_outcomes import (
    FIRST,
    NOT_COMPARED,
    SECOND,
    TIED,
    PermutedOutcomes,
    accuracy_of_cross_fitted,
    npy_to_outcomes,
    outcomes_to_npy,
    permute_results,
    rename_outcomes,
    stack_outcomes,
)
from ranking.evaluation.resampling import Estimate
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WIN_RATE
from ranking.tables import TIE

IDS = pd.Index(list("fbdace"))  # not sorted: outcomes are
SCORE = pd.Series([2.0, 1.0, 1.0, 0.0, 0.0, np.nan], IDS)


def random_comparisons(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    pairs = ordered_pairs(IDS)[["first", "second"]]
    choice = rng.integers(3, size=len(pairs))
    winner = np.select([choice == 0, choice == 1], [pairs["first"], pairs["second"]], TIE)
    return pairs.assign(winner=winner, votes=1, windows=1)


def share_right(tally: Tally, score: np.ndarray) -> float:
    better = score[:, np.newaxis] > score
    return float((tally.wins * better).sum() / (tally.pair_counts * better).sum())


@given(st.integers(0, 10_000), st.integers(0, 200))
def test_only_known_results_are_permuted(seed, number):
    permuted = permute_results(SCORE, seed, number)
    assert permuted.owner["e"] == "e"
    assert sorted(permuted.owner) == sorted(IDS)
    pd.testing.assert_series_equal(
        permuted.score, SCORE[permuted.owner].set_axis(IDS), check_names=False
    )
    again = permute_results(SCORE, seed, number)
    pd.testing.assert_series_equal(permuted.owner, again.owner)


def test_every_arrangement_is_as_likely():
    ids = pd.Index(list("abc"))
    score = pd.Series([2.0, 1.0, 0.0], ids)
    drawn = ["".join(permute_results(score, 0, number).owner) for number in range(1200)]
    counts = pd.Series(drawn).value_counts()
    assert len(counts) == 6
    assert ((counts - 200) ** 2 / 200).sum() < 20.5  # chi-squared of 5 degrees, p = 0.001


@pytest.mark.slow
@given(st.integers(0, 10_000))
def test_renamed_outcomes_have_the_statistics_of_the_permuted_results(seed):
    comparisons, permuted = random_comparisons(seed), permute_results(SCORE, seed, 0)
    fitted = count_comparisons(comparisons)
    renamed = next(
        stack_outcomes(fitted.candidates, [rename_outcomes(comparisons, permuted)]).tallies
    )
    own, actual = (score.loc[fitted.candidates].to_numpy() for score in (permuted.score, SCORE))
    assert share_right(renamed, actual) == pytest.approx(share_right(fitted, own))
    assert np.array_equal(renamed.wins.sum(), fitted.wins.sum())
    assert (renamed.first_ties is None) == (fitted.first_ties is None)
    at = fitted.candidates.get_indexer(permuted.owner.loc[fitted.candidates])
    assert np.array_equal(renamed.wins[np.ix_(at, at)], fitted.wins)
    known = ~np.isnan(actual)
    strengths = stack_outcomes(
        fitted.candidates, [rename_outcomes(comparisons, permuted)]
    ).strengths(WIN_RATE)[0]
    plain = WIN_RATE.strengths(fitted.matrix, None, None)
    assert tau_b(strengths[known], actual[known]) == pytest.approx(
        tau_b(plain[~np.isnan(own)], own[~np.isnan(own)])
    )


def test_outcomes_are_tallied_exactly():
    outcomes = np.array([[[NOT_COMPARED, FIRST], [TIED, NOT_COMPARED]]], dtype=np.int8)
    tally = next(PermutedOutcomes(pd.Index(["a", "b"]), outcomes).tallies)
    assert isinstance(tally, Tally)
    assert tally.comparisons.tolist() == [[0, 1], [1, 0]]
    assert tally.wins.tolist() == [[0, 1.5], [0.5, 0]]
    assert tally.first_ties is not None
    assert tally.first_ties.tolist() == [[0, 0], [1, 0]]


def always(n: int, first: int, times: int) -> PermutedOutcomes:
    outcomes = np.full((times, n, n), first, dtype=np.int8)
    outcomes[:, np.arange(n), np.arange(n)] = NOT_COMPARED
    return PermutedOutcomes(pd.Index([f"c{at}" for at in range(n)]), outcomes)


def test_p_counts_the_actual_result_among_its_permutations():
    score = np.array([1.0, 1, 0, 0])
    half = always(4, FIRST, 199)  # each pair is won once by either
    found = accuracy_of_cross_fitted(Estimate(0.9, 0.8, 1.0, pairs=8), score, half)
    assert found.p == found.smallest_p == 2 / 200
    assert np.isnan([found.low, found.high]).all()
    assert (found.value, found.pairs) == (0.9, 8)
    level = accuracy_of_cross_fitted(Estimate(0.5, pairs=8), score, half)
    assert level.p == 1


def test_of_too_few_permutations_there_is_no_p():
    score = np.array([1.0, 1, 0, 0])
    for permuted in (None, always(4, FIRST, 198)):
        assert np.isnan(accuracy_of_cross_fitted(Estimate(0.9, 0.8, 1.0), score, permuted).p)


def test_of_some_candidates_and_pairs_the_others_are_left_out():
    whole = always(4, SECOND, 2)
    part = whole.among(pd.Index(["c1", "c3"]))
    assert part.outcomes.shape == (2, 2, 2)
    one = np.zeros((4, 4))
    one[0, 1] = 1
    seen = whole.where_compared(Tally(whole.candidates, one, one))
    assert [tally.comparisons.sum() for tally in seen.tallies] == [1, 1]
    assert seen.strengths(BRADLEY_TERRY).shape == (2, 4)


def test_outcomes_are_read_as_they_were_written():
    outcomes = always(3, TIED, 4).outcomes
    content = outcomes_to_npy(outcomes)
    again = npy_to_outcomes(content, 3)
    assert again is not None
    assert again.dtype == np.int8
    assert np.array_equal(again, outcomes)
    assert npy_to_outcomes(content, 4) is None
    assert npy_to_outcomes(content[:-1], 3) is None
    assert npy_to_outcomes(b"", 3) is None
    archive = BytesIO()
    np.savez(archive, outcomes)
    assert npy_to_outcomes(archive.getvalue(), 3) is None
    assert npy_to_outcomes(outcomes_to_npy(np.full((3, 3), 7)), 3) is None
