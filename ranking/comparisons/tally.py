"""Comparisons counted into matrices: what every ranking and every check starts from.

Conventions
-----------
Candidates are in order of id, so that nothing depends on the order of rows. Matrices are float64,
shape (n, n), with a diagonal of zeros. A tie is half a win for each, and is also counted by itself,
for methods that model ties.
"""

from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ranking.errors import RankingError
from ranking.tables import COMPARISONS, TIE, check_table

MAX_CANDIDATES = 10_000  # a matrix of so many takes 0.8 GB


@dataclass(frozen=True)
class WinMatrix:
    """How often each candidate won over each other: what a ranking method is given."""

    wins: np.ndarray
    """Wins of i over j at [i, j], a tie half; float, shape (n, n)."""
    ties: np.ndarray | None = None
    """Ties of i and j at [i, j], symmetric; float, shape (n, n). None: there were no ties."""

    @cached_property
    def pair_counts(self) -> np.ndarray:
        """Comparisons of i and j at [i, j], symmetric; float, shape (n, n)."""
        return self.wins + self.wins.T

    @cached_property
    def connected(self) -> bool:
        """Whether chains of wins lead from every candidate to every other."""
        return is_strongly_connected(self.wins)

    def __len__(self) -> int:
        return len(self.wins)


@dataclass(frozen=True)
class Tally:
    """Who was compared with whom, in which order, how often, and who won."""

    candidates: pd.Index
    """Ids of the candidates, sorted; the order of rows and columns of all matrices."""
    comparisons: np.ndarray
    """Comparisons with i first and j second at [i, j]; float, shape (n, n)."""
    first_wins: np.ndarray
    """Comparisons with i first and j second that i won at [i, j], a tie half; shape (n, n)."""
    first_ties: np.ndarray | None = None
    """Ties with i first and j second at [i, j]; shape (n, n). None: there were no ties."""

    @cached_property
    def wins(self) -> np.ndarray:
        """Wins of i over j in either order at [i, j]; float, shape (n, n)."""
        return self.first_wins + (self.comparisons - self.first_wins).T

    @cached_property
    def pair_counts(self) -> np.ndarray:
        """Comparisons of i and j in either order at [i, j], symmetric; float, shape (n, n)."""
        return self.comparisons + self.comparisons.T

    @cached_property
    def matrix(self) -> WinMatrix:
        """Wins and ties in either order, for ranking methods."""
        ties = self.first_ties
        return WinMatrix(self.wins, None if ties is None else ties + ties.T)


def count_comparisons(comparisons: pd.DataFrame) -> Tally:
    """Return the tally of a COMPARISONS table; repeated pairs add up.

    Raises
    ------
    TableError
        If a column is missing or there are no comparisons.
    RankingError
        If there are more than :data:`MAX_CANDIDATES` candidates.

    Examples
    --------
    >>> import pandas as pd
    >>> from ranking import count_comparisons
    >>> rows = [("anna", "bo", "anna"), ("bo", "anna", "tie")]
    >>> comparisons = pd.DataFrame(rows, columns=["first", "second", "winner"])
    >>> tally = count_comparisons(comparisons.assign(votes=1, windows=1))
    >>> list(tally.candidates)
    ['anna', 'bo']
    >>> tally.wins.tolist()
    [[0.0, 1.5], [0.5, 0.0]]
    """
    check_table(comparisons, COMPARISONS, "comparisons")
    compared = (comparisons[place].unique() for place in ("first", "second"))
    candidates = pd.Index(sorted(set().union(*compared)))
    n = len(candidates)
    if n > MAX_CANDIDATES:
        raise RankingError(
            "comparisons",
            f"{n:,} candidates; {MAX_CANDIDATES:,} fit in memory",
            "rank them in groups",
        )
    first, second = (candidates.get_indexer(comparisons[place]) for place in ("first", "second"))
    winner = comparisons["winner"]
    tied = (winner == TIE).to_numpy()
    points = np.where(tied, 0.5, winner == comparisons["first"])
    counts, first_wins = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(counts, (first, second), 1)
    np.add.at(first_wins, (first, second), points)
    ties = None
    if tied.any():
        ties = np.zeros((n, n))
        np.add.at(ties, (first[tied], second[tied]), 1)
    return Tally(candidates, counts, first_wins, ties)


def is_strongly_connected(wins: np.ndarray) -> bool:
    """Whether chains of wins lead from every candidate to every other, of wins (n, n).

    Then every Bradley-Terry strength is finite (Ford 1957).
    """
    beats = wins > 0  # dense: simulations ask this of thousands of full matrices
    return _reaches_all(beats) and _reaches_all(beats.T)


def strongly_connected_components(wins: np.ndarray) -> list[list[int]]:
    """Return the candidates (indices) of each strongly connected component, better ones first.

    Between two components wins run one way only, or there are none.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
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
