"""How far neighbours in a ranking lie apart, and how many more comparisons would tell them apart.

Conventions
-----------
The gap is that of the spread of strengths, not of two who happen to be neighbours: power at an
observed difference says no more than its p does [1]_. Estimates are spread wider than strengths, by
their errors; the spread of n strengths is the variance of the estimates less the mean variance of
their errors. Of n normal strengths so spread, neighbours lie 2 E_n σ / (n - 1) apart on average,
where E_n is the expected largest of n standard normal deviates [2]_.

References
----------
.. [1] J. M. Hoenig, D. M. Heisey, "The abuse of power", The American Statistician 2001.
.. [2] G. Blom, "Statistical estimates and transformed beta-variables", 1958: E_n is near
   Φ⁻¹((n - 3/8) / (n + 1/4)).
"""

import numpy as np
from scipy.special import ndtri

from ranking.evaluation.detectable import LEVEL, POWER

VARIANCE_OF_EVEN = 0.25
"""Variance of the outcome of a comparison of two who are nearly even."""


def neighbour_gap(strength: np.ndarray, covariance: np.ndarray) -> float:
    """Return the mean difference of neighbours, 0 where errors explain all of the spread.

    Parameters
    ----------
    strength : estimates of strengths, float, shape (n,)
    covariance : covariance of their errors, float, shape (n, n)
    """
    n = len(strength)
    spread = strength.var(ddof=1) - _mean_difference_variance(covariance) / 2
    largest = ndtri((n - 0.375) / (n + 0.25))
    return float(2 * largest * np.sqrt(max(spread, 0.0)) / (n - 1))


def cluster_difference_variance(covariance: np.ndarray, clusters: int) -> float:
    """Return the variance of what one cluster says of the difference of two candidates.

    Parameters
    ----------
    covariance : covariance of the errors of strengths, float, shape (n, n)
    clusters : number of jurors, or of other clusters, that they are from
    """
    return clusters * _mean_difference_variance(covariance)


def comparisons_needed(gap: float) -> float:
    """Return how many comparisons of two tell them apart in 80 % of cases, by a test at 5 %.

    The log-odds of m comparisons of two who are nearly even have a variance of 4 / m.

    Parameters
    ----------
    gap : true difference of their log-strengths, above 0
    """
    return float((ndtri(1 - LEVEL / 2) + ndtri(POWER)) ** 2 / (VARIANCE_OF_EVEN * gap**2))


def _mean_difference_variance(covariance: np.ndarray) -> float:
    """The mean variance of the error of a difference of two."""
    n = len(covariance)
    return float(2 * (np.trace(covariance) - covariance.sum() / n) / (n - 1))
