"""All pairs of some windows, a strip of first windows against all second ones at a time.

Conventions
-----------
Shares of windows are held in memory, as many as a budget allows: a *block*. Blocks meet blocks; in
each meeting a strip of first windows goes through the second ones in tiles that stay in the
processor's cache. What strips there are depends on the head and the number of windows alone, and
each is computed by one thread, so that equal input gives equal bytes however many workers there are
and wherever an earlier process was stopped.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ranking.network.factorised import FactorisedHead, Share, joined
from ranking.network.rows import DEVICE_PIECE, PIECE

BUDGET = 1 << 30  # bytes of shares in memory
STRIP = 16  # first windows
TILE = (4, 8)  # first and second windows at a time on a CPU
DEVICE_TILE = (16, 256)

Take = Callable[[Sequence[int], int], tuple[Iterable[Tensor], Tensor]]
"""Of windows by number, segments with sound (M, F, D), so many at a time, and mask (W, S)."""
Verdict = Callable[[Tensor], Tensor]
"""Logits (..., C) to a probability."""


@dataclass(frozen=True)
class Strip:
    """First windows, the block that they are part of, and the block that they meet."""

    first: range
    block: range
    second: range

    @property
    def size(self) -> int:
        """Pairs in it."""
        return len(self.first) * len(self.second)


class Judge:
    """A factorised head at work on windows by number."""

    def __init__(
        self, head: FactorisedHead, take: Take, verdict: Verdict, workers: int = 1
    ) -> None:
        self._head, self._take, self._verdict, self._workers = head, take, verdict, workers
        on_cpu = head.mean.device.type == "cpu"
        self._tile, self._piece = (TILE, PIECE) if on_cpu else (DEVICE_TILE, DEVICE_PIECE)

    def strips(self, count: int) -> list[Strip]:
        """Return the strips of all pairs of as many windows, in order."""
        size = max(1, BUDGET // (2 * self._head.share_bytes))
        blocks = [range(count)[at : at + size] for at in range(0, count, size)]
        return [
            Strip(block[at : at + STRIP], block, second)
            for block in blocks
            for second in blocks
            for at in range(0, len(block), STRIP)
        ]

    def judge(self, windows: Sequence[int], strips: Sequence[Strip]) -> Iterator[np.ndarray]:
        """Yield the verdicts (A, B) of strips of some windows, in order."""
        held: dict[range, tuple[Share, Share]] = {}
        with _one_thread_each(), _pool(self._workers) as pool:
            for blocks, meeting in itertools.groupby(strips, lambda one: (one.block, one.second)):
                held = {
                    block: held.get(block) or self._shares(pool, [windows[at] for at in block])
                    for block in dict.fromkeys(blocks)
                }
                first, second = held[blocks[0]][0], held[blocks[1]][1]
                yield from pool.map(partial(self._strip, first, second), meeting)

    def _shares(self, pool: ThreadPoolExecutor, windows: Sequence[int]) -> tuple[Share, Share]:
        first, second = zip(*pool.map(self._shares_of, windows), strict=True)
        return joined(first), joined(second)

    @torch.inference_mode()
    def _shares_of(self, window: int) -> tuple[Share, Share]:
        return self._head.shares(*self._take([window], self._piece))

    @torch.inference_mode()
    def _strip(self, first: Share, second: Share, strip: Strip) -> np.ndarray:
        start = strip.first.start - strip.block.start
        rows = first.part(slice(start, start + len(strip.first)))
        high, wide = self._tile
        tiles = [
            [
                self._verdict(
                    self._head(rows.part(slice(i, i + high)), second.part(slice(j, j + wide)))
                )
                for j in range(0, len(strip.second), wide)
            ]
            for i in range(0, len(strip.first), high)
        ]
        return torch.cat([torch.cat(row, dim=1) for row in tiles]).cpu().numpy()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let the arithmetic of each worker keep to its own thread: two that share a core wait."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
