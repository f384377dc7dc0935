"""Newton steps of log-strengths: linear equations for n candidates, solved in two ways."""

from contextlib import suppress

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ranking.methods.sparse_bradley_terry import RIDGE, unfinished_fit

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
