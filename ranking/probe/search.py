"""From manifests and a bank to a trained head: a grid search on val, tested once, for any task.

Conventions
-----------
All settings of a grid are trained on train, side by side; those that do best on val are chosen, and
they alone are tested. With folds, every recording is in test once, with a head that was trained
without it, and each fold chooses its own settings; the head that is kept is trained on all folds
but one, which chooses.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import Given, ProbeError, TableError
from ranking.network.head import Head, HeadConfig
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.computation import torch_threads
from ranking.probe.constant import evaluate_constant_answers
from ranking.probe.history import training_history
from ranking.probe.loop import predict_logits, selection_key
from ranking.probe.remote import Elsewhere, train_runs_elsewhere
from ranking.probe.settings import TrainedRun, TrainingRun, TrainingSettings
from ranking.probe.train import train_runs
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import Manifest
from ranking.tasks.task import Evaluation, Examples, Predictions, Task, join_examples

GRID = {
    "learning_rate": (1e-12, 1.0),
    "weight_decay": (0.0, 100.0),
    "dropout": (0.0, 1.0),
    "seed": (0.0, 2.0**32),
    "batch_size": (1.0, 2.0**16),
}
"""Settings that a grid may try, and their ranges.

Runs that differ in nothing else are stacked; those of unlike batch sizes follow one another.
"""
WHOLE = ("seed", "batch_size")
"""Settings that are whole numbers."""


@dataclass(frozen=True)
class SearchSettings:
    """How to train, and which settings to try."""

    training: TrainingSettings = field(default_factory=TrainingSettings)
    """Settings where the grid names no others."""
    dropout: float = 0.1
    grid: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """Names of settings to try, each with its values."""
    max_pairs: int = 2000
    """The most pairs of a split, or of an epoch; of more, as many are drawn at random."""

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
                if not low <= value < high or (name in WHOLE and value % 1):
                    raise ProbeError(where, f"{value:g} is out of range", f"{low:g} to {high:g}")

    def points(self) -> list[tuple[TrainingSettings, float]]:
        """Return settings and dropout of each point of the grid; all see the same batches."""
        base = replace(self.training, shuffle_seed=self.training.order_seed)
        points = []
        for values in itertools.product(*(values for _, values in self.grid)):
            point: dict[str, Any] = dict(zip((name for name, _ in self.grid), values, strict=True))
            dropout = point.pop("dropout", self.dropout)
            whole = {name: int(point[name]) for name in WHOLE if name in point}
            points.append((replace(base, **point | whole), dropout))
        return points


@dataclass(frozen=True)
class TrainedHead:
    """A head, and what is known of it."""

    head: Head
    settings: TrainingSettings
    """The settings that were chosen."""
    examples: int
    """Number of examples that an epoch trained on, the two orders of a pair as one."""
    recordings: int
    """Number of recordings of the manifest that it was trained by."""
    epoch: int
    validation: Mapping[str, float]
    """Loss and metrics of the best epoch, over examples."""
    test: Evaluation | None
    """The test; None where a manifest puts nothing there."""
    history: pd.DataFrame
    """HISTORY table of all folds and settings."""
    majority: Mapping[str, float] = field(default_factory=dict)
    """Metrics of the same test if every answer is the commonest of train."""


def search_and_cross_validate(
    task: Task,
    folds_then_final: Sequence[Manifest],
    bank: EmbeddingBank,
    settings: SearchSettings,
    progress: Progress = SILENT,
    resume_folder: Path | None = None,
    elsewhere: Elsewhere | None = None,
) -> TrainedHead:
    """Return the head that is trained by the last of the manifests, tested on those with a test.

    Parameters
    ----------
    task
        The question that gives examples, loss and metrics.
    folds_then_final
        One manifest with its split, or those of
        :func:`ranking.tasks.splits.folds_then_final_manifests`: the head of the last is returned.
    bank
        Embeddings of the recordings that they name.
    settings
        How to train, and which settings to try; training and tests compute in its threads.
    progress
        Shows the steps.
    resume_folder
        A folder for what an interrupted training needs to go on.
    elsewhere
        Other processes that train; None: this one does.

    Raises
    ------
    TableError
        If train or val has no examples.
    ClusterError
        If workers died while they trained.
    ProbeError
        If windows of a step are given for a task that compares none, what an interrupted training
        left cannot be read, or embeddings are too small.
    """
    if settings.training.windows_per_step and task.inputs != 2:
        given = Given(windows_per_step=settings.training.windows_per_step)
        raise ProbeError(given, f"{task.name} compares no windows", "leave it out")
    splits = [_examples(task, manifest, bank.windows, settings) for manifest in folds_then_final]
    if remark := describe_drawn(splits[-1]):
        progress.remark(remark)
    if bank.segments_per_window != task.segments:
        raise ValueError(f"windows of {bank.segments_per_window} segments, not {task.segments}")
    load_batch = partial(load_segments_and_mask, bank)
    _, frames, dimension = load_batch(splits[0]["train"].windows[:1, :1])[0].shape
    try:
        points = [
            (
                HeadConfig(
                    *(frames, dimension, task.outputs, task.inputs, task.segments), dropout=dropout
                ),
                training,
            )
            for training, dropout in settings.points()
        ]
    except ValueError as error:  # of an encoder that a user brought
        raise ProbeError(
            "embedding of a segment", str(error), "choose an encoder of more frames and dimensions"
        ) from None
    runs = [
        TrainingRun(config, training, split["train"], split["val"])
        for split in splits
        for config, training in points
    ]
    trained = (
        train_runs(task, runs, load_batch, bank.device, progress, resume_folder)
        if elsewhere is None
        else train_runs_elsewhere(task, runs, elsewhere, progress, resume_folder)
    )
    best = [
        max(
            range(start, start + len(points)),
            key=lambda run: selection_key(_best_epoch(trained[run]), task),
        )
        for start in range(0, len(runs), len(points))
    ]
    tested = [
        (trained[run].head, split["test"])
        for split, run in zip(splits, best, strict=True)
        if "test" in split
    ]
    groups = folds_then_final[-1].recordings.set_index("recording")["group"].to_dict()
    with_test = [split for split in splits if "test" in split]
    own, last = trained[best[-1]], runs[best[-1]]
    return TrainedHead(
        head=own.head,
        settings=last.settings,
        examples=last.train.units_per_epoch,
        recordings=len(folds_then_final[-1].recordings),
        epoch=own.epoch,
        validation=_validation(own),
        test=evaluate_heads_pooled(task, tested, bank, groups, settings.training)
        if tested
        else None,
        history=training_history(task, runs, trained, best),
        majority=_metrics(task, evaluate_constant_answers(task, with_test, bank.windows, groups))
        if tested
        else {},
    )


def _metrics(task: Task, test: Evaluation) -> dict[str, float]:
    """All metrics of a test, the reported one among them."""
    return {**test.metrics, task.reported_metric: test.estimate.value}


def evaluate_heads_pooled(
    task: Task,
    tested: Sequence[tuple[Head, Examples]],
    bank: EmbeddingBank,
    groups: Mapping[str, str],
    settings: TrainingSettings,
) -> Evaluation:
    """Return the evaluation of heads, each on examples that it was not trained on, all together.

    Parameters
    ----------
    task
        The question that gives the metrics.
    tested
        Heads, each with its test examples.
    bank
        Embeddings of the recordings.
    groups
        The group of each recording; the interval resamples groups.
    settings
        Batch size and threads, and seed of the interval.
    """
    load_batch, logits = partial(load_segments_and_mask, bank), []
    with torch_threads(settings.threads):
        for head, examples in tested:
            head.to(bank.device)
            logits.append(
                predict_logits(head.logits, load_batch, examples.windows, settings.batch_size)
            )
            head.cpu()
    examples = join_examples([examples for _, examples in tested])
    folds = np.repeat(np.arange(len(tested)) + 1, [len(own) for _, own in tested])
    found = Predictions(examples, np.concatenate(logits), bank.windows, groups, folds)
    return task.evaluate(found, settings.seed)


def _best_epoch(trained: TrainedRun) -> Mapping[str, float]:
    """Losses and metrics of the best epoch."""
    return trained.history[trained.epoch - 1]


def _validation(trained: TrainedRun) -> dict[str, float]:
    best = dict(_best_epoch(trained))
    del best["loss"]  # of training
    return {"loss": best.pop("validation_loss"), **best}


def describe_drawn(examples: Mapping[str, Examples]) -> str:
    """Return how many pairs of each split are drawn at random, as a sentence; "" if none are."""
    each = [
        f"{own.drawn[0]:,} of {own.drawn[1]:,} pairs in {name}"
        f"{' (anew in each epoch)' if own.draw is not None else ''}"
        for name, own in examples.items()
        if own.drawn is not None
    ]
    return f"drawn at random: {', '.join(each)}" if each else ""


def no_examples(task: Task, manifest: Manifest, name: str) -> TableError:
    """Return what to say of a split without examples: how many recordings lie there, and why.

    Parameters
    ----------
    task
        The question that gives examples.
    manifest
        Recordings with their splits.
    name
        The split.
    """
    there = int((manifest.recordings["split"] == name).sum())
    why = f", but {task.lacking}" if task.lacking else ""
    held = f": {there} {'recordings lie' if there > 1 else 'recording lies'} there{why}"
    what = f"no {task.example_noun} in {name}{held if there else ''}"
    if manifest.at_random:
        remedy = "put more recordings there by a column split, or split into folds"
        return TableError(manifest.name, what, remedy, "split-or-folds")
    remedy = "put more recordings there, or leave the column out: then they are split at random"
    return TableError(manifest.name, what, remedy)


def _examples(
    task: Task, manifest: Manifest, windows: pd.DataFrame, settings: SearchSettings
) -> Mapping[str, Examples]:
    """The examples of each split; test may have none."""
    seed = settings.training.order_seed
    examples = task.make_examples(manifest, windows, settings.max_pairs, seed)
    for name in ("train", "val"):
        if name not in examples:
            raise no_examples(task, manifest, name)
    return examples
