"""Pairs of windows, all or chosen, by a factorised head: partial sums once per window.

Conventions
-----------
Partial sums (:class:`ranking.network.factorised.PartialSums`) of a block of windows are held in
memory, as many as ``MAX_BYTES`` allows. For each pair of blocks the tiles
(:class:`ranking.judging.ranker.Tile`) are computed, each in batches of a few first and second
windows, small enough for the processor's cache. The tiles depend on the head and the number of
windows alone, and each is computed by one worker: so equal input gives identical results with any
number of workers, and wherever an earlier process was interrupted, by equal torch, CPU capability
and threads of a worker.
Workers are any :class:`concurrent.futures.Executor`; :func:`single_threaded_torch_workers` makes
those that are fastest on one computer. A GPU needs none: one thread gives it tile after
tile, as many pairs at a time as its memory holds, and reads a tile's numbers while the next ones
are computed.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from ranking.devices.memory import BatchLimit, batch_that_fits
from ranking.devices.precision import full_float32
from ranking.devices.transfer import begin_fetch
from ranking.judging.ranker import Tile, tile_pairs
from ranking.network.factorised import (
    FactorisedHead,
    InBothPlaces,
    PartialSums,
    concatenate_partial_sums,
)
from ranking.network.rows import CPU_CHUNK, DEVICE_CHUNK

MAX_BYTES = 1 << 30
"""Memory for the partial sums of two blocks of windows."""
CPU_BATCH = (4, 8)
"""First and second windows at a time on a CPU."""
DEVICE_BATCH = (16, 256)
"""First and second windows at a time on a GPU, if its memory allows."""
TILES_AHEAD = 2
"""Tiles that a GPU is given before the numbers of the first are read."""

PAIRS_AT_ONCE = 1_024
"""Chosen pairs of windows that a worker computes, or a GPU, before they are yielded."""

T = TypeVar("T")
SegmentLoader = Callable[[Sequence[int], int], tuple[Iterable[Tensor], Tensor]]
"""From window numbers and a chunk size: segments with sound in chunks, mask (W, S)."""
Decoder = Callable[[Tensor], Tensor]
"""From logits (..., C) to the probability that the first window is better."""


class PairScorer:
    """A factorised head on windows by number; a :class:`ranking.judging.ranker.Scorer`.

    Parameters
    ----------
    head
        The head, on the device that computes.
    load_segments
        Loads windows by number, such as :meth:`EmbeddingBank.iter_unprojected`.
    decode
        Turns logits into probabilities.
    """

    def __init__(self, head: FactorisedHead, load_segments: SegmentLoader, decode: Decoder) -> None:
        self._head, self._load_segments, self._decode = head, load_segments, decode
        device = head.device
        self._on_cpu = not works_ahead(device)
        self._chunk = CPU_CHUNK
        self._rows, columns = CPU_BATCH
        if not self._on_cpu:
            self._chunk = batch_that_fits(device, head.bytes_per_segment, DEVICE_CHUNK)
            self._rows, columns = DEVICE_BATCH
            columns = batch_that_fits(device, self._rows * head.bytes_per_pair, columns)
        self._columns = BatchLimit(columns)
        self._pairs = BatchLimit(self._rows * columns)
        self._held: dict[tuple[int, ...], InBothPlaces] = {}

    @property
    def batch(self) -> tuple[int, int]:
        """First and second windows at a time; fewer after a GPU ran out of memory."""
        return self._rows, self._columns.size

    def tiles(self, count: int) -> list[Tile]:
        """Return the tiles of all pairs of ``count`` windows, in blocks that fit into memory."""
        return tile_pairs(count, MAX_BYTES // (2 * self._head.bytes_per_window) or 1)

    def score(
        self, windows: Sequence[int], tiles: Sequence[Tile], executor: Executor
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities (A, B) that the first is better, for one tile after another.

        Partial sums of the last tile's windows are held for a next call.

        Parameters
        ----------
        windows
            Numbers of the windows; tiles number these, from 0.
        tiles
            Tiles to compute: all, or some of them in order.
        executor
            Workers, each of which computes a window's partial sums or a tile.
        """
        for blocks, group in itertools.groupby(tiles, lambda one: (one.first_block, one.second)):
            of_each = [tuple(windows[at] for at in block) for block in blocks]
            (first, _), (_, second) = self._sums(of_each, executor)
            compute = partial(self._tile, first, second)
            if self._on_cpu:
                coming = executor.map(compute, group)
            else:
                coming = _ahead(map(compute, group), TILES_AHEAD)
            yield from (fetched() for fetched in coming)

    def score_pairs(
        self, windows: Sequence[int], pairs: np.ndarray, executor: Executor
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities that the first is better of chosen pairs, some after the others.

        Partial sums of all windows are computed by the first call and held for others with the same
        windows: 0.2 to 0.4 MB a window.

        Parameters
        ----------
        windows
            Numbers of the windows; pairs number these, from 0.
        pairs
            First and second of each pair, shape (P, 2).
        executor
            Workers, as in :meth:`score`.
        """
        ((first, second),) = self._sums([tuple(windows)], executor)
        parts = [pairs[at : at + PAIRS_AT_ONCE] for at in range(0, len(pairs), PAIRS_AT_ONCE)]
        compute = partial(self._chosen, first, second)
        if self._on_cpu:
            coming = executor.map(compute, parts)
        else:
            coming = _ahead(map(compute, parts), TILES_AHEAD)
        yield from (fetched() for fetched in coming)

    @torch.inference_mode()
    def _chosen(
        self, first: PartialSums, second: PartialSums, pairs: np.ndarray
    ) -> Callable[[], np.ndarray]:
        def probabilities(part: slice) -> Tensor:
            rows, columns = pairs[part].T.tolist()
            return self._decode(self._head.one_to_one(first.select(rows), second.select(columns)))

        with full_float32():
            return begin_fetch(torch.cat(self._pairs.each(len(pairs), probabilities)))

    def _sums(self, blocks: Sequence[tuple[int, ...]], executor: Executor) -> list[InBothPlaces]:
        """The partial sums of the windows of each block, held until others are asked for."""
        self._held = {block: sums for block, sums in self._held.items() if block in blocks}
        for block in blocks:
            if block not in self._held:
                self._held[block] = self._computed_sums(block, executor)
        return [self._held[block] for block in blocks]

    def _computed_sums(self, windows: Sequence[int], executor: Executor) -> InBothPlaces:
        size = 1 if self._on_cpu else max(1, self._chunk // self._head.segments)
        groups = [windows[at : at + size] for at in range(0, len(windows), size)]
        sums = (executor.map if self._on_cpu else map)(self._sums_of, groups)
        return concatenate_partial_sums(sums, len(windows))

    @torch.inference_mode()
    def _sums_of(self, windows: Sequence[int]) -> InBothPlaces:
        with full_float32():
            return self._head.partial_sums(*self._load_segments(windows, self._chunk))

    @torch.inference_mode()
    def _tile(
        self, first: PartialSums, second: PartialSums, tile: Tile
    ) -> Callable[[], np.ndarray]:
        start = tile.first.start - tile.first_block.start
        rows = first.select(slice(start, start + len(tile.first)))

        def probabilities(chosen: PartialSums, columns: slice) -> Tensor:
            return self._decode(self._head(chosen, second.select(columns)))

        with full_float32():
            batches = [
                self._columns.each(
                    len(tile.second),
                    partial(probabilities, rows.select(slice(at, at + self._rows))),
                )
                for at in range(0, len(tile.first), self._rows)
            ]
            return begin_fetch(torch.cat([torch.cat(row, dim=1) for row in batches]))


def _ahead(items: Iterator[T], count: int) -> Iterator[T]:
    """The items; before one is yielded, ``count`` that follow are made."""
    made: deque[T] = deque()
    for item in items:
        made.append(item)
        if len(made) > count:
            yield made.popleft()
    yield from made


def works_ahead(device: torch.device) -> bool:
    """Whether a device works on what it was given while it is given more, as a GPU does."""
    return device.type != "cpu"


@contextmanager
def single_threaded_torch_workers(count: int = 1) -> Iterator[Executor]:
    """Yield threads as workers, while torch computes each operation in one thread.

    Two operations that share a core would wait for each other. At the end, or after an error, tasks
    that have not begun are cancelled.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    executor = ThreadPoolExecutor(count)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)
        torch.set_num_threads(before)
