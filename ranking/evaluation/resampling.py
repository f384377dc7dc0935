"""What is drawn again and again so that intervals and p-values follow, and how often.

Conventions
-----------
Everything of one candidate hangs together: every comparison, every pair. So the candidates of
a competition are the sample, and they are resampled, never comparisons or pairs: with replacement
(the bootstrap; a pair counts by how often both are drawn), or by random weights (the Bayesian
bootstrap [1]_), which leave everybody in the field. Where votes on windows exist, their places in
the recordings can be resampled instead, each for all pairs at once: its window is in every
comparison of a candidate. Intervals hold 95 %; a two-sided p is twice the smaller tail.

References
----------
.. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 1981.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

LEVEL = 0.95
QUANTILES = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
BOOTSTRAP_DRAWS = 2000
BUDGET = 40_000_000  # cells of matrices (n, n), over all draws
RESAMPLED = ("candidates", "windows")
"""What intervals of rank may resample."""


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
        What each ordered pair adds above and below the line. On the diagonal, where a row stands
        for several who are drawn together, what pairs among them add.
    """
    total = float(denominator.sum())
    if total == 0:
        return Estimate(float("nan"))
    counts = resample(len(denominator), seed)
    above, below = (sum_drawn(counts, values) for values in (numerator, denominator))
    shares = above[below > 0] / below[below > 0]
    low, high = np.quantile(shares, QUANTILES)
    return Estimate(float(numerator.sum()) / total, float(low), float(high), pairs=total)


def resample(n: int, seed: int) -> np.ndarray:
    """How often each of n candidates is in each draw with replacement, shape (draws, n)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAP_DRAWS).astype(float)


def sum_drawn(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum over pairs in each draw; one on the diagonal is there as often as its row is."""
    own = values.diagonal()
    return ((counts @ (values - np.diag(own))) * counts).sum(axis=1) + counts @ own


def tail_p(value: float, chance: np.ndarray) -> float:
    """Two-sided p of a value among those that chance gave."""
    upper = (1 + (chance >= value - 1e-12).sum()) / (1 + len(chance))
    lower = (1 + (chance <= value + 1e-12).sum()) / (1 + len(chance))
    return float(min(1.0, 2 * min(upper, lower)))


def affordable(draws: int, n: int, least: int = 400) -> int:
    """Draws to make among n candidates: as asked up to 200 candidates or so, at least ``least``.

    From fewer than 400, no p could be small enough to stand among a dozen.
    """
    return min(draws, max(least, BUDGET // n**2))


def candidate_weights(n: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Yield weights of n candidates, shape (n,) and of mean 1, by the Bayesian bootstrap [1]_."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield n * rng.dirichlet(np.ones(n))


def resampled_windows(votes: pd.DataFrame, draws: int, seed: int) -> Iterator[pd.DataFrame]:
    """Yield VOTES tables whose windows are drawn from those of a table, with replacement."""
    rng = np.random.default_rng(seed)
    windows = np.unique(votes["window"])
    by_window = dict(tuple(votes.groupby("window")))
    for _ in range(draws):
        drawn = rng.choice(windows, len(windows))
        yield pd.concat(
            [by_window[window].assign(window=number) for number, window in enumerate(drawn)]
        )
