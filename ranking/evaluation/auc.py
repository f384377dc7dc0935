"""How often one who passed is ranked above one who did not (AUC), with its 95 % interval.

Conventions
-----------
The candidates are the sample. Their part in the variance of the AUC is that of DeLong, DeLong and
Clarke-Pearson [1]_: the variance over those who passed of the share of the others whom each is
above, and the same the other way round, what resampling candidates gives without draws. Of a panel
the jurors are a sample as well, and independent of the candidates: they add the variance of the
jackknife over jurors, each ranking made anew. The AUC is that of a panel of as many jurors; with
more of them it may be higher. The interval is Student's t on the log-odds of the AUC, with the
degrees of freedom of Satterthwaite [2]_; it is rather too wide than too narrow, since chance that
only one juror has with one candidate counts twice.

An AUC of 1 or 0 has no spread to be seen. Its interval ends at the bound of disjoint pairs
(:mod:`ranking.evaluation.shares`).

References
----------
.. [1] E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, "Comparing the areas under two or more
   correlated receiver operating characteristic curves", Biometrics 1988.
.. [2] F. E. Satterthwaite, "An approximate distribution of estimates of variance components",
   Biometrics Bulletin 1946.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtrit

from ranking.comparisons.tally import compared_candidates, total_wins, wins_and_ties_by_juror
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.resampling import QUANTILES, Estimate
from ranking.evaluation.shares import bounded_share
from ranking.methods.method import Method, competition_rank

MIN_JURORS = 3
"""Smallest number of jurors that says how much they differ."""
MAX_GROUPS = 100
"""Largest number of jurors, or groups of them, that are left out one at a time."""


def auc_with_interval(strength: np.ndarray, passed: np.ndarray) -> Estimate:
    """Return the AUC of one ranker with an interval over candidates.

    Parameters
    ----------
    strength : float array, shape (n,)
        Larger is better.
    passed : bool array, shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> from ranking.evaluation.auc import auc_with_interval
    >>> passed = np.array([True, True, False, True, False, False])
    >>> found = auc_with_interval(np.arange(6.0)[::-1], passed)
    >>> round(found.value, 3), round(found.low, 2), round(found.high, 2)
    (0.889, 0.09, 1.0)
    """
    return _with_ends(strength, passed, 0.0, 1, "candidates")


def panel_auc(
    comparisons: pd.DataFrame, method: Method, passed: pd.Series, seed: int = 0
) -> Estimate:
    """Return the AUC of a panel's ranking with an interval over jurors and candidates.

    With fewer than :data:`MIN_JURORS` jurors there is no interval, nor by a slow method.

    Parameters
    ----------
    comparisons : table of COMPARISONS with a column ``juror``
    method : how they are ranked
    passed : bool Series by candidate
        Whether each passed; others are ranked as well, and left out of the AUC.
    seed : seed of the groups of jurors, where they are many
    """
    ids = compared_candidates(comparisons)
    wins = wins_and_ties_by_juror(comparisons, ids)
    known = ids.isin(passed.index)
    result = passed.loc[ids[known]].to_numpy(dtype=bool)
    total = total_wins(wins)
    strength = method.strengths(total, None, None)[known]
    if len(wins) < MIN_JURORS or method.slow:
        return Estimate(float(area_under_roc(strength, result)))
    order = np.random.default_rng(seed).permutation(len(wins))
    groups = np.array_split(order, min(len(wins), MAX_GROUPS))
    others = (total.without(total_wins([wins[one] for one in own])) for own in groups)
    left_out = np.stack([method.strengths(one, None, None) for one in others])
    without = area_under_roc(left_out[:, known], result)
    variance = (len(groups) - 1) * float(without.var())
    return _with_ends(strength, result, variance, len(groups) - 1, "jurors and candidates")


def auc_variance(strength: np.ndarray, passed: np.ndarray) -> float:
    """Return the variance of the AUC over candidates, missing where fewer than two of a kind."""
    above = _above(strength, passed)
    if min(above.shape) < 2:
        return float("nan")
    return float(sum(above.mean(axis=1 - at).var(ddof=1) / above.shape[at] for at in (0, 1)))


def _above(strength: np.ndarray, passed: np.ndarray) -> np.ndarray:
    """Whether each who passed (rows) is ranked above each who did not (columns), a tie half."""
    rank = competition_rank(strength)
    return (np.sign(rank[~passed] - rank[passed][:, np.newaxis]) + 1) / 2


def _with_ends(
    strength: np.ndarray, passed: np.ndarray, by_jurors: float, freedom: int, unit: str
) -> Estimate:
    """Return the AUC with its interval.

    Parameters
    ----------
    strength, passed : arrays, shape (n,)
    by_jurors : variance of the AUC over jurors
    freedom : degrees of freedom of that
    unit : what the interval resamples, in words
    """
    above = _above(strength, passed)
    value, pairs = float(above.mean()), float(above.size)
    if value in (0.0, 1.0):
        better = (passed[:, np.newaxis] & ~passed).astype(float)
        return replace(bounded_share(value * better, better), value=value)
    by_candidates = auc_variance(strength, passed)
    variance = by_candidates + by_jurors
    if not variance > 0:  # no spread, or too few to tell
        return Estimate(value, pairs=pairs, unit=unit)
    parts = by_candidates**2 / (len(passed) - 2) + by_jurors**2 / freedom
    half = stdtrit(variance**2 / parts, QUANTILES[1]) * np.sqrt(variance)
    low, high = expit(logit(value) + np.array([-1, 1]) * half / (value * (1 - value)))
    return Estimate(value, float(low), float(high), pairs=pairs, unit=unit)
