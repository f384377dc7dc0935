"""Do the ways of ranking agree? The same comparisons ranked by every method.

Conventions
-----------
Methods are those of :data:`ranking.methods.method.METHODS`. Agreement is Kendall's tau-b of their
ranks: 1 for one order, 0 for none in common. It is missing where a method puts all alike.
"""

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from ranking.comparisons.tally import Tally
from ranking.methods.method import METHODS, competition_rank
from ranking.tables import TIE


def method_ranks(counted: Tally) -> pd.DataFrame:
    """Rank of each candidate (index, by id) by each method (columns); equals share a rank."""
    wins = counted.wins
    ranks = {by: competition_rank(method(wins)) for by, method in METHODS.items()}
    return pd.DataFrame(ranks, index=counted.candidates)


def method_agreement(ranks: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau-b of every two columns of :func:`method_ranks`, a square table."""
    return ranks.corr(method="kendall")


def tau_b(strength: np.ndarray, score: np.ndarray) -> float:
    """Kendall's tau-b of a ranking and the result, both larger for better."""
    if np.ptp(rank := competition_rank(strength)) == 0:
        return 0.0  # nobody is put before anybody; scipy says nan
    return float(kendalltau(-rank, score).statistic)


def somers_d(strength: np.ndarray, score: np.ndarray) -> float:
    """Somers' D of a ranking given the result: pairs of unequal score ordered right less wrong.

    Tau-b divides the same difference by the geometric mean of the pairs that each of the two tells
    apart [2]_.
    """
    told = [_pairs_told_apart(values) for values in (competition_rank(strength), score)]
    return tau_b(strength, score) * float(np.sqrt(told[0] / told[1]))


def _pairs_told_apart(values: np.ndarray) -> float:
    counts = np.unique(values, return_counts=True)[1]
    return (len(values) ** 2 - float((counts.astype(float) ** 2).sum())) / 2


def juror_agreement(comparisons: pd.DataFrame, score: pd.Series) -> pd.Series:
    """Share of the pairs of unequal score that each juror ordered as the result did.

    A tie counts half. Indexed by juror, the most agreeing first.
    """
    first, second = (comparisons[side].map(score) for side in ("first", "second"))
    unequal = (first != second) & first.notna() & second.notna()
    better = comparisons["first"].where(first > second, comparisons["second"])
    right = (comparisons["winner"] == better) + 0.5 * (comparisons["winner"] == TIE)
    by_juror = right[unequal].groupby(comparisons["juror"][unequal])
    return by_juror.mean().sort_values(ascending=False)
