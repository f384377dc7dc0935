"""Bradley-Terry with an order effect: statsmodels' logistic regression, and where there is none."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from ranking.comparisons.tally import Tally, WinMatrix, count_comparisons
from ranking.consistency.order_effect import order_effect_log_odds
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import method_remarks, rank_candidates
from ranking.methods.models.order_effect import (
    ORDER_EFFECT,
    order_effect_log_strengths,
    order_effect_of,
)


def drawn_tally(n: int, effect: float, seed: int, *, times: int = 3) -> Tally:
    """Comparisons in both orders, more often with the better ones first."""
    rng = np.random.default_rng(seed)
    strength = np.linspace(1, -1, n)
    comparisons = times * (np.tri(n, k=-1).T * 3 + np.tri(n, k=-1))
    p = expit(strength[:, np.newaxis] - strength + effect)
    won = rng.binomial(comparisons.astype(int), p).astype(float)
    return Tally(pd.Index([f"c{i:02}" for i in range(n)]), comparisons, won)


def by_logistic_regression(tally: Tally) -> tuple[np.ndarray, float]:
    n = len(tally.candidates)
    i, j = np.nonzero(tally.comparisons)
    design = np.column_stack([(np.eye(n)[i] - np.eye(n)[j])[:, 1:], np.ones(len(i))])
    won = tally.first_wins[i, j]
    counts = np.column_stack([won, tally.comparisons[i, j] - won])
    fitted = sm.GLM(counts, design, family=sm.families.Binomial()).fit(tol=1e-12)
    strength = np.append(0.0, fitted.params[:-1])
    return strength - strength.mean(), float(fitted.params[-1])


@pytest.mark.parametrize("seed", range(3))
def test_it_is_a_logistic_regression_with_a_constant(seed):
    tally = drawn_tally(11, 0.7, seed)
    strength, effect = by_logistic_regression(tally)
    assert order_effect_log_strengths(tally.matrix) == pytest.approx(strength, abs=1e-6)
    assert order_effect_of(tally.matrix) == pytest.approx(effect, abs=1e-6)


def test_the_effect_is_the_one_that_checks_print():
    """Theirs has a tenth of a tie for each candidate."""
    tally = drawn_tally(12, 0.7, 0)
    printed = order_effect_log_odds(tally).value
    assert order_effect_of(tally.matrix) == pytest.approx(printed, abs=0.01)


def test_nobody_gains_from_coming_first():
    """Equals, of whom some came first oftener, are told apart by Bradley-Terry alone."""
    n, times = 12, 400.0
    comparisons = times * (np.tri(n, k=-1).T * 3 + np.tri(n, k=-1))
    tally = Tally(pd.Index(range(n)), comparisons, comparisons * expit(1.0))
    assert order_effect_of(tally.matrix) == pytest.approx(1.0)
    assert np.ptp(order_effect_log_strengths(tally.matrix)) < 1e-6
    assert np.ptp(rank_candidates(tally, BRADLEY_TERRY)["strength"]) > 0.5
    remark = "Coming first in the pair adds +1.000 to the log-odds of winning; strengths are free"
    assert method_remarks(rank_candidates(tally, ORDER_EFFECT), tally, ORDER_EFFECT)[0].startswith(
        remark
    )


def test_the_first_who_always_won_leave_a_finite_fit():
    n = 10
    comparisons = 1.0 - np.eye(n)
    wins = WinMatrix(comparisons, None, comparisons)  # one each, by whoever came first
    assert np.ptp(order_effect_log_strengths(wins)) < 1e-6
    assert 3 < order_effect_of(wins) < 10


def test_marks_have_no_first_and_give_bradley_terry():
    rows = [("a", "b", "a"), ("b", "c", "b"), ("a", "c", "c")] * 4
    table = pd.DataFrame(rows, columns=["first", "second", "winner"])
    table = table.assign(votes=1, windows=1, juror="x")
    tally = count_comparisons(table)
    assert tally.matrix.first_wins is None
    ranking = rank_candidates(tally, ORDER_EFFECT)
    pd.testing.assert_frame_equal(ranking, rank_candidates(tally, BRADLEY_TERRY))
    assert method_remarks(ranking, tally, ORDER_EFFECT) == [
        "No order effect is fitted: which of two came first means nothing in these comparisons. "
        "These are the strengths of Bradley-Terry."
    ]


def test_few_candidates_have_no_order_effect():
    tally = drawn_tally(5, 0.7, 0)
    ranking = rank_candidates(tally, ORDER_EFFECT)
    pd.testing.assert_frame_equal(ranking, rank_candidates(tally, BRADLEY_TERRY))
    assert "it takes 10" in method_remarks(ranking, tally, ORDER_EFFECT)[0]


def test_from_near_strengths_it_takes_a_few_steps():
    tally = drawn_tally(12, 0.7, 0)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, 12)
    near = ORDER_EFFECT.strengths(tally.matrix, weights, order_effect_log_strengths(tally.matrix))
    fitted = order_effect_log_strengths(tally.matrix, weights)
    assert near == pytest.approx(fitted, abs=1e-5)
