"""From a manifest and recordings to a probe on disk, and what is said of it, whatever the task.

Conventions
-----------
Loss and metrics on val, and those on test but the one reported, are over windows, or pairs of them.
The one reported is the task's own: of expertise the accuracy over pairs of recordings, each in both
orders, by majority of its windows. Its interval resamples groups: recordings, where the manifest
names none.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.findings.wording import interval, percent
from icpc.workflows.embedding import bank_of, best_device, choices_of
from icpc.workflows.settings import EmbeddingOptions
from ranking.embeddings.embed import cache_key_of
from ranking.embeddings.workers import Work, usual_workers
from ranking.probe.checkpoint import Probe, Record, check_path, save_probe
from ranking.probe.train import TrainedHead, TrainSettings, train_head
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import Manifest, data_digest, locate, read_manifest, refuse_copies
from ranking.tasks.splits import folds, split_by_lot
from ranking.tasks.task import Task

WORDS = {"f1": "F1"}
"""Metrics whose name is written otherwise."""


@dataclass(frozen=True)
class Training:
    """What a probe is trained on, how, and where it goes."""

    task: Task
    manifests: Sequence[Manifest]
    """One with its split, or folds: the probe is fitted on the last."""
    recordings: Path
    """The folder that they are in."""
    out: Path
    """The probe's file, NAME.safetensors."""
    settings: TrainSettings
    embedding: EmbeddingOptions


def split_manifest(task: Task, path: Path, count: int | None, seed: int) -> list[Manifest]:
    """Return the manifest of a file split once, or into so many folds.

    Raises
    ------
    TableError
        If it cannot be read or split.
    """
    whole = read_manifest(path, task.columns, task.takes_pairs)
    return [split_by_lot(whole, seed)] if count is None else folds(whole, count, seed)


def pairs_left_out(manifests: Sequence[Manifest]) -> str:
    """Return how many pairs splitting has left out, as a sentence, or nothing."""
    parted = [manifest.parted for manifest in manifests]
    if not max(parted):
        return ""
    said = f"{min(parted)} to {max(parted)} in each fit" if len(parted) > 1 else f"{parted[0]}"
    return f"{said}: pairs left out, whose recordings the lot has parted"


def train_probe(training: Training, progress: Progress = SILENT) -> TrainedHead:
    """Train a probe and write it; what an interrupted call has kept beside it is gone on with.

    Raises
    ------
    JudgeError
        If a recording or the encoder cannot be used, two recordings are the same sound, a split
        has nothing to train on, or something cannot be read or written.
    """
    manifest, options = training.manifests[-1], training.embedding
    work = Work(
        store=options.store,
        choices=choices_of(options),
        device=best_device(options.device),
        workers=options.workers or usual_workers(),
    )
    check_path(training.out)
    files = locate(manifest, training.recordings)
    table = pd.DataFrame({"candidate": list(files), "path": list(files.values())})
    bank, named = bank_of(table, work, progress)
    refuse_copies(manifest, dict(zip(named["candidate"], named["recording"], strict=True)))
    kept = training.out.with_suffix(".fitting")
    trained = train_head(training.task, training.manifests, bank, training.settings, progress, kept)
    record = Record(
        task=training.task.name,
        cache_key=cache_key_of(work.choices[0]),
        config=trained.head.config,
        settings=trained.settings.on_disk,
        data_sha256=data_digest(manifest, named["recording"]),
        results=outcome(training, trained),
    )
    save_probe(Probe(trained.head, record), training.out)
    shutil.rmtree(kept, ignore_errors=True)
    return trained


def outcome(training: Training, trained: TrainedHead) -> dict[str, Any]:
    """Return what was trained as one row."""
    task = training.task
    row: dict[str, Any] = {
        "recordings": len(training.manifests[-1].recordings),
        f"train_{'pairs' if task.sides == 2 else 'windows'}": trained.examples,
        "epoch": trained.epoch,
        "rate": trained.settings.rate,
        "decay": trained.settings.decay,
        "dropout": trained.head.config.dropout,
        "seed": trained.settings.seed,
        **{f"val_{name}": value for name, value in trained.validation.items()},
    }
    if trained.test is not None:
        own = trained.test.estimate
        row |= {
            f"test_{'pairs' if task.sides == 2 else 'recordings'}": int(own.pairs),
            f"test_{task.reported}": own.value,
            "test_low": own.low,
            "test_high": own.high,
            **{f"test_{name}": value for name, value in _others(task, trained).items()},
        }
    return row


def sentences(task: Task, trained: TrainedHead) -> list[str]:
    """Return what was trained, in words."""
    own, windows = trained.settings, "pairs of windows" if task.sides == 2 else "windows"
    said = [
        f"Fitted on {trained.examples:,} {windows}; epoch {trained.epoch} chosen on val, with "
        f"{_word(task.select)} {trained.validation[task.select]:.3f} (rate {own.rate:g}, decay "
        f"{own.decay:g}, dropout {trained.head.config.dropout:g}, seed {own.seed})."
    ]
    if trained.test is None:
        return [*said, "No test: the manifest puts nothing there."]
    found = trained.test.estimate
    value, word = percent(found.value), _word(task.reported)
    what = f"{value} right" if task.reported == "accuracy" else f"{word} {value}"
    others = ", ".join(f"{_word(n)} {one:.3f}" for n, one in _others(task, trained).items())
    over = f"; {others} over windows" if others else ""
    said.append(f"Test: of {int(found.pairs):,} {task.tested}, {what} {interval(found)}{over}.")
    return said


def _others(task: Task, trained: TrainedHead) -> dict[str, float]:
    """Metrics of the test beside the one reported."""
    metrics = {} if trained.test is None else trained.test.metrics
    return {name: value for name, value in metrics.items() if name != task.reported}


def _word(metric: str) -> str:
    return WORDS.get(metric, metric)
