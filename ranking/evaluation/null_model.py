"""Null models: the strengths that random judges would give, on the same pairs.

Conventions
-----------
A random judge has preferences that have nothing to do with the result. It may still be consistent:
it can prefer loud playing, or a certain piano. :func:`random_judge_strengths` therefore takes the
Bradley-Terry strengths that were fitted to the actual comparisons, shrinks their spread by their
errors of estimation, assigns them to the candidates at random, and simulates exactly the pairs that
were compared: each winner is a Bernoulli draw, the difference of strengths being the log-odds.
:func:`coin_flip_strengths` simulates comparisons without any preference.
Where the schedule does not depend on the result, the null model is the permutation test over
candidates with the noise of single comparisons added. Where it does, as in the published
comparisons of 2015, in which candidates of equal score were never compared, only the null model is
a fair test.
Arrays of draws have shape (draws, n), candidates in the order of the tally.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ranking.comparisons.tally import Tally, WinMatrix
from ranking.evaluation.resampling import affordable_draws
from ranking.methods.bradley_terry import (
    BRADLEY_TERRY,
    add_ties_if_strengths_infinite,
    fisher_information,
)
from ranking.methods.method import Method

DRAWS = 1000


def random_judge_strengths(
    tally: Tally,
    method: Method,
    seed: int = 0,
    draws: int = DRAWS,
    marks: np.ndarray | None = None,
) -> np.ndarray:
    """Return the strengths that random judges would give on the same pairs, a row per judge.

    For a method that ranks by marks, its own strengths are permuted over the candidates: marks have
    no schedule.

    Parameters
    ----------
    tally : counted comparisons of n candidates
    method : how the comparisons of each random judge are ranked
    seed : seed of the simulation
    draws : number of random judges, fewer for many candidates
    marks : float array, shape (jurors, n)
        Marks of a panel, for methods that rank by them.

    Returns
    -------
    float array, shape (draws, n)
    """
    rng = np.random.default_rng(seed)
    draws = affordable_draws(draws, len(tally.candidates))
    if method.needs == "marks":
        own = method.strengths(marks, None, None)
        return np.stack([rng.permutation(own) for _ in range(draws)])
    strength = _preferences(tally.matrix)
    preferences = (rng.permutation(strength) for _ in range(draws))
    return np.stack(
        [method.strengths(wins, None, own) for wins, own in _simulate(tally, preferences, rng)]
    )


def coin_flip_strengths(
    tally: Tally, methods: Sequence[Method], seed: int = 0, draws: int = DRAWS
) -> dict[str, np.ndarray]:
    """Return the strengths by each method when every comparison is a coin flip, a row per draw.

    Parameters
    ----------
    tally : counted comparisons of n candidates
    methods : how the comparisons are ranked
    seed : seed of the simulation
    draws : number of simulated tournaments, fewer for many candidates

    Returns
    -------
    dict of float arrays, shape (draws, n), by the method's name
    """
    rng = np.random.default_rng(seed)
    n = len(tally.candidates)
    even = (np.zeros(n) for _ in range(affordable_draws(draws, n, min_draws=200)))
    strengths = [
        [method.strengths(wins, None, own) for method in methods]
        for wins, own in _simulate(tally, even, rng)
    ]
    names = [method.name for method in methods]
    return dict(zip(names, np.stack(strengths, axis=1), strict=True))


def _preferences(wins: WinMatrix) -> np.ndarray:
    """Return fitted log-strengths (n,), their spread shrunk by their errors of estimation."""
    strength = BRADLEY_TERRY.strengths(wins, None, None)
    n = len(strength)
    information = fisher_information(add_ties_if_strengths_infinite(wins), strength)
    errors = np.linalg.inv(information).trace() / n - 1 / n
    spread = strength.var()
    return strength * np.sqrt(max(0.0, 1 - errors / spread)) if spread > 0 else strength


def _simulate(
    tally: Tally, preferences: Iterator[np.ndarray], rng: np.random.Generator
) -> Iterator[tuple[WinMatrix, np.ndarray]]:
    """Yield the wins of a tournament simulated for each vector of log-strengths, and the vector."""
    pair_counts = tally.pair_counts
    i, j = np.nonzero(np.triu(pair_counts))
    comparisons = pair_counts[i, j].astype(int)
    above, below = np.ravel_multi_index(((i, j), (j, i)), pair_counts.shape)
    for strength in preferences:
        probability = 1 / (1 + np.exp(strength[j] - strength[i]))  # a quarter of expit's time
        won = _binomial(rng, comparisons, probability)
        wins = np.zeros(pair_counts.size)
        wins[above], wins[below] = won, comparisons - won
        yield WinMatrix(wins.reshape(pair_counts.shape)), strength


def _binomial(
    rng: np.random.Generator, comparisons: np.ndarray, probability: np.ndarray
) -> np.ndarray:
    """Draw binomial numbers of wins; few comparisons are quicker drawn one by one."""
    if comparisons.max() > 4:
        return rng.binomial(comparisons, probability)
    drawn = rng.random((comparisons.max(), len(comparisons)))
    compared = np.arange(comparisons.max())[:, np.newaxis] < comparisons
    won: np.ndarray = ((drawn < probability) & compared).sum(axis=0)
    return won
