"""What a ranker is: windows of a bank in, how likely the first of each two is the better one out.

Conventions
-----------
A ranker hears no names and no results. Given a bank it is a :class:`Scorer`, which goes through all
ordered pairs of windows a *strip* at a time: some first windows against all second ones. So what
can be done once for each window is not done again for each pair, and what is scored can be kept
strip by strip. Which strips there are follows from the number of windows alone, and each comes out
the same whichever others are asked for: a call that was interrupted goes on with those that it
lacks.
:func:`ranking.judging.compare.compare_windows` makes votes of it, for any ranker. The paper's head
is the first, :class:`ranking.judging.probe_ranker.ProbeRanker`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import CacheKey

STRIP = 16  # first windows


@dataclass(frozen=True)
class Strip:
    """First windows, the block that they are part of, and the block of second ones they meet."""

    first: range
    block: range
    second: range

    @property
    def size(self) -> int:
        """Pairs in it."""
        return len(self.first) * len(self.second)


def cut_strips(count: int, block: int | None = None) -> list[Strip]:
    """Return the strips of all pairs of so many windows, in order.

    Parameters
    ----------
    block : at most so many windows are held at a time; by default all
    """
    size = max(1, block or count)
    blocks = [range(count)[at : at + size] for at in range(0, count, size)]
    return [
        Strip(own[at : at + STRIP], own, second)
        for own in blocks
        for second in blocks
        for at in range(0, len(own), STRIP)
    ]


class Scorer(Protocol):
    """A ranker at work on the windows of a bank."""

    def strips(self, count: int) -> list[Strip]:
        """Return the strips of all pairs of so many windows, in order: :func:`cut_strips`."""

    def scores(
        self, windows: Sequence[int], strips: Sequence[Strip], pool: Executor
    ) -> Iterator[np.ndarray]:
        """Yield of each strip the probabilities that the first is the better one, (A, B).

        Parameters
        ----------
        windows : numbers in the bank, of those that strips count
        strips : those asked for, in order
        pool : workers, for whoever has use for them
        """


class Ranker(Protocol):
    """Who prefers one of two windows."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that its scores depend on beside the windows; votes are kept by it."""

    @property
    def task(self) -> str:
        """Name of the question that it answers."""

    @property
    def cache_key(self) -> CacheKey:
        """What embeddings it takes: the encoder, and how they were made."""

    @property
    def remark(self) -> str:
        """What a reader of its votes must know; may be empty."""

    @property
    def version(self) -> str:
        """Of the program that made it."""

    def scorer(self, bank: EmbeddingBank) -> Scorer:
        """Return the ranker at work on a bank."""
