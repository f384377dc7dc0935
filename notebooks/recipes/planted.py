"""Labels that are planted are found, controls and shuffled labels are at chance: the whole chain.

    python notebooks/recipes/planted.py --out DIR
    python notebooks/recipes/planted.py expertise --grid 16 --out DIR

Conventions
-----------
Recordings by the project's generator (half to train on, a sixth to choose with, a third to test):
*difficulty*, merged grades of 1-3, 4-6 and 7-9; *technique*, seven or none, thirty seconds each, in
windows of one segment; *expertise*, pieces by players of three levels each, compared across pieces.
They are embedded as spectrograms and as controls (length, loudness, bandwidth, noise floor, onset
density); a grid of settings is fitted on each, and once more on spectrograms with the labels
shuffled within splits. Intervals resample recordings, of expertise pieces.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
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
from ranking.workers.executors import map_as_completed, process_executor

SPLITS = ("train", "train", "train", "val", "test", "test")
LEARNING_RATE = 1e-2
RATES = ("learning_rate", (3e-3, 1e-2, 3e-2))
GRIDS = {
    1: (),
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
    """How many are made."""
    seconds: float
    """Length of each."""
    training: TrainingSettings
    """How each setting of the grid is trained."""

    def __post_init__(self) -> None:
        """Refuse a number of recordings that leaves a split without one of the labels."""
        if self.recordings % (self.block * len(SPLITS)):
            raise ValueError(
                f"{self.recordings} recordings: a multiple of {self.block * len(SPLITS)}"
            )


def _all_epochs(epochs: int, batch_size: int) -> TrainingSettings:
    return TrainingSettings(
        epochs=epochs, patience=epochs, batch_size=batch_size, learning_rate=LEARNING_RATE
    )


PLANS = {
    "expertise": Plan(
        "level", outputs=2, block=3, recordings=324, seconds=10.0, training=_all_epochs(5, 16)
    ),
    "technique": Plan(
        "techniques", outputs=7, block=8, recordings=192, seconds=30.0, training=_all_epochs(12, 16)
    ),
    "difficulty": Plan(
        "grade", outputs=3, block=9, recordings=324, seconds=10.0, training=_all_epochs(12, 8)
    ),
}
"""Plans by task, those that take longest first."""
MAX_PAIRS = 400


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


def write_recordings(task: str, plan: Plan, folder: Path, seed: int) -> tuple[Path, Path]:
    """Write recordings; return their manifest, and one with the labels shuffled within splits.

    Parameters
    ----------
    task
        A name of :data:`PLANS`.
    plan
        Its plan.
    folder
        Where they are written.
    seed
        Seed of all that is drawn.
    """
    planted = write_labelled(DRAWN[task](plan.recordings, plan.seconds, seed), folder)
    table = pd.read_csv(planted).drop(columns="event", errors="ignore")
    split = [SPLITS[number // plan.block % len(SPLITS)] for number in range(len(table))]
    table = table.assign(split=split)
    write_text(to_csv(table), planted)
    rng = np.random.default_rng(seed)
    mixed = table.groupby("split")[plan.labels].transform(rng.permutation)
    shuffled = folder / "shuffled.csv"
    write_text(to_csv(table.assign(**{plan.labels: mixed})), shuffled)
    return planted, shuffled


def train_and_test(task: str, plan: Plan, manifest: Path, encoder: str, grid: int) -> Found:
    """Train a grid on the recordings beside a manifest; return what its best reaches on test.

    Parameters
    ----------
    task
        A name of :data:`PLANS`.
    plan
        Its plan.
    manifest
        Recordings with labels and splits.
    encoder
        Name of an encoder.
    grid
        Number of settings, of :data:`GRIDS`.
    """
    own = TASKS[task].task(plan.outputs)
    if own.inputs == 1:
        own = replace(own, segments=1)
    folder, name = manifest.parent, f"{manifest.stem}-{encoder}"
    job = TrainingJob(
        own,
        read_and_split_manifest(own, manifest, None, 0),
        folder,
        folder / f"{name}.safetensors",
        SearchSettings(plan.training, grid=GRIDS[grid], max_pairs=MAX_PAIRS),
        EmbeddingOptions((encoder,), store=folder / "store"),
        results=folder / RESULTS if "shuffled" not in name else folder / "shuffled.jsonl",
    )
    test = train_and_save_probe(job).test
    if test is None:
        raise ValueError("nothing is in test")
    return Found(own.reported_metric, test.estimate, test.random)


def find_planted(
    tasks: Sequence[str], folder: Path, grid: int, seed: int, workers: int
) -> Iterator[tuple[str, Found]]:
    """Yield what was fitted, in words, and what it found, in the order that fits end.

    Parameters
    ----------
    tasks
        Names of :data:`PLANS`.
    folder
        Where the recordings of each task are written, in a folder of its name.
    grid
        Number of settings, of :data:`GRIDS`.
    seed
        Seed of all that is drawn.
    workers
        Processes that fit at a time, one thread each.
    """
    fits = []
    for task in tasks:
        planted, shuffled = write_recordings(task, PLANS[task], folder / task, seed)
        of_each = (planted, "spectrogram"), (shuffled, "spectrogram"), (planted, "controls")
        fits += [(task, PLANS[task], manifest, encoder, grid) for manifest, encoder in of_each]
    with process_executor(workers, threads=1) as executor:
        yield from map_as_completed(executor, _fit, fits)


def _fit(task: str, plan: Plan, manifest: Path, encoder: str, grid: int) -> tuple[str, Found]:
    """What was fitted, in words, and what it found."""
    what = f"{task}, {manifest.stem}, {encoder}"
    return what, train_and_test(task, plan, manifest, encoder, grid)


def main() -> None:
    """Make, embed, train and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", help=f"{', '.join(PLANS)} (default: all)")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    parser.add_argument(
        "--grid", type=int, choices=GRIDS, default=3, help="settings that are tried"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of all that is drawn")
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    given = parser.parse_args()
    tasks = given.tasks or list(PLANS)
    if others := {*tasks} - {*PLANS}:
        parser.error(f"no task: {', '.join(sorted(others))} (choose from {', '.join(PLANS)})")
    for what, found in find_planted(tasks, given.out, given.grid, given.seed, given.workers):
        sys.stdout.write(f"{what}: {found.sentence}\n")
        sys.stdout.flush()
    results = [one for task in tasks for one in read_results(given.out / task / RESULTS)]
    ours = paper_table(3, results)
    ours = ours[ours["from"] == "ours"].dropna(axis=1, how="all")
    sys.stdout.write(ours.to_string(index=False) + "\n")


if __name__ == "__main__":
    main()
