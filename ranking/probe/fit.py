"""Fit one head, or many at once.

Conventions
-----------
Runs that see the same batches, those of a grid of settings and seeds, are trained as one stack; one
stack follows another. What a run becomes does not depend on what it was stacked with, to rounding.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ranking.probe.batches import Take
from ranking.probe.loop import Loop
from ranking.probe.settings import Fitted, Run
from ranking.progress import SILENT, Progress
from ranking.tasks.task import Task


def fit_run(
    task: Task,
    run: Run,
    take: Take,
    device: str | torch.device = "cpu",
    progress: Progress = SILENT,
    keep: Path | None = None,
) -> Fitted:
    """Return one run, fitted; see :func:`fit_all`."""
    return fit_all(task, [run], take, device, progress, keep)[0]


def fit_all(
    task: Task,
    runs: Sequence[Run],
    take: Take,
    device: str | torch.device = "cpu",
    progress: Progress = SILENT,
    keep: Path | None = None,
) -> list[Fitted]:
    """Return the runs, fitted; those that see the same batches as one stack.

    Parameters
    ----------
    progress : a stage for each stack, of its steps
    keep : a folder for what is needed to go on after an interruption
        What is in it of other fits is left alone; a finished fit leaves nothing.

    Raises
    ------
    ProbeError
        If what was kept cannot be read.
    """
    stacks: dict[tuple[Any, ...], list[int]] = {}
    for number, run in enumerate(runs):
        stacks.setdefault(_sight(run), []).append(number)
    fitted: dict[int, Fitted] = {}
    kept = []
    for stack, numbers in enumerate(stacks.values(), start=1):
        loop = Loop(task, [runs[number] for number in numbers], take, device)
        place = None if keep is None else keep / f"{loop.digest[:16]}.fit"
        what = f"fitting {stack} of {len(stacks)}" if len(stacks) > 1 else "fitting"
        with progress.start(what, total=loop.settings.epochs * loop.steps):
            fitted.update(zip(numbers, loop.finish(progress, place), strict=True))
        kept += [] if place is None else [place]
    for place in kept:
        place.unlink(missing_ok=True)
    return [fitted[number] for number in range(len(runs))]


def _sight(run: Run) -> tuple[Any, ...]:
    """What runs of one stack have in common."""
    own = run.settings
    shape = tuple(value for key, value in run.config.on_disk.items() if key != "dropout")
    loop = (own.epochs, own.batch, own.crossed, own.warm_up, own.half, own.order_seed)
    return (shape, loop, run.train.digest, run.validation.digest, id(run.start))
