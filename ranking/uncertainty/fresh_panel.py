"""How sure marks and counts are of the order of two, and how often a fresh panel would repeat it.

Conventions
-----------
A *fresh panel* has as many members as the one that gave the marks, and marks the same recordings.
Marks are means m_i with standard errors s_i; only those of one event are compared.

Methods
-------
* :func:`p_higher`: how probable it is that i is better than j, from the marks of these two alone,
  Φ((m_i - m_j) / sqrt(s_i² + s_j²)): the normal posterior under a flat prior [1]_.
* :func:`p_repeated`: how probable it is that the fresh panel puts i and j in the same order.
  Empirical Bayes of normal means [2]_: the true marks of an event are normal with a variance τ²,
  that of the marks around the mean of their event less the mean of s_i², or 0. With B_i =
  τ² / (τ² + s_i²) the true mark of i has the mean μ + B_i (m_i - μ) and the variance τ² (1 - B_i);
  the fresh mark has the same mean and the variance τ² (1 - B_i) + s_i². Where the same people
  marked both, s_i² holds their leniency, which differences do not: the result is rather too low.
* :func:`beta_prior`: a of a Beta(a, a) of the share that i wins of its comparisons with j, from how
  far shares lie apart beyond what their numbers explain (moments [3]_).
* :func:`p_preferred`: how probable it is that i wins more than half of all comparisons with j:
  1 - I_½(w + a, n - w + a) of w won of n.
* :func:`p_majority_repeated`: how probable it is that n fresh comparisons have the same majority, a
  tie half: beta-binomial.

References
----------
.. [1] A. Gelman et al., "Bayesian data analysis", 3rd ed. 2013, sec. 2.5.
.. [2] C. N. Morris, "Parametric empirical Bayes inference: theory and applications", Journal of the
   American Statistical Association 78 (1983), 47-55.
.. [3] J. C. Kleinman, "Proportions with extraneous variance: single and independent samples",
   Journal of the American Statistical Association 68 (1973), 46-54.
"""

import numpy as np
from scipy.special import betainc, ndtr
from scipy.stats import betabinom

PRIORS = (0.1, 1000.0)
"""Least and largest a of a prior: few counts tell it badly."""


def p_higher(marks: np.ndarray, errors: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the probability that the first of each pair is better, shape (P,).

    Parameters
    ----------
    marks : float array, shape (N,)
    errors : their standard errors, above 0, shape (N,)
    pairs : numbers of first and second, int, shape (2, P)
    """
    first, second = pairs
    spread = np.hypot(errors[first], errors[second])
    return np.asarray(ndtr((marks[first] - marks[second]) / spread))


def prior_variance(marks: np.ndarray, errors: np.ndarray, event: np.ndarray) -> float:
    """Return the variance of true marks within events: that of the marks less their sampling's.

    Parameters
    ----------
    marks : float array, shape (N,)
    errors : their standard errors, shape (N,)
    event : number of the event of each, int, shape (N,)
    """
    freedom = len(marks) - len(np.unique(event))
    if not freedom:
        return 0.0
    spread = ((marks - _event_means(marks, event)) ** 2).sum() / freedom
    return max(0.0, float(spread - (errors**2).mean()))


def p_repeated(
    marks: np.ndarray, errors: np.ndarray, event: np.ndarray, pairs: np.ndarray
) -> np.ndarray:
    """Return the probability that a fresh panel puts each pair in the same order, shape (P,).

    Parameters
    ----------
    marks : float array, shape (N,)
    errors : their standard errors, above 0, shape (N,)
    event : number of the event of each, int, shape (N,)
    pairs : numbers of first and second, of one event and unequal marks, int, shape (2, P)
    """
    variance, mean = prior_variance(marks, errors, event), _event_means(marks, event)
    kept = variance / (variance + errors**2)
    expected = mean + kept * (marks - mean)
    fresh = variance * (1 - kept) + errors**2
    first, second = pairs
    ahead = np.sign(marks[first] - marks[second]) * (expected[first] - expected[second])
    return np.asarray(ndtr(ahead / np.sqrt(fresh[first] + fresh[second])))


def _event_means(marks: np.ndarray, event: np.ndarray) -> np.ndarray:
    """The mean of the marks of the event of each."""
    _, number = np.unique(event, return_inverse=True)
    means: np.ndarray = np.bincount(number, marks) / np.bincount(number)
    return means[number]


def beta_prior(won: np.ndarray, counts: np.ndarray) -> float:
    """Return a of the prior Beta(a, a) of shares won; 1, which is uniform, where nothing tells it.

    Of n comparisons, 4 (w - n / 2)² is n (1 + (n - 1) ρ) on average, where ρ = 1 / (2 a + 1).

    Parameters
    ----------
    won : how often the first of each pair won, a tie half, float, shape (P,)
    counts : how often the two were compared, float, shape (P,)
    """
    repeated = (counts * (counts - 1)).sum()
    if repeated <= 0:
        return 1.0
    low, high = (1 / (2 * a + 1) for a in reversed(PRIORS))
    rho = np.clip((4 * (won - counts / 2) ** 2 - counts).sum() / repeated, low, high)
    return float((1 / rho - 1) / 2)


def p_preferred(won: np.ndarray, counts: np.ndarray, prior: float) -> np.ndarray:
    """Return the probability that the first of each pair wins more than half, shape (P,).

    Parameters
    ----------
    won : how often the first won, a tie half, float, shape (P,)
    counts : how often the two were compared, float, shape (P,)
    prior
        a, as :func:`beta_prior` returns it.
    """
    return np.asarray(1 - betainc(won + prior, counts - won + prior, 0.5))


def p_majority_repeated(won: np.ndarray, counts: np.ndarray, prior: float) -> np.ndarray:
    """Return the probability that as many fresh comparisons have the same majority, shape (P,).

    Parameters
    ----------
    won : how often the first won, a tie half, float, shape (P,)
    counts : how often the two were compared, whole numbers, shape (P,)
    prior
        a, as :func:`beta_prior` returns it.
    """
    more = np.maximum(won, counts - won)
    fresh = betabinom(counts.astype(int), more + prior, counts - more + prior)
    half = counts / 2
    tied = np.where(half % 1 == 0, fresh.pmf(half), 0.0)
    return np.asarray(fresh.sf(np.floor(half)) + tied / 2)
