"""Bradley-Terry with an order effect: a preference for the first or the second of a pair [1]_.

Conventions
-----------
The *order effect* is a constant added to the log-odds of the first of each pair, fitted together
with the strengths, so that nobody gains from having come first more often. It is that of
candidates whom wins connect both ways: strengths explain all other comparisons. Most pairs may have
been compared in one order only; the effect is *identified* unless differences of strength could
explain the order of every comparison. It takes :data:`MIN_CANDIDATES` candidates and
:data:`MIN_COMPARISONS` comparisons of each, below which estimates are false alarms too often
(:mod:`ranking.consistency.order_effect`). Where there is none to fit, strengths are those of
Bradley-Terry: so with a panel's marks, which have no first and second.

References
----------
.. [1] R. R. Davidson, R. J. Beaver, "On extending the Bradley-Terry model to incorporate
   within-pair order effects", Biometrics 1977.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from ranking.comparisons.graph.components import strongly_connected_components
from ranking.comparisons.tally import Tally, WinMatrix
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

NAME = "bradley-terry-order"
MIN_CANDIDATES = 10
"""Number of candidates below which an order effect is not estimated."""
MIN_COMPARISONS = 6
"""Comparisons of each candidate below which it is not estimated, on average."""
RIDGE = 1e-10  # of the mean number of comparisons, keeps the equations regular
UNEXPLAINED = 1e-6  # share of the order that strengths must leave unexplained
MARKS = "which of two came first means nothing in these comparisons"


def order_effect_log_strengths(
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
    weighted = wins.weighted(weights)
    if start is not None:
        return _from_start(wins, weighted, weights, start)
    if why_no_order_effect_of(wins):
        return bradley_terry_log_strengths(wins, weights)
    return fit_groups(weighted, lambda within, label: _fit(within, label).strength)


def _from_start(
    wins: WinMatrix, weighted: WinMatrix, weights: Weights, start: np.ndarray
) -> np.ndarray:
    comparisons = weighted.comparisons
    if comparisons is None or weighted.first_wins is None or why_no_order_effect_of(wins):
        return bradley_terry_log_strengths(wins, weights, start)
    return from_start(OrderLikelihood(comparisons, weighted.first_wins), Fitted(start))


def order_effect_of(wins: WinMatrix) -> float:
    """Return what being first adds to the log-odds of winning, by comparisons within groups."""
    return _fit(*within_groups(wins)).parameter


def why_no_order_effect_of(wins: WinMatrix) -> str:
    """Return why no order effect is fitted, in words; empty if one is."""
    if wins.comparisons is None or wins.first_wins is None:
        return MARKS
    return why_no_order_effect(Tally(pd.RangeIndex(len(wins)), wins.comparisons, wins.first_wins))


def why_no_order_effect(tally: Tally) -> str:
    """Return why the order effect is not estimated, in words; empty if it is."""
    part = connected_part(tally)
    n, total = len(part.candidates), float(part.comparisons.sum())
    if n < MIN_CANDIDATES:
        return f"wins connect {n or 'no'} candidates both ways, and it takes {MIN_CANDIDATES}"
    if 2 * total < MIN_COMPARISONS * n:
        return (
            f"candidates whom wins connect were compared {2 * total / n:.1f} times each on "
            f"average, and it takes {MIN_COMPARISONS}"
        )
    if not is_identified(part):
        return "differences of strength could explain who came first in every comparison"
    return ""


def is_identified(tally: Tally) -> bool:
    """Whether an order effect can be told from differences of strength.

    It cannot where the comparisons could be explained as well by strengths alone: where every
    candidate of an earlier group came first against those of a later one, say.
    """
    comparisons = tally.comparisons
    pair_counts, n = tally.pair_counts, len(comparisons)
    total = comparisons.sum()
    laplacian = np.diag(pair_counts.sum(axis=1)) - pair_counts
    oftener_first = comparisons.sum(axis=1) - comparisons.sum(axis=0)
    ridge = RIDGE * np.eye(n) * pair_counts.sum() / n
    explained = oftener_first @ np.linalg.solve(laplacian + ridge, oftener_first)
    return bool(total - explained > UNEXPLAINED * total)


def connected_part(tally: Tally) -> Tally:
    """Return the comparisons of candidates whom wins connect both ways."""
    within = np.zeros(tally.comparisons.shape, dtype=bool)
    for members in strongly_connected_components(tally.wins):
        within[np.ix_(members, members)] = len(members) > 1
    kept = np.flatnonzero((within & (tally.pair_counts > 0)).any(axis=1))
    at = np.ix_(kept, kept)
    return Tally(
        tally.candidates[kept],
        (tally.comparisons * within)[at],
        (tally.first_wins * within)[at],
    )


class OrderLikelihood:
    """The likelihood of comparisons with row first and column second (n, n), and of wins of these.

    Its parameter is the order effect.
    """

    def __init__(self, comparisons: np.ndarray, first_wins: np.ndarray) -> None:
        self.comparisons, self.first_wins = comparisons, first_wins

    def __call__(self, difference: np.ndarray, order_effect: float) -> PairLikelihood:
        """Return the likelihood at differences of strength (n, n) and an order effect."""
        log_odds = difference + order_effect
        expected = expit(log_odds)
        lost = self.comparisons - self.first_wins
        value = (self.first_wins * log_expit(log_odds) + lost * log_expit(-log_odds)).sum()
        slope = self.first_wins - self.comparisons * expected
        weight = self.comparisons * expected * (1 - expected)
        return PairLikelihood(
            float(value), slope, weight, float(slope.sum()), float(weight.sum()), weight
        )


def penalised(
    comparisons: np.ndarray, first_wins: np.ndarray, label: np.ndarray
) -> OrderLikelihood:
    """Return the likelihood with a tenth of a tie for each candidate, spread over its group.

    Parameters
    ----------
    comparisons, first_wins : as :class:`OrderLikelihood` takes them
    label : int array, shape (n,)
        Group of each candidate.
    """
    spread = spread_ties(label)
    return OrderLikelihood(comparisons + spread, first_wins + spread / 2)


def _fit(wins: WinMatrix, label: np.ndarray) -> Fitted:
    """Strengths, each group of mean 0, and the order effect of comparisons within groups."""
    comparisons, first_wins = wins.comparisons, wins.first_wins
    if comparisons is None or first_wins is None:
        raise ValueError(MARKS)
    model, start = OrderLikelihood(comparisons, first_wins), Fitted(np.zeros(len(wins)))
    return maximise(model, start, label, NAME, penalised(comparisons, first_wins, label))


def order_effect_remark(wins: WinMatrix, _strengths: np.ndarray, _candidates: Sequence[str]) -> str:
    """Return the order effect, or why there is none."""
    why = why_no_order_effect_of(wins)
    if why:
        return f"No order effect is fitted: {why}. These are the strengths of Bradley-Terry."
    effect = order_effect_of(wins)
    return (
        f"Coming first in the pair adds {effect:+.3f} to the log-odds of winning; strengths are "
        "free of it."
    )


ORDER_EFFECT = Method(
    NAME,
    order_effect_log_strengths,
    format_spec=".2f",
    unit=BRADLEY_TERRY.unit,
    disconnected_remark=BRADLEY_TERRY.disconnected_remark,
    remark=order_effect_remark,
)
