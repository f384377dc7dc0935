"""Labels that are planted are found, controls and shuffled labels are at chance: the whole chain.

    python notebooks/recipes/planted.py --out DIR

Conventions
-----------
Recordings by the project's generator, merged grades of 1-3, 4-6 and 7-9 (half to train on, a sixth
to choose with, a third to test), are embedded as spectrograms and as controls (length, loudness,
bandwidth, noise floor, onset density); three learning rates are tried on each, and once more on
spectrograms with the grades shuffled. Intervals resample recordings.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.experiments.paper_tables import paper_table
from icpc.experiments.results import read_results
from icpc.probes.train import TrainingJob, read_and_split_manifest, train_and_save_probe
from icpc.synthetic.labelled import draw_graded, write_labelled
from icpc.workflows.settings import EmbeddingOptions
from ranking.evaluation.resampling import Estimate
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv
from ranking.probe.search import SearchSettings
from ranking.probe.settings import TrainingSettings
from ranking.tasks.registry import DIFFICULTY

CLASSES = 3
GRID = (("learning_rate", (3e-3, 1e-2, 3e-2)),)
SPLITS = ("train", "train", "train", "val", "test", "test")
RESULTS = "results.jsonl"


def write_recordings(folder: Path, count: int, seconds: float, seed: int) -> tuple[Path, Path]:
    """Write recordings; return their manifest, and one with the grades shuffled within splits.

    Parameters
    ----------
    folder
        Where they are written.
    count
        Number of recordings; 54 give equally many of each grade to each part of a split.
    seconds
        Length of each.
    seed
        Seed of all that is drawn.
    """
    planted = write_labelled(draw_graded(count, seconds, seed), folder)
    table = pd.read_csv(planted)
    split = [SPLITS[number // 9 % len(SPLITS)] for number in range(len(table))]
    table = table.assign(split=split)
    write_text(to_csv(table), planted)
    rng = np.random.default_rng(seed)
    mixed = table.groupby("split")["grade"].transform(rng.permutation)
    shuffled = folder / "shuffled.csv"
    write_text(to_csv(table.assign(grade=mixed)), shuffled)
    return planted, shuffled


def accuracy_of(manifest: Path, encoder: str, segments: int, epochs: int) -> Estimate:
    """Train a grid on the recordings beside a manifest; return Acc_0 on test, with its interval.

    Parameters
    ----------
    manifest
        Recordings with grades and splits.
    encoder
        Name of an encoder.
    segments
        Segments of a window.
    epochs
        Passes through the recordings.
    """
    task = replace(DIFFICULTY.task(CLASSES), segments=segments)
    folder, name = manifest.parent, f"{manifest.stem}-{encoder}"
    training = TrainingSettings(epochs=epochs, patience=epochs, batch_size=8)
    job = TrainingJob(
        task,
        read_and_split_manifest(task, manifest, None, 0),
        folder,
        folder / f"{name}.safetensors",
        SearchSettings(training, grid=GRID),
        EmbeddingOptions((encoder,), store=folder / "store"),
        results=folder / RESULTS if "shuffled" not in name else folder / "shuffled.jsonl",
    )
    test = train_and_save_probe(job).test
    if test is None:
        raise ValueError("nothing is in test")
    return test.estimate


def main() -> None:
    """Make, embed, train and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    parser.add_argument("--recordings", type=int, default=162, help="how many are made")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each")
    parser.add_argument("--epochs", type=int, default=30, help="passes through the recordings")
    given = parser.parse_args()
    planted, shuffled = write_recordings(given.out, given.recordings, given.seconds, 0)
    segments = int(np.ceil(given.seconds / 10))
    for manifest, encoder in (
        (planted, "spectrogram"),
        (planted, "controls"),
        (shuffled, "spectrogram"),
    ):
        found = accuracy_of(manifest, encoder, segments, given.epochs)
        sys.stdout.write(
            f"{manifest.stem}, {encoder}: Acc_0 {found.value:.3f} "
            f"({found.low:.3f} to {found.high:.3f}), chance {1 / CLASSES:.3f}\n"
        )
    ours = paper_table(3, read_results(given.out / RESULTS))
    ours = ours[ours["from"] == "ours"].dropna(axis=1, how="all")
    sys.stdout.write(ours.to_string(index=False) + "\n")


if __name__ == "__main__":
    main()
