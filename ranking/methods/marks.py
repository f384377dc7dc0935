"""Rankings by a panel's marks, without a model: means, corrected means, places.

Methods
-------
* :data:`MEAN`: mean of the marks.
* :data:`TRIMMED`: mean without the highest and the lowest mark, where there are three or more.
* :data:`CORRECTED_2`, :data:`CORRECTED_3`: mean of marks that are moved to within 2 or 3 points of
  the mean of all jurors, as competitions on a scale of 25 correct them [1]_.
* :data:`Z_SCORES`: mean of marks that are standardised by juror, so that a severe one, or one who
  uses the whole scale, weighs as much as any other.
* :data:`BORDA`: share of the other candidates whom a juror puts below, a tie half, mean over jurors
  [2]_. Where all mark everyone it orders as the sum of Borda's points.

Marks are float arrays, shape (jurors, n), larger is better, NaN where a juror gave none.

References
----------
.. [1] XIX International Fryderyk Chopin Piano Competition, Warsaw 2025, jury regulations: 3 points
   in stage 1, 2 later.
.. [2] J.-C. de Borda, "Mémoire sur les élections au scrutin", 1781.
"""

import warnings
from functools import partial

import numpy as np
from scipy.stats import rankdata

from ranking.methods.method import Method, Start, Weights


def mean_marks(marks: np.ndarray, _weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the mean mark of each candidate, shape (n,)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of nobody's marks the mean is NaN
        return np.asarray(np.nanmean(marks, axis=0))


def trimmed_means(marks: np.ndarray, _weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return means without the highest and the lowest mark, shape (n,); of two marks, of both."""
    count = (~np.isnan(marks)).sum(axis=0)
    total, trimmed = np.nansum(marks, axis=0), count >= 3
    ends = np.zeros_like(total)
    ends[trimmed] = np.nanmin(marks[:, trimmed], axis=0) + np.nanmax(marks[:, trimmed], axis=0)
    left = np.where(trimmed, count - 2, count)
    return np.divide(total - ends, left, out=np.full(len(total), np.nan), where=left > 0)


def corrected_marks(marks: np.ndarray, limit: float) -> np.ndarray:
    """Return marks moved to within a limit of each candidate's mean, shape (jurors, n).

    Parameters
    ----------
    marks : float array, shape (jurors, n)
    limit
        The most that a mark may be off the mean of all marks, in points.
    """
    mean = mean_marks(marks)
    return np.clip(marks, mean - limit, mean + limit)


def corrected_means(
    marks: np.ndarray, _weights: Weights = None, _start: Start = None, *, limit: float
) -> np.ndarray:
    """Return the means of :func:`corrected_marks`, shape (n,)."""
    return mean_marks(corrected_marks(marks, limit))


def mean_z_scores(marks: np.ndarray, _weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return means of marks standardised by juror, shape (n,); a juror of equal marks gives 0."""
    centred = marks - mean_marks(marks.T)[:, np.newaxis]
    spread = np.sqrt(mean_marks(centred.T**2))[:, np.newaxis]
    return mean_marks(np.divide(centred, spread, out=0 * centred, where=spread > 0))


def borda_shares(marks: np.ndarray, _weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the mean share of the others whom a juror puts below, shape (n,), a tie half.

    A juror who marked one candidate alone puts nobody below, and is left out.
    """
    points = rankdata(marks, axis=1, nan_policy="omit") - 1  # of ties the mean
    others = (~np.isnan(marks)).sum(axis=1, keepdims=True) - 1
    return mean_marks(np.divide(points, others, out=np.full(marks.shape, np.nan), where=others > 0))


MEAN = Method("mean-mark", mean_marks, needs="marks", format_spec=".2f")
TRIMMED = Method("trimmed-mean", trimmed_means, needs="marks", format_spec=".2f")
CORRECTED_2 = Method(
    "corrected-mean-2", partial(corrected_means, limit=2), needs="marks", format_spec=".2f"
)
CORRECTED_3 = Method(
    "corrected-mean-3", partial(corrected_means, limit=3), needs="marks", format_spec=".2f"
)
Z_SCORES = Method("z-score", mean_z_scores, needs="marks", format_spec=".3f")
BORDA = Method("borda", borda_shares, needs="marks", format_spec=".3f")
