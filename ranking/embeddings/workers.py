"""Many recordings, by several processes on a CPU or by one on a GPU.

Conventions
-----------
A worker has two threads, one core for decoding while the other encodes, and its own copy of the
networks; it takes a recording at a time. On a machine of two cores, one process does it all.
Recordings that are in the store are kept, so that a call after an interruption goes on where it
stopped.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from ranking.embeddings.embed import Choice, Loaded, Outcome, embed_recording, load_chosen
from ranking.embeddings.store import EmbeddingStore
from ranking.errors import AudioError, EncoderError

THREADS = 2  # of a worker
WAIT_SECONDS = 1.0  # between looks at what another process is at


@dataclass(frozen=True)
class Work:
    """How to embed."""

    store: Path
    choices: tuple[Choice, ...]
    device: str = "cpu"
    workers: int = 1
    least_seconds: float = 1.0
    """Shorter recordings are refused."""
    batch: int = 8
    """Segments encoded at a time."""


def usual_workers() -> int:
    """As many as the cores can feed."""
    return max(1, (os.cpu_count() or 1) // THREADS)


def embed_all(paths: Sequence[Path], work: Work) -> Iterator[Outcome]:
    """Yield what became of each recording, in the order that they are done.

    Raises
    ------
    EncoderError, WeightsError
        If an encoder cannot be had, or a worker died.
    StoreError
        If the store cannot be written.
    """
    several = work.device == "cpu" and min(work.workers, len(paths)) > 1
    left = list(paths)
    while left:
        waiting = []
        for outcome in _by_pool(left, work) if several else _by_one(left, work):
            if outcome.status == "busy":
                waiting.append(outcome.path)
            else:
                yield outcome
        left, several = waiting, False
        if left:
            time.sleep(WAIT_SECONDS)


def _by_one(paths: Sequence[Path], work: Work) -> Iterator[Outcome]:
    loaded = load_chosen(work.choices, work.device)
    for path in paths:
        yield _attempt(path, loaded, work)


def _by_pool(paths: Sequence[Path], work: Work) -> Iterator[Outcome]:
    pool = ProcessPoolExecutor(
        max_workers=min(work.workers, len(paths)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
    )
    try:
        futures: list[Future[Outcome]] = [pool.submit(_work_on, path, work) for path in paths]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool:
        raise EncoderError(
            "a worker",
            "it died (of too little memory?)",
            "give fewer --workers and go on: what is done is kept",
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(THREADS)


@cache
def _loaded(choices: tuple[Choice, ...]) -> list[Loaded]:
    """A worker's networks, loaded with its first recording: errors then find their way back."""
    return load_chosen(choices)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_on(path: Path, work: Work) -> Outcome:
    return _attempt(path, _loaded(work.choices), work)


def _attempt(path: Path, loaded: Sequence[Loaded], work: Work) -> Outcome:
    store = EmbeddingStore(work.store)
    try:
        return embed_recording(path, loaded, store, work.least_seconds, work.batch)
    except AudioError as error:
        return Outcome(path, "", "bad", error=error)
