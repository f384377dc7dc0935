"""A task that anyone could add, in one file: how loud a recording is, in three classes.

Conventions
-----------
An example is one window; the manifest's column ``loudness`` is its target. A recording is what the
sum of its windows' probabilities says; the accuracy resamples groups.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ranking.evaluation.resampling import bootstrap_pair_share
from ranking.tasks.manifest import SPLITS, Column, Manifest
from ranking.tasks.metrics import class_metrics
from ranking.tasks.registry import TaskSpec
from ranking.tasks.task import Evaluation, Examples, Predictions, Task

LOUDNESS = ("quiet", "medium", "loud")


def make_examples(
    manifest: Manifest, windows: pd.DataFrame, max_pairs: int, seed: int
) -> Mapping[str, Examples]:
    known = manifest.recordings.set_index("recording").loc[windows["candidate"]]
    targets = known["loudness"].map(LOUDNESS.index).to_numpy()
    numbers = windows["row"].to_numpy()
    every = Examples(numbers[:, np.newaxis], targets, numbers)
    chosen = {name: (known["split"] == name).to_numpy() for name in SPLITS}
    return {name: every.subset(rows) for name, rows in chosen.items() if rows.any()}


def decode(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def evaluate(found: Predictions, seed: int) -> Evaluation:
    names = found.windows.set_index("row")["candidate"].loc[found.examples.windows[:, 0]]
    table = pd.DataFrame(decode(found.logits), index=names).groupby(level=0).sum()
    truth = pd.Series(found.examples.targets, index=names).groupby(level=0).first()
    right = (table.idxmax(axis=1) == truth).astype(float)
    groups = right.groupby(found.groups).agg(["sum", "size"]).to_numpy(dtype=float)
    shares = bootstrap_pair_share(np.diag(groups[:, 0]), np.diag(groups[:, 1]), seed)
    return Evaluation(shares, class_metrics(found.logits, found.examples.targets))


def make(outputs: int) -> Task:
    return Task(
        name=f"loudness-{outputs}",
        inputs=1,
        outputs=outputs,
        columns=(
            Column("loudness", f"write {', '.join(LOUDNESS)}", allowed=LOUDNESS, stratify=True),
        ),
        make_examples=make_examples,
        decode=decode,
        metrics=class_metrics,
        selection_metric="f1",
        evaluate=evaluate,
        example_noun="recording of known loudness",
    )


SPEC = TaskSpec(
    name="loudness",
    summary="says how loud a recording is",
    manifest_help="recording, loudness; split, group.",
    outputs=(len(LOUDNESS),),
    make=make,
)
