"""From a manifest and recordings to a probe on disk, for any task.

Conventions
-----------
Of folds, the probe is trained on the last manifest. Predictions on test and the epochs in training
are written beside the probe, and the result of the test is added to a file of results.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from icpc.experiments.results import RESULTS_FILE, Result, Tested, write_test
from icpc.probes.labelled import EmbeddedRecordings, LabelledRecordings, embed_labelled
from icpc.probes.wording import cells_of_test, ungrouped_remark
from icpc.workflows.embedding import best_device, encoder_choices
from icpc.workflows.settings import EmbeddingOptions
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.choice import cache_key_with_weights_hash
from ranking.embeddings.workers import (
    EmbeddingSettings,
    default_workers,
    open_cluster_for_bank,
)
from ranking.files.atomic import write_text
from ranking.files.hashing import json_sha256
from ranking.files.table_writer import to_csv
from ranking.probe.checkpoint import Probe, Record, check_probe_path, save_probe
from ranking.probe.computation import computation_facts
from ranking.probe.remote import Elsewhere
from ranking.probe.search import SearchSettings, TrainedHead, search_and_cross_validate
from ranking.progress import SILENT, Progress
from ranking.tasks.judgements import Judgements, read_labels
from ranking.tasks.manifest import Manifest
from ranking.tasks.splits import folds_then_final_manifests, random_split
from ranking.tasks.task import Task


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

    @property
    def search_sha256(self) -> str:
        """SHA-256 of the settings that are asked for, but for the seed."""
        asked = asdict(replace(self.settings, training=replace(self.settings.training, seed=0)))
        task = [self.task.segments, self.task.loss_on_disk, dict(self.options)]
        front_ends = [self.embedding.front_end, self.embedding.as_published]
        return json_sha256([asked, *task, *front_ends])

    @property
    def folds(self) -> int:
        """Number of folds; 0 for one split."""
        return len(self.manifests) - 1


def read_and_split_manifest(
    task: Task,
    path: Path | None,
    fold_count: int | None,
    seed: int,
    judgements: Judgements | None = None,
) -> list[Manifest]:
    """Return the manifest of a file with a split, or one for each fold and one more.

    Parameters
    ----------
    task
        The question, which needs certain columns.
    path
        A CSV file; None: there are judgements alone.
    fold_count
        Number of folds; None: one split.
    seed
        Seed of a random split.
    judgements
        What labels come from, if not from the file, which then says whose recordings they are.

    Raises
    ------
    TableError, ComparisonsError
        If it cannot be read or split.
    ValueError
        If there is neither file nor judgements.
    """
    whole = read_labels(task.columns, task.takes_pairs, path, judgements)
    return (
        [random_split(whole, seed, task.lacks)]
        if fold_count is None
        else folds_then_final_manifests(whole, fold_count, seed)
    )


def train_and_save_probe(job: TrainingJob, progress: Progress = SILENT) -> TrainedHead:
    """Train a probe, write it and return it; an interrupted training goes on where it stopped.

    Raises
    ------
    JudgeError
        If a recording or the encoder cannot be used, two recordings are the same sound, a split
        has nothing to train on, or something cannot be read or written.
    """
    trained, _ = train_embedded(embed_for_training(job, progress), progress)
    return trained


@dataclass(frozen=True)
class EmbeddedJob:
    """What a probe is trained on, as soon as all of it is embedded."""

    job: TrainingJob
    """What is trained, how, and where it goes."""
    work: EmbeddingSettings
    """The encoder, and where its embeddings are."""
    own: EmbeddedRecordings
    """The recordings that can be used."""

    @property
    def cache_key(self) -> CacheKey:
        """What the embeddings depend on."""
        return cache_key_with_weights_hash(self.work.encoders[0])


def embed_for_training(job: TrainingJob, progress: Progress = SILENT) -> EmbeddedJob:
    """Return a job with its recordings embedded.

    Raises
    ------
    JudgeError
        As :func:`train_and_save_probe`.
    """
    options = job.embedding
    work = EmbeddingSettings(
        store=options.store,
        encoders=encoder_choices(options, progress),
        device=best_device(options.device),
        workers=options.workers or default_workers(),
        allow_cut=options.allow_cut,
        cluster=options.cluster,
    )
    check_probe_path(job.out)
    last, describe = job.manifests[-1], job.task.remark
    remarks = (
        *last.understood,
        ungrouped_remark(job.manifests),
        describe(last) if describe else "",
    )
    for remark in filter(None, remarks):
        progress.remark(remark)
    labelled = LabelledRecordings(job.manifests, job.recordings, job.allow_outside, job.skip_bad)
    return EmbeddedJob(job, work, embed_labelled(labelled, work, job.task, progress))


def train_embedded(
    embedded: EmbeddedJob, progress: Progress = SILENT
) -> tuple[TrainedHead, Result | None]:
    """Train a probe and write it with its predictions; return it, and the result of its test.

    Raises
    ------
    JudgeError
        As :func:`train_and_save_probe`.
    """
    job, own = embedded.job, embedded.own
    resume_folder = _resume_folder(job.out)
    with _elsewhere(embedded) as elsewhere:
        trained = search_and_cross_validate(
            *(job.task, own.manifests, own.bank, job.settings, progress, resume_folder), elsewhere
        )
    probe = Probe(trained.head, _record(embedded, trained))
    save_probe(probe, job.out)
    tested = Tested(
        trained.test,
        folds=job.folds,
        majority=trained.majority,
        search_sha256=job.search_sha256,
        predictions=predictions_path(job.out),
        history=history_path(job.out),
    )
    write_text(to_csv(trained.history), history_path(job.out))
    result = write_test(probe, tested, results_path(job))
    shutil.rmtree(resume_folder, ignore_errors=True)
    return trained, result


@contextmanager
def _elsewhere(embedded: EmbeddedJob) -> Iterator[Elsewhere | None]:
    """The cluster that trains, if one does, while it is open."""
    work, threads = embedded.work, embedded.job.settings.training.threads
    if work.cluster is None:
        yield None
        return
    with open_cluster_for_bank(work.cluster, embedded.own.source, threads) as executor:
        yield Elsewhere(executor, embedded.own.source)


def _record(embedded: EmbeddedJob, trained: TrainedHead) -> Record:
    job = embedded.job
    return Record(
        task=job.task.name,
        cache_key=embedded.cache_key,
        config=trained.head.config,
        settings={
            **asdict(trained.settings),
            **job.task.loss_on_disk,
            **({"task_options": dict(job.options)} if job.options else {}),
        },
        data_sha256=embedded.own.sha256,
        results=training_row(job, trained),
        computation=computation_facts(embedded.work.device),
    )


def results_path(job: TrainingJob) -> Path:
    """Return the file that the result of a test is added to, beside the probe if none is named."""
    return job.results or job.out.with_name(RESULTS_FILE)


def predictions_path(out: Path) -> Path:
    """Return the file of a probe's predictions on test, beside it."""
    return out.with_suffix(".predictions.csv")


def history_path(out: Path) -> Path:
    """Return the file of the epochs in which a probe was trained, beside it."""
    return out.with_suffix(".history.csv")


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
    return row if trained.test is None else row | cells_of_test(task, trained.test)


def _resume_folder(out: Path) -> Path:
    """Where an interrupted training is saved; one of version 0.1.0 goes on there."""
    folder, old = out.with_suffix(".training"), out.with_suffix(".fitting")
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    return folder
