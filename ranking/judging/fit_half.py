"""Let a ranker learn more, from candidates whose results are known.

Conventions
-----------
An epoch visits each pair of unequal score in both orders on aligned windows. The last epoch is
taken unless an earlier one did better on the pairs learnt from: no other pair decides anything.
Few windows meet in a step, in all their pairs, and each is convolved once: an epoch takes less time
and teaches as much.
What was fitted is kept by what it was fitted from and how, and an interrupted fit goes on.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from ranking.embeddings.bank import EmbeddingBank
from ranking.files.hashing import json_sha256
from ranking.judging.compare import Kept, windows_on_disk
from ranking.judging.probe_ranker import ProbeRanker, as_ranker
from ranking.probe.batches import load
from ranking.probe.checkpoint import Probe, load_probe, save_probe
from ranking.probe.fit import fit_run
from ranking.probe.settings import FitSettings, Run
from ranking.progress import SILENT, Progress
from ranking.tasks.expertise import known_pairs, pair_examples
from ranking.tasks.manifest import Manifest
from ranking.tasks.registry import find_task

TOGETHER = 4  # windows that meet in a step; of more, an epoch takes less time and teaches less


def fit_ranker(
    ranker: Probe,
    bank: EmbeddingBank,
    score: pd.Series,
    epochs: int = 5,
    seed: int = 0,
    kept: Kept | None = None,
    progress: Progress = SILENT,
) -> ProbeRanker:
    """Return the ranker, fitted on the pairs of some candidates of the bank.

    Parameters
    ----------
    score : of those candidates, by id; may be missing
    kept : what an earlier call left there is not fitted again
    progress : counts steps

    Raises
    ------
    TableError
        If no two of them differ in score.
    ProbeError
        If what was kept cannot be read, or nothing can be written there.
    """
    own = ranker.record
    settings = FitSettings(epochs=epochs, crossed=TOGETHER, patience=epochs, seed=seed)
    known = score.dropna()
    levels = pd.DataFrame({"recording": known.index, "level": known.to_numpy()})
    pairs = known_pairs(Manifest("results", levels.assign(split="train", event="")))
    examples = pair_examples(pairs, bank.windows, own.config.classes)
    facts = {"start": ranker.head.digest, **settings.on_disk}
    folder = place = None
    if kept is not None:
        folder = kept.folder / _key({**facts, "examples": examples.digest}, bank, kept)
        place = folder / "ranker.safetensors"
        if place.with_suffix(".json").is_file():
            return as_ranker(load_probe(place))
    run = Run(own.config, settings, examples, examples, ranker.head)
    fitted = fit_run(find_task(own.task), run, partial(load, bank), bank.device, progress, folder)
    record = replace(own, settings=facts, data_sha256=examples.digest, results={}, remark="")
    found = ProbeRanker(fitted.head, record)
    if place is not None:
        save_probe(found, place)
    return found


def _key(facts: Mapping[str, Any], bank: EmbeddingBank, kept: Kept) -> str:
    """Of everything that the outcome depends on; examples are numbers of a bank's windows."""
    heard = {"recordings": dict(kept.recordings), "windows": windows_on_disk(bank.windows)}
    return json_sha256({**facts, **heard})
