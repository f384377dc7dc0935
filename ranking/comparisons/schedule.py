"""Who was compared with whom, how often, and what follows for the ranking.

Conventions
-----------
A schedule is *even* if every candidate was compared equally often. Whether wins connect all
candidates both ways decides whether Bradley-Terry strengths are finite.
"""

from dataclasses import dataclass

import numpy as np

from ranking.comparisons.tally import Tally, strongly_connected_components

MAX_EQUAL_RATE = 0.1
"""Largest share of pairs of equal score, relative to that of unequal score, that counts as none."""


@dataclass(frozen=True)
class Schedule:
    """Facts of a schedule that decide how its wins may be counted."""

    fewest_comparisons: int
    """Number of comparisons of the candidate who has the fewest."""
    most_comparisons: int
    """Number of comparisons of the candidate who has the most."""
    groups: tuple[tuple[str, ...], ...]
    """Groups of candidates whom wins connect both ways, the better groups first."""

    @property
    def even(self) -> bool:
        """Whether everyone was compared equally often."""
        return self.fewest_comparisons == self.most_comparisons


def describe_schedule(tally: Tally) -> Schedule:
    """Return the facts of the schedule behind a tally."""
    comparisons = tally.pair_counts.sum(axis=1)  # (n,)
    groups = strongly_connected_components(tally.wins)
    return Schedule(
        int(comparisons.min()),
        int(comparisons.max()),
        tuple(tuple(tally.candidates[members]) for members in groups),
    )


def most_pairs_in_both_orders(tally: Tally) -> bool:
    """Whether most of the compared pairs were compared in both orders."""
    comparisons = tally.comparisons
    return bool(
        ((comparisons > 0) & (comparisons.T > 0)).sum() > 0.5 * (tally.pair_counts > 0).sum()
    )


def equal_scores_rarely_compared(tally: Tally, score: np.ndarray) -> bool:
    """Whether the result decided who was compared: candidates of equal score hardly ever were.

    Then the number of comparisons gives the result away, and permuting results over candidates is
    no fair test: random judges must be given the same pairs instead.

    Parameters
    ----------
    tally : counted comparisons of n candidates
    score : float array, shape (n,)
        Results in the order of the tally; may be missing.
    """
    equal = score[:, np.newaxis] == score[np.newaxis, :]
    unequal = np.abs(score[:, np.newaxis] - score[np.newaxis, :]) > 0
    np.fill_diagonal(equal, val=False)
    if not (equal.any() and unequal.any()):
        return False
    compared = tally.pair_counts > 0
    return bool(compared[equal].mean() < MAX_EQUAL_RATE * compared[unequal].mean())
