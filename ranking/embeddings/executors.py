"""Where work is done: in this process, in others, or wherever an executor takes it.

Conventions
-----------
Work goes to a ``concurrent.futures.Executor``, and need not know to which: this process in turn,
threads, processes of this machine, or a cluster's. What leaves this process is a function of a
module, and values that pickle.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

T = TypeVar("T")


class InTurn(Executor):
    """Does each piece of work here, when it is given; so its errors come then, too."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do it, and return its result as what was to come."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def process_executor(workers: int, threads: int) -> ProcessPoolExecutor:
    """Return a pool of processes, of so many threads each.

    They end with this one, however it ends.
    """
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(threads,),
    )


def results(
    executor: Executor, work: Callable[..., T], pieces: Iterable[tuple[Any, ...]]
) -> Iterator[T]:
    """Yield what ``work`` returns of pieces, each its arguments, in the order that they are done.

    Pieces not begun when the iterator is closed are not begun any more.
    """
    coming: list[Future[T]] = []
    try:
        for piece in pieces:
            future = executor.submit(work, *piece)
            if future.done():  # worked on here: say so before the next is begun
                yield future.result()
            else:
                coming.append(future)
        for future in as_completed(coming):
            yield future.result()
    finally:
        for future in coming:
            future.cancel()


def _start(threads: int) -> None:
    import torch  # seconds to load, and not in the process that asks

    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
