"""Fields without an effect: comparisons that have nothing to do with the result.

Conventions
-----------
Whoever compares has preferences, log-odds of standard deviation :data:`SPREAD`, unrelated to the
result. Results are rounds: half of the candidates are out in the first, half of the others in the
second, and so on, up to three rounds passed.
"""

import numpy as np
import pandas as pd
from scipy.special import expit

from ranking.comparisons.graph.components import weakly_connected_components
from ranking.comparisons.tally import Tally

SPREAD = 1.5
STEP = 3  # marks to a standard deviation of a juror


def ids(n: int) -> pd.Index:
    """Return the ids of n candidates, in order."""
    return pd.Index([f"c{i:03}" for i in range(n)])


def rounds_passed(n: int) -> np.ndarray:
    """Return how many rounds each of n candidates passed, shape (n,), the best first."""
    passed = [n // 2, n // 4, n // 8]
    return np.sum([np.arange(n) < count for count in passed], axis=0).astype(float)


def compared_pairs(n: int, share: float, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return a share of all pairs, drawn until they join all n candidates; rows and columns."""
    while True:
        pairs = np.stack(np.triu_indices(n, k=1))
        if share < 1:
            pairs = pairs[:, rng.random(pairs.shape[1]) < share]
        compared = np.zeros((n, n))
        compared[tuple(pairs)] = 1
        if len(weakly_connected_components(compared + compared.T)) == 1:
            return tuple(pairs)


def decide(comparisons: np.ndarray, log_odds: np.ndarray, rng: np.random.Generator) -> Tally:
    """Return the tally of comparisons that are decided at random.

    Parameters
    ----------
    comparisons : how often row was first and column second, shape (n, n)
    log_odds : of the first winning, shape (n, n)
    rng : generator
    """
    won = rng.binomial(comparisons.astype(int), expit(log_odds)).astype(float)
    return Tally(ids(len(comparisons)), comparisons.astype(float), won)


def differences(strength: np.ndarray) -> np.ndarray:
    """Return the log-odds (n, n) that row wins over column, given strengths (n,)."""
    return strength[:, np.newaxis] - strength


def ranker_tally(true: np.ndarray, share: float, rng: np.random.Generator) -> Tally:
    """Return a ranker's comparisons: in both orders, in one if no more than a tenth is compared.

    Parameters
    ----------
    true : strengths, shape (n,)
    share : share of the pairs that are compared
    rng : generator
    """
    first, second = compared_pairs(len(true), share, rng)
    comparisons = np.zeros((len(true), len(true)))
    comparisons[first, second] = 1
    if share > 0.1:
        comparisons[second, first] = 1
    return decide(comparisons, differences(true), rng)


def panel_wins(
    true: np.ndarray, jurors: int, rng: np.random.Generator, recused: float = 0.0
) -> np.ndarray:
    """Return a panel's wins (jurors, n, n), a tie half, from marks with an error of 1.

    Parameters
    ----------
    true : what jurors agree on, shape (n,)
    jurors : number of jurors
    rng : generator
    recused : share of marks that are missing
    """
    marks = np.round(STEP * (true + rng.normal(size=(jurors, len(true)))))
    marks[rng.random(marks.shape) < recused] = np.nan
    won = (np.sign(marks[:, :, np.newaxis] - marks[:, np.newaxis]) + 1 - np.eye(len(true))) / 2
    return np.nan_to_num(won)


def tally_of_wins(wins: np.ndarray) -> Tally:
    """Return the tally of wins (n, n); whoever comes first by id is first."""
    return Tally(ids(len(wins)), np.triu(wins + wins.T), np.triu(wins))
