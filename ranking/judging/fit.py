"""Fit a ranker further, on candidates whose results are known.

Conventions
-----------
An epoch goes through each pair of unequal score, in both orders, on aligned windows. The last epoch
is used, unless an earlier one did better on the pairs that were fitted on: no other pair decides
anything. A step compares a few windows in all their pairs, each convolved once: an epoch takes less
time than pair by pair, and achieves as much.
Fitted rankers are cached under a hash of all that they depend on, and an interrupted fit resumes.
Equal fits have equal bytes where torch, CPU capability, threads and precision are equal
(:mod:`ranking.probe.computation`); a fit's record names them.
"""

import warnings
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ranking.deprecation import RenamedWarning
from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import FileWarning, ProbeError
from ranking.files.hashing import json_sha256
from ranking.judging.compare import ResultCache, windows_on_disk
from ranking.judging.probe_ranker import ProbeRanker, as_ranker
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.checkpoint import Probe, load_probe, save_probe
from ranking.probe.computation import computation_facts
from ranking.probe.settings import WINDOWS_PER_STEP, TrainingRun, TrainingSettings
from ranking.probe.train import train_run
from ranking.progress import SILENT, Progress
from ranking.tasks.manifest import Manifest
from ranking.tasks.pair_examples import pair_examples_in_both_orders
from ranking.tasks.pairs import labelled_pairs
from ranking.tasks.registry import find_task
from ranking.tasks.task import Task


def fit_ranker(
    ranker: Probe,
    bank: EmbeddingBank,
    score: pd.Series,
    epochs: int = 5,
    seed: int = 0,
    cache: ResultCache | None = None,
    progress: Progress = SILENT,
) -> ProbeRanker:
    """Return the ranker, fitted on the pairs of some candidates of the bank.

    Parameters
    ----------
    ranker
        The probe to start from.
    bank
        Embeddings of the recordings.
    score
        Score of the candidates to fit on, by id; may be missing.
    epochs
        Passes through the pairs.
    seed
        Seed of dropout and of the order of pairs.
    cache
        A ranker that an earlier call left there is not fitted again, unless it is damaged.
    progress
        Counts steps; a remark where a ranker of the cache is damaged.

    Raises
    ------
    TableError
        If the scores are all equal.
    ProbeError
        If none can be written to the cache.

    References
    ----------
    Sec. 5.1.1 of H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024.
    """
    own = ranker.record
    settings = TrainingSettings(
        epochs=epochs, windows_per_step=WINDOWS_PER_STEP, patience=epochs, seed=seed
    )
    known = score.dropna()
    levels = pd.DataFrame({"recording": known.index, "level": known.to_numpy()})
    pairs = labelled_pairs(Manifest("results", levels.assign(split="train", event="")))
    examples = pair_examples_in_both_orders(pairs, bank.windows, own.config.outputs)
    run = TrainingRun(own.config, settings, examples, examples, ranker.head)
    task = find_task(own.task)
    folder = path = None
    if cache is not None:
        folder = cache.folder / json_sha256(_fit_on_disk(task, run, bank, cache))
        path = folder / "ranker.safetensors"
        if (cached := _cached(path, progress)) is not None:
            return cached
    load_batch = partial(load_segments_and_mask, bank)
    trained = train_run(task, run, load_batch, bank.device, progress, folder)
    record = replace(
        own,
        settings={
            "initial_head_sha256": ranker.head.sha256,
            **asdict(settings),
            **task.loss_on_disk,
        },
        data_sha256=examples.sha256,
        results={},
        remark="",
        computation=computation_facts(bank.device),
    )
    fitted = ProbeRanker(trained.head, record)
    if path is not None:
        save_probe(fitted, path)
    return fitted


def _cached(path: Path, progress: Progress) -> ProbeRanker | None:
    """The ranker of the cache, None if there is none or it is damaged; files may be old ones."""
    if not path.with_suffix(".json").is_file():
        return None
    with warnings.catch_warnings():
        for category in (RenamedWarning, FileWarning):
            warnings.simplefilter("ignore", category)
        try:
            return as_ranker(load_probe(path))
        except ProbeError as error:
            progress.remark(f"{error.where}: {error.what}; this ranker is fitted again")
            return None


def _fit_on_disk(
    task: Task, run: TrainingRun, bank: EmbeddingBank, cache: ResultCache
) -> Mapping[str, Any]:
    """All that a fit depends on, under the names that are hashed; examples number windows."""
    return {
        "start": None if run.initial_head is None else run.initial_head.sha256,
        **run.settings.on_disk,
        "examples": run.train.sha256,
        "recordings": dict(cache.recordings),
        "windows": windows_on_disk(bank.windows),
        **bank.devices_on_disk,
        **task.loss_on_disk,
    }
