"""Counts of pairs: how often something happened between row and column.

Conventions
-----------
Of up to :data:`MAX_DENSE` candidates, counts are an array of all pairs. Of more, they are scipy's
sparse array in compressed rows [1]_, whose memory grows with the pairs that were compared rather
than with all of them. Both are added, subtracted, transposed, indexed and summed alike; what is
done otherwise is here.

References
----------
.. [1] scipy.sparse.csr_array.
"""

from typing import Any

import numpy as np

MAX_DENSE = 3_000
"""Candidates up to whom counts are arrays of all pairs: 72 MB each."""

Counts = Any
"""A float array, shape (n, n), or scipy's ``csr_array`` of that shape, which has no types."""


def count_pairs(row: np.ndarray, column: np.ndarray, amounts: np.ndarray, n: int) -> Counts:
    """Return how much happened between each two of n candidates.

    Parameters
    ----------
    row, column : int arrays, shape (events,)
        Two candidates.
    amounts : float array, shape (events,)
        How much each event counts; those of the same two add up.
    n : number of candidates
    """
    if n > MAX_DENSE:
        from scipy.sparse import csr_array  # a third of a second to load

        sparse = csr_array((amounts.astype(float), (row, column)), shape=(n, n))
        sparse.eliminate_zeros()
        return sparse
    return np.bincount(row * n + column, amounts, minlength=n * n).reshape(n, n)


def counts_among(counts: Counts, members: np.ndarray) -> Counts:
    """Return the counts of some candidates (indices), as those of so many are."""
    among = counts[np.ix_(members, members)]
    return all_counts(among) if len(members) <= MAX_DENSE else among


def nonzero_counts(counts: Counts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, column and amount of what is not 0, each of shape (pairs,), row by row."""
    row, column = counts.nonzero()
    return row, column, np.asarray(counts[row, column]).ravel()


def number_of_pairs(counts: Counts) -> int:
    """Return how many ordered pairs have counts that are not 0."""
    return int(
        np.count_nonzero(counts) if isinstance(counts, np.ndarray) else counts.count_nonzero()
    )


def all_counts(counts: Counts) -> np.ndarray:
    """Return counts as an array of all pairs, shape (n, n)."""
    return counts if isinstance(counts, np.ndarray) else np.asarray(counts.toarray())
