"""A judge without skill on the same schedule: what chance alone would have shown.

Conventions
-----------
A judge without skill may still be consistent: it can prefer loud playing, or a certain piano,
without that having to do with the result. So it is not a coin. It has the strengths that were
fitted to the real verdicts, drawn together as far as their spread is noise, handed to candidates at
random; and it judges exactly the comparisons that were judged (Bernoulli in the difference of
strengths). :func:`coin` is the judge with no preference at all.
Where the schedule does not depend on the result, this is the permutation test over candidates
with the noise of single verdicts added; where it does, as in the published comparisons of 2015,
where candidates of equal score never met, only this is fair.
Arrays of draws have shape (draws, n), candidates in the order of the tally.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ranking.comparisons.tally import Tally, WinMatrix
from ranking.evaluation.resampling import affordable
from ranking.methods.bradley_terry import BRADLEY_TERRY, information, regularised
from ranking.methods.method import Method

DRAWS = 1000


def no_skill(
    tally: Tally,
    method: Method,
    seed: int = 0,
    draws: int = DRAWS,
    marks: np.ndarray | None = None,
) -> np.ndarray:
    """Return strengths after tournaments in which the judge's preferences fall on anyone.

    Of a method that ranks by marks, its own strengths fall on anyone: marks know no schedule.

    Parameters
    ----------
    marks : float array, shape (jurors, n)
        For methods that rank by them.

    Returns
    -------
    float array, shape (draws, n)
    """
    rng = np.random.default_rng(seed)
    draws = affordable(draws, len(tally.candidates))
    if method.needs == "marks":
        own = method.strengths(marks, None, None)
        return np.stack([rng.permutation(own) for _ in range(draws)])
    strength = _preferences(tally.matrix)
    preferences = (rng.permutation(strength) for _ in range(draws))
    return np.stack(
        [method.strengths(wins, None, own) for wins, own in _play(tally, preferences, rng)]
    )


def coin(
    tally: Tally, methods: Sequence[Method], seed: int = 0, draws: int = DRAWS
) -> dict[str, np.ndarray]:
    """Return strengths by each method after tournaments in which every verdict is a toss.

    Returns
    -------
    dict of float arrays, shape (draws, n), by the method's name
    """
    rng = np.random.default_rng(seed)
    n = len(tally.candidates)
    tosses = (np.zeros(n) for _ in range(affordable(draws, n, least=200)))
    played = [
        [method.strengths(wins, None, own) for method in methods]
        for wins, own in _play(tally, tosses, rng)
    ]
    names = [method.name for method in methods]
    return dict(zip(names, np.stack(played, axis=1), strict=True))


def _preferences(wins: WinMatrix) -> np.ndarray:
    """Fitted strengths with the spread that is left without their errors of estimation."""
    strength = BRADLEY_TERRY.strengths(wins, None, None)
    n = len(strength)
    errors = np.linalg.inv(information(regularised(wins), strength)).trace() / n - 1 / n
    spread = strength.var()
    return strength * np.sqrt(max(0.0, 1 - errors / spread)) if spread > 0 else strength


def _play(
    tally: Tally, preferences: Iterator[np.ndarray], rng: np.random.Generator
) -> Iterator[tuple[WinMatrix, np.ndarray]]:
    """Wins of a tournament for each vector of preferences, and these beside them."""
    pair_counts = tally.pair_counts
    i, j = np.nonzero(np.triu(pair_counts))
    comparisons = pair_counts[i, j].astype(int)
    above, below = np.ravel_multi_index(((i, j), (j, i)), pair_counts.shape)
    for strength in preferences:
        chance = 1 / (1 + np.exp(strength[j] - strength[i]))  # a quarter of expit's time
        won = _successes(rng, comparisons, chance)
        wins = np.zeros(pair_counts.size)
        wins[above], wins[below] = won, comparisons - won
        yield WinMatrix(wins.reshape(pair_counts.shape)), strength


def _successes(rng: np.random.Generator, comparisons: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Binomial draws; few comparisons are quicker tossed one by one."""
    if comparisons.max() > 4:
        return rng.binomial(comparisons, chance)
    tosses = rng.random((comparisons.max(), len(comparisons)))
    played = np.arange(comparisons.max())[:, np.newaxis] < comparisons
    won: np.ndarray = ((tosses < chance) & played).sum(axis=0)
    return won
