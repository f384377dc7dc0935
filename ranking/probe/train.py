"""Train one head, or many at once.

Conventions
-----------
Runs that see the same batches, those of a grid of settings and seeds, are trained as one stack; one
stack follows another. What a run becomes does not depend on what it was stacked with, to rounding.
Equal bytes need more (:mod:`ranking.probe.computation`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ranking.probe.batches import BatchLoader
from ranking.probe.computation import torch_threads
from ranking.probe.loop import Loop
from ranking.probe.settings import TrainedRun, TrainingRun
from ranking.probe.state import is_undamaged, remark_on_states, remove_state, state_path
from ranking.progress import SILENT, Progress
from ranking.tasks.task import Task


def train_run(
    task: Task,
    run: TrainingRun,
    load_batch: BatchLoader,
    device: str | torch.device = "cpu",
    progress: Progress = SILENT,
    resume_folder: Path | None = None,
) -> TrainedRun:
    """Return one run, trained; see :func:`train_runs`.

    Parameters
    ----------
    task
        The question that gives loss and metrics.
    run
        Shape, settings and examples.
    load_batch
        Loads the segments of examples by window number.
    device
        Where to compute, such as "cuda".
    progress
        Shows the steps.
    resume_folder
        A folder for what an interrupted training needs to go on.
    """
    return train_runs(task, [run], load_batch, device, progress, resume_folder)[0]


def train_runs(
    task: Task,
    runs: Sequence[TrainingRun],
    load_batch: BatchLoader,
    device: str | torch.device = "cpu",
    progress: Progress = SILENT,
    resume_folder: Path | None = None,
    keep_states: bool = False,
) -> list[TrainedRun]:
    """Return the runs, trained; those that see the same batches as one stack.

    Parameters
    ----------
    task
        The question that gives loss and metrics.
    runs
        Shape, settings and examples of each.
    load_batch
        Loads the segments of examples by window number.
    device
        Where to compute, such as "cuda".
    progress
        Shows a stage for each stack, of its steps; and a remark where an earlier call left
        something, whether this one goes on from it or starts anew, as from what is damaged.
    resume_folder
        A folder for what an interrupted training needs to go on. What is in it of other runs is
        left alone; finished runs leave nothing.
    keep_states
        Whether finished runs leave it there, for a call that trains others of the same work.

    Raises
    ------
    ProbeError
        If what an interrupted training left cannot be read, or none can be left.
    """
    stacks = run_numbers_by_stack(runs)
    trained: dict[int, TrainedRun] = {}
    states: list[Path] = []
    remark = ""
    for stack, numbers in enumerate(stacks, start=1):
        own = [runs[number] for number in numbers]
        with torch_threads(own[0].settings.threads):
            loop = Loop(task, own, load_batch, device)
            state = None if resume_folder is None else state_path(resume_folder, loop.sha256)
            if state is not None and state.is_file() and not is_undamaged(state):
                progress.remark(f"{state} is damaged; this training starts anew")
                remove_state(state)
            if state is not None and not remark and (remark := remark_on_states(state, states)):
                progress.remark(remark)
            what = f"training {stack} of {len(stacks)}" if len(stacks) > 1 else "training"
            with progress.start(what, total=loop.settings.epochs * loop.steps):
                trained.update(zip(numbers, loop.finish(progress, state), strict=True))
        states += [] if state is None else [state]
    for state in () if keep_states else states:
        remove_state(state)
    return [trained[number] for number in range(len(runs))]


def run_numbers_by_stack(runs: Sequence[TrainingRun]) -> list[list[int]]:
    """Return the numbers of the runs of each stack: those that see the same batches."""
    stacks: dict[tuple[Any, ...], list[int]] = {}
    for number, run in enumerate(runs):
        stacks.setdefault(_stack_key(run), []).append(number)
    return list(stacks.values())


def _stack_key(run: TrainingRun) -> tuple[Any, ...]:
    """What runs of one stack have in common."""
    own = run.settings
    shape = tuple(value for key, value in run.config.on_disk.items() if key != "dropout")
    loop = (
        *(own.epochs, own.batch_size, own.windows_per_step),
        *(own.warmup, own.bf16, own.order_seed, own.threads),
    )
    return (shape, loop, run.train.sha256, run.validation.sha256, id(run.initial_head))
