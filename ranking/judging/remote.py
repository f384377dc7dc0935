"""A ranker whose pairs of windows are compared by other processes, such as those of a cluster.

Conventions
-----------
A call is a tile of all pairs, or some of the chosen ones. Who runs it opens the bank from the store
that all share, and keeps ranker and partial sums for the next call: what is sent is the ranker, a
megabyte, the numbers of the windows, and scores back. Each computes the partial sums of all windows
of its tiles: the work of n windows, where n² pairs are shared out. Calls of all groups of windows
are handed out at once, since a group of aligned windows has few.

A call computes in one thread, as a worker of one process does, so that scores have the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from threading import Lock
from typing import TypeVar

import numpy as np

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.bank_source import BankSource
from ranking.judging.all_pairs import PAIRS_AT_ONCE, PairScorer
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.ranker import Tile
from ranking.probe.computation import torch_threads
from ranking.workers.cluster import WorkersDiedError
from ranking.workers.executors import SerialExecutor, workers_died

T = TypeVar("T")


@dataclass(frozen=True)
class RemoteRanker(ProbeRanker):
    """A ranker that gives what it compares to the executor, whichever process that works in."""

    source: BankSource
    """What processes with another working folder open the bank from."""

    def scorer(self, bank: EmbeddingBank) -> "RemoteScorer":  # type: ignore[override]
        """Return the ranker on a bank."""
        return RemoteScorer(ProbeRanker(self.head, self.record), bank, self.source)


@dataclass(frozen=True)
class Compared:
    """A ranker, and what it compares, as they are sent; equal where hashes are."""

    source: BankSource
    """What the bank is opened from."""
    sha256: str
    """Hash of the ranker's head."""
    ranker: ProbeRanker = field(compare=False)
    """The ranker."""


class RemoteScorer:
    """A ranker on a bank, computed elsewhere; a :class:`ranking.judging.ranker.Scorer`.

    Parameters
    ----------
    ranker
        The ranker.
    bank
        Embeddings of the recordings.
    source
        What other processes open the bank from.
    """

    def __init__(self, ranker: ProbeRanker, bank: EmbeddingBank, source: BankSource) -> None:
        self._here = ranker.scorer(bank)
        self._compared = Compared(source, ranker.sha256, ranker)

    def tiles(self, count: int) -> list[Tile]:
        """Return the tiles of all pairs of ``count`` windows: those of one process."""
        return self._here.tiles(count)

    def score(
        self, windows: Sequence[int], tiles: Sequence[Tile], executor: Executor
    ) -> Iterator[np.ndarray]:
        """Hand all tiles out, and return the probabilities of one after another.

        Parameters
        ----------
        windows, tiles, executor
            As :meth:`ranking.judging.ranker.Scorer.score` takes them.

        Raises
        ------
        ClusterError
            If workers died while they compared.
        """
        return self._map(score_tile, tuple(windows), tiles, executor)

    def score_pairs(
        self, windows: Sequence[int], pairs: np.ndarray, executor: Executor
    ) -> Iterator[np.ndarray]:
        """Hand chosen pairs out, and return the probabilities of some after the others.

        Parameters
        ----------
        windows, pairs, executor
            As :meth:`ranking.judging.ranker.Scorer.score_pairs` takes them.

        Raises
        ------
        ClusterError
            If workers died while they compared.
        """
        parts = [pairs[at : at + PAIRS_AT_ONCE] for at in range(0, len(pairs), PAIRS_AT_ONCE)]
        return self._map(score_chosen, tuple(windows), parts, executor)

    def _map(
        self,
        function: Callable[[Compared, tuple[int, ...], T], np.ndarray],
        windows: tuple[int, ...],
        parts: Iterable[T],
        executor: Executor,
    ) -> Iterator[np.ndarray]:
        """What a function returns of each part; all are handed out before the first is back."""
        coming = executor.map(partial(function, self._compared, windows), parts)
        return _survived(coming)


def _survived(scores: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The scores, or whose fault it is that some do not come."""
    try:
        yield from scores
    except WorkersDiedError as error:
        raise workers_died(error.workers, "compared windows") from None


def score_tile(compared: Compared, windows: tuple[int, ...], tile: Tile) -> np.ndarray:
    """Return the probabilities (A, B) of a tile, computed in this process.

    Parameters
    ----------
    compared
        Ranker and recordings.
    windows
        Numbers of the windows; the tile numbers these, from 0.
    tile
        Which pairs.
    """
    with _ALONE, torch_threads(1):
        (scores,) = _scorer(compared).score(windows, [tile], SerialExecutor())
    return scores


def score_chosen(compared: Compared, windows: tuple[int, ...], pairs: np.ndarray) -> np.ndarray:
    """Return the probabilities of chosen pairs, computed in this process.

    Parameters
    ----------
    compared
        Ranker and recordings.
    windows
        Numbers of the windows; pairs number these, from 0.
    pairs
        At most :data:`ranking.judging.all_pairs.PAIRS_AT_ONCE`, shape (P, 2).
    """
    with _ALONE, torch_threads(1):
        (scores,) = _scorer(compared).score_pairs(windows, pairs, SerialExecutor())
    return scores


_ALONE = Lock()  # threads of a worker share what is kept


@lru_cache(maxsize=1)
def _scorer(compared: Compared) -> PairScorer:
    """The ranker on the bank, with the partial sums of its last call."""
    return compared.ranker.scorer(compared.source.open())
