"""Comparisons so far, as pairs are chosen by them: who with whom, and what came out.

Conventions
-----------
Candidates are numbers from 0, comparisons in the order in which they were made. Strengths are
log-odds by Bradley-Terry with a normal prior, which keeps them finite where few pairs are compared.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from ranking.methods.sparse_bradley_terry import Edges, strengths_under_prior

PRIOR_VARIANCE = 4.0
"""Variance of strengths a priori, in squared log-odds: wide, so that it hardly moves an order."""


@dataclass(frozen=True)
class ComparedPairs:
    """Comparisons so far, in their order, of n candidates."""

    n: int
    """Number of candidates."""
    pairs: np.ndarray
    """First and second of each comparison; int, shape (E, 2)."""
    points: np.ndarray
    """1 where the first won, 0 where the second did, 0.5 of a tie; float, shape (E,)."""
    _fitted: dict[int, np.ndarray] = field(default_factory=dict, repr=False, compare=False)
    """Log-strengths after the first so many comparisons, as far as they were asked for."""

    def __len__(self) -> int:
        return len(self.pairs)

    def before(self, number: int) -> "ComparedPairs":
        """Return the first so many comparisons alone."""
        return replace(self, pairs=self.pairs[:number], points=self.points[:number])

    def followed_by(self, pairs: np.ndarray, points: np.ndarray) -> "ComparedPairs":
        """Return these comparisons with more after them, shapes (E', 2) and (E',)."""
        fitted = {number: own for number, own in self._fitted.items() if number <= len(self)}
        return ComparedPairs(
            self.n,
            np.concatenate([self.pairs, pairs]),
            np.concatenate([self.points, points]),
            fitted,
        )

    @property
    def wins(self) -> np.ndarray:
        """Wins of row over column, a tie half; float, shape (n, n)."""
        out = np.zeros((self.n, self.n))
        first, second = self.pairs.T
        np.add.at(out, (first, second), self.points)
        np.add.at(out, (second, first), 1 - self.points)
        return out

    def strengths(self) -> np.ndarray:
        """Return log-strengths (n,) by Bradley-Terry with a normal prior, fitted once.

        Raises
        ------
        RankingError
            If the fit does not converge.
        """
        if len(self) not in self._fitted:
            first, second = self.pairs.T
            edges = Edges(
                np.concatenate([first, second]),
                np.concatenate([second, first]),
                np.concatenate([self.points, 1 - self.points]),
            )
            strength = strengths_under_prior(edges.among(edges.amount > 0), self.n, PRIOR_VARIANCE)
            strength.setflags(write=False)
            self._fitted[len(self)] = strength
        return self._fitted[len(self)]


def nothing_compared(n: int) -> ComparedPairs:
    """Return that n candidates were not compared yet."""
    return ComparedPairs(n, np.zeros((0, 2), dtype=int), np.zeros(0))


def all_pairs_of(n: int) -> int:
    """Return the number of pairs of n candidates."""
    return n * (n - 1) // 2
