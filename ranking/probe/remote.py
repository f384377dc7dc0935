"""Runs that are trained by other processes, such as those of a cluster: a stack is a call.

Conventions
-----------
A stack is trained whole by one process, which opens the bank from the store that all share, in the
threads of its settings: so heads have the same bytes as from one process. What it needs to go on
after an interruption lies in a folder, where it sees that folder; else a stack starts anew.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.bank_source import BankSource
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.settings import TrainedRun, TrainingRun
from ranking.probe.train import run_numbers_by_stack, train_runs
from ranking.progress import Progress
from ranking.tasks.task import Task
from ranking.workers.cluster import WorkersDiedError
from ranking.workers.executors import map_as_completed, workers_died


@dataclass(frozen=True)
class Elsewhere:
    """Other processes, and what they train on."""

    executor: Executor
    """What calls go to."""
    source: BankSource
    """What they open the bank from."""


def train_runs_elsewhere(
    task: Task,
    runs: Sequence[TrainingRun],
    elsewhere: Elsewhere,
    progress: Progress,
    resume_folder: Path | None = None,
) -> list[TrainedRun]:
    """Return the runs, trained; each stack of them by a call.

    Parameters
    ----------
    task
        The question that gives loss and metrics.
    runs
        Shape, settings and examples of each.
    elsewhere
        What calls go to, and the embeddings of the recordings.
    progress
        Counts stacks.
    resume_folder
        A folder for what an interrupted training needs to go on; what finished runs left stays.

    Raises
    ------
    ClusterError
        If workers died while they trained.
    ProbeError
        As :func:`ranking.probe.train.train_runs`.
    """
    source, stacks = elsewhere.source.absolute, run_numbers_by_stack(runs)
    folder = None if resume_folder is None else resume_folder.absolute()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    calls = [
        (numbers, source, task, [runs[number] for number in numbers], folder) for numbers in stacks
    ]
    trained: dict[int, TrainedRun] = {}
    with progress.start("training elsewhere", total=len(stacks)):
        try:
            for numbers, own in map_as_completed(elsewhere.executor, train_stack, calls):
                trained.update(zip(numbers, own, strict=True))
                progress.advance()
        except WorkersDiedError as error:
            raise workers_died(error.workers, "trained") from None
    return [trained[number] for number in range(len(runs))]


def train_stack(
    numbers: Sequence[int],
    source: BankSource,
    task: Task,
    runs: Sequence[TrainingRun],
    resume_folder: Path | None,
) -> tuple[Sequence[int], list[TrainedRun]]:
    """Return the runs of a stack, trained in this process, with their numbers.

    Parameters
    ----------
    numbers
        What the runs are known by.
    source
        Embeddings of the recordings.
    task, runs
        As :func:`train_runs_elsewhere` takes them.
    resume_folder
        The folder for what an interrupted training needs, if this process sees it.
    """
    folder = resume_folder if resume_folder is not None and resume_folder.is_dir() else None
    with _ALONE:
        bank = _bank(source)
        load_batch = partial(load_segments_and_mask, bank)
        own = train_runs(
            task, runs, load_batch, bank.device, resume_folder=folder, keep_states=True
        )
    return numbers, own


_ALONE = Lock()  # threads of a worker share its number of torch threads


@lru_cache(maxsize=1)
def _bank(source: BankSource) -> EmbeddingBank:
    return source.open()
