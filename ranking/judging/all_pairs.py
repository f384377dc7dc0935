"""All pairs of some windows by a factorised head: shares once for a window, then tile by tile.

Conventions
-----------
Shares of windows are held in memory, as many as a budget allows: a *block*. Blocks meet blocks; in
each meeting a strip of first windows goes through the second ones in tiles that stay in the
processor's cache. What strips there are depends on the head and the number of windows alone, and
each is computed by one worker, so that equal input gives equal bytes however many workers there are
and wherever an earlier process was stopped.
Workers are any :class:`concurrent.futures.Executor`; :func:`torch_threads` makes those that do best
on one computer.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ranking.judging.ranker import Strip, cut_strips
from ranking.network.factorised import FactorisedHead, Share, joined
from ranking.network.rows import DEVICE_PIECE, PIECE

BUDGET = 1 << 30  # bytes of shares in memory
TILE = (4, 8)  # first and second windows at a time on a CPU
DEVICE_TILE = (16, 256)

Take = Callable[[Sequence[int], int], tuple[Iterable[Tensor], Tensor]]
"""Of windows by number, segments with sound (M, F, D), so many at a time, and mask (W, S)."""
Decode = Callable[[Tensor], Tensor]
"""Logits (..., C) to the probability that the first is the better one."""


class PairScorer:
    """A factorised head at work on windows by number; a :class:`ranking.judging.ranker.Scorer`."""

    def __init__(self, head: FactorisedHead, take: Take, decode: Decode) -> None:
        self._head, self._take, self._decode = head, take, decode
        on_cpu = head.mean.device.type == "cpu"
        self._tile, self._piece = (TILE, PIECE) if on_cpu else (DEVICE_TILE, DEVICE_PIECE)

    def strips(self, count: int) -> list[Strip]:
        """Return the strips of all pairs of as many windows, in order."""
        return cut_strips(count, BUDGET // (2 * self._head.share_bytes) or 1)

    def scores(
        self, windows: Sequence[int], strips: Sequence[Strip], pool: Executor
    ) -> Iterator[np.ndarray]:
        """Yield the probabilities (A, B) of strips of some windows, in order."""
        held: dict[range, tuple[Share, Share]] = {}
        for blocks, meeting in itertools.groupby(strips, lambda one: (one.block, one.second)):
            held = {
                block: held.get(block) or self._shares([windows[at] for at in block], pool)
                for block in dict.fromkeys(blocks)
            }
            first, second = held[blocks[0]][0], held[blocks[1]][1]
            yield from pool.map(partial(self._strip, first, second), meeting)

    def _shares(self, windows: Sequence[int], pool: Executor) -> tuple[Share, Share]:
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
                self._decode(
                    self._head(rows.part(slice(i, i + high)), second.part(slice(j, j + wide)))
                )
                for j in range(0, len(strip.second), wide)
            ]
            for i in range(0, len(strip.first), high)
        ]
        return torch.cat([torch.cat(row, dim=1) for row in tiles]).cpu().numpy()


@contextmanager
def torch_threads(count: int = 1) -> Iterator[Executor]:
    """Lend threads whose arithmetic keeps to itself: two operations that share a core wait.

    At the end, or after an error, what has not begun is left undone.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)
