"""Who was compared with whom, how often, and what follows for the ranking.

Conventions
-----------
A schedule is *even* if every candidate was compared equally often. Candidates whom comparisons
join, over however many others, make a *component*; those whom wins connect both ways make a
*group*, and between groups strengths are infinitely far apart.
"""

from dataclasses import dataclass

import numpy as np

from ranking.comparisons.graph.components import (
    number_of_set,
    paths_of_wins,
    strongly_connected_components,
)
from ranking.comparisons.graph.counts import Counts, nonzero_counts
from ranking.comparisons.tally import Tally

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
    components: tuple[tuple[str, ...], ...]
    """Components of candidates whom comparisons join, the largest first."""
    undetermined_pairs: int
    """Number of pairs of a component whom no path of wins orders, in either direction."""

    @property
    def even(self) -> bool:
        """Whether everyone was compared equally often."""
        return self.fewest_comparisons == self.most_comparisons

    @property
    def outside(self) -> frozenset[str]:
        """Candidates of other groups than the largest one of their component.

        Their strengths are infinitely far from those of that group.
        """
        outside: set[str] = set()
        for component in self.components:
            groups = [group for group in self.groups if group[0] in component]
            largest = max(groups, key=len)
            outside |= set(component).difference(largest)
        return frozenset(outside)


def describe_schedule(tally: Tally) -> Schedule:
    """Return the facts of the schedule behind a tally."""
    comparisons = tally.pair_counts.sum(axis=1)  # (n,)
    groups, components = strongly_connected_components(tally.wins), tally.components
    return Schedule(
        int(comparisons.min()),
        int(comparisons.max()),
        tuple(tuple(tally.candidates[members]) for members in groups),
        tuple(tuple(tally.candidates[members]) for members in components),
        _undetermined_pairs(tally.wins, groups, components) if len(groups) > 1 else 0,
    )


def most_pairs_in_both_orders(tally: Tally) -> bool:
    """Whether most of the compared pairs were compared in both orders."""
    comparisons = tally.comparisons
    return bool(
        ((comparisons > 0) * (comparisons.T > 0)).sum() > 0.5 * (tally.pair_counts > 0).sum()
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
    _, sizes = np.unique(score[~np.isnan(score)], return_counts=True)
    equal = (sizes * (sizes - 1)).sum()  # ordered pairs
    unequal = sizes.sum() ** 2 - (sizes**2).sum()
    if not (equal and unequal):
        return False
    one, other, _ = nonzero_counts(tally.pair_counts)
    gap = np.abs(score[one] - score[other])
    return bool((gap == 0).sum() / equal < MAX_EQUAL_RATE * (gap > 0).sum() / unequal)


def _undetermined_pairs(wins: Counts, groups: list[list[int]], components: list[np.ndarray]) -> int:
    """How many pairs of a component no path of wins orders: none within a group."""
    size = np.array([len(members) for members in groups])
    group, component = number_of_set(groups, size.sum()), number_of_set(components, size.sum())
    winner, loser, _ = nonzero_counts(wins)
    between = np.zeros((len(groups), len(groups)), dtype=bool)
    between[group[winner], group[loser]] = True
    paths = paths_of_wins(between)
    of_group = component[[members[0] for members in groups]]
    together = of_group[:, np.newaxis] == of_group
    return int(size @ (together & ~(paths | paths.T)) @ size) // 2
