"""How accurate a ranker must be, for a permutation test on these pairs to find it.

Conventions
-----------
The *detectable accuracy* of a design (which pairs were compared how often, and which results the
candidates have) is the pair accuracy at which the permutation test finds the ranker in 80 % of
cases, at 5 %. It says how much a test could have found, and does not depend on what it found [1]_.

It is simulated: the strength of a candidate is β × result + one normal error, and the stronger of
two wins all comparisons of the pair. The critical value is that of the permutation test on one such
field with β = 0; β is then raised until the accuracy reaches it in 80 % of :data:`FIELDS` fields,
whose mean accuracy is returned.

References
----------
.. [1] J. M. Hoenig, D. M. Heisey, "The abuse of power", The American Statistician 2001.
"""

from math import ceil

import numpy as np

from ranking.evaluation.permutation import arrange, sums_over_better

LEVEL = 0.05
"""Level of the test."""
POWER = 0.8
"""Share of fields in which the test is to find the ranker."""
FEW_ACCURACY = 0.65
"""Detectable accuracy above which candidates are few: only a good ranker is found."""
FIELDS = 200
"""Number of simulated fields."""
MAX_PAIRS = 40_000  # of more, so many are drawn
STRONGEST = 1e5  # β per standard deviation of the result: the order is that of the result
HALVINGS = 12  # of the interval in which β is sought
ROUNDING = 1e-5  # of an accuracy in float32


def detectable_accuracy(pair_counts: np.ndarray, score: np.ndarray, seed: int = 0) -> float:
    """Return the pair accuracy that the permutation test finds in 80 % of cases, or NaN if none.

    There is none where even the accuracy of 100 % is not significant.

    Parameters
    ----------
    pair_counts : float array, shape (n, n)
        Comparisons of row and column.
    score : float array, shape (n,)
        Results; candidates with a missing one are left out.
    seed : seed of the simulation
    """
    known = ~np.isnan(score)
    own, compared = score[known], pair_counts[np.ix_(known, known)]
    if len(np.unique(own)) < 2:
        return float("nan")
    critical = critical_accuracy(compared, own, seed)
    if np.isnan(critical):
        return float("nan")
    rng = np.random.default_rng(seed)
    better, worse = np.nonzero((own[:, np.newaxis] > own) & (compared > 0))
    if len(better) > MAX_PAIRS:
        drawn = rng.choice(len(better), MAX_PAIRS, replace=False)
        better, worse = better[drawn], worse[drawn]
    share = (compared[better, worse] / compared[better, worse].sum()).astype(np.float32)
    errors = rng.standard_normal((FIELDS, len(own)), dtype=np.float32)
    gaps = errors[:, worse] - errors[:, better]  # (fields, pairs)
    ahead = ((own[better] - own[worse]) / own.std()).astype(np.float32)

    def accuracies(beta: float) -> np.ndarray:
        return np.asarray((np.float32(beta) * ahead > gaps).astype(np.float32) @ share)

    def surplus(beta: float) -> float:
        return float((accuracies(beta) >= critical - ROUNDING).mean() - POWER)

    high = 1.0
    while surplus(high) < 0 and high < STRONGEST:
        high *= 4
    low = 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) < 0 else (low, middle)
    return float(accuracies(high).mean())


def critical_accuracy(pair_counts: np.ndarray, score: np.ndarray, seed: int = 0) -> float:
    """Return the smallest pair accuracy above one half that is significant, or NaN if none is.

    Parameters
    ----------
    pair_counts : float array, shape (n, n)
        Comparisons of row and column.
    score : float array, shape (n,)
        Results, all of them known.
    seed : seed of the permutations
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(score))
    wins = pair_counts * (order[:, np.newaxis] > order)
    arrangements = arrange(score, seed)
    won, compared = sums_over_better(np.stack([wins, pair_counts]), arrangements.levels).T
    drawn = np.sort(np.divide(won, compared, out=np.full_like(won, 0.5), where=compared > 0))
    own = not arrangements.exact
    allowed = ceil(LEVEL / 2 * (len(drawn) + own) - 1e-9) - 1 - own  # so that p < 5 %
    values, starts = np.unique(np.round(drawn, 9), return_index=True)
    significant = len(drawn) - starts <= allowed
    return float(values[significant][0]) if significant.any() else float("nan")
