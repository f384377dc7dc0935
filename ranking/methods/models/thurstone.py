"""Thurstone's case V: the probability of winning is normal in the difference of strength [1]_.

Conventions
-----------
Each performance varies around its strength by a normal distribution, all with the same spread, so
that the one wins over the other with probability Φ(difference): the unit is the standard deviation
of a difference. A tie is half a win for each. The fit is maximum likelihood [2]_, that of a probit
regression, of mean 0. Where wins do not connect all candidates both ways, differences between
groups are infinite, and mean no more than an order (:mod:`ranking.methods.models.fit`).

References
----------
.. [1] L. L. Thurstone, "A law of comparative judgment", Psychological Review 1927.
.. [2] F. Mosteller, "Remarks on the method of paired comparisons", Psychometrika 1951.
"""

import numpy as np
from scipy.special import log_ndtr

from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import Method, Start, Weights
from ranking.methods.models.fit import Fitted, PairLikelihood, fit_groups, from_start, maximise

NAME = "thurstone"
LOG_OF_PEAK = -0.5 * np.log(2 * np.pi)  # of the normal density


def thurstone_strengths(
    wins: WinMatrix, weights: Weights = None, start: Start = None
) -> np.ndarray:
    """Return the strengths (n,), fitted, or a few Newton steps on from a start.

    Parameters
    ----------
    wins : wins of n candidates
    weights : float array, shape (n,), or None
        Weight of each candidate; None: all alike.
    start : float array, shape (n,), or None
        Strengths near those of the fit; None: fit from scratch.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    weighted = wins.weighted(weights)
    if start is not None:
        return from_start(_Normal(weighted.wins), Fitted(start))
    return fit_groups(weighted, _fit_within)


def _fit_within(wins: WinMatrix, label: np.ndarray) -> np.ndarray:
    return maximise(_Normal(wins.wins), Fitted(np.zeros(len(wins))), label, NAME).strength


class _Normal:
    """The likelihood of wins (n, n) of row over column."""

    def __init__(self, wins: np.ndarray) -> None:
        self.wins = wins

    def __call__(self, difference: np.ndarray, _parameter: float) -> PairLikelihood:
        log_p = log_ndtr(difference)
        ratio = np.exp(LOG_OF_PEAK - difference**2 / 2 - log_p)  # density over probability
        curvature = self.wins * ratio * (ratio + difference)
        return PairLikelihood(float((self.wins * log_p).sum()), self.wins * ratio, curvature)


THURSTONE = Method(
    NAME,
    thurstone_strengths,
    format_spec=".2f",
    unit="a standard deviation of a difference: one more wins 84 % of comparisons",
    disconnected_remark=BRADLEY_TERRY.disconnected_remark,
)
