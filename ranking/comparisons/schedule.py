"""Who met whom how often: what a schedule allows one to conclude.

Conventions
-----------
A *game* is one comparison. A schedule is *even* if everyone plays equally many.
"""

from dataclasses import dataclass

import numpy as np

from ranking.comparisons.tally import Tally, dominance_groups

RARELY = 0.1  # of the rate at which unequal scores met


@dataclass(frozen=True)
class Schedule:
    """Facts of a schedule that decide how its wins may be counted."""

    fewest_games: int
    most_games: int
    groups: tuple[tuple[str, ...], ...]
    """Strongly connected groups of candidates, the better ones first."""

    @property
    def even(self) -> bool:
        """Whether everyone was compared equally often."""
        return self.fewest_games == self.most_games


def describe_schedule(counted: Tally) -> Schedule:
    """Return the facts of the schedule behind a tally."""
    games = counted.met.sum(axis=1)
    groups = dominance_groups(counted.wins)
    return Schedule(
        int(games.min()),
        int(games.max()),
        tuple(tuple(counted.candidates[members]) for members in groups),
    )


def both_orders(counted: Tally) -> bool:
    """Whether most compared pairs were judged in both orders."""
    games = counted.games
    return bool(((games > 0) & (games.T > 0)).sum() > 0.5 * (counted.met > 0).sum())


def follows_result(counted: Tally, score: np.ndarray) -> bool:
    """Whether the schedule was drawn from the result: unequal scores met, equal ones hardly ever.

    Then the number of games tells the result, and shuffling results over candidates is no fair
    comparison: a judge without skill must be made to play the same schedule instead.
    """
    equal = score[:, np.newaxis] == score[np.newaxis, :]
    unequal = np.abs(score[:, np.newaxis] - score[np.newaxis, :]) > 0
    np.fill_diagonal(equal, val=False)
    if not (equal.any() and unequal.any()):
        return False
    met = counted.met > 0
    return bool(met[equal].mean() < RARELY * met[unequal].mean())
