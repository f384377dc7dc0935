"""Workers of a cluster, on this machine or on others, as an executor.

Conventions
-----------
A Dask cluster [1]_ has a scheduler, which calls are given to, and workers, which run them one at a
time. :class:`ClusterExecutor` is the executor of a client of it [2]_ with what long calls need
beside it. Code that hands out work takes it as any other.

No more calls are with the scheduler at a time than its workers have threads: Dask counts the death
of a worker for every call that waits there, not only for the one that ran. A call whose
worker died is run again by another. One that outlives no worker is an error of its own,
:class:`WorkersDiedError`, and the others go on. The scheduler says how many deaths these are
(``distributed.scheduler.allowed-failures``); that of processes of this machine says two.

What results depend on beside the arguments has to be equal where they are computed and here: all
workers are asked before work begins, and those that come later before their first call.

Calls and results are pickled: a scheduler and its workers have to be trusted, and Dask's own
settings say how connections are encrypted.

References
----------
.. [1] Dask developers, "Dask.distributed", https://distributed.dask.org.
.. [2] Same, "API", ``Client.get_executor``.
"""

import logging
import os
import platform
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, TypeVar

from ranking.errors import ClusterError, Given
from ranking.workers.children import SAFE_PATH

CONNECT_SECONDS = 10
"""How long a scheduler, and then its first worker, are waited for."""
WORKERLESS_SECONDS = 60
"""How long calls wait for a worker, after all have gone."""
POLL_SECONDS = 0.05
LOCAL_DEATHS = 2
"""Workers of this machine that may die of a call, the last of which ends it."""

T = TypeVar("T")
Facts = Callable[..., Mapping[str, object]]
"""Function of a module that returns what results depend on, by name."""


class WorkersDiedError(Exception):
    """Raised by a call of which workers died, as many as the scheduler allows.

    Parameters
    ----------
    workers : how many died
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.workers = workers


@dataclass(frozen=True)
class Cluster:
    """Which cluster is used."""

    scheduler: str | None = None
    """Address of its scheduler; None starts workers on this machine."""
    workers: int = 1
    """Processes to start, where no scheduler is named."""

    @property
    def given(self) -> Given:
        """The setting that names it, as the user gave it."""
        if self.scheduler is None:
            return Given(cluster_workers=self.workers)
        return Given(scheduler=self.scheduler)


class ClusterExecutor(ThreadPoolExecutor):
    """Calls a function on a cluster, from a thread of this process for each that runs there.

    Parameters
    ----------
    client : client of the cluster's scheduler
    cluster : which cluster that is
    """

    def __init__(self, client: Any, cluster: Cluster) -> None:
        self._client, self._cluster = client, cluster
        self._own = client.get_executor(pure=False)
        self._equal: tuple[Mapping[str, object], Facts, tuple[Any, ...]] | None = None
        self._running, self._turn, self._change = 0, Lock(), Lock()
        self._stopped = Event()
        super().__init__(max(1, self._capacity()))

    def require_equal(self, facts: Facts, *arguments: Any) -> None:
        """Refuse workers on which a function returns other values than here, now and later.

        Parameters
        ----------
        facts : returns what results depend on, by name
        arguments : its arguments

        Raises
        ------
        ClusterError
            If a worker differs, with its address and in what.
        """
        own = facts(*arguments)
        found = self._client.run(facts, *arguments, on_error="return")
        for address, theirs in found.items():
            _refuse_different(f"worker {address}", own, theirs)
        self._equal = own, facts, arguments

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call a function on the cluster, and return its future."""
        return super().submit(self._call, fn, *args, **kwargs)

    def stop(self) -> None:
        """Cancel all calls, and end the threads; a worker ends the one that it runs."""
        self._stopped.set()
        if self._client.status == "running":
            with suppress(OSError):
                self._own.shutdown(wait=False)
        self.shutdown(wait=True, cancel_futures=True)

    def _call(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        self._wait_for_turn()
        try:
            self._refuse_lost()
            if self._equal is None:
                return self._result(self._own.submit(fn, *args, **kwargs))
            return self._result(self._own.submit(_call_equal, *self._equal, fn, args, kwargs))
        finally:
            with self._change:
                self._running -= 1

    def _wait_for_turn(self) -> None:
        """Wait until fewer calls run than there are threads; after a death there are fewer."""
        with self._turn:
            began = time.monotonic()
            while self._running and self._running >= (threads := self._capacity()):
                if threads:
                    began = time.monotonic()
                self._refuse_workerless(began)
                self._stopped.wait(POLL_SECONDS)
                self._refuse_lost()
            with self._change:
                self._running += 1

    def _result(self, future: "Future[T]") -> T:
        from distributed.scheduler import KilledWorker

        began = time.monotonic()
        while True:
            try:
                return future.result(timeout=1)
            except TimeoutError:
                if future.done():
                    raise
                if self._capacity():
                    began = time.monotonic()
                self._refuse_workerless(began)
            except CancelledError:
                raise self._lost() from None
            except KilledWorker as error:
                raise WorkersDiedError(error.allowed_failures + 1) from None

    def _capacity(self) -> int:
        """How many calls the workers run at a time; 0 where there are none."""
        try:
            return sum(self._client.nthreads().values())
        except (OSError, CancelledError):
            raise self._lost() from None

    def _refuse_lost(self) -> None:
        if self._stopped.is_set() or self._client.status != "running":
            raise self._lost()

    def _refuse_workerless(self, began: float) -> None:
        if time.monotonic() - began > WORKERLESS_SECONDS:
            raise _no_workers(self._cluster)

    def _lost(self) -> ClusterError:
        return ClusterError(
            self._cluster.given,
            "the connection to the scheduler was lost",
            "start it again if it has ended, then the same work: what is done is not done again",
            key="same-command",
        )


@contextmanager
def open_cluster(cluster: Cluster, threads: int = 1) -> Iterator[ClusterExecutor]:
    """Open a cluster's executor while the block runs; processes that it started end with it.

    Parameters
    ----------
    cluster : which cluster
    threads : number of threads of numerical libraries in each process of this machine

    Raises
    ------
    ClusterError
        If the scheduler cannot be reached, or has no workers.
    """
    import dask
    from distributed import Client, LocalCluster
    from distributed.comm import resolve_address

    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.CRITICAL)  # for good: it logs when the program ends, too
    with ExitStack() as stack:
        where: Any = cluster.scheduler
        if where is None:
            stack.enter_context(_environment_of_workers(threads))
            stack.enter_context(
                dask.config.set({"distributed.scheduler.allowed-failures": LOCAL_DEATHS - 1})
            )
            where = stack.enter_context(
                LocalCluster(
                    n_workers=cluster.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address=None,
                    memory_limit=0,  # as in one process
                    preload=[__name__],
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            if cluster.scheduler is not None:
                resolve_address(where)  # a client that was never connected is slow to close
            client = Client(where, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError):
            raise ClusterError(
                cluster.given,
                "no scheduler answers there",
                "start one with dask scheduler, and give the address that it prints",
            ) from None
        stack.enter_context(client)
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise _no_workers(cluster) from None
        executor = ClusterExecutor(client, cluster)
        stack.callback(executor.stop)
        yield executor


def _no_workers(cluster: Cluster) -> ClusterError:
    return ClusterError(
        cluster.given,
        "the scheduler has no workers",
        "start some with dask worker and its address, then the same work: what is done is not "
        "done again",
        key="start-workers",
    )


def _call_equal(
    own: Mapping[str, object],
    facts: Facts,
    arguments: tuple[Any, ...],
    function: Callable[..., T],
    given: tuple[Any, ...],
    named: Mapping[str, Any],
) -> T:
    """Call a function, on a worker that is equal to the process that asks."""
    worker = f"worker on {platform.node()}, process {os.getpid()}"
    _refuse_different(worker, own, facts(*arguments))
    return function(*given, **named)


def _refuse_different(worker: str, own: Mapping[str, object], theirs: Any) -> None:
    """Refuse a worker by what it returned: facts, or the error on the way to them."""
    if isinstance(theirs, Mapping):
        names = [name for name in own if own[name] != theirs.get(name)]
        what = ", ".join(f"{name} is {theirs.get(name)}, not {own[name]} as here" for name in names)
    else:
        what = f"it cannot say what it computes with ({theirs})"
    if what:
        raise ClusterError(
            worker,
            what,
            "results would differ: end this worker, or let it be as the process that asks",
            key="equal-workers",
        )


def dask_setup(_: Any) -> None:
    """Leave Ctrl-C to the process that asks; Dask calls this in each worker of this machine."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _environment_of_workers(threads: int) -> Iterator[None]:
    """Have processes start with so many threads, and run nothing in the working folder.

    Dask starts new ones in the place of those that died, and leaves settings of its own.
    """
    before = dict(os.environ)
    count = str(threads)
    os.environ.update({SAFE_PATH: "1", "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count})
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
