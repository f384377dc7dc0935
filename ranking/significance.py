"""How often the verdicts agree with the result, and whether chance would do as well.

Conventions
-----------
Accuracy is over the compared pairs of unequal score; a tie is half right. The candidates are the
sample, not the pairs: every pair of one candidate hangs on the same recital. So intervals resample
candidates (percentile bootstrap; a pair counts by how often both are drawn), and p-values deal the
scores out anew among the candidates. Binomial formulas over pairs claim far too much: for the 8,414
pairs of the 2015 comparisons an interval a seventh as wide. Two-sided p is twice the smaller tail.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Table 4.
.. [2] M. Hollander, D. Wolfe, E. Chicken, "Nonparametric Statistical Methods", 2014, ch. 8.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau, permutation_test, somersd

from ranking.noskill import affordable
from ranking.tally import Tally

LEVEL = 0.95
BOOTSTRAP_DRAWS = 2000
PERMUTATIONS = 1999


@dataclass(frozen=True)
class Estimate:
    """A value, its 95 % interval, and the p of no skill where it was asked."""

    value: float
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")
    pairs: float = 0.0
    """Weight of comparisons behind it."""


def pair_share(numerator: np.ndarray, denominator: np.ndarray, seed: int = 0) -> Estimate:
    """Return a share over pairs with an interval from resampling candidates.

    Parameters
    ----------
    numerator, denominator : float arrays, shape (n, n)
        What each ordered pair adds above and below the line.
    """
    total = float(denominator.sum())
    if total == 0:
        return Estimate(float("nan"))
    n = len(denominator)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAP_DRAWS).astype(float)
    above = ((counts @ numerator) * counts).sum(axis=1)
    below = ((counts @ denominator) * counts).sum(axis=1)
    shares = above[below > 0] / below[below > 0]
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(numerator.sum()) / total, float(low), float(high), pairs=total)


def pair_accuracy(counted: Tally, score: np.ndarray, seed: int = 0) -> Estimate:
    """Return the share of comparisons that the better candidate won, with interval and p.

    Parameters
    ----------
    score : float array, shape (n,)
        Results in the order of the tally; pairs with a missing one are left out.
    """
    better = score[:, np.newaxis] > score[np.newaxis, :]
    estimate = pair_share(counted.wins * better, counted.met * better, seed)
    p = permutation_p(counted.wins, counted.met, score, seed)
    return Estimate(estimate.value, estimate.low, estimate.high, p, estimate.pairs)


def permutation_p(wins: np.ndarray, met: np.ndarray, score: np.ndarray, seed: int = 0) -> float:
    """Two-sided p of the accuracy, scores dealt out anew among the candidates.

    Where equal scores never met, fewer pairs count after dealing: the test is then conservative
    (2 to 4 % false alarms at 5 % in simulation on the schedule of 2015).
    """
    known = np.flatnonzero(~np.isnan(score))
    better = score[known, np.newaxis] > score[np.newaxis, known]
    won, played = wins[np.ix_(known, known)], met[np.ix_(known, known)]

    def accuracy(order: np.ndarray) -> float:
        dealt = better[np.ix_(order, order)]
        pairs = played[dealt].sum()
        return float(won[dealt].sum() / pairs) if pairs else 0.5

    test = permutation_test(
        (np.arange(len(known)),),
        accuracy,
        permutation_type="pairings",
        vectorized=False,
        n_resamples=affordable(PERMUTATIONS, len(known)),
        rng=np.random.default_rng(seed),
    )
    return float(test.pvalue)


def accuracy_by_distance(counted: Tally, score: np.ndarray, seed: int = 0) -> dict[float, Estimate]:
    """Return the pair accuracy for each difference of scores."""
    gap = score[:, np.newaxis] - score[np.newaxis, :]
    distances = np.unique(gap[(gap > 0) & (counted.met > 0)])
    return {
        float(distance): pair_share(
            counted.wins * (gap == distance), counted.met * (gap == distance), seed
        )
        for distance in distances
    }


def macro_f1(counted: Tally, score: np.ndarray) -> float:
    """Return the mean F1 of "the first is better" and "the second is better" (Table 4 [1]_)."""
    first_better = score[:, np.newaxis] > score[np.newaxis, :]
    said_first, said_second = counted.first_wins, counted.games - counted.first_wins
    right = (said_first[first_better].sum(), said_second[first_better.T].sum())
    wrong = said_second[first_better].sum() + said_first[first_better.T].sum()
    return float(np.mean([2 * hits / (2 * hits + wrong) for hits in right]))


def tau_b(strength: np.ndarray, score: np.ndarray) -> float:
    """Kendall's tau-b of a ranking and the result, both larger for better."""
    return float(kendalltau(strength, score).statistic)


def somers_d(strength: np.ndarray, score: np.ndarray) -> float:
    """Somers' D of a ranking given the result: pairs of unequal score ordered right less wrong."""
    if np.ptp(strength) == 0:
        return 0.0  # nobody is put before anybody; scipy says nan
    return float(somersd(score, strength).statistic)


def control_accuracy(key: np.ndarray, score: np.ndarray, seed: int = 0) -> Estimate:
    """Return the accuracy of judging every pair by one number each, the larger winning."""
    known = ~np.isnan(key) & ~np.isnan(score)
    above = np.sign(key[known, np.newaxis] - key[np.newaxis, known])
    met = 1.0 - np.eye(known.sum())
    wins = met * (above + 1) / 2
    better = score[known, np.newaxis] > score[np.newaxis, known]
    estimate = pair_share(wins * better, met * better, seed)
    p = permutation_p(wins, met, score[known], seed)
    return Estimate(estimate.value, estimate.low, estimate.high, p, estimate.pairs)


def tail_p(value: float, chance: np.ndarray) -> float:
    """Two-sided p of a value among those that chance gave."""
    upper = (1 + (chance >= value - 1e-12).sum()) / (1 + len(chance))
    lower = (1 + (chance <= value + 1e-12).sum()) / (1 + len(chance))
    return float(min(1.0, 2 * min(upper, lower)))
