"""Thurstone's case V: closed forms, statsmodels' probit regression, and far apart."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from tournaments import random_wins

from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import bradley_terry_log_strengths
from ranking.methods.models.thurstone import THURSTONE, thurstone_strengths


def test_two_candidates_have_a_closed_form():
    """Seven of ten: the difference is the normal quantile of 0.7."""
    strength = thurstone_strengths(WinMatrix(np.array([[0, 7], [3, 0.0]])))
    assert strength == pytest.approx([norm.ppf(0.7) / 2, -norm.ppf(0.7) / 2], abs=1e-9)


def test_three_candidates_whose_shares_fit_are_recovered():
    """Thurstone's own solution: where the quantiles of the shares add up, they are differences."""
    true = np.array([0.9, 0.1, -1.0])
    wins = 20 * norm.cdf(true[:, np.newaxis] - true) * (1 - np.eye(3))
    assert thurstone_strengths(WinMatrix(wins)) == pytest.approx(true, abs=1e-8)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_a_probit_regression(seed):
    rng = np.random.default_rng(seed)
    wins = rng.integers(1, 9, (5, 5)) * (1.0 - np.eye(5))
    i, j = np.triu_indices(5, 1)
    design = np.eye(5)[i] - np.eye(5)[j]
    counts = np.column_stack([wins[i, j], wins[j, i]])
    family = sm.families.Binomial(sm.families.links.Probit())
    fitted = sm.GLM(counts, design[:, 1:], family=family).fit(tol=1e-12)
    expected = np.append(0.0, fitted.params)
    assert thurstone_strengths(WinMatrix(wins)) == pytest.approx(
        expected - expected.mean(), abs=1e-6
    )


def test_who_never_lost_is_first_by_far_and_changes_no_other():
    wins = random_wins(8, 1, spread=0.3)
    more = np.zeros((9, 9))
    more[:8, :8], more[8, :3] = wins, 1
    alone, strength = thurstone_strengths(WinMatrix(wins)), thurstone_strengths(WinMatrix(more))
    assert strength[:8] == pytest.approx(alone, abs=1e-9)
    assert strength[8] > 5 + alone.max()


def test_many_more_wins_than_losses_converge():
    wins = np.array([[0, 1e6, 1e6], [1, 0, 1e6], [1, 1, 0.0]])
    strength = thurstone_strengths(WinMatrix(wins))
    assert np.isfinite(strength).all()
    assert (np.diff(strength) < -2).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_from_near_strengths_it_takes_a_few_steps(seed):
    """Also from those of Bradley-Terry, by which random judges are simulated."""
    wins = WinMatrix(random_wins(8, 1, spread=0.3))
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, 8)
    fitted = thurstone_strengths(wins, weights)
    for start in (thurstone_strengths(wins), bradley_terry_log_strengths(wins)):
        assert THURSTONE.strengths(wins, weights, start) == pytest.approx(fitted, abs=1e-3)
