"""Accuracy, with candidates as the sample."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import kendalltau, somersd
from sklearn.metrics import accuracy_score, f1_score

from ranking.comparisons.tally import Tally
from ranking.evaluation.accuracy import (
    accuracy_test,
    control_accuracy,
    macro_f1,
    pair_accuracy,
    pair_accuracy_by_score_difference,
)
from ranking.evaluation.agreement import somers_d, tau_b
from ranking.evaluation.resampling import bootstrap_pair_share


def tournament(
    score: np.ndarray, skill: float, rng: np.random.Generator, sharp: float = 1.5
) -> Tally:
    """All ordered pairs, compared by score and a random part of each candidate."""
    n = len(score)
    strength = skill * score + rng.normal(0, 1, n)
    probability = expit(sharp * (strength[:, np.newaxis] - strength[np.newaxis, :]))
    comparisons = 1.0 - np.eye(n)
    won = (rng.random((n, n)) < probability) * comparisons
    return Tally(pd.Index([f"c{i:03}" for i in range(n)]), comparisons, won)


def scores(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.choice(5, size=n, p=[0.48, 0.29, 0.14, 0.05, 0.04]).astype(float)


def test_accuracy_and_f1_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    score = scores(rng, 30)
    tally = tournament(score, 0.5, rng)
    rows = [(i, j) for i, j in itertools.permutations(range(30), 2) if score[i] != score[j]]
    truth = [score[i] > score[j] for i, j in rows]
    predicted = [tally.first_wins[i, j] == 1 for i, j in rows]
    assert pair_accuracy(tally, score).value == pytest.approx(accuracy_score(truth, predicted))
    assert macro_f1(tally, score) == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_pairs_within_a_row_are_drawn_as_the_row_is():
    """Rows without pairs among them are a sample: the interval is that of their mean.

    Of 2,000 draws its width is known to 2 %: quantiles at 2.5 % err by 0.06 deviations each.
    """
    share = np.random.default_rng(0).random(400)
    found = bootstrap_pair_share(np.diag(share), np.eye(400))
    assert found.value == pytest.approx(share.mean())
    width = 2 * 1.96 * share.std() / np.sqrt(400)
    assert (found.high - found.low) / width == pytest.approx(1, abs=0.07)


def test_distances_make_up_the_whole():
    rng = np.random.default_rng(1)
    score = scores(rng, 40)
    tally = tournament(score, 0.5, rng)
    classes = pair_accuracy_by_score_difference(tally, score)
    whole = pair_accuracy(tally, score)
    assert sum(own.pairs for own in classes.values()) == whole.pairs
    assert sum(own.pairs * own.value for own in classes.values()) == pytest.approx(
        whole.pairs * whole.value
    )


def test_many_distances_are_split_into_classes_that_make_up_the_whole():
    """Scores in points: 0.3 − 0.1 is no other distance than 0.2."""
    rng = np.random.default_rng(2)
    score = rng.permutation(60) / 10
    tally = tournament(score, 0.5, rng)
    classes = pair_accuracy_by_score_difference(tally, score)
    starts = [smallest for smallest, _ in classes]
    assert starts == sorted(starts)
    assert starts[0] == pytest.approx(0.1)
    assert list(classes)[-1][1] == pytest.approx(5.9)
    sizes = [own.pairs for own in classes.values()]
    assert len(sizes) == 4
    assert sum(sizes) == 60 * 59
    assert max(sizes) < 1.3 * min(sizes)  # as equal as 59 distances allow
    many = Tally(tally.candidates, tally.comparisons * 1e8, tally.first_wins * 1e8)
    assert list(pair_accuracy_by_score_difference(many, score)) == list(classes)
    few = pair_accuracy_by_score_difference(tally, np.repeat([0.1, 0.2, 0.3], 20))
    assert list(few) == [(0.1, 0.1), (0.2, 0.2)]


@pytest.mark.slow
@pytest.mark.parametrize("skill", [0.0, 0.5])
def test_the_candidate_bootstrap_covers_93_to_97_percent_at_68(skill):
    """400 competitions of 68 candidates, the half of 137 that Table 4 is tested on.

    A binomial interval over the pairs of the same competitions covers less than half.
    """
    rng = np.random.default_rng(68)
    large = [scores(rng, 300) for _ in range(200)]
    expected = np.mean([_accuracy(score, tournament(score, skill, rng)) for score in large])
    covered = binomial = 0
    for seed in range(400):
        score = scores(rng, 68)
        tally = tournament(score, skill, rng)
        better = score[:, np.newaxis] > score[np.newaxis, :]
        estimate = bootstrap_pair_share(tally.wins * better, tally.pair_counts * better, seed)
        covered += estimate.low <= expected <= estimate.high
        half = 1.96 * np.sqrt(0.25 / estimate.pairs)
        binomial += abs(estimate.value - expected) <= half
    assert 0.93 <= covered / 400 <= 0.97
    assert binomial / 400 < 0.5


def _accuracy(score: np.ndarray, tally: Tally) -> float:
    better = score[:, np.newaxis] > score[np.newaxis, :]
    return float((tally.wins * better).sum() / (tally.pair_counts * better).sum())


@pytest.mark.slow
@pytest.mark.parametrize("complete", [True, False], ids=["complete", "unequal results only"])
def test_the_permutation_p_raises_few_false_alarms(complete):
    """Consistent preferences that have nothing to do with the result: at most 5 % below 0.05."""
    rng = np.random.default_rng(5)
    alarms = 0
    for seed in range(200):
        score = scores(rng, 40)
        tally = tournament(np.zeros(40), 0, rng)
        drawn = 1.0 if complete else score[:, np.newaxis] != score[np.newaxis, :]
        alarms += (
            accuracy_test(tally.wins * drawn, tally.pair_counts * drawn, score, seed).p <= 0.05
        )
    assert alarms / 200 <= 0.08


def test_perfect_preferences_are_found():
    score = np.repeat([0.0, 1.0, 2.0], 5)
    rng = np.random.default_rng(0)
    tally = tournament(score, 100, rng)
    estimate = pair_accuracy(tally, score)
    assert estimate.value == 1.0
    assert estimate.p < 0.01


def test_missing_results_are_left_out():
    rng = np.random.default_rng(3)
    score = scores(rng, 20)
    tally = tournament(score, 1, rng)
    score[4] = np.nan
    keep = np.arange(20) != 4
    fewer = Tally(
        tally.candidates[keep],
        tally.comparisons[np.ix_(keep, keep)],
        tally.first_wins[np.ix_(keep, keep)],
    )
    ours, theirs = pair_accuracy(tally, score), pair_accuracy(fewer, score[keep])
    assert (ours.value, ours.pairs, ours.p) == (theirs.value, theirs.pairs, theirs.p)


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=3, max_size=20).filter(
        lambda rows: len({a for a, _ in rows}) > 1 and len({b for _, b in rows}) > 1
    )
)
def test_a_control_by_hand_and_somers_d_agree(rows):
    """Accuracy over pairs of unequal score is (1 + D) / 2, ties half."""
    score, values = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    d = somers_d(values, score)
    assert control_accuracy(values, score).value == pytest.approx((1 + d) / 2)
    assert d == pytest.approx(somersd(score, values).statistic)
    assert tau_b(values, score) == pytest.approx(kendalltau(values, score).statistic)


def test_strengths_that_differ_by_rounding_are_tied():
    strength = np.array([1.0, 1.0 + 1e-13, 0.0])
    score = np.array([0.0, 1.0, 2.0])
    assert somers_d(strength, score) == pytest.approx(-2 / 3)
    assert tau_b(np.zeros(3), score) == somers_d(np.zeros(3), score) == 0
