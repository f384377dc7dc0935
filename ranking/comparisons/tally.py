"""Comparisons counted into matrices: what every ranking and every check starts from.

Conventions
-----------
Candidates are in order of id, so that nothing depends on the order of rows. Matrices are float64,
shape (n, n), with a diagonal of zeros, and sparse for very many candidates
(:mod:`ranking.comparisons.graph.counts`). A tie is half a win for each, and is also counted by
itself, for methods that model ties.

In comparisons by a panel's marks, which of two came first means nothing.

A row with a ``count`` is that many comparisons. A row with a ``weight`` counts by it in what
ranking methods are given (:attr:`Tally.matrix`), and once in every other number: weights move
strengths and ranks. They are rescaled to a mean of 1 over comparisons, so that their scale means
nothing, and they claim no more information than there are comparisons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ranking.comparisons.graph.components import is_strongly_connected, weakly_connected_components
from ranking.comparisons.graph.counts import (
    MAX_DENSE,
    Counts,
    all_counts,
    count_pairs,
    counts_among,
)
from ranking.errors import RankingError
from ranking.tables import COMPARISONS, TIE, check_table


@dataclass(frozen=True)
class WinMatrix:
    """How often each candidate won over each other: what a ranking method is given."""

    wins: Counts
    """Wins of i over j at [i, j], a tie half; float, shape (n, n)."""
    ties: Counts | None = None
    """Ties of i and j at [i, j], symmetric; float, shape (n, n). None: there were no ties."""
    first_wins: Counts | None = None
    """Wins of i over j with i first at [i, j], a tie half; float, shape (n, n). None: which of two
    came first means nothing."""

    @cached_property
    def pair_counts(self) -> Counts:
        """Comparisons of i and j at [i, j], symmetric; float, shape (n, n)."""
        return self.wins + self.wins.T

    @cached_property
    def comparisons(self) -> np.ndarray | None:
        """Comparisons with i first and j second at [i, j]; float, shape (n, n). None: as above."""
        if self.first_wins is None:
            return None
        return np.maximum(0.0, self.first_wins + (self.wins - self.first_wins).T)

    @cached_property
    def connected(self) -> bool:
        """Whether chains of wins lead from every candidate to every other."""
        return is_strongly_connected(self.wins)

    def part(self, members: np.ndarray) -> "WinMatrix":
        """Return the wins and ties among some candidates (indices)."""
        if len(members) == len(self):
            return self
        return self.each(lambda counts: counts_among(counts, members))

    def of_all_pairs(self) -> "WinMatrix":
        """Return the same wins as arrays of all pairs, for methods that know no others."""
        return self.each(all_counts)

    def each(self, change: Callable[[Counts], Counts]) -> "WinMatrix":
        """Return wins whose matrices are all changed alike, by a linear function."""
        kept = (None if one is None else change(one) for one in (self.ties, self.first_wins))
        return WinMatrix(change(self.wins), *kept)

    def weighted(self, weights: np.ndarray | None) -> "WinMatrix":
        """Return the wins of candidates with weights (n,): a pair counts by the product of its two.

        None: all alike.
        """
        if weights is None:
            return self
        of_pair = np.outer(weights, weights)
        return self.each(lambda counts: counts * of_pair)

    def without(self, part: "WinMatrix") -> "WinMatrix":
        """Return the wins that are not those of a part."""
        parts = ((self.ties, part.ties), (self.first_wins, part.first_wins))
        kept = (whole if whole is None or own is None else whole - own for whole, own in parts)
        return WinMatrix(self.wins - part.wins, *kept)

    def __len__(self) -> int:
        return int(self.wins.shape[0])


@dataclass(frozen=True)
class Tally:
    """Who was compared with whom, in which order, how often, and who won."""

    candidates: pd.Index
    """Ids of the candidates, sorted; the order of rows and columns of all matrices."""
    comparisons: Counts
    """Comparisons with i first and j second at [i, j]; float, shape (n, n)."""
    first_wins: Counts
    """Comparisons with i first and j second that i won at [i, j], a tie half; shape (n, n)."""
    first_ties: Counts | None = None
    """Ties with i first and j second at [i, j]; shape (n, n). None: there were no ties."""
    weighted: WinMatrix | None = None
    """Wins and ties in either order, each by its weight. None: comparisons have no weights."""
    places_matter: bool = True
    """Whether it means something which of two came first."""

    @cached_property
    def wins(self) -> Counts:
        """Wins of i over j in either order at [i, j]; float, shape (n, n)."""
        return self.first_wins + (self.comparisons - self.first_wins).T

    @cached_property
    def pair_counts(self) -> Counts:
        """Comparisons of i and j in either order at [i, j], symmetric; float, shape (n, n)."""
        return self.comparisons + self.comparisons.T

    @cached_property
    def matrix(self) -> WinMatrix:
        """Wins and ties, by weight, for ranking methods."""
        if self.weighted is not None:
            return self.weighted
        ties = self.first_ties
        return WinMatrix(
            self.wins,
            None if ties is None else ties + ties.T,
            self.first_wins if self.places_matter else None,
        )

    @cached_property
    def components(self) -> list[np.ndarray]:
        """Candidates (indices) of each component that comparisons join, the largest one first."""
        return weakly_connected_components(self.pair_counts)

    @property
    def is_sparse(self) -> bool:
        """Whether candidates are too many for arrays of all pairs, and so for any simulation."""
        return not isinstance(self.comparisons, np.ndarray)

    def require_all_pairs(self, work: str) -> None:
        """Refuse work that simulates comparisons of all pairs, where candidates are too many.

        Raises
        ------
        RankingError
            If they are.
        """
        if self.is_sparse:
            raise RankingError(
                work,
                f"{len(self.candidates):,} candidates; of more than {MAX_DENSE:,} it takes hours",
                "rank them, or take the comparisons among fewer of them",
            )

    def part(self, members: np.ndarray) -> "Tally":
        """Return the tally of comparisons among some candidates (indices, in order)."""
        if len(members) == len(self.candidates):
            return self
        ties = self.first_ties
        return Tally(
            self.candidates[members],
            counts_among(self.comparisons, members),
            counts_among(self.first_wins, members),
            None if ties is None else counts_among(ties, members),
            None if self.weighted is None else self.weighted.part(members),
            self.places_matter,
        )


def count_comparisons(comparisons: pd.DataFrame) -> Tally:
    """Return the tally of a COMPARISONS table; repeated pairs add up.

    Raises
    ------
    TableError
        If a column is missing or there are no comparisons.

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
    candidates = compared_candidates(comparisons)
    times = row_counts(comparisons)
    counts = _count_outcomes(comparisons, candidates, times)
    places_matter = "juror" not in comparisons
    if "weight" not in comparisons:
        return Tally(candidates, *counts, places_matter=places_matter)
    weighted = count_wins_of(comparisons, candidates, times * row_weights(comparisons))
    return Tally(candidates, *counts, weighted, places_matter)


def compared_candidates(comparisons: pd.DataFrame) -> pd.Index:
    """Return the ids of the candidates in a COMPARISONS table, sorted."""
    compared = (comparisons[place].unique() for place in ("first", "second"))
    return pd.Index(sorted(set().union(*compared)))


def count_wins_of(
    comparisons: pd.DataFrame, candidates: pd.Index, amounts: np.ndarray
) -> WinMatrix:
    """Return the wins and ties of all candidates in a COMPARISONS table or in a part of one.

    Parameters
    ----------
    comparisons : table of COMPARISONS
    candidates : ids of all candidates, sorted
    amounts : float array, shape (rows,)
        How much each row counts.
    """
    counts = _count_outcomes(comparisons, candidates, amounts)
    return Tally(candidates, *counts, places_matter="juror" not in comparisons).matrix


def total_wins(parts: Sequence[WinMatrix]) -> WinMatrix:
    """Return the wins of all parts, each of the same candidates."""
    ties = [one.ties for one in parts if one.ties is not None]
    first_wins = [one.first_wins for one in parts if one.first_wins is not None]
    return WinMatrix(
        np.sum([one.wins for one in parts], axis=0),
        np.sum(ties, axis=0) if ties else None,
        np.sum(first_wins, axis=0) if len(first_wins) == len(parts) else None,
    )


def wins_and_ties_by_juror(comparisons: pd.DataFrame, candidates: pd.Index) -> list[WinMatrix]:
    """Return the wins and ties of each juror.

    Parameters
    ----------
    comparisons : table of COMPARISONS with a column ``juror``
    candidates : ids of all who were compared, sorted
    """
    by_juror = comparisons.groupby("juror")
    return [count_wins_of(own, candidates, row_counts(own)) for _, own in by_juror]


def wins_by_juror(comparisons: pd.DataFrame, candidates: pd.Index) -> np.ndarray:
    """Return the wins of row over column by each juror, shape (jurors, n, n), a tie half.

    Parameters
    ----------
    comparisons, candidates : as in :func:`wins_and_ties_by_juror`
    """
    return np.stack([own.wins for own in wins_and_ties_by_juror(comparisons, candidates)])


def _count_outcomes(
    comparisons: pd.DataFrame, candidates: pd.Index, amounts: np.ndarray
) -> tuple[Counts, Counts, Counts | None]:
    """Comparisons, wins of the first and ties of candidates, as a :class:`Tally` has them."""
    first, second = (candidates.get_indexer(comparisons[place]) for place in ("first", "second"))
    tied = (comparisons["winner"] == TIE).to_numpy()
    points = np.where(tied, 0.5, comparisons["winner"] == comparisons["first"])
    counts, first_wins, ties = (
        count_pairs(first, second, amounts * share, len(candidates))
        for share in (np.ones(len(points)), points, tied)
    )
    return counts, first_wins, ties if tied.any() else None


def row_counts(comparisons: pd.DataFrame) -> np.ndarray:
    """Return how many comparisons each row of a COMPARISONS table is; float, shape (rows,)."""
    if "count" not in comparisons:
        return np.ones(len(comparisons))
    return comparisons["count"].to_numpy(dtype=float)


def row_weights(comparisons: pd.DataFrame) -> np.ndarray:
    """Return the weight of each row, rescaled to a mean of 1 over comparisons; shape (rows,)."""
    if "weight" not in comparisons:
        return np.ones(len(comparisons))
    weights = comparisons["weight"].to_numpy(dtype=float)
    weights = weights / weights.max()  # sums of the largest numbers would be infinite
    return weights / np.average(weights, weights=row_counts(comparisons))


def effective_number(comparisons: pd.DataFrame) -> float:
    """Return how many equally weighted comparisons tell as much: (Σw)² / Σw² (Kish 1965)."""
    times, weights = row_counts(comparisons), row_weights(comparisons)
    return float((times @ weights) ** 2 / (times @ weights**2))
