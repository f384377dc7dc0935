"""Bradley-Terry: the odds of winning are the ratio of two strengths [1]_.

Conventions
-----------
Strengths are log-strengths of mean 0, so that a difference of log 3 is odds of 3 to 1. Of weighted
candidates a comparison counts by the product of its two weights. Maximum likelihood, fitted by
choix. Where wins do not connect all candidates both ways, some strengths would be infinite: every
candidate is then given one further comparison, tied, spread evenly over all others. In a complete
round robin the order is that of wins.

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


def log_strengths(wins: WinMatrix, weights: Weights = None, start: Start = None) -> np.ndarray:
    """Return log-strengths of mean 0: fitted, or one step on from a start.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    regular = regularised(wins)
    if start is None:
        start = fitted(regular)
        if weights is None:
            return start
    return newton_step(regular, start, weights)


def fitted(wins: np.ndarray) -> np.ndarray:
    """Return the maximum of the likelihood of wins that connect all candidates both ways.

    Raises
    ------
    RankingError
        If it is not reached.
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


def regularised(wins: WinMatrix) -> np.ndarray:
    """The wins, plus one tie per candidate spread over all others if strengths need it."""
    if wins.connected:
        return wins.wins
    n = len(wins)
    return wins.wins + (0.5 / (n - 1)) * (1 - np.eye(n))


def newton_step(
    wins: np.ndarray, strength: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Bradley-Terry strengths one Newton step on, each pair weighted by both its candidates.

    From a maximum for one set of weights, one step reaches that for others up to the square of
    the change: enough for an interval, at a hundredth of the cost of a fit.
    """
    weighted = wins if weights is None else wins * np.outer(weights, weights)
    pair_counts, chance = weighted + weighted.T, _chance(strength)
    slope = (weighted - pair_counts * chance).sum(axis=1)
    moved: np.ndarray = strength + _solved(_curvature(pair_counts, chance), slope)
    return moved - moved.mean()


def information(wins: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Fisher information of Bradley-Terry strengths, shape (n, n), with their mean held at 0.

    The diagonal of its inverse, less 1 / n, holds the squared standard errors.
    """
    return _curvature(wins + wins.T, _chance(strength))


def _curvature(pair_counts: np.ndarray, chance: np.ndarray) -> np.ndarray:
    between = pair_counts * chance * (1 - chance)
    between[np.diag_indices_from(between)] -= between.sum(axis=1)
    return 1 / len(pair_counts) - between


def _solved(curvature: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """The step that the slope asks for.

    Where candidates met widely, ten conjugate gradients reach it to rounding, a tenth of the time
    that factoring a thousand candidates takes; where they did not, it is factored.
    """
    scaled = LinearOperator(curvature.shape, lambda v: v / curvature.diagonal(), dtype=float)
    step, unfinished = cg(curvature, slope, rtol=1e-13, maxiter=60, M=scaled)
    if unfinished:
        step = cho_solve(cho_factor(curvature), slope)
    return np.asarray(step)


def _chance(strength: np.ndarray) -> np.ndarray:
    """Probability of winning, [i, j] of i over j."""
    with np.errstate(over="ignore"):  # an infinite exp is a chance of 0
        return 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))


BRADLEY_TERRY = Method(
    "bradley-terry",
    log_strengths,
    form=".2f",
    unit="a log-odds: one more is odds of 2.7 to 1",
    when_split="Their distance is not known: each candidate was given one more comparison, tied, "
    "spread over all others, to keep strengths finite.",
)
