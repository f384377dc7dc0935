"""The normal posterior of strengths against scikit-learn, and the variance that EM leads to."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from ranking.uncertainty.normal_prior import SMALLEST, laplace_posterior, posterior_given


def tournament(strength, share, seed):
    rng, n = np.random.default_rng(seed), len(strength)
    compared = np.triu(rng.random((n, n)) < share, 1).astype(int)
    won = rng.binomial(compared, expit(strength[:, np.newaxis] - strength))
    return (won + (compared - won).T).astype(float)


def test_the_mean_is_that_of_ridge_logistic_regression():
    wins = tournament(np.linspace(-1, 1, 9), 0.6, 0)
    winner, loser = np.nonzero(wins)
    signs = np.eye(9)[winner] - np.eye(9)[loser]
    flipped = np.where(np.arange(len(winner)) % 2, -1, 1)  # it needs both outcomes
    fit = LogisticRegression(C=0.7, fit_intercept=False, tol=1e-10, max_iter=1000)
    fit.fit(signs * flipped[:, np.newaxis], flipped)
    mean, covariance = posterior_given(wins, 0.7)
    np.testing.assert_allclose(mean, fit.coef_[0], atol=1e-5)
    probability = expit(signs @ mean)
    information = signs.T @ (signs * (probability * (1 - probability))[:, np.newaxis])
    np.testing.assert_allclose(np.linalg.inv(covariance), information + np.eye(9) / 0.7, atol=1e-8)


def test_a_step_of_em_leads_the_variance_to_itself():
    wins = tournament(1.5 * norm.ppf((np.arange(60) + 0.5) / 60), 0.5, 1)
    mean, covariance = laplace_posterior(wins)
    variance = (mean**2 + covariance.diagonal()).mean()
    np.testing.assert_allclose(mean, posterior_given(wins, variance)[0], atol=0.02)
    assert variance == pytest.approx(1.5**2, rel=0.4)


def test_equals_have_no_spread():
    mean, covariance = laplace_posterior(np.ones((5, 5)) - np.eye(5))
    assert np.abs(mean).max() < 1e-9
    assert covariance.diagonal() == pytest.approx(SMALLEST, rel=0.01)


def test_infinite_strengths_are_finite_a_posteriori():
    mean, _ = laplace_posterior(np.triu(np.ones((6, 6)), 1))
    assert (np.diff(mean) < 0).all()
    assert np.abs(mean).max() < 30
