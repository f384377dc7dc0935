"""What a ranker is: from windows of a bank to the probability that the first of a pair is better.

Conventions
-----------
A ranker is given neither names nor results. On a bank it is a :class:`Scorer`, which fills the
matrix of all ordered pairs of windows, first by second, one :class:`Tile` of it at a time. So work
that is needed once per window is not done again for each pair, and scores can be cached tile by
tile. The tiles follow from the number of windows alone, and each has the same values whichever
others are computed: an interrupted call goes on with those that are missing.
:func:`ranking.judging.compare.compare_windows` makes votes of the scores of any ranker. The paper's
head is one, :class:`ranking.judging.probe_ranker.ProbeRanker`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey

TILE_ROWS = 16


@dataclass(frozen=True)
class Tile:
    """A part of the matrix of all pairs of windows: some rows, and a block of columns."""

    first: range
    """First windows: rows of the matrix."""
    first_block: range
    """Block of first windows that the rows belong to; it is held in memory as a whole."""
    second: range
    """Block of second windows: columns of the matrix."""

    @property
    def size(self) -> int:
        """Number of pairs."""
        return len(self.first) * len(self.second)


def tile_pairs(count: int, max_block: int | None = None) -> list[Tile]:
    """Return the tiles of the matrix of all pairs of ``count`` windows, block by block.

    Parameters
    ----------
    count
        Number of windows.
    max_block
        Largest number of windows in a block; by default there is one block.
    """
    size = max(1, max_block or count)
    blocks = [range(count)[at : at + size] for at in range(0, count, size)]
    return [
        Tile(rows[at : at + TILE_ROWS], rows, columns)
        for rows in blocks
        for columns in blocks
        for at in range(0, len(rows), TILE_ROWS)
    ]


class Scorer(Protocol):
    """A ranker on the windows of a bank."""

    def tiles(self, count: int) -> list[Tile]:
        """Return the tiles of all pairs of ``count`` windows: :func:`tile_pairs`."""

    def score(
        self, windows: Sequence[int], tiles: Sequence[Tile], executor: Executor
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities (A, B) that the first is better, for one tile after another.

        Parameters
        ----------
        windows
            Rows of the bank's WINDOWS table; tiles number these, from 0.
        tiles
            Tiles to compute: all, or some of them in order.
        executor
            Workers that may be used.
        """

    def score_pairs(
        self, windows: Sequence[int], pairs: np.ndarray, executor: Executor
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities that the first is better of chosen pairs, some after the others.

        Parameters
        ----------
        windows
            As in :meth:`score`; the same in each call for pairs of the same recordings.
        pairs
            First and second of each pair, shape (P, 2).
        executor
            Workers that may be used.
        """


class Ranker(Protocol):
    """Anything that says which of two windows is better, and how likely."""

    @property
    def sha256(self) -> str:
        """SHA-256 of all that scores depend on beside the windows; votes are cached by it."""

    @property
    def task(self) -> str:
        """Name of its task, such as ``expertise-2``."""

    @property
    def cache_key(self) -> CacheKey:
        """Encoder, front end and precision of the embeddings that it takes."""

    @property
    def remark(self) -> str:
        """What a reader of its votes must know; may be empty."""

    @property
    def version(self) -> str:
        """Version of the program that made it."""

    def scorer(self, bank: EmbeddingBank) -> Scorer:
        """Return the ranker on a bank."""
