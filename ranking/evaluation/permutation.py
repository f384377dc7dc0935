"""Permutation tests: results permuted over the candidates, their comparisons as they are.

Conventions
-----------
If comparisons have nothing to do with the results, every *arrangement* of the results over the
candidates is as likely as the actual one. The comparisons of a candidate stay together, whoever
made them: those of a panel are permuted as a whole. Where the arrangements that differ are few, all
are made and p is exact: twice the share of those that are as extreme, on the side where there are
fewer. Otherwise :data:`PERMUTATIONS` are drawn, and the actual one is counted among them [1]_.

No p is below the *smallest p*: 2 / A of A arrangements, or 2 / (N + 1) of N drawn ones.

References
----------
.. [1] B. Phipson, G. K. Smyth, "Permutation P-values should never be zero", Stat. Appl. Genet. Mol.
   Biol. 2010.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import factorial, prod

import numpy as np

PERMUTATIONS = 1999
"""Number of arrangements that are drawn: of up to 50 tests, the smallest corrected p is 0.05."""
MAX_ARRANGEMENTS = 10_000
"""Largest number of arrangements that are all made."""
SAME = 1e-9  # relative difference of two statistics that rounding may leave
CELLS = 64_000  # of pairs looked at together: they fit in the cache
FEW_LEVELS = 20  # different results, up to which matrix products are quicker


@dataclass(frozen=True)
class PermutationP:
    """A two-sided p, and how small it could have been."""

    p: float
    """Two-sided p."""
    smallest: float
    """Smallest p that any data of this size could have had."""
    exact: bool
    """Whether all arrangements were made."""

    @property
    def at_floor(self) -> bool:
        """Whether p could be smaller if more permutations were drawn."""
        return not self.exact and self.p <= self.smallest * (1 + SAME)


@dataclass(frozen=True)
class Arrangements:
    """Results permuted over the candidates."""

    levels: np.ndarray
    """Place of each candidate's result among the different ones, from 0; int, shape (N, n)."""
    exact: bool
    """Whether these are all arrangements, the actual one among them."""

    def test(self, value: float, drawn: np.ndarray) -> PermutationP:
        """Return the p of a statistic.

        Parameters
        ----------
        value : the statistic of the actual results
        drawn : float array, shape (N,)
            The statistic of each arrangement.
        """
        return p_among(value, drawn, exact=self.exact)


def p_among(value: float, drawn: np.ndarray, *, exact: bool = False) -> PermutationP:
    """Return the two-sided p of a statistic among values that are as likely by chance.

    Parameters
    ----------
    value : the statistic
    drawn : float array, shape (N,)
        Its values by chance.
    exact : whether these are all that there are, the actual one among them
    """
    tolerance = SAME * max(1.0, abs(value))
    tails = ((drawn >= value - tolerance).sum(), (drawn <= value + tolerance).sum())
    own = not exact
    of = len(drawn) + own
    p = min(1.0, 2 * (min(tails) + own) / of)
    return PermutationP(float(p), min(1.0, 2 / of), exact)


def arrange(score: np.ndarray, seed: int = 0, draws: int = PERMUTATIONS) -> Arrangements:
    """Return arrangements of results over the candidates: all if they are few, else some at random.

    Parameters
    ----------
    score : float array, shape (n,)
        Results, all of them known.
    seed : seed of the permutations
    draws : number of arrangements to draw where they are many
    """
    _, levels, sizes = np.unique(score, return_inverse=True, return_counts=True)
    if count_arrangements(sizes) <= MAX_ARRANGEMENTS:
        return Arrangements(_all_arrangements(tuple(map(int, sizes))), exact=True)
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(levels.astype(np.int16), (draws, 1)), axis=1)
    return Arrangements(drawn, exact=False)


def count_arrangements(sizes: np.ndarray) -> int:
    """Return how many arrangements differ, given how many candidates have each result."""
    return factorial(int(sizes.sum())) // prod(factorial(int(size)) for size in sizes)


def sums_over_better(matrices: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the sums of matrices over pairs whose row has the better result.

    Parameters
    ----------
    matrices : float array, shape (k, n, n)
        What each ordered pair adds.
    levels : int array, shape (N, n)
        Results of the candidates, in each arrangement.

    Returns
    -------
    float array, shape (N, k)
    """
    whole = np.abs(matrices).sum(axis=(1, 2)).max() < 2**22  # halves of them are exact in float32
    kind = np.float32 if whole and (matrices * 2 == np.rint(matrices * 2)).all() else np.float64
    values = matrices.astype(kind)
    different = int(levels.max()) + 1
    if different <= FEW_LEVELS and matrices.shape[1] > different:
        return _sums_by_level(values, levels, different)
    return _sums_by_row(values, levels)


def _sums_by_level(values: np.ndarray, levels: np.ndarray, different: int) -> np.ndarray:
    """Return the sums (N, k), a matrix product for each level: quick where there are few."""
    sums = np.zeros((len(levels), len(values)))
    for level in range(1, different):
        here, below = (levels == level).astype(values.dtype), (levels < level).astype(values.dtype)
        for at, matrix in enumerate(values):
            sums[:, at] += ((here @ matrix) * below).sum(axis=1)
    return sums


def _sums_by_row(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the sums (N, k), some rows or arrangements at a time."""
    k, n, _ = values.shape
    sums = np.zeros((len(levels), k))
    batch = max(1, CELLS // n**2)
    rows = min(n, max(1, CELLS // n))
    for start in range(0, len(levels), batch):
        own = levels[start : start + batch]
        for row in range(0, n, rows):
            better = own[:, row : row + rows, np.newaxis] > own[:, np.newaxis, :]
            flat = values[:, row : row + rows].reshape(k, -1)
            sums[start : start + batch] += better.reshape(len(own), -1).astype(flat.dtype) @ flat.T
    return sums


@lru_cache(maxsize=8)
def _all_arrangements(sizes: tuple[int, ...]) -> np.ndarray:
    """Return every arrangement of levels of given sizes; read-only, for the next test as well."""
    levels = np.array(list(_every(sizes, sum(sizes))))
    levels.setflags(write=False)
    return levels


def _every(sizes: tuple[int, ...], n: int) -> Iterator[np.ndarray]:
    """Yield every arrangement, shape (n,), of levels of given sizes."""

    def fill(level: int, free: tuple[int, ...]) -> Iterator[dict[int, int]]:
        if level == len(sizes) - 1:
            yield dict.fromkeys(free, level)
            return
        for chosen in combinations(free, sizes[level]):
            rest = tuple(at for at in free if at not in chosen)
            for others in fill(level + 1, rest):
                yield dict.fromkeys(chosen, level) | others

    for filled in fill(0, tuple(range(n))):
        yield np.array([filled[at] for at in range(n)], dtype=np.int16)
