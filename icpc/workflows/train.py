"""From a manifest and recordings to a probe on disk, and its results in words, for any task.

Conventions
-----------
Loss and metrics on val, and those on test but the reported one, are over windows, or pairs of them.
The reported one is the task's own: for expertise the accuracy over pairs of recordings, each in
both orders, by majority of its windows. Its interval resamples groups: recordings, where the
manifest names no groups. Predictions on test are written beside the probe.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.experiments.results import RESULTS_FILE, TestedProbe, write_test
from icpc.findings.wording import interval, percent
from icpc.workflows.embedding import (
    best_device,
    describe_cut_off,
    embed_and_open_bank,
    embed_missing,
    encoder_choices,
)
from icpc.workflows.settings import EmbeddingOptions
from ranking.embeddings.choice import cache_key_with_weights_hash
from ranking.embeddings.workers import EmbeddingSettings, default_workers
from ranking.errors import AudioError, TableError
from ranking.files.text import list_some
from ranking.probe.checkpoint import Probe, Record, check_probe_path, save_probe
from ranking.probe.computation import computation_facts
from ranking.probe.search import SearchSettings, TrainedHead, search_and_cross_validate
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import (
    Manifest,
    data_sha256,
    read_manifest,
)
from ranking.tasks.recording_files import (
    NAMED,
    locate_recordings,
    missing_recordings,
    refuse_copies,
    spelling_of_files,
)
from ranking.tasks.splits import folds_then_final_manifests, random_split
from ranking.tasks.task import Task

METRIC_NAMES = {
    "f1": "F1",
    "acc0": "Acc_0",
    "acc1": "Acc_1",
    "kappa": "quadratic kappa",
    "single": "single accuracy",
    "single_f1": "single F1",
}
"""Metrics whose name is written otherwise."""


@dataclass(frozen=True)
class TrainingJob:
    """What a probe is trained on, how, and where it goes."""

    task: Task
    """The question that it answers."""
    manifests: Sequence[Manifest]
    """One with its split, or folds: the probe is trained on the last."""
    recordings: Path
    """The folder of the recordings."""
    out: Path
    """The probe's file, NAME.safetensors."""
    settings: SearchSettings
    """How to train, and which settings to try."""
    embedding: EmbeddingOptions
    """How recordings are embedded."""
    allow_outside: bool = False
    """Whether symbolic links are followed that lead out of the folder of the recordings."""
    skip_bad: bool = False
    """Whether recordings that are missing or cannot be used are left out."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Values of the task's options that are not the default."""
    results: Path | None = None
    """The file that the result of the test is added to; one beside the probe, if None."""


def read_and_split_manifest(
    task: Task, path: Path, fold_count: int | None, seed: int
) -> list[Manifest]:
    """Return the manifest of a file with a split, or one for each fold and one more.

    Parameters
    ----------
    task
        The question, which needs certain columns.
    path
        A CSV file.
    fold_count
        Number of folds; None: one split.
    seed
        Seed of a random split.

    Raises
    ------
    TableError
        If it cannot be read or split.
    """
    whole = read_manifest(path, task.columns, task.takes_pairs)
    return (
        [random_split(whole, seed, task.lacks)]
        if fold_count is None
        else folds_then_final_manifests(whole, fold_count, seed)
    )


def pairs_left_out_remark(manifests: Sequence[Manifest]) -> str:
    """Return how many pairs splitting has left out, as a sentence; nothing if none."""
    counts = [manifest.pairs_left_out for manifest in manifests]
    if not max(counts):
        return ""
    each = f"{min(counts)} to {max(counts)} in each fold" if len(counts) > 1 else f"{counts[0]}"
    return f"pairs left out, as their recordings are in different splits: {each}"


def train_and_save_probe(job: TrainingJob, progress: Progress = SILENT) -> TrainedHead:
    """Train a probe, write it and return it; an interrupted training goes on where it stopped.

    Raises
    ------
    JudgeError
        If a recording or the encoder cannot be used, two recordings are the same sound, a split
        has nothing to train on, or something cannot be read or written.
    """
    options = job.embedding
    work = EmbeddingSettings(
        store=options.store,
        encoders=encoder_choices(options, progress),
        device=best_device(options.device),
        workers=options.workers or default_workers(),
        allow_cut=options.allow_cut,
    )
    check_probe_path(job.out)
    for remark in filter(None, (*job.manifests[-1].understood, ungrouped_remark(job.manifests))):
        progress.remark(remark)
    manifests, table = _usable(job, work, progress)
    manifest = manifests[-1]
    bank, named = embed_and_open_bank(table, work, progress, job.task.segments)
    for remark in describe_cut_off(named):
        progress.remark(remark)
    refuse_copies(manifest, dict(zip(named["candidate"], named["recording"], strict=True)))
    refuse_copies(manifest, bank.distinctive_sha256)
    resume_folder = _resume_folder(job.out)
    trained = search_and_cross_validate(
        job.task, manifests, bank, job.settings, progress, resume_folder
    )
    record = Record(
        task=job.task.name,
        cache_key=cache_key_with_weights_hash(work.encoders[0]),
        config=trained.head.config,
        settings={
            **asdict(trained.settings),
            **job.task.loss_on_disk,
            **({"task_options": dict(job.options)} if job.options else {}),
        },
        data_sha256=data_sha256(manifest, named["recording"]),
        results=training_row(job, trained),
        computation=computation_facts(work.device),
    )
    save_probe(Probe(trained.head, record), job.out)
    tested = TestedProbe(record, trained.head.sha256, len(job.manifests) - 1)
    write_test(tested, trained.test, results_path(job), predictions_path(job.out))
    shutil.rmtree(resume_folder, ignore_errors=True)
    return trained


def ungrouped_remark(manifests: Sequence[Manifest]) -> str:
    """Return that a random split knows of no groups, as a sentence; "" where it does."""
    last = manifests[-1]
    if not last.at_random or last.has_groups:
        return ""
    return (
        f"{last.name}: split at random by recording, since no two are of one group: recordings of "
        "one player may be in train and in test (a column group keeps them together)"
    )


def _usable(
    job: TrainingJob, work: EmbeddingSettings, progress: Progress
) -> tuple[list[Manifest], pd.DataFrame]:
    """The manifests of recordings that can be used, embedded, and the files of these.

    All that are missing, or cannot be used, are named at once, or left out if that is asked for.
    """
    manifests = list(job.manifests)
    if job.skip_bad and (absent := missing_recordings(manifests[-1], job.recordings)):
        progress.remark(f"left out, not in {job.recordings}: {list_some(absent, NAMED)}")
        manifests = [one.without(absent) for one in manifests]
    files = locate_recordings(manifests[-1], job.recordings, job.allow_outside)
    if remark := spelling_of_files(files):
        progress.remark(remark)
    outcomes = embed_missing(
        pd.DataFrame({"path": list(files.values())}), work, skip_bad=True, progress=progress
    )
    errors = {one.path: one.error for one in outcomes if one.error is not None}
    if errors and not job.skip_bad:
        raise _of_all(manifests[-1].name, list(errors.values()))
    for error in errors.values():
        progress.remark(f"left out: {error.where}: {error.what}")
    bad = [name for name, path in files.items() if path in errors]
    manifests = [one.without(bad) for one in manifests] if bad else manifests
    left = {name: path for name, path in files.items() if path not in errors}
    if not left:
        raise TableError(manifests[-1].name, "no recording can be used", "give others")
    return manifests, pd.DataFrame({"candidate": list(left), "path": list(left.values())})


def _of_all(name: str, errors: Sequence[AudioError]) -> AudioError:
    """One error that names all recordings that cannot be used."""
    if len(errors) == 1:
        return errors[0]
    each = "; ".join(f"{error.where}: {error.what}" for error in errors[:NAMED])
    more = f"; and {len(errors) - NAMED:,} more" if len(errors) > NAMED else ""
    return AudioError(
        name,
        f"{len(errors)} recordings cannot be used: {each}{more}",
        "mend them, or leave them out",
        "leave-out-bad",
    )


def results_path(job: TrainingJob) -> Path:
    """Return the file that the result of a test is added to, beside the probe if none is named."""
    return job.results or job.out.with_name(RESULTS_FILE)


def predictions_path(out: Path) -> Path:
    """Return the file of a probe's predictions on test, beside it."""
    return out.with_suffix(".predictions.csv")


def training_row(job: TrainingJob, trained: TrainedHead) -> dict[str, Any]:
    """Return settings and results of what was trained as one row."""
    task = job.task
    row: dict[str, Any] = {
        "recordings": trained.recordings,
        f"train_{'pairs' if task.inputs == 2 else 'windows'}": trained.examples,
        "epoch": trained.epoch,
        "learning_rate": trained.settings.learning_rate,
        "weight_decay": trained.settings.weight_decay,
        "dropout": trained.head.config.dropout,
        "seed": trained.settings.seed,
        **{f"val_{name}": value for name, value in trained.validation.items()},
    }
    if trained.test is not None:
        own = trained.test.estimate
        row |= {
            f"test_{'pairs' if task.inputs == 2 else 'recordings'}": int(own.pairs),
            f"test_{task.reported_metric}": own.value,
            "test_low": own.low,
            "test_high": own.high,
            **({"test_groups": trained.test.groups} if trained.test.groups else {}),
            **({} if isnan(trained.test.random) else {"test_random": trained.test.random}),
            **{f"test_{name}": value for name, value in _other_metrics(task, trained).items()},
        }
    return row


def describe_training(task: Task, trained: TrainedHead) -> list[str]:
    """Return settings and results of what was trained, in sentences."""
    own, windows = trained.settings, "pairs of windows" if task.inputs == 2 else "windows"
    sentences = [
        f"Trained on {trained.examples:,} {windows}; epoch {trained.epoch} was the best on val: "
        f"{_metric_name(task.selection_metric)} {trained.validation[task.selection_metric]:.3f} "
        f"(learning rate {own.learning_rate:g}, weight decay {own.weight_decay:g}, dropout "
        f"{trained.head.config.dropout:g}, seed {own.seed})."
    ]
    if trained.test is None:
        return [*sentences, "Not tested: no recordings are in test."]
    found = trained.test.estimate
    value, name = percent(found.value), _metric_name(task.reported_metric)
    what = f"{value} right" if task.reported_metric == "accuracy" else f"{name} {value}"
    others = ", ".join(
        f"{_metric_name(n)} {one:.3f}" for n, one in _other_metrics(task, trained).items()
    )
    over = f"; {others} over {task.metrics_noun}" if others else ""
    groups = f" in {trained.test.groups:,} groups" if trained.test.groups else ""
    sentences.append(
        f"Test: of {int(found.pairs):,} {task.tested_noun}{groups}, {what} {interval(found)}{over}."
    )
    if not isnan(trained.test.random):
        sentences.append(f"Random answers reach {percent(trained.test.random)} on average.")
    return sentences


def _resume_folder(out: Path) -> Path:
    """Where an interrupted training is saved; one of version 0.1.0 goes on there."""
    folder, old = out.with_suffix(".training"), out.with_suffix(".fitting")
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    return folder


def _other_metrics(task: Task, trained: TrainedHead) -> dict[str, float]:
    """Metrics of the test beside the reported one."""
    metrics = {} if trained.test is None else trained.test.metrics
    return {name: value for name, value in metrics.items() if name != task.reported_metric}


def _metric_name(metric: str) -> str:
    return METRIC_NAMES.get(metric, metric)
