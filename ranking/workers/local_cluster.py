"""The processes of a cluster on this machine: one thread each, and a GPU each where GPUs compute.

Conventions
-----------
Dask imports this module in every process that it starts, new ones in the place of those that died
among them, and calls :func:`dask_setup` before the first call comes. A process that computes on a
GPU sees that one alone, so that it is ``cuda`` to each, and only one launches kernels there.
"""

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from ranking.workers.children import SAFE_PATH

GPU = "GPU"
"""Name of the resource of which a worker has as many as it has GPUs."""
DEATHS = 2
"""Processes that may die of a call, the last of which ends it."""
VISIBLE_GPUS = "CUDA_VISIBLE_DEVICES"
GPUS_OF_PROCESSES = "JUDGE_GPUS_OF_PROCESSES"


@contextmanager
def local_cluster(workers: int, threads: int, gpus: Sequence[str] = ()) -> Iterator[Any]:
    """Start a scheduler and processes; they end with the block.

    Parameters
    ----------
    workers
        How many processes.
    threads
        Threads of numerical libraries in each.
    gpus
        What each process sees, by its number, as CUDA_VISIBLE_DEVICES names them; none where no
        GPU computes.
    """
    import dask
    from distributed import LocalCluster

    with ExitStack() as stack:
        stack.enter_context(_environment_of_workers(threads, gpus))
        stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": DEATHS - 1}))
        yield stack.enter_context(
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",  # any port, for a server that shows nothing
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,  # as in one process
                preload=[__name__],
                resources={GPU: 1} if gpus else {},
                silence_logs=logging.CRITICAL,
            )
        )


def visible_gpus() -> list[str]:
    """Return the GPUs of this machine, as CUDA_VISIBLE_DEVICES names them."""
    import torch

    count = torch.cuda.device_count()
    named = os.environ.get(VISIBLE_GPUS)
    return named.split(",")[:count] if named and count else [*map(str, range(count))]


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C to the process that asks, and have a GPU to itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gpus = os.environ.get(GPUS_OF_PROCESSES)
    if gpus:
        os.environ[VISIBLE_GPUS] = gpus.split(",")[int(worker.name)]


@contextmanager
def _environment_of_workers(threads: int, gpus: Sequence[str]) -> Iterator[None]:
    """Have processes start with so many threads, and run nothing in the working folder.

    Dask starts new ones in the place of those that died, and leaves settings of its own.
    """
    before = dict(os.environ)
    count = str(threads)
    os.environ.update({SAFE_PATH: "1", "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count})
    os.environ[GPUS_OF_PROCESSES] = ",".join(gpus)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
