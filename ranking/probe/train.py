"""From manifests and a bank to a trained head: chosen on val and tested once, whatever the task.

Conventions
-----------
All settings of a grid are fitted on train, side by side; the one that does best on val is taken,
and it alone is held against test. With folds, every recording is in test once, judged by a head
that never heard it, and the choice is made anew in each fold; the head that is kept is fitted on
all but one fold, which chooses.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import Given, ProbeError, TableError
from ranking.network.head import Head, HeadConfig
from ranking.probe.batches import load
from ranking.probe.fit import fit_all
from ranking.probe.loop import merit, predict
from ranking.probe.settings import FitSettings, Fitted, Run
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import Manifest
from ranking.tasks.task import Evaluation, Examples, Predictions, Task, join_examples

GRID = {"rate": (1e-12, 1.0), "decay": (0.0, 100.0), "dropout": (0.0, 1.0), "seed": (0.0, 2.0**32)}
"""What a grid may vary, and within what: runs that differ in nothing else are stacked."""


@dataclass(frozen=True)
class TrainSettings:
    """How to train."""

    fit: FitSettings = field(default_factory=FitSettings)
    dropout: float = 0.1
    grid: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """Settings to try, each with its values."""
    most: int = 2000
    """Pairs of a split; of more, as many by lot."""

    def __post_init__(self) -> None:
        """Refuse a grid of what cannot be.

        Raises
        ------
        ProbeError
            Naming the setting.
        """
        names = [name for name, _ in self.grid]
        for name, values in self.grid:
            where = Given(grid=name)
            if names.count(name) > 1:
                raise ProbeError(where, "given twice", "write all values in one")
            if name not in GRID:
                raise ProbeError(where, "no such setting to try", f"choose {', '.join(GRID)}")
            low, high = GRID[name]
            for value in values:
                if not low <= value < high or (name == "seed" and value % 1):
                    raise ProbeError(where, f"{value:g} is out of range", f"{low:g} to {high:g}")

    def points(self) -> list[tuple[FitSettings, float]]:
        """Return settings and dropout of each point of the grid; all see the same batches."""
        base = replace(self.fit, order=self.fit.order_seed)
        points = []
        for values in itertools.product(*(values for _, values in self.grid)):
            point = dict(zip((name for name, _ in self.grid), values, strict=True))
            dropout = point.pop("dropout", self.dropout)
            seed = int(point.pop("seed", base.seed))
            rate, decay = point.get("rate", base.rate), point.get("decay", base.decay)
            points.append((replace(base, rate=rate, decay=decay, seed=seed), dropout))
        return points


@dataclass(frozen=True)
class TrainedHead:
    """A head, and what is known of it."""

    head: Head
    settings: FitSettings
    """The point of the grid that was chosen."""
    examples: int
    """That it was trained on, the two orders of a pair as one."""
    epoch: int
    validation: Mapping[str, float]
    """Loss and metrics of the best epoch, over examples."""
    test: Evaluation | None


def train_head(
    task: Task,
    manifests: Sequence[Manifest],
    bank: EmbeddingBank,
    settings: TrainSettings,
    progress: Progress = SILENT,
    keep: Path | None = None,
) -> TrainedHead:
    """Return the head that is trained by the last of the manifests, tested on those with a test.

    Parameters
    ----------
    manifests : one with its split, or those of :func:`ranking.tasks.splits.folds`
    keep : a folder for what is needed to go on after an interruption

    Raises
    ------
    TableError
        If train or val has no examples.
    ProbeError
        If windows are to meet that the task does not compare, or what was kept of a fit that was
        interrupted cannot be read.
    """
    if settings.fit.crossed and task.sides != 2:
        crossed = Given(crossed=settings.fit.crossed)
        raise ProbeError(crossed, f"{task.name} compares no windows", "leave it out")
    sides = [_examples(task, manifest, bank.windows, settings) for manifest in manifests]
    take = partial(load, bank)
    _, frames, dimension = take(sides[0]["train"].windows[:1, :1])[0].shape
    points = [
        (HeadConfig(frames, dimension, task.outputs, task.sides, dropout=dropout), fit)
        for fit, dropout in settings.points()
    ]
    runs = [
        Run(config, fit, side["train"], side["val"]) for side in sides for config, fit in points
    ]
    fitted = fit_all(task, runs, take, bank.device, progress, keep)
    best = [
        max(range(start, start + len(points)), key=lambda run: merit(_epoch(fitted[run]), task))
        for start in range(0, len(runs), len(points))
    ]
    tested = [
        (fitted[run].head, side["test"])
        for side, run in zip(sides, best, strict=True)
        if "test" in side
    ]
    groups = manifests[-1].recordings.set_index("recording")["group"].to_dict()
    own, last = fitted[best[-1]], runs[best[-1]]
    return TrainedHead(
        head=own.head,
        settings=last.settings,
        examples=len(np.unique(last.train.units)),
        epoch=own.epoch,
        validation=_validation(own),
        test=evaluate_heads(task, tested, bank, groups, settings.fit) if tested else None,
    )


def evaluate_heads(
    task: Task,
    tested: Sequence[tuple[Head, Examples]],
    bank: EmbeddingBank,
    groups: Mapping[str, str],
    settings: FitSettings,
) -> Evaluation:
    """Return how right heads are, each on examples that it never heard, all together.

    Parameters
    ----------
    groups : of each recording; the interval resamples them
    settings : their batch, and the seed of what is drawn
    """
    take, logits = partial(load, bank), []
    for head, examples in tested:
        head.to(bank.device)
        logits.append(predict(head.of_sounding, take, examples.windows, settings.batch))
        head.cpu()
    examples = join_examples([examples for _, examples in tested])
    found = Predictions(examples, np.concatenate(logits), bank.windows, groups)
    return task.evaluate(found, settings.seed)


def _epoch(fitted: Fitted) -> Mapping[str, float]:
    """What the best epoch reached."""
    return fitted.history[fitted.epoch - 1]


def _validation(fitted: Fitted) -> dict[str, float]:
    best = dict(_epoch(fitted))
    del best["loss"]  # of training
    return {"loss": best.pop("validation_loss"), **best}


def _examples(
    task: Task, manifest: Manifest, windows: pd.DataFrame, settings: TrainSettings
) -> Mapping[str, Examples]:
    """The examples of each split; test may have none."""
    examples = task.make_examples(manifest, windows, settings.most, settings.fit.order_seed)
    for name in ("train", "val"):
        if name not in examples:
            raise TableError(
                manifest.name,
                f"no {task.example} in {name}",
                "put more recordings there, or leave the split to the lot",
            )
    return examples
