"""Do two orders agree: a ranking and the result, two methods, a juror and the result?

Conventions
-----------
Agreement of two orders is Kendall's tau-b [1]_: 1 for one order, 0 for none in common, missing
where one of them puts all alike. A *method* is one of :data:`ranking.methods.registry.METHODS`.

References
----------
.. [1] M. Hollander, D. Wolfe, E. Chicken, "Nonparametric Statistical Methods", 2014, ch. 8.
"""

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from ranking.comparisons.pairs import with_truth
from ranking.comparisons.tally import Tally
from ranking.methods.method import competition_rank
from ranking.methods.registry import METHODS
from ranking.tables import TIE


def method_ranks(tally: Tally) -> pd.DataFrame:
    """Rank of each candidate (index, by id) by each method of comparisons (columns)."""
    ranks = {
        name: competition_rank(method.strengths(tally.matrix, None, None))
        for name, method in METHODS.items()
        if method.needs == "comparisons"
    }
    return pd.DataFrame(ranks, index=tally.candidates)


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
    apart [1]_.
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
    known = with_truth(comparisons, score).dropna(subset="truth")
    right = (known["winner"] == known["truth"]) + 0.5 * (known["winner"] == TIE)
    by_juror = right.groupby(known["juror"])
    return by_juror.mean().sort_values(ascending=False)
