"""Many recordings: by several processes on a CPU, by one on a GPU, or by any executor.

Conventions
-----------
Each recording is a piece of work by itself. Whoever works on one keeps the networks for the next.
The usual workers are processes of two threads, one core for decoding while the other encodes; on a
machine of two cores, or with a GPU, this process does it all.
Recordings that are in the store are kept, so that a call after an interruption goes on where it
stopped.
"""

import os
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from ranking.audio.lengths import SHORTEST_SECONDS
from ranking.embeddings.embed import Choice, Loaded, Outcome, embed_recording, load_chosen
from ranking.embeddings.executors import InTurn, process_executor, results
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
    """Processes on a CPU, where no executor is given."""
    min_seconds: float = SHORTEST_SECONDS
    """Shorter recordings are refused."""
    batch: int = 8
    """Segments encoded at a time."""


def usual_workers() -> int:
    """As many as the cores can feed."""
    return max(1, (os.cpu_count() or 1) // THREADS)


def embed_all(
    paths: Sequence[Path], work: Work, executor: Executor | None = None
) -> Iterator[Outcome]:
    """Yield what became of each recording, in the order that they are done.

    Parameters
    ----------
    executor : who works on them, and sees the same paths
        By default this process, or those of :attr:`Work.workers`. One that is given stays open.

    Raises
    ------
    EncoderError, WeightsError
        If an encoder cannot be had, or a worker died.
    StoreError
        If the store cannot be written.
    """
    left = list(paths)
    with ExitStack() as stack:
        stack.callback(_networks.cache_clear)
        own = executor or stack.enter_context(_usual(work, len(left)))
        while left:
            busy = []
            with closing(_attempts(left, work, own)) as outcomes:
                for outcome in outcomes:
                    if outcome.status == "busy":
                        busy.append(outcome.path)
                    else:
                        yield outcome
            left = busy
            if left:
                time.sleep(WAIT_SECONDS)


def embed_one(path: Path, work: Work) -> Outcome:
    """Embed a recording; one that cannot be used is an outcome, not an error."""
    store = EmbeddingStore(work.store)
    with _LOADING:
        loaded = _networks(work.choices, work.device)
    try:
        return embed_recording(path, loaded, store, work.min_seconds, work.batch)
    except AudioError as error:
        return Outcome(path, "", "bad", error=error)


def _attempts(
    paths: Sequence[Path], work: Work, executor: Executor
) -> Generator[Outcome, None, None]:
    try:
        yield from results(executor, embed_one, [(path, work) for path in paths])
    except BrokenExecutor:
        raise EncoderError(
            "a worker",
            "it died (of too little memory?)",
            "work with fewer of them and go on: what is done is kept",
            key="fewer-workers",
        ) from None


def _usual(work: Work, recordings: int) -> Executor:
    workers = min(work.workers, recordings) if work.device == "cpu" else 1
    return process_executor(workers, THREADS) if workers > 1 else InTurn()


_LOADING = Lock()  # threads share the networks of their process


@lru_cache(maxsize=1)
def _networks(choices: tuple[Choice, ...], device: str) -> list[Loaded]:
    """Networks, loaded with the first recording: errors then find their way back."""
    return load_chosen(choices, device)
