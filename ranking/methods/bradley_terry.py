"""Bradley-Terry: the odds of winning are the ratio of two strengths [1]_.

Conventions
-----------
Strengths are log-strengths of mean 0, so that a difference of log 3 is odds of 3 to 1. If
candidates have weights, a comparison counts by the product of its two weights. The fit is maximum
likelihood, by choix. Where wins do not connect all candidates both ways, some strengths would be
infinite: every candidate is then given one further comparison, tied, spread evenly over all others.
In a complete round robin the order is that of wins.

References
----------
.. [1] R. A. Bradley, M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 1952.
"""

import choix
import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import LinearOperator, cg

from ranking.comparisons.tally import WinMatrix
from ranking.errors import RankingError
from ranking.methods.method import Method, Start, Weights


def bradley_terry_log_strengths(
    wins: WinMatrix, weights: Weights = None, start: Start = None
) -> np.ndarray:
    """Return log-strengths of mean 0, fitted, or one Newton step on from a start.

    Parameters
    ----------
    wins : wins of n candidates
    weights : float array, shape (n,), or None
        Weight of each candidate; None: all alike.
    start : float array, shape (n,), or None
        Log-strengths near those of the fit; None: fit from scratch.

    Returns
    -------
    float array, shape (n,)

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    regularised = add_ties_if_strengths_infinite(wins)
    if start is None:
        start = maximum_likelihood_log_strengths(regularised)
        if weights is None:
            return start
    return newton_step(regularised, start, weights)


def maximum_likelihood_log_strengths(wins: np.ndarray) -> np.ndarray:
    """Return the log-strengths (n,) that are most likely, given wins (n, n) of row over column.

    The wins must connect all candidates both ways.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    try:
        near: np.ndarray = choix.ilsr_pairwise_dense(wins, max_iter=1000)
    except RuntimeError:
        raise RankingError(
            "Bradley-Terry",
            "the fit did not converge in 1000 steps",
            "rank by win rate",
            key="rank-by-win-rate",
        ) from None
    return newton_step(wins, near)  # choix stops at 1e-8: equals must come out equal


def add_ties_if_strengths_infinite(wins: WinMatrix) -> np.ndarray:
    """Return the wins (n, n), with one tie per candidate added if strengths would be infinite.

    The tie is spread evenly over all other candidates.
    """
    if wins.connected:
        return wins.wins
    n = len(wins)
    return wins.wins + (0.5 / (n - 1)) * (1 - np.eye(n))


def newton_step(
    wins: np.ndarray, strength: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return log-strengths (n,) after one Newton step of the weighted likelihood.

    From the maximum under one set of weights, one step reaches that under others up to the square
    of the change: enough for an interval, at a hundredth of the cost of a fit.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    strength : float array, shape (n,)
        Log-strengths to start from.
    weights : float array, shape (n,), or None
        Weight of each candidate: a pair counts by the product of its two. None: all alike.
    """
    weighted = wins if weights is None else wins * np.outer(weights, weights)
    pair_counts, probability = weighted + weighted.T, _win_probability(strength)
    gradient = (weighted - pair_counts * probability).sum(axis=1)  # (n,)
    moved: np.ndarray = strength + _solve(_curvature(pair_counts, probability), gradient)
    return moved - moved.mean()


def fisher_information(wins: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Return the Fisher information (n, n) of log-strengths (n,), with their mean held at 0.

    The diagonal of its inverse, less 1 / n, holds the squared standard errors.
    """
    return _curvature(wins + wins.T, _win_probability(strength))


def _curvature(pair_counts: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the negative Hessian (n, n) of the log-likelihood, with the mean held at 0."""
    between = pair_counts * probability * (1 - probability)
    between[np.diag_indices_from(between)] -= between.sum(axis=1)
    return 1 / len(pair_counts) - between


def _solve(curvature: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the Newton step (n,).

    Where most candidates were compared, ten conjugate gradients reach it to rounding, in a tenth of
    the time that a Cholesky factor of a thousand candidates takes; elsewhere the factor is used.
    """
    scaled = LinearOperator(curvature.shape, lambda v: v / curvature.diagonal(), dtype=float)
    step, unfinished = cg(curvature, gradient, rtol=1e-13, maxiter=60, M=scaled)
    if unfinished:
        step = cho_solve(cho_factor(curvature), gradient)
    return np.asarray(step)


def _win_probability(strength: np.ndarray) -> np.ndarray:
    """Return the probability (n, n) that row wins over column."""
    with np.errstate(over="ignore"):  # an infinite exp is a probability of 0
        return 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))


BRADLEY_TERRY = Method(
    "bradley-terry",
    bradley_terry_log_strengths,
    format_spec=".2f",
    unit="a log-odds: one more is odds of 2.7 to 1",
    disconnected_remark="How far apart they are is not known: each candidate was given one more "
    "comparison, tied, spread over all others, to keep strengths finite.",
)
