"""Marks less the effects of candidates and of jurors, of many tables over the same cells at once.

Conventions
-----------
value = candidate + juror + residual, by least squares [1]_. Values have shape (..., J, n): marks,
or whatever permutations put in their place; what stands in cells without a mark does not matter.
Effects of jurors have mean 0. Where marks do not join all jurors, the effects are the smallest ones
that fit; residuals are determined all the same.

References
----------
.. [1] S. R. Searle, "Linear models for unbalanced data", Wiley 1987: the two-way crossed
   classification without interaction.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import bmat
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class Effects:
    """Least squares of candidate + juror."""

    candidates: np.ndarray
    """Effect of each candidate, NaN for one without a mark; float, shape (..., n)."""
    jurors: np.ndarray
    """Effect of each juror, with mean 0; float, shape (..., J)."""
    residuals: np.ndarray
    """What is left of each value, 0 in cells without one; float, shape (..., J, n)."""


def fit_effects(values: np.ndarray, there: np.ndarray) -> Effects:
    """Return the fit of candidate + juror to the cells that there are.

    Parameters
    ----------
    values : float array, shape (..., J, n)
    there : bool array, shape (J, n)
    """
    kept = np.where(there, values, 0.0)
    count = there.sum(axis=0)
    share = there / np.maximum(count, 1)  # (J, n)
    normal = juror_equations(there)
    right = kept.sum(axis=-1) - kept.sum(axis=-2) @ share.T
    jurors = right @ np.linalg.pinv(normal, hermitian=True)
    jurors = jurors - jurors.mean(axis=-1, keepdims=True)
    sums = (kept - jurors[..., np.newaxis] * there).sum(axis=-2)
    candidates = np.divide(sums, count, out=np.full_like(sums, np.nan), where=count > 0)
    fitted = candidates[..., np.newaxis, :] + jurors[..., np.newaxis]
    return Effects(candidates, jurors, np.where(there, kept - fitted, 0.0))


def juror_equations(there: np.ndarray) -> np.ndarray:
    """Return the normal equations of the jurors, candidates eliminated; float, shape (J, J).

    Parameters
    ----------
    there : bool or float array, shape (J, n)
        1 where there is a mark.
    """
    share = there / np.maximum(there.sum(axis=0), 1)
    equations: np.ndarray = np.diag(there.sum(axis=1)) - share @ there.T
    return equations


def slope_and_error(left: np.ndarray, about: np.ndarray, freedom: int) -> tuple[float, float]:
    """Return the slope of what is left along a regressor, without a constant, and its error.

    Parameters
    ----------
    left : values less all other effects, float, any shape
    about : the regressor less the same effects, not all 0, of that shape
    freedom : degrees of freedom of what the slope leaves
    """
    square = float((about**2).sum())
    slope = float((about * left).sum()) / square
    return slope, float(np.sqrt(((left - slope * about) ** 2).sum() / freedom / square))


def residual_freedom(there: np.ndarray) -> int:
    """Return the degrees of freedom that candidate + juror leave.

    Parameters
    ----------
    there : bool array, shape (J, n)
    """
    rows, columns = there.any(axis=1), there.any(axis=0)
    cells = there[np.ix_(rows, columns)]
    if not cells.size:
        return 0
    links = bmat([[None, cells], [cells.T, None]])
    parts = connected_components(links, directed=False, return_labels=False)
    return int(cells.sum() - sum(cells.shape) + parts)
