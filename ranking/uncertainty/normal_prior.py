"""The posterior of Bradley-Terry strengths under a normal prior, from independent comparisons.

Conventions
-----------
Strengths are normal around 0 a priori, comparisons independent given the strengths. The posterior
is taken as normal (Laplace): its mean is where it is largest, its covariance the inverse of the
curvature there. The variance of the prior is fitted to the comparisons: it is where a step of the
EM algorithm [1]_, the mean of the squared posterior strengths, leads to itself. Where the
comparisons show no spread beyond chance it is :data:`SMALLEST`.

References
----------
.. [1] A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum likelihood from incomplete data via the EM
   algorithm", Journal of the Royal Statistical Society B 1977.
"""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

SMALLEST = 1e-4
"""Smallest variance of the prior, in squared log-odds."""
LARGEST = 100.0
"""Largest variance of the prior, in squared log-odds."""
MAX_STEPS = 100
CONVERGED = 1e-8  # log-odds


def laplace_posterior(wins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (n,) and covariance (n, n) of the log-strengths, given wins (n, n)."""

    def growth(log_variance: float) -> float:
        """How much a step of EM raises the logarithm of the variance."""
        mean, covariance = posterior_given(wins, float(np.exp(log_variance)))
        return float(np.log((mean**2 + covariance.diagonal()).mean()) - log_variance)

    from scipy.optimize import brentq  # a quarter of a second to load

    low, high = np.log(SMALLEST), np.log(LARGEST)
    if growth(low) <= 0:
        return posterior_given(wins, SMALLEST)
    if growth(high) >= 0:
        return posterior_given(wins, LARGEST)
    return posterior_given(wins, float(np.exp(brentq(growth, low, high, xtol=1e-3))))


def posterior_given(wins: np.ndarray, variance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (n,) and covariance (n, n) under a prior of one variance."""
    pair_counts, strength = wins + wins.T, np.zeros(len(wins))
    for _ in range(MAX_STEPS):
        probability = expit(strength[:, np.newaxis] - strength)
        between = pair_counts * probability * (1 - probability)
        curvature = np.diag(between.sum(axis=1) + 1 / variance) - between
        factor = cho_factor(curvature)
        gradient = (wins - pair_counts * probability).sum(axis=1) - strength / variance
        step = cho_solve(factor, gradient)
        strength += step / max(1.0, np.abs(step).max() / 3)
        if np.abs(step).max() < CONVERGED:
            break
    return strength, cho_solve(factor, np.eye(len(wins)))
