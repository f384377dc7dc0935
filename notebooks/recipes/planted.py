"""Labels that are planted are found, controls and shuffled labels are at chance: the whole chain.

    python notebooks/recipes/planted.py --out DIR
    python notebooks/recipes/planted.py expertise --out DIR

Conventions
-----------
Recordings by the project's generator (half to train on, a sixth to choose with, a third to test):
*difficulty*, merged grades of 1-3, 4-6 and 7-9; *technique*, seven or none; *expertise*, pieces by
players of three levels each, compared within a piece. They are embedded as spectrograms and as
controls (length, loudness, bandwidth, noise floor, onset density); a grid of settings is fitted on
each, and once more on spectrograms with the labels shuffled within splits. Intervals resample
recordings, of expertise pieces.
"""

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.experiments.paper_tables import paper_table
from icpc.experiments.results import read_results
from icpc.probes.train import TrainingJob, read_and_split_manifest, train_and_save_probe
from icpc.synthetic.labelled import DRAWN, write_labelled
from icpc.workflows.settings import EmbeddingOptions
from ranking.evaluation.resampling import Estimate
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv
from ranking.probe.search import SearchSettings
from ranking.probe.settings import TrainingSettings
from ranking.tasks.registry import TASKS

SPLITS = ("train", "train", "train", "val", "test", "test")
RATES = ("learning_rate", (3e-3, 1e-2, 3e-2))
GRIDS = {
    3: (RATES,),
    16: (
        ("learning_rate", (1e-3, 3e-3, 1e-2, 3e-2)),
        ("weight_decay", (1e-4, 1e-2)),
        ("dropout", (0.1, 0.3)),
    ),
}
"""Grids by number of settings."""
RESULTS = "results.jsonl"


@dataclass(frozen=True)
class Plan:
    """How the recordings of a task are made, and what is trained on them."""

    labels: str
    """Column of the label that is planted."""
    outputs: int
    """Number of outputs of the head."""
    block: int
    """Recordings one after another that have each label once; a block is of one split."""
    recordings: int
    """How many are made by default."""


PLANS = {
    "difficulty": Plan("grade", outputs=3, block=9, recordings=162),
    "technique": Plan("techniques", outputs=7, block=8, recordings=144),
    "expertise": Plan("level", outputs=2, block=3, recordings=108),
}


@dataclass(frozen=True)
class Found:
    """What a probe reaches on test."""

    metric: str
    """Name of the task's metric."""
    estimate: Estimate
    """Its value, with the interval."""
    random: float
    """Value of random answers."""

    @property
    def above_chance(self) -> bool:
        """Whether the interval lies above the value of random answers."""
        return self.estimate.low > self.random

    @property
    def sentence(self) -> str:
        """All of it in words."""
        own = self.estimate
        return (
            f"{self.metric} {own.value:.3f} ({own.low:.3f} to {own.high:.3f}), "
            f"random answers {self.random:.3f}"
        )


def write_recordings(
    task: str, folder: Path, count: int, seconds: float, seed: int
) -> tuple[Path, Path]:
    """Write recordings; return their manifest, and one with the labels shuffled within splits.

    Parameters
    ----------
    task
        A name of :data:`PLANS`.
    folder
        Where they are written.
    count
        Number of recordings; of six blocks each label is in each part of a split.
    seconds
        Length of each.
    seed
        Seed of all that is drawn.
    """
    plan = PLANS[task]
    planted = write_labelled(DRAWN[task](count, seconds, seed), folder)
    table = pd.read_csv(planted)
    split = [SPLITS[number // plan.block % len(SPLITS)] for number in range(len(table))]
    table = table.assign(split=split)
    write_text(to_csv(table), planted)
    rng = np.random.default_rng(seed)
    mixed = table.groupby("split")[plan.labels].transform(rng.permutation)
    shuffled = folder / "shuffled.csv"
    write_text(to_csv(table.assign(**{plan.labels: mixed})), shuffled)
    return planted, shuffled


def train_and_test(
    task: str, manifest: Path, encoder: str, segments: int, training: TrainingSettings, grid: int
) -> Found:
    """Train a grid on the recordings beside a manifest; return what its best reaches on test.

    Parameters
    ----------
    task
        A name of :data:`PLANS`.
    manifest
        Recordings with labels and splits.
    encoder
        Name of an encoder.
    segments
        Segments of a window; of expertise, windows are as long as recordings.
    training
        How each setting is trained.
    grid
        Number of settings, of :data:`GRIDS`.
    """
    own = TASKS[task].task(PLANS[task].outputs)
    if own.inputs == 1:
        own = replace(own, segments=segments)
    folder, name = manifest.parent, f"{manifest.stem}-{encoder}"
    job = TrainingJob(
        own,
        read_and_split_manifest(own, manifest, None, 0),
        folder,
        folder / f"{name}.safetensors",
        SearchSettings(training, grid=GRIDS[grid]),
        EmbeddingOptions((encoder,), store=folder / "store"),
        results=folder / RESULTS if "shuffled" not in name else folder / "shuffled.jsonl",
    )
    test = train_and_save_probe(job).test
    if test is None:
        raise ValueError("nothing is in test")
    return Found(own.reported_metric, test.estimate, test.random)


def main() -> None:
    """Make, embed, train and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", nargs="?", choices=PLANS, default="difficulty")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    parser.add_argument("--recordings", type=int, help="how many are made")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each")
    parser.add_argument("--epochs", type=int, default=30, help="passes through the recordings")
    parser.add_argument(
        "--grid", type=int, choices=GRIDS, default=3, help="settings that are tried"
    )
    given = parser.parse_args()
    count = given.recordings or PLANS[given.task].recordings
    planted, shuffled = write_recordings(given.task, given.out, count, given.seconds, 0)
    training = TrainingSettings(epochs=given.epochs, patience=given.epochs, batch_size=8)
    segments = int(np.ceil(given.seconds / 10))
    for manifest, encoder in (
        (planted, "spectrogram"),
        (planted, "controls"),
        (shuffled, "spectrogram"),
    ):
        found = train_and_test(given.task, manifest, encoder, segments, training, given.grid)
        sys.stdout.write(f"{manifest.stem}, {encoder}: {found.sentence}\n")
    ours = paper_table(3, read_results(given.out / RESULTS))
    ours = ours[ours["from"] == "ours"].dropna(axis=1, how="all")
    sys.stdout.write(ours.to_string(index=False) + "\n")


if __name__ == "__main__":
    main()
