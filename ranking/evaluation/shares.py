"""Shares of pairs with intervals, also where all of them are right, or none.

Conventions
-----------
Candidates are resampled, and a pair counts by how often both are drawn. Chance that only one pair
has, such as a coin flip's, counts with both of its candidates: of such pairs the interval is too
wide. Of a panel, jurors are resampled as well, independently: the interval is about other
candidates and other such jurors. It is rather too wide than too narrow, since chance that only one
juror has with one candidate counts twice.

A bootstrap of pairs that are all right, or all wrong, has no spread, although the next field may
well differ. There the interval ends at a bound [1]_: m *disjoint* pairs, no candidate in two of
them, are all right with probability p^m, so that p below 0.025^(1/m) is rejected. Other shares that
are the same in every draw, such as one half of ties, have no interval.

References
----------
.. [1] C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
   case of the binomial", Biometrika 1934.
"""

from dataclasses import replace

import numpy as np

from ranking.evaluation.resampling import (
    BOOTSTRAP_DRAWS,
    QUANTILES,
    Estimate,
    bootstrap_counts,
    bootstrap_pair_share,
    bootstrap_pair_sums,
    withhold_without_width,
)

EXTREME = 1e-12  # distance from 0 or 1 that rounding may leave


def bounded_share(right: np.ndarray, compared: np.ndarray, seed: int = 0) -> Estimate:
    """Return a share of pairs with an interval, candidates resampled.

    Parameters
    ----------
    right, compared : float arrays, shape (n, n)
        Numbers of comparisons of each ordered pair: those that are right, and all.
    seed : seed of the bootstrap
    """
    return _bounded(bootstrap_pair_share(right, compared, seed), compared)


def panel_share(right: np.ndarray, compared: np.ndarray, seed: int = 0) -> Estimate:
    """Return a share of pairs with an interval, jurors and candidates resampled independently.

    Parameters
    ----------
    right, compared : float arrays, shape (jurors, n, n)
        Numbers of comparisons of each juror and ordered pair: those that are right, and all.
    seed : seed of the bootstrap
    """
    total = float(compared.sum())
    if total == 0:
        return Estimate(float("nan"))
    jurors, n, _ = right.shape
    candidates = bootstrap_counts(n, seed)
    rng = np.random.default_rng([seed, 1])
    drawn = rng.multinomial(jurors, np.full(jurors, 1 / jurors), size=BOOTSTRAP_DRAWS)
    above, below = (
        sum(drawn[:, at] * bootstrap_pair_sums(candidates, own) for at, own in enumerate(values))
        for values in (right, compared)
    )
    above, below = np.asarray(above), np.asarray(below)
    low, high = np.quantile(above[below > 0] / below[below > 0], QUANTILES)
    share = Estimate(float(right.sum()) / total, float(low), float(high), pairs=total)
    return _bounded(replace(share, unit="jurors and candidates"), compared.sum(axis=0))


def count_disjoint_pairs(compared: np.ndarray) -> int:
    """Return how many pairs can be chosen, no candidate in two of them; perhaps one or two fewer.

    Whoever has fewest possible partners is paired first, with the partner who has fewest.

    Parameters
    ----------
    compared : float array, shape (n, n)
        Comparisons of row and column, in either order.
    """
    possible = (compared + compared.T) > 0
    np.fill_diagonal(possible, val=False)
    partners = possible.sum(axis=1)
    found = 0
    while partners.any():
        one = int(np.where(partners > 0, partners, len(partners)).argmin())
        other = int(np.where(possible[one], partners, len(partners)).argmin())
        for taken in (one, other):
            partners -= possible[taken]
            possible[taken], possible[:, taken] = False, False
            partners[taken] = 0
        found += 1
    return found


def _bounded(estimate: Estimate, compared: np.ndarray) -> Estimate:
    """The estimate; if it is all or nothing, its interval ends at the bound of disjoint pairs."""
    value = estimate.value
    if not EXTREME < value < 1 - EXTREME and estimate.pairs:
        pairs = count_disjoint_pairs(compared)
        if not pairs:  # all are within one group
            return withhold_without_width(estimate)
        bound = float(QUANTILES[0] ** (1 / pairs))
        low, high = (bound, 1.0) if value > 0.5 else (0.0, 1 - bound)
        noun = "pair" if pairs == 1 else "pairs"
        return replace(estimate, low=low, high=high, unit=f"{pairs} disjoint {noun}")
    return withhold_without_width(estimate)
