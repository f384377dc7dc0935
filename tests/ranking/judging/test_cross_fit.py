"""Nobody is judged by who was fitted on them, and no pair is judged twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ranking.comparisons.pairs import ordered_pairs
from ranking.errors import RankingError
from ranking.judging.cross_fit import HALF, assignments, compare_unheard, split_candidates

SCORES = st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0, np.nan]), min_size=4, max_size=40)


def by_candidate(scores) -> pd.Series:
    return pd.Series(scores, index=[f"c{number:02}" for number in range(len(scores))])


def split(scores, parts: int, seed: int) -> tuple[pd.Series, pd.Series]:
    score = by_candidate(scores)
    try:
        return score, split_candidates(score, parts, seed)
    except RankingError:
        assume(condition=False)
        raise


def compared(part: pd.Series) -> tuple[pd.DataFrame, list[tuple[set[str], set[str]]]]:
    """Two votes on each pair, and of each ranker whom it was fitted on and whom it heard."""
    rankers = []

    def fit_on(fitted):
        def compare(heard):
            rankers.append((set(fitted), set(heard)))
            pairs = ordered_pairs(heard)[["first", "second"]]
            votes = [pairs.assign(window=window, p_first=0.5) for window in (0, 1)]
            return pd.concat(votes)

        return compare

    return compare_unheard(part, fit_on), rankers


@given(SCORES, st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_no_ranker_judges_whom_it_was_fitted_on(scores, parts, seed):
    _, part = split(scores, parts, seed)
    votes, held = compared(part)
    for fitted, heard in held:
        assert fitted
        assert not fitted & heard
    assert len(held) == (1 if parts == HALF else parts * (parts - 1) // 2)
    assert set(votes["first"]) == set.union(*(heard for _, heard in held))


@given(SCORES, st.integers(3, 8), st.integers(0, 2**32 - 1))
def test_with_folds_every_ordered_pair_is_judged_once(scores, parts, seed):
    _, part = split(scores, parts, seed)
    votes, _ = compared(part)
    wanted = ordered_pairs(part.index).loc[lambda pairs: pairs.index.repeat(2)]
    assert votes["first"].tolist() == wanted["first"].tolist()
    assert votes["second"].tolist() == wanted["second"].tolist()
    assert votes["window"].tolist() == [0, 1] * (len(votes) // 2)


@given(SCORES, st.integers(0, 2**32 - 1))
def test_of_two_halves_one_learns_and_the_other_is_judged(scores, seed):
    score, part = split(scores, HALF, seed)
    votes, held = compared(part)
    second = part.index[part == 1]
    assert held == [(set(part.index[part == 0]), set(second))]
    assert len(votes) == 2 * len(second) * (len(second) - 1)
    assert set(score.index[score.isna()]) <= set(second)


@given(SCORES, st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_parts_are_alike_in_score(scores, parts, seed):
    score, part = split(scores, parts, seed)
    counts = pd.crosstab(score, part).reindex(columns=range(parts), fill_value=0)
    assert (np.ptp(counts.to_numpy(), axis=1) <= 1).all()
    assert np.ptp(counts.sum()) <= 1
    if parts > HALF:
        assert np.ptp(part.value_counts().reindex(range(parts), fill_value=0)) <= 1


@pytest.mark.parametrize("parts", range(3, 9))
def test_rankers_of_folds_learn_from_equally_many_parts_and_each_judges(parts):
    held = assignments(parts)
    assert {len(one.fitted_on) for one in held} == {parts - 2}
    meetings = [meeting for one in held for meeting in one.compares]
    assert sorted(meetings) == [(i, j) for i in range(parts) for j in range(parts)]


def test_the_lot_is_the_seeds():
    score = by_candidate([0.0, 1.0] * 20)
    assert split_candidates(score, HALF, 1).equals(split_candidates(score, HALF, 1))
    assert not split_candidates(score, HALF, 1).equals(split_candidates(score, HALF, 2))
    firsts = [split_candidates(score, HALF, seed).iloc[0] for seed in range(200)]
    assert 60 < sum(firsts) < 140  # either half, five standard deviations wide


@pytest.mark.parametrize(
    ("scores", "parts", "words"),
    [
        ([0.0, 1.0, 2.0], 2, "3 candidates: too few to be dealt into 2 parts"),
        ([1.0] * 8, 2, "results of 8 of 8 candidates: they do not differ"),
        ([np.nan] * 8, 3, "results of 0 of 8 candidates: they do not differ"),
        ([1.0, 2.0, *[np.nan] * 6], 2, "results of 2 of 8 candidates: they do not differ"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(scores, parts, words):
    with pytest.raises(RankingError, match=words):
        split_candidates(by_candidate(scores), parts, 0)
