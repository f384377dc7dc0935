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

Where a GPU computes, calls go to workers that have one by Dask's resources, ``--resources GPU=1``,
as many at a time as they have; other workers of the same scheduler are left alone.

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
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, TypeVar

from ranking.errors import ClusterError, Given
from ranking.workers.equality import Facts, call_if_equal, facts_here, refuse_different
from ranking.workers.local_cluster import GPU, local_cluster, visible_gpus
from ranking.workers.memory import keeps_freed_memory

CONNECT_SECONDS = 10
"""How long a scheduler, and then its first worker, are waited for."""
WORKERLESS_SECONDS = 60
"""How long calls wait for a worker, after all have gone."""
POLL_SECONDS = 0.05

T = TypeVar("T")


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
    on_gpu : whether only workers that have a GPU are given calls
    """

    def __init__(self, client: Any, cluster: Cluster, on_gpu: bool = False) -> None:
        self._client, self._cluster, self._on_gpu = client, cluster, on_gpu
        needed = {"resources": {GPU: 1}} if on_gpu else {}
        self._own = client.get_executor(pure=False, **needed)
        self._equal: tuple[Mapping[str, object], Facts, tuple[Any, ...], bool] | None = None
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
        own, asked = facts(*arguments), (facts, arguments, keeps_freed_memory())
        workers = list(self.workers())
        found = self._client.run(facts_here, *asked, workers=workers, on_error="return")
        for address, theirs in found.items():
            refuse_different(f"worker {address}", own, theirs)
        self._equal = own, *asked

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call a function on the cluster, and return its future."""
        return super().submit(self._call, fn, *args, **kwargs)

    def workers(self) -> dict[str, int]:
        """Return how many calls each worker that may be given some runs at a time, by address."""
        try:
            if not self._on_gpu:
                return dict(self._client.nthreads())
            known = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, CancelledError):
            raise self._lost() from None
        gpus = {address: int(own["resources"].get(GPU, 0)) for address, own in known.items()}
        return {address: number for address, number in gpus.items() if number}

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
            return self._result(self._own.submit(call_if_equal, *self._equal, fn, args, kwargs))
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
        return sum(self.workers().values())

    def _refuse_lost(self) -> None:
        if self._stopped.is_set() or self._client.status != "running":
            raise self._lost()

    def _refuse_workerless(self, began: float) -> None:
        if time.monotonic() - began > WORKERLESS_SECONDS:
            raise _no_workers(self._cluster, self._on_gpu)

    def _lost(self) -> ClusterError:
        return ClusterError(
            self._cluster.given,
            "the connection to the scheduler was lost",
            "start it again if it has ended, then the same work: what is done is not done again",
            key="same-command",
        )


@contextmanager
def open_cluster(
    cluster: Cluster, threads: int = 1, device: str = "cpu"
) -> Iterator[ClusterExecutor]:
    """Open a cluster's executor while the block runs; processes that it started end with it.

    Parameters
    ----------
    cluster : which cluster
    threads : number of threads of numerical libraries in each process of this machine
    device : what computes: a GPU is of a worker that has one

    Raises
    ------
    ClusterError
        If the scheduler cannot be reached, or has no workers, or none with a GPU.
    """
    from distributed import Client
    from distributed.comm import resolve_address

    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.CRITICAL)  # for good: it logs when the program ends, too
    with ExitStack() as stack:
        on_gpu, where = _computes_on_gpu(device), cluster.scheduler
        if where is None:
            gpus = _gpus_of_processes(cluster) if on_gpu else []
            where = stack.enter_context(local_cluster(cluster.workers, threads, gpus))
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
            raise _no_workers(cluster, on_gpu) from None
        executor = ClusterExecutor(client, cluster, on_gpu)
        stack.callback(executor.stop)
        if on_gpu and not executor.workers():
            raise _no_workers(cluster, on_gpu)
        yield executor


def _computes_on_gpu(device: str) -> bool:
    kind, _, number = device.partition(":")
    if number:
        raise ClusterError(
            Given(device=device),
            "to a worker of a cluster its only GPU has no number",
            f"name {kind} alone",
        )
    return kind != "cpu"


def _gpus_of_processes(cluster: Cluster) -> list[str]:
    gpus = visible_gpus()
    if cluster.workers > len(gpus):
        raise ClusterError(
            cluster.given,
            f"more than the GPUs of this machine ({len(gpus)}), of which each process needs one",
            "start fewer, or compute on the CPU",
            key="fewer-or-cpu",
        )
    return gpus


def _no_workers(cluster: Cluster, on_gpu: bool) -> ClusterError:
    resource = f", and the resource {GPU}" if on_gpu else ""
    return ClusterError(
        cluster.given,
        f"the scheduler has no workers{' with a GPU' if on_gpu else ''}",
        f"start some with dask worker and its address{resource}, then the same work: what is done "
        "is not done again",
        key="start-gpu-workers" if on_gpu else "start-workers",
    )
