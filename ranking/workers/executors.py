"""Where work is done: in this process, in others, or wherever an executor takes it.

Conventions
-----------
Work goes to a ``concurrent.futures.Executor``, and need not know to which: one call after another
in this process, threads, processes of this machine, or those of a cluster. What leaves this process
is a function of a module, and values that pickle.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from multiprocessing.synchronize import Event
from typing import Any, TypeVar

from ranking.errors import ClusterError
from ranking.workers.children import SafeContext
from ranking.workers.cluster import WorkersDiedError

T = TypeVar("T")


class SerialExecutor(Executor):
    """Runs each task in this process when it is submitted, and raises its error then."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run a task now, and return a future that is done."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class WorkerProcesses(ProcessPoolExecutor):
    """A pool of processes, which knows whether any of them ever began to work.

    Parameters
    ----------
    workers : number of processes
    threads : torch threads of each
    """

    def __init__(self, workers: int, threads: int) -> None:
        context = SafeContext()
        self._began = context.Event()
        super().__init__(
            workers, mp_context=context, initializer=_start, initargs=(threads, self._began)
        )

    @property
    def began(self) -> bool:
        """Whether a process has begun: it first imports the script that started it."""
        return self._began.is_set()


def process_executor(workers: int, threads: int) -> WorkerProcesses:
    """Return a pool of ``workers`` processes with ``threads`` torch threads each.

    They end with this process, however it ends.
    """
    return WorkerProcesses(workers, threads)


def map_as_completed(
    executor: Executor,
    function: Callable[..., T],
    arguments: Iterable[tuple[Any, ...]],
    if_workers_died: Callable[..., T] | None = None,
) -> Iterator[T]:
    """Yield what a function returns of each tuple of arguments, in the order that calls end.

    Calls that have not begun when the iterator is closed are cancelled.

    Parameters
    ----------
    executor : where the calls run
    function : defined in a module, so that it can go to another process
    arguments : the positional arguments of each call
    if_workers_died : what is yielded instead for a call of which workers of a cluster died, from
        how many died and the arguments; an error, if None
    """
    pending: dict[Future[T], tuple[Any, ...]] = {}

    def result(future: Future[T], given: tuple[Any, ...]) -> T:
        try:
            return future.result()
        except WorkersDiedError as error:
            if if_workers_died is None:
                raise
            return if_workers_died(error.workers, *given)

    try:
        for given in arguments:
            future = executor.submit(function, *given)
            if future.done():  # it ran in this process: say so before the next begins
                yield result(future, given)
            else:
                pending[future] = given
        for future in as_completed(pending):
            yield result(future, pending[future])
    finally:
        for future in pending:
            future.cancel()


def workers_died(workers: int, worked: str) -> ClusterError:
    """Return the error of work that cannot go on without a call of which workers died.

    Parameters
    ----------
    workers : how many died
    worked : what they did, such as "trained"
    """
    return ClusterError(
        "workers of the cluster",
        f"{workers} of them died while they {worked} (of too little memory?)",
        "start them with more memory, then the same work: it goes on where it stopped",
        key="more-memory",
    )


def _start(threads: int, began: Event) -> None:
    began.set()
    import torch  # seconds to load, and not in the process that asks

    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
