"""A probe tested on labelled recordings: those of a split, or all.

Conventions
-----------
Of a manifest with a split, test is evaluated unless another is asked for; of one without, every
recording. Whether the probe was trained on some of them a probe does not know: it keeps a hash of
its training data, not their names.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from icpc.experiments.results import RESULTS_FILE, Tested, read_results, write_test
from icpc.experiments.seeds import read_predictions
from icpc.experiments.switches import switch_table
from icpc.probes.labelled import LabelledRecordings, embed_labelled
from icpc.workflows.embedding import best_device
from icpc.workflows.recordings import encoder_of_probe
from icpc.workflows.settings import ALL, RecordingOptions
from ranking.embeddings.choice import cache_key_with_weights_hash
from ranking.embeddings.workers import EmbeddingSettings, default_workers
from ranking.errors import RunError, TableError
from ranking.probe.checkpoint import Record, check_probe_use, load_probe
from ranking.probe.search import describe_drawn, evaluate_heads_pooled, no_examples
from ranking.probe.settings import TrainingSettings
from ranking.progress import SILENT, Progress
from ranking.tasks.judgements import Judgements, read_labels
from ranking.tasks.manifest import Manifest
from ranking.tasks.registry import find_trained_task
from ranking.tasks.task import Evaluation, Task

MARK = "mark"
"""Column of the tasks whose labels may be what people said."""


@dataclass(frozen=True)
class EvaluationJob:
    """Which probe is evaluated, and on what."""

    manifest: Path | None
    """Recordings with their labels, a CSV file; None: there are judgements alone."""
    options: RecordingOptions
    """The probe's file as ``ranker``, the folder of the recordings, and how they are embedded."""
    split: str | None = None
    """One of :data:`icpc.workflows.settings.EVALUATED`; None: test, or all where there are none."""
    max_pairs: int = 2000
    """The most pairs; of more, as many are drawn at random."""
    seed: int = 0
    """Seed of draws."""
    results: Path | None = None
    """A file that the result is added to."""
    predictions: Path | None = None
    """A file that the predictions are written to."""
    judgements: Judgements | None = None
    """What labels come from, if not from the manifest, which then says whose recordings they
    are."""


def evaluate_probe(job: EvaluationJob, progress: Progress = SILENT) -> tuple[Task, Evaluation]:
    """Return a probe's task, and how right it is on labelled recordings.

    Raises
    ------
    JudgeError
        If probe, manifest, recordings or encoder cannot be used or do not fit together.
    ValueError
        If the options name no probe, or no recordings.
    """
    options = job.options
    if options.ranker is None or options.recordings is None:
        raise ValueError("no probe, or no recordings")
    probe = load_probe(options.ranker)
    task = task_of(probe.record)
    if job.judgements is not None and MARK not in {column.name for column in task.columns}:
        raise TableError(
            str(options.ranker),
            f"a probe of {task.name}, which is evaluated on labels, not on what people said",
            "give a manifest of labels, or a probe of preference",
        )
    manifest = read_labels(task.columns, task.takes_pairs, job.manifest, job.judgements)
    for remark in manifest.understood:
        progress.remark(remark)
    chosen = evaluated_part(manifest, job.split)
    device = best_device(options.device)
    choice = encoder_of_probe(probe.record.cache_key, options, device, progress)
    cache_key = cache_key_with_weights_hash(choice)
    check_probe_use(probe, cache_key, [task.name], str(options.ranker))
    work = EmbeddingSettings(
        store=options.store,
        encoders=(choice,),
        device=device,
        workers=options.workers or default_workers(),
        allow_cut=options.allow_cut,
    )
    labelled = LabelledRecordings(
        [chosen], options.recordings, options.allow_outside, options.skip_bad
    )
    own = embed_labelled(labelled, work, task, progress)
    examples = task.make_examples(own.manifests[-1], own.bank.windows, job.max_pairs, job.seed)
    if "test" not in examples:
        raise no_examples(task, own.manifests[-1], "test")
    if remark := describe_drawn(examples):
        progress.remark(remark)
    test = evaluate_heads_pooled(
        *(task, [(probe.head, examples["test"])], own.bank, own.groups),
        TrainingSettings(seed=job.seed),
    )
    tested = replace(probe, record=replace(probe.record, data_sha256=own.sha256))
    write_test(tested, Tested(test, predictions=job.predictions), job.results)
    return task, test


def switches_of_probe(path: Path, results: Path | None = None) -> pd.DataFrame:
    """Return what each choice of the paper's release does to the test of a probe.

    Parameters
    ----------
    path
        The probe's file.
    results
        The file that has the result of its test; None: the one beside it.

    Raises
    ------
    ProbeError, RunError
        If probe, results or predictions cannot be read, or none is of this probe.
    """
    file = results or path.with_name(RESULTS_FILE)
    own, found = load_probe(path).head.sha256, read_results(file)
    mine = [one for one in found if one.probe_sha256 == own]
    if not mine:
        raise RunError(
            str(file), f"it has no test of {path.name}", "train it again, or name another"
        )
    predicted = read_predictions(mine[-1], file.parent)
    return switch_table(mine[-1], None if predicted is None else predicted.table, found)


def task_of(record: Record) -> Task:
    """Return the task that a probe was trained on, with its options and length of windows.

    Raises
    ------
    ProbeError
        If there is no such task.
    """
    task = find_trained_task(record.task, record.settings)
    return replace(task, segments=record.config.segments)


def evaluated_part(manifest: Manifest, split: str | None = None) -> Manifest:
    """Return the recordings of a manifest that are evaluated, all of them in test.

    Parameters
    ----------
    manifest
        Recordings, with a split or without.
    split
        One of :data:`icpc.workflows.settings.EVALUATED`; None: test, or all where there are none.

    Raises
    ------
    TableError
        If no recording is in that split.
    """
    table = manifest.recordings
    has_splits = bool((table["split"] != "").any())
    wanted = split or ("test" if has_splits else ALL)
    if wanted != ALL:
        if not has_splits:
            raise TableError(manifest.name, "it has no column split", f"ask for {ALL}")
        others = table.loc[table["split"] != wanted, "recording"]
        if len(others) == len(table):
            there = ", ".join(sorted(set(table["split"])))
            raise TableError(
                manifest.name, f"no recording is in {wanted}", f"choose {there} or {ALL}"
            )
        manifest = manifest.without(set(others))
    return replace(manifest, recordings=manifest.recordings.assign(split="test"))
