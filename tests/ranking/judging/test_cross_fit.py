"""No pair is compared by a ranker fitted on either candidate, and none is compared twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ranking.comparisons.pairs import ordered_pairs
from ranking.errors import RankingError
from ranking.judging.cross_fit import (
    HALVES,
    cross_fit_assignments,
    held_out_votes,
    stratified_candidate_folds,
)

SCORES = st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0, np.nan]), min_size=4, max_size=40)


def by_candidate(scores) -> pd.Series:
    return pd.Series(scores, index=[f"c{number:02}" for number in range(len(scores))])


def split(scores, folds: int, seed: int) -> tuple[pd.Series, pd.Series]:
    score = by_candidate(scores)
    try:
        return score, stratified_candidate_folds(score, folds, seed)
    except RankingError:
        assume(condition=False)
        raise


def compared(fold: pd.Series) -> tuple[pd.DataFrame, list[tuple[set[str], set[str]]]]:
    """Two votes on each pair, and of each ranker whom it was fitted on and whom it compared."""
    rankers = []

    def fit_on(fitted):
        def compare(others):
            rankers.append((set(fitted), set(others)))
            pairs = ordered_pairs(others)[["first", "second"]]
            votes = [pairs.assign(first_window=w, second_window=w, p_first=0.5) for w in (0, 1)]
            return pd.concat(votes)

        return compare

    return held_out_votes(fold, fit_on), rankers


@pytest.mark.slow
@given(SCORES, st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_no_ranker_compares_candidates_that_it_was_fitted_on(scores, folds, seed):
    _, fold = split(scores, folds, seed)
    votes, rankers = compared(fold)
    for fitted, others in rankers:
        assert fitted
        assert not fitted & others
    assert len(rankers) == (1 if folds == HALVES else folds * (folds - 1) // 2)
    assert set(votes["first"]) == set.union(*(others for _, others in rankers))


@pytest.mark.slow
@given(SCORES, st.integers(3, 8), st.integers(0, 2**32 - 1))
def test_with_folds_every_ordered_pair_is_compared_once(scores, folds, seed):
    _, fold = split(scores, folds, seed)
    votes, _ = compared(fold)
    wanted = ordered_pairs(fold.index).loc[lambda pairs: pairs.index.repeat(2)]
    assert votes["first"].tolist() == wanted["first"].tolist()
    assert votes["second"].tolist() == wanted["second"].tolist()
    assert votes["first_window"].tolist() == [0, 1] * (len(votes) // 2)


@given(SCORES, st.integers(0, 2**32 - 1))
def test_of_two_halves_one_is_fitted_on_and_the_other_compared(scores, seed):
    score, fold = split(scores, HALVES, seed)
    votes, rankers = compared(fold)
    second = fold.index[fold == 1]
    assert rankers == [(set(fold.index[fold == 0]), set(second))]
    assert len(votes) == 2 * len(second) * (len(second) - 1)
    assert set(score.index[score.isna()]) <= set(second)


@pytest.mark.slow
@given(SCORES, st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_folds_are_stratified_by_score(scores, folds, seed):
    score, fold = split(scores, folds, seed)
    counts = pd.crosstab(score, fold).reindex(columns=range(folds), fill_value=0)
    assert (np.ptp(counts.to_numpy(), axis=1) <= 1).all()
    assert np.ptp(counts.sum()) <= 1
    if folds > HALVES:
        assert np.ptp(fold.value_counts().reindex(range(folds), fill_value=0)) <= 1


@pytest.mark.parametrize("folds", range(3, 9))
def test_each_ranker_is_fitted_on_equally_many_folds_and_each_pair_of_folds_compared_once(folds):
    rankers = cross_fit_assignments(folds)
    assert {len(one.fitted_on) for one in rankers} == {folds - 2}
    pairs = [pair for one in rankers for pair in one.compares]
    assert sorted(pairs) == [(i, j) for i in range(folds) for j in range(folds)]


def test_the_split_depends_on_the_seed():
    score = by_candidate([0.0, 1.0] * 20)
    assert stratified_candidate_folds(score, HALVES, 1).equals(
        stratified_candidate_folds(score, HALVES, 1)
    )
    assert not stratified_candidate_folds(score, HALVES, 1).equals(
        stratified_candidate_folds(score, HALVES, 2)
    )
    firsts = [stratified_candidate_folds(score, HALVES, seed).iloc[0] for seed in range(200)]
    assert 60 < sum(firsts) < 140  # either half, five standard deviations wide


@pytest.mark.parametrize(
    ("scores", "folds", "words"),
    [
        ([0.0, 1.0, 2.0], 2, "3 candidates: too few to be split into 2 halves"),
        ([1.0] * 8, 2, "results of 8 of 8 candidates: no two differ"),
        ([np.nan] * 8, 3, "results of 0 of 8 candidates: no two differ"),
        ([1.0, 2.0, *[np.nan] * 6], 2, "results of 2 of 8 candidates: no two differ"),
    ],
)
def test_candidates_that_no_ranker_can_be_fitted_on_are_refused(scores, folds, words):
    with pytest.raises(RankingError, match=words):
        stratified_candidate_folds(by_candidate(scores), folds, 0)
