"""Comparisons counted into matrices: what every ranking and every check starts from.

Conventions
-----------
Candidates stand in order of id, so that nothing depends on the order of rows. Matrices are float64,
shape (n, n), with an empty diagonal. A tie is half a win for each, and is also counted by itself,
for methods that make more of it.
"""

from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ranking.errors import RankingError
from ranking.tables import COMPARISONS, TIE, check

MOST = 10_000  # candidates: a matrix of them takes 0.8 GB


@dataclass(frozen=True)
class WinMatrix:
    """Who won over whom how often: what a ranking method is given."""

    wins: np.ndarray
    """Float, shape (n, n): [i, j] counts the wins of i over j, a tie half."""
    ties: np.ndarray | None = None
    """Float, shape (n, n), symmetric: how many of the comparisons were ties. None: none were."""

    @cached_property
    def pair_counts(self) -> np.ndarray:
        """Shape (n, n), symmetric: [i, j] counts the comparisons of i and j."""
        return self.wins + self.wins.T

    @cached_property
    def connected(self) -> bool:
        """Whether chains of wins lead from every candidate to every other."""
        return strongly_connected(self.wins)

    def __len__(self) -> int:
        return len(self.wins)


@dataclass(frozen=True)
class Tally:
    """Who was compared with whom, how often, and who won."""

    candidates: pd.Index
    comparisons: np.ndarray
    """Shape (n, n): [i, j] counts comparisons with i first and j second."""
    first_wins: np.ndarray
    """Shape (n, n): [i, j] counts those of them that i won, a tie half."""
    first_ties: np.ndarray | None = None
    """Shape (n, n): [i, j] counts those of them that were ties. None: none were."""

    @cached_property
    def wins(self) -> np.ndarray:
        """Shape (n, n): [i, j] counts the wins of i over j, in either order."""
        return self.first_wins + (self.comparisons - self.first_wins).T

    @cached_property
    def pair_counts(self) -> np.ndarray:
        """Shape (n, n), symmetric: [i, j] counts the comparisons of i and j in either order."""
        return self.comparisons + self.comparisons.T

    @cached_property
    def matrix(self) -> WinMatrix:
        """Wins and ties, whoever came first."""
        ties = self.first_ties
        return WinMatrix(self.wins, None if ties is None else ties + ties.T)


def count_comparisons(comparisons: pd.DataFrame) -> Tally:
    """Count a COMPARISONS table; repeated pairs add up.

    Raises
    ------
    TableError
        If a column is missing or there are no comparisons.
    RankingError
        If there are more than :data:`MOST` candidates.
    """
    check(comparisons, COMPARISONS, "comparisons")
    sides = (comparisons[side].unique() for side in ("first", "second"))
    candidates = pd.Index(sorted(set().union(*sides)))
    n = len(candidates)
    if n > MOST:
        raise RankingError(
            "comparisons", f"{n:,} candidates; {MOST:,} fit in memory", "rank them in groups"
        )
    first, second = (candidates.get_indexer(comparisons[side]) for side in ("first", "second"))
    winner = comparisons["winner"]
    tied = (winner == TIE).to_numpy()
    points = np.where(tied, 0.5, winner == comparisons["first"])
    comparisons, first_wins = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(comparisons, (first, second), 1)
    np.add.at(first_wins, (first, second), points)
    ties = None
    if tied.any():
        ties = np.zeros((n, n))
        np.add.at(ties, (first[tied], second[tied]), 1)
    return Tally(candidates, comparisons, first_wins, ties)


def strongly_connected(wins: np.ndarray) -> bool:
    """Whether chains of wins lead from every candidate to every other.

    Then every Bradley-Terry strength is finite (Ford 1957).
    """
    beats = wins > 0  # dense: simulations ask this of thousands of full matrices
    return _reaches_all(beats) and _reaches_all(beats.T)


def dominance_groups(wins: np.ndarray) -> list[list[int]]:
    """Strongly connected components of the wins, the better ones first.

    Between two groups wins run one way only, or there are none.
    """
    count, group = connected_components(csr_matrix(wins > 0), connection="strong")
    members = [np.flatnonzero(group == label).tolist() for label in range(count)]
    between = nx.DiGraph()
    between.add_nodes_from(range(count))
    if count > 1:
        winners, losers = np.nonzero(wins)
        crossing = group[winners] != group[losers]
        between.add_edges_from(zip(group[winners][crossing], group[losers][crossing], strict=True))
    order = nx.lexicographical_topological_sort(between, key=lambda label: members[label][0])
    return [members[label] for label in order]


def _reaches_all(beats: np.ndarray) -> bool:
    """Whether the first candidate beats everyone, over however many others."""
    reached = np.zeros(len(beats), dtype=bool)
    newly = np.arange(len(beats)) == 0
    while newly.any():
        reached |= newly
        newly = beats[newly].any(axis=0) & ~reached
    return bool(reached.all())
