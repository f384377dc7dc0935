"""How much a device holds at a time: batches by its free memory, smaller ones where that was wrong.

Conventions
-----------
The CPU's memory is not asked for. Rounding may depend on the size of a batch, within what parity
between devices allows; so the size that was used is kept, to be recorded.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import torch

T = TypeVar("T")
SHARE_OF_FREE_MEMORY = 0.5  # for one batch; the rest is for what was estimated too low


def free_bytes(device: str | torch.device) -> int:
    """Return the free memory of a GPU in bytes; 0 for any other device."""
    own = torch.device(device)
    if own.type != "cuda" or not torch.cuda.is_available():
        return 0
    unused = torch.cuda.memory_reserved(own) - torch.cuda.memory_allocated(own)
    return int(torch.cuda.mem_get_info(own)[0]) + unused


def batch_that_fits(device: str | torch.device, item_bytes: int, most: int) -> int:
    """Return how many items a batch may have on a device.

    Parameters
    ----------
    device : where it is computed
    item_bytes : memory that one item takes
    most : the most that are of use; the answer where the device's memory is not known
    """
    free = free_bytes(device)
    if free == 0:
        return most
    return max(1, min(most, int(SHARE_OF_FREE_MEMORY * free) // max(1, item_bytes)))


class BatchLimit:
    """The most items that are computed at a time; fewer after the memory did not suffice.

    Parameters
    ----------
    size : items at a time, to begin with
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.reduced = False
        """Whether the device ran out of memory."""

    def each(self, count: int, function: Callable[[slice], T]) -> list[T]:
        """Return what a function gives of slices of ``count`` items, in order.

        Raises
        ------
        torch.OutOfMemoryError
            If not even one item fits.
        """
        results: list[T] = []
        start = 0
        while start < count:
            stop = min(start + self.size, count)
            try:
                results.append(function(slice(start, stop)))
            except torch.OutOfMemoryError:
                if stop - start == 1:
                    raise
                self.size, self.reduced = (stop - start) // 2, True
                self._release()
            else:
                start = stop
        return results

    @staticmethod
    def _release() -> None:
        """Give back what the allocator holds unused: it may be in pieces."""
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def peak_bytes(device: str | torch.device, work: Callable[[], Any]) -> int:
    """Return the memory that a piece of work takes on a GPU in bytes; 0 on any other device."""
    own = torch.device(device)
    if own.type != "cuda" or not torch.cuda.is_available():
        return 0
    before = torch.cuda.memory_allocated(own)
    torch.cuda.reset_peak_memory_stats(own)
    work()
    return int(torch.cuda.max_memory_allocated(own)) - before
