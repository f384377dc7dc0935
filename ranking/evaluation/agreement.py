"""Whether two orders agree: a ranking and the result, two methods, a juror and the result.

Conventions
-----------
Agreement of two orders is Kendall's tau-b [1]_: 1 if they are the same, 0 if they have nothing in
common, -1 if one is the reverse of the other, missing where all are equal in one of them. With
other ties in one than in the other it cannot reach 1: :func:`largest_tau_b`. Where candidates tie
across the end of a top, the top has an equal share of each of them. A *method* is one of
:data:`ranking.methods.registry.METHODS`.

References
----------
.. [1] M. Hollander, D. Wolfe, E. Chicken, "Nonparametric Statistical Methods", 2014, ch. 8.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ranking.comparisons.pairs import with_truth
from ranking.comparisons.tally import Tally
from ranking.errors import RankingError
from ranking.evaluation.permutation import PermutationP, arrange, sums_over_better
from ranking.methods.method import competition_rank
from ranking.methods.registry import METHODS
from ranking.tables import TIE

NO_MARKS = "ranked by marks, and there are none"


def ranks_by_method(tally: Tally) -> pd.DataFrame:
    """Return the rank of each candidate (rows, by id) by each method of comparisons (columns)."""
    return ranks_by_applicable_method(tally)[0]


def ranks_by_applicable_method(
    tally: Tally,
    marks: np.ndarray | None = None,
    needs: Sequence[str] = ("comparisons", "marks"),
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the ranks by each method that applies, and why the others do not, by name.

    Parameters
    ----------
    tally : counted comparisons of n candidates whom they join
    marks : float array, shape (jurors, n), or None
        Marks of a panel, for methods that rank by them.
    needs : what methods rank by that are tried

    Returns
    -------
    ranks, not_applicable
        A row by candidate id and a column by method; and a reason, in words, by method.
    """
    ranks, not_applicable = {}, {}
    for name, method in METHODS.items():
        if method.needs not in needs:
            continue
        data = tally.matrix if method.needs == "comparisons" else marks
        if data is None:
            not_applicable[name] = NO_MARKS
            continue
        try:
            ranks[name] = competition_rank(method.strengths(data, None, None))
        except RankingError as error:
            not_applicable[name] = error.what
    return pd.DataFrame(ranks, index=tally.candidates), not_applicable


def method_tau_b_matrix(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return Kendall's tau-b of every two columns of :func:`ranks_by_method`, a square table."""
    return ranks.corr(method="kendall")


def tau_b(strength: np.ndarray, score: np.ndarray) -> float:
    """Return Kendall's tau-b of strengths and scores, both shape (n,), larger is better."""
    from scipy.stats import kendalltau  # half a second to load

    if np.ptp(rank := competition_rank(strength)) == 0:
        return 0.0  # nobody is ranked above anybody: scipy returns nan
    return float(kendalltau(-rank, score).statistic)


def largest_tau_b(strength: np.ndarray, score: np.ndarray) -> float:
    """Return the largest tau-b that these strengths, shape (n,), and scores, shape (n,), can have.

    It is that of both sorted: the best result goes to the best ranked, and so on.
    """
    return tau_b(np.sort(strength), np.sort(score))


def tau_test(strength: np.ndarray, score: np.ndarray, seed: int = 0) -> PermutationP:
    """Return the test of tau-b, scores permuted over the candidates.

    Parameters
    ----------
    strength, score : float arrays, shape (n,)
        Larger is better.
    seed : seed of the permutations
    """
    rank = competition_rank(strength)
    above = np.sign(rank[np.newaxis, :] - rank[:, np.newaxis]).astype(float)
    own = np.unique(score, return_inverse=True)[1]
    arrangements = arrange(own, seed)
    levels = np.vstack([own, arrangements.levels])  # the actual result first
    concordant = sums_over_better(above[np.newaxis], levels)[:, 0]  # less discordant pairs
    return arrangements.test(float(concordant[0]), concordant[1:])


def share_in_top(strength: np.ndarray, size: int) -> np.ndarray:
    """Return how much of each candidate is in a top of a given size, ties across its end shared.

    Parameters
    ----------
    strength : float array, shape (..., n)
        Larger is better.
    size : number of places in the top

    Returns
    -------
    float array, shape (..., n)
        1 in the top, 0 below; their sum is ``size``.
    """
    from scipy.stats import rankdata  # half a second to load

    rank = competition_rank(strength)
    equals = rankdata(rank, method="max", axis=-1) - rank + 1  # as many share the rank
    return np.asarray(np.clip((size - rank + 1) / equals, 0, 1))


def top_test(
    strength: np.ndarray, passed: np.ndarray, seed: int = 0
) -> tuple[float, np.ndarray, PermutationP]:
    """Return how many of those who passed are in a top of as many, permuted as well, and the test.

    Parameters
    ----------
    strength : float array, shape (n,)
        Larger is better.
    passed : bool array, shape (n,)
    seed : seed of the permutations

    Returns
    -------
    found, drawn, test
        The expected number in the top; that of each arrangement of the results over the
        candidates, shape (N,); and the permutation test.
    """
    top = share_in_top(strength, int(passed.sum()))
    arrangements = arrange(passed, seed)
    drawn = arrangements.levels @ top
    found = float(top[passed].sum())
    return found, drawn, arrangements.test(found, drawn)


def somers_d(strength: np.ndarray, score: np.ndarray) -> float:
    """Return Somers' D of strengths given scores, both shape (n,), larger is better.

    It is the share of pairs of unequal score that are in the right order, less the share in the
    wrong one. Tau-b divides the same difference by the geometric mean of the numbers of pairs that
    are not tied in each of the two [1]_.
    """
    untied = [_untied_pairs(values) for values in (competition_rank(strength), score)]
    return tau_b(strength, score) * float(np.sqrt(untied[0] / untied[1]))


def _untied_pairs(values: np.ndarray) -> float:
    counts = np.unique(values, return_counts=True)[1]
    return (len(values) ** 2 - float((counts.astype(float) ** 2).sum())) / 2


def accuracy_by_juror(comparisons: pd.DataFrame, score: pd.Series) -> pd.Series:
    """Return the share of pairs of unequal score that each juror ordered as the result did.

    A tie counts half. Indexed by juror, the highest share first.

    Parameters
    ----------
    comparisons : table of COMPARISONS with a column ``juror``
    score : float Series by candidate
        Results; pairs with a missing one are left out.
    """
    known = with_truth(comparisons, score).dropna(subset="truth")
    right = (known["winner"] == known["truth"]) + 0.5 * (known["winner"] == TIE)
    by_juror = right.groupby(known["juror"])
    return by_juror.mean().sort_values(ascending=False)
