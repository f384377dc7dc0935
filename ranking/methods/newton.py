"""Newton steps of log-strengths: linear equations for n candidates, and how far to go each time."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import log_expit

from ranking.errors import RankingError

MAX_STEPS = 1000
"""Largest number of Newton steps of a fit."""
CONVERGED = 1e-7
"""A fit ends with the step that moves no difference by more than this: its error is the square."""
NEARLY_CONVERGED = 1e-5
"""A fit ends when the mean log-strength, which a light ghost hardly holds, moves no more."""
SHORT = 0.25
"""A Newton step that moves no log-strength by more than this is taken whole."""
LONG = 10.0
"""A Newton step moves no log-strength by more than this."""
RIDGE = 1e-12
"""What is added to a curvature, relative to its diagonal, so that it can be factored."""
MAX_GRADIENTS = 60
"""Number of conjugate gradients after which a factor is quicker."""


def newton_direction(curvature: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the Newton step (n,), solved in units of each candidate's own curvature.

    A trace of ridge keeps directions that only a light ghost holds within rounding.

    Parameters
    ----------
    curvature : float array, shape (n, n)
        Negative Hessian of the log-likelihood.
    gradient : float array, shape (n,)
        Its slope.
    """
    unit = 1 / np.sqrt(curvature.diagonal())
    scaled = curvature * np.outer(unit, unit)
    scaled[np.diag_indices_from(scaled)] += RIDGE
    with suppress(np.linalg.LinAlgError):  # counts that differ a millionfold and more
        return np.asarray(unit * cho_solve(cho_factor(scaled), unit * gradient))
    raise unfinished_fit()


def newton_direction_by_gradients(curvature: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the Newton step (n,).

    Ten conjugate gradients, in units of each candidate's own curvature, reach it to rounding where
    most candidates were compared; elsewhere they take long, and a Cholesky factor is used. Scipy's
    would do the same, with half more time for a hundred candidates.

    Parameters
    ----------
    curvature : float array, shape (n, n)
        Negative Hessian of the log-likelihood.
    gradient : float array, shape (n,)
        Its slope.
    """
    unit, length = curvature.diagonal(), np.linalg.norm(gradient)
    if length == 0:
        return gradient
    step, left, way, before = np.zeros_like(gradient), gradient.copy(), np.zeros_like(gradient), 1.0
    for _ in range(MAX_GRADIENTS):
        if np.linalg.norm(left) < 1e-13 * length:
            return step
        scaled = left / unit
        slope = left @ scaled
        way = scaled + slope / before * way
        bent = curvature @ way
        share = slope / (way @ bent)
        step += share * way
        left -= share * bent
        before = slope
    return newton_direction(curvature, gradient)


def damped_share(
    likelihood: Callable[[np.ndarray], float],
    strength: np.ndarray,
    step: np.ndarray,
    longest: float,
    ahead: float,
) -> float:
    """Return how much of a Newton step to take: :data:`LONG`, halved until the likelihood gains.

    Parameters
    ----------
    likelihood : callable
        Log-likelihood of log-strengths (n,).
    strength : float array, shape (n,)
        Where the step begins.
    step : float array, shape (n,)
        The whole step.
    longest : float
        What of the step is limited to :data:`LONG`.
    ahead : float
        Slope of the likelihood along the whole step.
    """
    before = likelihood(strength)
    share = min(1.0, LONG / longest)
    while share > 1e-9 and likelihood(strength + share * step) < before + 0.1 * share * ahead:
        share /= 2
    return share


def log_likelihood(
    winner: np.ndarray, loser: np.ndarray, amount: np.ndarray, strength: np.ndarray, ghost: float
) -> float:
    """Return the log-likelihood of wins, and of ties of each candidate with a ghost of strength 0.

    Parameters
    ----------
    winner, loser : int arrays, shape (E,)
        Who won over whom.
    amount : float array, shape (E,)
        How often.
    strength : float array, shape (n,)
        Log-strengths.
    ghost : float
        How many ties each candidate has with the ghost.
    """
    of_wins = log_expit(strength[winner] - strength[loser]) @ amount
    of_ghost = (log_expit(strength) + log_expit(-strength)).sum()
    return float(of_wins + 0.5 * ghost * of_ghost)


def unfinished_fit(model: str = "Bradley-Terry") -> RankingError:
    """Return the error of a fit of a model that does not converge."""
    return RankingError(
        model,
        f"the fit did not converge in {MAX_STEPS} steps",
        "rank by win rate",
        key="rank-by-win-rate",
    )
