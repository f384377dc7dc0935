"""An interval for a share whose items depend on several kinds of clusters at once.

Conventions
-----------
A pair of performances depends on two pianists and on one passage; other pairs depend on the same
ones. The bootstrap resamples every kind of cluster by itself, and an item counts as often as all
its clusters were drawn: the product of their counts [1]_. That is never too narrow, and somewhat
wide.

References
----------
.. [1] A. B. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007).
"""

from collections.abc import Sequence

import numpy as np

from ranking.evaluation.resampling import BOOTSTRAP_DRAWS, LEVEL, Estimate


def clustered_share(
    right: np.ndarray, kinds: Sequence[Sequence[np.ndarray]], seed: int = 0
) -> Estimate:
    """Return the mean of items with its 95 % interval.

    Parameters
    ----------
    right : float array, shape (N,)
    kinds : for each kind of cluster, arrays of names, shape (N,)
        ``[[first, second], [passage]]`` for pairs of two pianists in one passage.
    seed
        Seed of the bootstrap.

    Raises
    ------
    ValueError
        If there are no items.
    """
    if not len(right):
        raise ValueError("no items, no share")
    rng = np.random.default_rng(seed)
    weight = np.ones((BOOTSTRAP_DRAWS, len(right)))
    for columns in kinds:
        names, number = np.unique(np.stack(columns), return_inverse=True)
        drawn = rng.multinomial(
            len(names), np.full(len(names), 1 / len(names)), size=BOOTSTRAP_DRAWS
        )
        for column in number.reshape(len(columns), -1):
            weight *= drawn[:, column]
    below = weight.sum(axis=1)
    shares = (weight @ right)[below > 0] / below[below > 0]
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(right.mean()), float(low), float(high), pairs=float(len(right)))
