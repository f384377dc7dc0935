"""Null models: the strengths that random judges would give, on the same pairs.

Conventions
-----------
A random judge has preferences that have nothing to do with the result. It may still be consistent:
it can prefer loud playing, or a certain piano. :func:`random_judge_strengths` therefore takes the
Bradley-Terry strengths that were fitted to the actual comparisons, shrinks their spread by their
errors of estimation, assigns them to the candidates at random, and simulates exactly the pairs that
were compared: each winner is a Bernoulli draw, the difference of strengths being the log-odds.
Their Bradley-Terry strengths are one Newton step from those they were simulated by, which is finite
even where wins do not connect all candidates. A pair counts by the mean weight of its comparisons.
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
from ranking.methods.bradley_terry import fisher_information, ghost_fit
from ranking.methods.method import Method

DRAWS = 1000


def random_judge_strengths(
    tally: Tally,
    method: Method,
    seed: int = 0,
    draws: int | None = None,
    marks: np.ndarray | None = None,
) -> np.ndarray:
    """Return the strengths that random judges would give on the same pairs, a row per judge.

    For a method that ranks by marks, its own strengths are permuted over the candidates: marks have
    no schedule. So are those of a slow one, which cannot rank so many draws.

    Parameters
    ----------
    tally : counted comparisons of n candidates
    method : how the comparisons of each random judge are ranked
    seed : seed of the simulation
    draws : number of random judges; if None, :data:`DRAWS`, but fewer for many candidates
    marks : float array, shape (jurors, n)
        Marks of a panel, for methods that rank by them.

    Returns
    -------
    float array, shape (draws, n)
    """
    rng = np.random.default_rng(seed)
    if draws is None:
        draws = affordable_draws(DRAWS, len(tally.candidates))
    if method.needs == "marks" or method.slow:
        data = marks if method.needs == "marks" else tally.matrix
        return permuted_strengths(method.strengths(data, None, None), seed, draws)
    strength = _preferences(tally.matrix)
    preferences = (rng.permutation(strength) for _ in range(draws))
    return np.stack(
        [method.strengths(wins, None, own) for wins, own in _simulate(tally, preferences, rng)]
    )


def permuted_strengths(strength: np.ndarray, seed: int = 0, draws: int = DRAWS) -> np.ndarray:
    """Return strengths (n,) permuted over the candidates, shape (draws, n).

    This is the null model of a panel: jurors of one mind, whose liking has nothing to do with the
    result, as in the permutation test that keeps the panel whole.

    Parameters
    ----------
    strength : float array, shape (n,)
    seed : seed of the permutations
    draws : number of permutations
    """
    return np.random.default_rng(seed).permuted(np.tile(strength, (draws, 1)), axis=1)


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
    n = len(tally.candidates)
    flips = simulate_flips(tally, seed, affordable_draws(draws, n, min_draws=200))
    even = np.zeros(n)
    strengths = [[method.strengths(wins, None, even) for method in methods] for wins in flips]
    names = [method.name for method in methods]
    return dict(zip(names, np.stack(strengths, axis=1), strict=True))


def simulate_flips(tally: Tally, seed: int = 0, draws: int = DRAWS) -> Iterator[WinMatrix]:
    """Yield the wins of the same comparisons, each decided by a coin flip.

    Parameters
    ----------
    tally : counted comparisons
    seed : seed of the simulation
    draws : number of simulated tournaments
    """
    even = (np.zeros(len(tally.candidates)) for _ in range(draws))
    for wins, _ in _simulate(tally, even, np.random.default_rng(seed)):
        yield wins


def _preferences(wins: WinMatrix) -> np.ndarray:
    """Return fitted log-strengths (n,), their spread shrunk by their errors of estimation.

    Where wins do not connect all candidates both ways, everyone ties once with a ghost.
    """
    ghost = 0.0 if wins.connected else 1.0
    strength = ghost_fit(wins.wins, ghost)
    n = len(strength)
    information = fisher_information(wins.wins, strength, ghost)
    errors = np.linalg.inv(information).trace() / n - 1 / n
    spread = strength.var()
    shrunk = np.sqrt(max(0.0, 1 - errors / spread)) if spread > 0 else 1.0
    return np.asarray((strength - strength.mean()) * shrunk)


def _simulate(
    tally: Tally, preferences: Iterator[np.ndarray], rng: np.random.Generator
) -> Iterator[tuple[WinMatrix, np.ndarray]]:
    """Yield the wins of a tournament simulated for each vector of log-strengths, and the vector."""
    pair_counts = tally.pair_counts
    i, j = np.nonzero(np.triu(pair_counts))
    comparisons = pair_counts[i, j].astype(int)
    weights = tally.matrix.pair_counts[i, j] / comparisons
    above, below = np.ravel_multi_index(((i, j), (j, i)), pair_counts.shape)
    for strength in preferences:
        probability = 1 / (1 + np.exp(strength[j] - strength[i]))  # a quarter of expit's time
        won = _binomial(rng, comparisons, probability)
        wins = np.zeros(pair_counts.size)
        wins[above], wins[below] = won * weights, (comparisons - won) * weights
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
