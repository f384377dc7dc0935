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

    fewest_comparisons: int
    most_comparisons: int
    groups: tuple[tuple[str, ...], ...]
    """Strongly connected groups of candidates, the better ones first."""

    @property
    def even(self) -> bool:
        """Whether everyone was compared equally often."""
        return self.fewest_comparisons == self.most_comparisons


def describe_schedule(tally: Tally) -> Schedule:
    """Return the facts of the schedule behind a tally."""
    comparisons = tally.pair_counts.sum(axis=1)
    groups = dominance_groups(tally.wins)
    return Schedule(
        int(comparisons.min()),
        int(comparisons.max()),
        tuple(tuple(tally.candidates[members]) for members in groups),
    )


def both_orders(tally: Tally) -> bool:
    """Whether most compared pairs were judged in both orders."""
    comparisons = tally.comparisons
    return bool(
        ((comparisons > 0) & (comparisons.T > 0)).sum() > 0.5 * (tally.pair_counts > 0).sum()
    )


def follows_result(tally: Tally, score: np.ndarray) -> bool:
    """Whether the schedule was drawn from the result: unequal scores met, equal ones hardly ever.

    Then the number of comparisons tells the result, and shuffling results over candidates is no
    fair test: random judges must be given the same pairs instead.
    """
    equal = score[:, np.newaxis] == score[np.newaxis, :]
    unequal = np.abs(score[:, np.newaxis] - score[np.newaxis, :]) > 0
    np.fill_diagonal(equal, val=False)
    if not (equal.any() and unequal.any()):
        return False
    pair_counts = tally.pair_counts > 0
    return bool(pair_counts[equal].mean() < RARELY * pair_counts[unequal].mean())
