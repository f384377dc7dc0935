"""How many jurors it takes to tell two candidates apart, by the difference between them.

Conventions
-----------
Two candidates whose true marks differ by δ are marked by the same n jurors and compared by a paired
t-test. The variance of the difference of a juror's two marks is 2 σ², where σ² is the residual
variance of mark = candidate + juror + residual: how severe a juror is drops out. For a test at 5 %
that finds the difference in 80 % of cases, n = 2 σ² (1.96 + 0.84)² / δ² with the normal
distribution [1]_; with Student's t, n − 1 degrees of freedom and the noncentral t for the power, it
takes a few more. Where different jurors mark the two, severities do not drop out, and σ² must hold
their variance as well.

δ is a difference that matters to whoever plans, never one that was observed: power at an observed
difference says no more than its p does [2]_.

References
----------
.. [1] J. M. Lachin, "Introduction to sample size determination and power analysis for clinical
   trials", Controlled Clinical Trials 1981.
.. [2] J. M. Hoenig, D. M. Heisey, "The abuse of power", The American Statistician 2001.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import chdtr, nctdtr, ndtri, stdtrit

from ranking.evaluation.detectable import LEVEL, POWER

MIN_JURORS = 2
"""Fewest jurors for a paired t-test."""
MAX_JURORS = 100_000
"""Most jurors that are searched for."""
DIGITS = (1, 1.5, 2, 3, 4, 5, 7.5)
"""Digits of the differences of a curve."""
SMALLEST, LARGEST = 0.1, 3.0
"""Smallest and largest difference of a curve, in residual standard deviations."""
LARGEST_NONCENTRAL = 30.0  # standard errors, up to which scipy's noncentral t is right
FAR = 4.0  # standard errors, from which on the wrong sign is never significant (p < 4e-5)
HALVINGS = 60  # of the interval in which a difference is sought


def power_of_t(difference: float, error: float, freedom: float, level: float = LEVEL) -> float:
    """Return how probably a two-sided t-test finds a difference.

    Parameters
    ----------
    difference : the true difference
    error : standard error of its estimate, above 0
    freedom : degrees of freedom of the error
    level : level of the test
    """
    critical = stdtrit(freedom, 1 - level / 2)
    off = abs(difference) / error
    if off > LARGEST_NONCENTRAL:  # t is hardly more than off over the error's own chance
        return float(chdtr(freedom, freedom * (off / critical) ** 2))
    other_side = nctdtr(freedom, off, -critical) if off < FAR else 0.0
    return float(1 - nctdtr(freedom, off, critical) + other_side)


def detectable_difference(
    error: float, freedom: float, level: float = LEVEL, power: float = POWER
) -> float:
    """Return the smallest difference that a t-test finds with a power; NaN without freedom.

    Parameters
    ----------
    error : standard error of the estimate of the difference
    freedom : degrees of freedom of the error
    level : level of the test
    power : how probably the difference is found
    """
    if freedom < 1 or not error > 0:
        return float("nan")
    low, high = 0.0, error
    while power_of_t(high, error, freedom, level) < power:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = power_of_t(middle, error, freedom, level) >= power
        low, high = (low, middle) if found else (middle, high)
    return high


def jurors_needed(
    difference: float, variance: float, level: float = LEVEL, power: float = POWER
) -> int:
    """Return how many jurors it takes to find a true difference of two candidates.

    Parameters
    ----------
    difference : true difference of the two in points, above 0
    variance : residual variance of a mark
    level : level of the test
    power : how probably the difference is found

    Raises
    ------
    ValueError
        If the difference or the variance is not above 0, or it takes more than
        :data:`MAX_JURORS` jurors.

    Examples
    --------
    >>> from ranking.jurors.power import jurors_needed
    >>> jurors_needed(1, 4), jurors_needed(2, 4)
    (65, 18)
    """
    if not (difference > 0 and variance > 0):
        raise ValueError("difference and variance must be above 0")
    spread = np.sqrt(2 * variance)

    def finds(jurors: int) -> bool:
        return power_of_t(difference, spread / np.sqrt(jurors), jurors - 1, level) >= power

    normal = (ndtri(1 - level / 2) + ndtri(power)) * spread / difference
    if normal**2 > MAX_JURORS:
        raise ValueError(f"it takes more than {MAX_JURORS:,} jurors")
    jurors = max(MIN_JURORS, int(normal**2))  # t needs more, never fewer
    while not finds(jurors):
        jurors += 1
    return jurors


def power_curve(variance: float, jurors: int, differences: Sequence[float] = ()) -> pd.DataFrame:
    """Return jurors needed by true difference: ``difference``, ``jurors`` and ``power``.

    ``power`` is that of the panel that there is; missing where it has one juror.

    Parameters
    ----------
    variance : residual variance of a mark, above 0
    jurors : number of jurors of the panel that there is
    differences : true differences in points; by default, round ones around σ
    """
    sigma = np.sqrt(variance)
    chosen = differences or round_differences(sigma)
    error = sigma * np.sqrt(2 / jurors)
    return pd.DataFrame(
        {
            "difference": chosen,
            "jurors": [jurors_needed(one, variance) for one in chosen],
            "power": [
                power_of_t(one, error, jurors - 1) if jurors >= MIN_JURORS else np.nan
                for one in chosen
            ],
        }
    )


def round_differences(sigma: float) -> list[float]:
    """Return round numbers from a tenth of σ to three times σ."""
    first = int(np.floor(np.log10(SMALLEST * sigma)))
    powers = range(first, first + 4)
    known = [float(f"{digit}e{power}") for power in powers for digit in DIGITS]
    return [one for one in known if SMALLEST * sigma <= one <= LARGEST * sigma]
