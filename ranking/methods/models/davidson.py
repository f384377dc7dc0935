"""Davidson: Bradley-Terry with ties, which are likelier between equals [1]_.

Conventions
-----------
Of two candidates of strengths a and b (log-odds, as in Bradley-Terry) the first wins, the second
wins or they tie in the ratio exp(a) : exp(b) : ν exp((a + b) / 2). The *tie parameter* ν is one for
all pairs: equals tie in ν / (2 + ν) of their comparisons. The fit is maximum likelihood, of mean 0;
without ties, ν is 0 and it is Bradley-Terry. Where wins and ties do not connect all candidates both
ways, differences between groups are infinite, and mean no more than an order
(:mod:`ranking.methods.models.fit`); ν is then that within groups.

References
----------
.. [1] R. R. Davidson, "On extending the Bradley-Terry model to accommodate ties in paired
   comparison experiments", Journal of the American Statistical Association 1970.
"""

from collections.abc import Sequence

import numpy as np

from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import BRADLEY_TERRY, bradley_terry_log_strengths
from ranking.methods.method import Method, Start, Weights
from ranking.methods.models.fit import (
    Fitted,
    PairLikelihood,
    fit_groups,
    from_start,
    maximise,
    spread_ties,
    within_groups,
)

NAME = "davidson"


def davidson_log_strengths(
    wins: WinMatrix, weights: Weights = None, start: Start = None
) -> np.ndarray:
    """Return log-strengths (n,), fitted, or a few Newton steps on from a start.

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
    if wins.ties is None or not wins.ties.any():
        return bradley_terry_log_strengths(wins, weights, start)
    weighted = wins.weighted(weights)
    if start is None:
        return fit_groups(weighted, lambda within, label: _fit(within, label).strength)
    if not _decided(weighted).any():
        return np.zeros(len(wins))
    return from_start(_WithTies(weighted), Fitted(start, _of_equals(weighted)))


def tie_parameter(wins: WinMatrix) -> float:
    """Return ν, by the comparisons within groups; missing where there are none, or ties alone."""
    within, label = within_groups(wins)
    if not _decided(within).any():
        return float("nan")
    return float(np.exp(_fit(within, label).parameter))


def _fit(wins: WinMatrix, label: np.ndarray) -> Fitted:
    """Strengths, each group of mean 0, and log ν of comparisons within groups."""
    n = len(wins)
    if not _decided(wins).any():
        return Fitted(np.zeros(n))
    if wins.ties is None or not wins.ties.any():
        within = _WithTies(WinMatrix(wins.wins))
        return Fitted(maximise(within, Fitted(np.zeros(n)), label, NAME).strength, -np.inf)
    start, more = Fitted(np.zeros(n), _of_equals(wins)), spread_ties(label)
    penalised = _WithTies(WinMatrix(wins.wins + more, wins.ties))
    return maximise(_WithTies(wins), start, label, NAME, penalised)


def _decided(wins: WinMatrix) -> np.ndarray:
    """Comparisons that row won (n, n), ties left out."""
    return wins.wins if wins.ties is None else wins.wins - wins.ties / 2


def _of_equals(wins: WinMatrix) -> float:
    """Log ν, were all candidates equal."""
    ties = 0.0 if wins.ties is None else wins.ties.sum() / 2
    return float(np.log(2 * ties / _decided(wins).sum()))


class _WithTies:
    """The likelihood of wins and ties; its parameter is log ν, if there are ties.

    It is that of a score of 1/2, -1/2 or 0, whose expectation and variance are the slopes.
    """

    def __init__(self, wins: WinMatrix) -> None:
        self.won = _decided(wins)
        self.tied = None if wins.ties is None else wins.ties / 2  # each pair stands there twice

    def __call__(self, difference: np.ndarray, log_nu: float) -> PairLikelihood:
        half = difference / 2
        log_total = np.logaddexp(half, -half)
        if self.tied is not None:
            log_total = np.logaddexp(log_total, log_nu)
        win, lose = np.exp(half - log_total), np.exp(-half - log_total)
        score = (win - lose) / 2
        times = self.won if self.tied is None else self.won + self.tied
        value = float((self.won * half - times * log_total).sum())
        slope = self.won / 2 - times * score
        curvature = times * ((win + lose) / 4 - score**2)
        if self.tied is None:
            return PairLikelihood(value, slope, curvature)
        tie = np.exp(log_nu - log_total)
        return PairLikelihood(
            value + log_nu * float(self.tied.sum()),
            slope,
            curvature,
            float((self.tied - times * tie).sum()),
            float((times * tie * (1 - tie)).sum()),
            -times * score * tie,
        )


def davidson_remark(wins: WinMatrix, _strengths: np.ndarray, _candidates: Sequence[str]) -> str:
    """Return the tie parameter, or why there is none."""
    if wins.ties is None or not wins.ties.any():
        return "There are no ties: Davidson's model is Bradley-Terry's."
    nu = tie_parameter(wins)
    if np.isnan(nu):
        return "Davidson's tie parameter is not known: no wins connect candidates both ways."
    return (
        f"Davidson's tie parameter ν is {nu:.3g}: equals tie in {100 * nu / (2 + nu):.3g} % of "
        "their comparisons."
    )


DAVIDSON = Method(
    NAME,
    davidson_log_strengths,
    format_spec=".2f",
    unit=BRADLEY_TERRY.unit,
    disconnected_remark=BRADLEY_TERRY.disconnected_remark,
    remark=davidson_remark,
)
