"""Many recordings: by several processes on a CPU, by one on a GPU, or by any executor.

Conventions
-----------
Each recording is a task by itself; a worker keeps the loaded networks for its next one. By default
workers are processes of two threads, one core decoding while the other encodes; on a machine of two
cores this process does it all. With a GPU it alone encodes, and the workers decode for it.
Recordings that are in the store are not embedded again, so that a call after an interruption goes
on where it stopped.

Workers of a cluster read recordings from the folder, and write embeddings to the folder or address,
that this process names and all of them share: a recording is locked, embedded and stored by who
embeds it, as on one machine, and an array of gigabytes crosses the network once. Each has to
compute as this process does (:func:`embedding_facts`), so that the store has the same bytes. A
recording of which workers died is invalid, and the others go on.
"""

import os
import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ranking import __version__
from ranking.audio.lengths import MIN_SEGMENT_SECONDS
from ranking.devices.capabilities import computation_facts, computes_in_bfloat16
from ranking.embeddings.bank_source import BankSource
from ranking.embeddings.choice import EncoderChoice, LoadedEncoder, load_encoders
from ranking.embeddings.decoders import BatchSource, DecodingThreads
from ranking.embeddings.embed import DEVICE_BATCH, EmbeddingOutcome, embed_recording
from ranking.embeddings.store import EmbeddingStore
from ranking.encoders import spec_of
from ranking.encoders.precision import default_precision
from ranking.errors import AudioError, EncoderError
from ranking.storage.addresses import StorePlace
from ranking.workers.cluster import Cluster, ClusterExecutor, open_cluster
from ranking.workers.equality import Facts
from ranking.workers.executors import (
    SerialExecutor,
    WorkerProcesses,
    map_as_completed,
    process_executor,
)

THREADS = 2  # of a worker
WAIT_SECONDS = 1.0  # before looking again at recordings that another process is embedding


@dataclass(frozen=True)
class EmbeddingSettings:
    """How recordings are embedded, and where embeddings are stored."""

    store: StorePlace
    """Folder or address of the embedding store."""
    encoders: tuple[EncoderChoice, ...]
    """Encoders that embed each recording, which is decoded once for all."""
    device: str = "cpu"
    """Device that the networks run on, as torch names it."""
    workers: int = 1
    """Processes, where no executor is given; with a device other than the CPU they only decode."""
    min_seconds: float = MIN_SEGMENT_SECONDS
    """Minimum length of a recording in seconds; shorter ones are refused."""
    batch_size: int = 8
    """Segments encoded at a time."""
    allow_cut: bool = False
    """Whether recordings that were cut off are taken."""
    cluster: Cluster | None = None
    """Cluster that embeds; None is this machine alone."""


def default_workers() -> int:
    """Return how many workers of two threads the cores of this machine can keep busy."""
    return max(1, (os.cpu_count() or 1) // THREADS)


def embed_all(
    paths: Sequence[Path], settings: EmbeddingSettings, executor: Executor | None = None
) -> Generator[EmbeddingOutcome, None, None]:
    """Embed recordings, and yield what became of each, in the order that they are done.

    Parameters
    ----------
    paths : the sound files
    settings : encoders, store and device
    executor : where recordings are embedded, with the same paths and store
        By default this process, or as many as :attr:`EmbeddingSettings.workers` says. One that is
        given stays open.

    Raises
    ------
    EncoderError, WeightsError
        If an encoder or its weights cannot be loaded, or a worker died.
    ClusterError
        If the cluster cannot be reached, or has workers that compute otherwise.
    StoreError
        If the store cannot be written.
    """
    if settings.cluster is not None and executor is None:
        yield from _embed_on_cluster(paths, settings, settings.cluster)
        return
    remaining = list(paths)
    with ExitStack() as stack:
        stack.callback(_load_once.cache_clear)
        own = executor or stack.enter_context(_default_executor(settings, len(remaining)))
        while remaining:
            busy = []
            with closing(_embed_each(remaining, settings, own)) as outcomes:
                for outcome in outcomes:
                    if outcome.status == "busy":
                        busy.append(outcome.path)
                    else:
                        yield outcome
            remaining = busy
            if remaining:
                time.sleep(WAIT_SECONDS)


def embed_one(
    path: Path, settings: EmbeddingSettings, batches: BatchSource | None = None
) -> EmbeddingOutcome:
    """Embed a recording; one that cannot be used is an outcome, not an error.

    Parameters
    ----------
    path : the sound file
    settings : encoders, store and device
    batches : decodes the file into batches; by default a thread of this process
    """
    store = EmbeddingStore(settings.store)
    with _LOADING:
        encoders = _load_once(settings.encoders, settings.device)
    try:
        return embed_recording(
            path,
            encoders,
            store,
            settings.min_seconds,
            settings.batch_size,
            batches,
            settings.allow_cut,
        )
    except AudioError as error:
        return EmbeddingOutcome(path, "", "invalid", error=error)


def embedding_facts(settings: EmbeddingSettings, in_store: str) -> dict[str, object]:
    """Return what the bytes of embeddings depend on, and whether the store is the same.

    Parameters
    ----------
    settings : encoders and device
    in_store : name of a file that the process that asks has put there
    """
    device = _device_here(settings.device)
    precisions = [
        one.precision or default_precision(spec_of(one.encoder), device)
        for one in settings.encoders
    ]
    emulated = "bfloat16" in precisions and not computes_in_bfloat16(device)
    return {
        **facts_of_shared_store(settings.store, device, in_store),
        "threads": computation_facts(device)["threads"],
        "precision": ", ".join(precisions) + (" (emulated)" if emulated else ""),
    }


def facts_of_shared_store(store: StorePlace, device: str, in_store: str) -> dict[str, object]:
    """Return what numbers depend on beside a store and their threads, and whether it is the same.

    Parameters
    ----------
    store : where embeddings are
    device : where is computed
    in_store : name of a file that the process that asks has put there
    """
    facts = computation_facts(_device_here(device))
    del facts["threads"]
    return {
        "judge": __version__,
        "numpy": np.__version__,
        **facts,
        "store": str(store) if EmbeddingStore(store).sees(in_store) else "another folder",
    }


def _device_here(device: str) -> str:
    """The device, where this machine has it."""
    import torch

    return device if device == "cpu" or torch.cuda.is_available() else "cpu"


@contextmanager
def open_cluster_on_store(
    cluster: Cluster, store: StorePlace, threads: int, device: str, facts: Facts, *arguments: Any
) -> Iterator[ClusterExecutor]:
    """Open a cluster whose workers see a store and compute as this process does, or refuse them.

    Parameters
    ----------
    cluster : which cluster
    store : where embeddings are, the same from every working folder
    threads : number of threads of each process of this machine
    device : what computes
    facts : returns what results depend on, from arguments and the name of a file in the store
    arguments : the arguments before that

    Raises
    ------
    ClusterError
        If the cluster cannot be reached, or has workers that compute otherwise.
    """
    with (
        EmbeddingStore(store).visible_file() as in_store,
        open_cluster(cluster, threads, device) as executor,
    ):
        executor.require_equal(facts, *arguments, in_store)
        yield executor


def open_cluster_for_bank(
    cluster: Cluster, source: BankSource, threads: int
) -> AbstractContextManager[ClusterExecutor]:
    """Open a cluster whose workers compute from a bank, each call in its own number of threads.

    Parameters
    ----------
    cluster, threads : as :func:`open_cluster_on_store` takes them
    source : what they open the bank from
    """
    store, device, facts = source.absolute.store, source.device, facts_of_shared_store
    return open_cluster_on_store(cluster, store, threads, device, facts, store, device)


def _embed_on_cluster(
    paths: Sequence[Path], settings: EmbeddingSettings, cluster: Cluster
) -> Generator[EmbeddingOutcome, None, None]:
    """Embed on a cluster, whose workers may have another working folder."""
    import torch

    given: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        given[path.absolute()].append(path)
    encoders = tuple(one.absolute for one in settings.encoders)
    own = replace(settings, store=settings.store.absolute(), encoders=encoders, cluster=None)
    where = cluster, own.store, torch.get_num_threads(), own.device
    with (
        open_cluster_on_store(*where, embedding_facts, own) as executor,
        closing(embed_all(list(given), own, executor)) as outcomes,
    ):
        for outcome in outcomes:
            for path in given[outcome.path]:
                yield replace(outcome, path=path)


def _embed_each(
    paths: Sequence[Path], settings: EmbeddingSettings, executor: Executor
) -> Generator[EmbeddingOutcome, None, None]:
    try:
        calls = [(path, settings) for path in paths]
        yield from map_as_completed(executor, embed_one, calls, _workers_died)
    except BrokenExecutor:
        if isinstance(executor, WorkerProcesses) and not executor.began:
            raise EncoderError(
                "worker processes",
                "they cannot begin: each first imports the script that starts them, which then "
                "starts workers itself",
                'put what the script does under: if __name__ == "__main__":',
            ) from None
        raise EncoderError(
            "a worker process",
            "it died (of too little memory?)",
            "start again with fewer workers: what is embedded is not embedded again",
            key="fewer-workers",
        ) from None


def _workers_died(workers: int, path: Path, _: EmbeddingSettings) -> EmbeddingOutcome:
    error = AudioError(
        str(path),
        f"{workers} workers died while they embedded it",
        "leave it out, or embed it by itself and see what it needs (more memory?)",
        key="leave-out-recording",
    )
    return EmbeddingOutcome(path, "", "invalid", error=error)


def _default_executor(settings: EmbeddingSettings, recordings: int) -> Executor:
    workers = min(settings.workers, recordings)
    if workers < 2:
        return SerialExecutor()
    if not encodes_alone(settings.device):
        return process_executor(workers, THREADS)
    encoders = _load_once(settings.encoders, settings.device)
    sample_rates = [one.encoder.sample_rate for one in encoders]
    return DecodingThreads(workers, sample_rates, max(DEVICE_BATCH, settings.batch_size))


def encodes_alone(device: str) -> bool:
    """Whether one process encodes on a device, for which others decode."""
    return device.partition(":")[0] != "cpu"


_LOADING = Lock()  # threads share the networks of their process


@lru_cache(maxsize=1)
def _load_once(choices: tuple[EncoderChoice, ...], device: str) -> list[LoadedEncoder]:
    """Networks, loaded with the first recording: errors then find their way back."""
    return load_encoders(choices, device)
