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

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ranking.aggregate import METHODS, bradley_terry, information, newton_step, regularised
from ranking.tally import Tally

DRAWS = 1000


@dataclass(frozen=True)
class NoSkill:
    """Tournaments of a judge without skill."""

    strengths: np.ndarray
    """Shape (draws, n): the key that the ranking method gives each candidate."""

    def __len__(self) -> int:
        return len(self.strengths)


def no_skill(counted: Tally, by: str, seed: int = 0, draws: int = DRAWS) -> NoSkill:
    """Return tournaments in which the judge's own preferences fall on random candidates."""
    strength = _preferences(counted.wins)
    rng = np.random.default_rng(seed)
    preferences = (rng.permutation(strength) for _ in range(affordable(draws, len(strength))))
    return NoSkill(np.stack(list(_play(counted, by, preferences, rng))))


def coin(counted: Tally, by: str, seed: int = 0, draws: int = DRAWS) -> NoSkill:
    """Return tournaments in which every verdict is a toss."""
    rng = np.random.default_rng(seed)
    n = len(counted.candidates)
    preferences = (np.zeros(n) for _ in range(affordable(draws, n)))
    return NoSkill(np.stack(list(_play(counted, by, preferences, rng))))


def affordable(draws: int, n: int) -> int:
    """Draws to make among n candidates: as asked up to 200 candidates, at least 200."""
    return min(draws, max(200, 40_000_000 // n**2))


def _preferences(wins: np.ndarray) -> np.ndarray:
    """Fitted strengths with the spread that is left without their errors of estimation."""
    strength = bradley_terry(wins)
    n = len(strength)
    errors = np.linalg.inv(information(regularised(wins), strength)).trace() / n - 1 / n
    spread = strength.var()
    return strength * np.sqrt(max(0.0, 1 - errors / spread)) if spread > 0 else strength


def _play(
    counted: Tally, by: str, preferences: Iterator[np.ndarray], rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Keys of the candidates after a tournament for each vector of preferences, shape (n,)."""
    met = counted.met
    i, j = np.nonzero(np.triu(met))
    games = met[i, j].astype(int)
    wins = np.zeros_like(met)
    for strength in preferences:
        chance = expit(strength[i] - strength[j])
        wins[i, j] = _successes(rng, games, chance)
        wins[j, i] = games - wins[i, j]
        if by == "bradley-terry":
            yield newton_step(regularised(wins), strength)
        else:
            yield METHODS[by](wins)


def _successes(rng: np.random.Generator, games: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Binomial draws; few games are quicker tossed one by one."""
    if games.max() > 4:
        return rng.binomial(games, chance)
    tosses = rng.random((games.max(), len(games)))
    played = np.arange(games.max())[:, np.newaxis] < games
    won: np.ndarray = ((tosses < chance) & played).sum(axis=0)
    return won
