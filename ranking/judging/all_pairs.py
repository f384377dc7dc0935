"""All pairs of some windows by a factorised head: partial sums once per window, pairs in batches.

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
those that are fastest on one computer.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ranking.judging.ranker import Tile, tile_pairs
from ranking.network.factorised import FactorisedHead, PartialSums, concatenate_partial_sums
from ranking.network.rows import CPU_CHUNK, DEVICE_CHUNK

MAX_BYTES = 1 << 30
"""Memory for the partial sums of two blocks of windows."""
CPU_BATCH = (4, 8)
"""First and second windows at a time on a CPU."""
DEVICE_BATCH = (16, 256)
"""First and second windows at a time on a GPU."""

SegmentLoader = Callable[[Sequence[int], int], tuple[Iterable[Tensor], Tensor]]
"""From window numbers and a chunk size: segments with sound (M, F, D) in chunks, mask (W, S)."""
Decoder = Callable[[Tensor], Tensor]
"""From logits (..., C) to the probability that the first window is better."""


class PairScorer:
    """A factorised head on windows by number; a :class:`ranking.judging.ranker.Scorer`.

    Parameters
    ----------
    head
        The head, on the device that computes.
    load_segments
        Loads windows by number, such as :meth:`EmbeddingBank.iter_segments`.
    decode
        Turns logits into probabilities.
    """

    def __init__(self, head: FactorisedHead, load_segments: SegmentLoader, decode: Decoder) -> None:
        self._head, self._load_segments, self._decode = head, load_segments, decode
        on_cpu = head.mean.device.type == "cpu"
        self._batch, self._chunk = (
            (CPU_BATCH, CPU_CHUNK) if on_cpu else (DEVICE_BATCH, DEVICE_CHUNK)
        )

    def tiles(self, count: int) -> list[Tile]:
        """Return the tiles of all pairs of ``count`` windows, in blocks that fit into memory."""
        return tile_pairs(count, MAX_BYTES // (2 * self._head.bytes_per_window) or 1)

    def score(
        self, windows: Sequence[int], tiles: Sequence[Tile], executor: Executor
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities (A, B) that the first is better, for one tile after another.

        Parameters
        ----------
        windows
            Numbers of the windows; tiles number these, from 0.
        tiles
            Tiles to compute: all, or some of them in order.
        executor
            Workers, each of which computes a window's partial sums or a tile.
        """
        held: dict[range, tuple[PartialSums, PartialSums]] = {}
        for blocks, group in itertools.groupby(tiles, lambda one: (one.first_block, one.second)):
            held = {
                block: held.get(block) or self._sums([windows[at] for at in block], executor)
                for block in dict.fromkeys(blocks)
            }
            first, second = held[blocks[0]][0], held[blocks[1]][1]
            yield from executor.map(partial(self._tile, first, second), group)

    def _sums(self, windows: Sequence[int], executor: Executor) -> tuple[PartialSums, PartialSums]:
        first, second = zip(*executor.map(self._sums_of, windows), strict=True)
        return concatenate_partial_sums(first), concatenate_partial_sums(second)

    @torch.inference_mode()
    def _sums_of(self, window: int) -> tuple[PartialSums, PartialSums]:
        return self._head.partial_sums(*self._load_segments([window], self._chunk))

    @torch.inference_mode()
    def _tile(self, first: PartialSums, second: PartialSums, tile: Tile) -> np.ndarray:
        start = tile.first.start - tile.first_block.start
        rows = first.select(slice(start, start + len(tile.first)))
        height, width = self._batch
        batches = [
            [
                self._decode(
                    self._head(
                        rows.select(slice(i, i + height)), second.select(slice(j, j + width))
                    )
                )
                for j in range(0, len(tile.second), width)
            ]
            for i in range(0, len(tile.first), height)
        ]
        return torch.cat([torch.cat(row, dim=1) for row in batches]).cpu().numpy()


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
