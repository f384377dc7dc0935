"""Time the training of a grid as one stack, as ratios to runs one after another.

Run ``python tests/benchmarks/training.py spectrogram dac``; without names, all. Embeddings are
noise of full size. In each round the runs of a grid (learning rates and seeds) are trained together
and then each by itself, on the same pairs, batches and threads, in CPU time; medians over the
rounds. *times one run* says what the grid costs beside a single run; *apart* is the largest
difference of a validation loss between the two ways.
"""

import argparse
import os
import time
from functools import partial
from statistics import median

import numpy as np
import torch

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.spec import EncoderSpec
from ranking.network.head import HeadConfig
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.settings import TrainedRun, TrainingRun, TrainingSettings
from ranking.probe.train import train_runs
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.task import Examples

TASK = EXPERTISE_TASKS[2]
WINDOWS = 6


def noise(spec: EncoderSpec, segments: int) -> EmbeddingBank:
    """Windows of nothing."""
    rng = np.random.default_rng(0)
    shape = (WINDOWS, segments, spec.frames, spec.dimension)
    windows = rng.standard_normal(shape, np.float32).astype(np.float16)
    held = np.full(segments, 10.0)
    return EmbeddingBank([(str(n), Embedding(one, held)) for n, one in enumerate(windows)])


def grid(spec: EncoderSpec, runs: int) -> list[TrainingRun]:
    """Runs that differ in learning rate and seed; two batches of two pairs, and one for val."""
    pairs = np.array([(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (3, 0), (0, 3)])
    units = np.arange(8) // 2
    config = HeadConfig(spec.frames, spec.dimension, outputs=2, inputs=2)
    train = Examples(pairs, np.arange(8) % 2, units)
    validation = Examples(np.array([(4, 5), (5, 4)]), np.arange(2), np.zeros(2, dtype=int))
    return [
        TrainingRun(
            config,
            TrainingSettings(
                epochs=1,
                batch_size=4,
                windows_per_step=0,
                learning_rate=1e-4 * (1 + number % 4),
                seed=number // 4,
                shuffle_seed=0,
            ),
            train,
            validation,
        )
        for number in range(runs)
    ]


def main() -> None:
    """Print a line for each encoder named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("encoders", nargs="*", default=list(ENCODERS), metavar="ENCODER")
    parser.add_argument("--runs", type=int, default=16, help="of a grid")
    parser.add_argument("--segments", type=int, default=10, help="of each window, at most 30")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    threads = torch.get_num_threads()
    print(f"{os.cpu_count()} cores, {threads} threads, torch {torch.__version__}")
    print(
        f"encoder      {arguments.runs} stacked, CPU s  separate ÷ stacked  times one run"
        "      apart"
    )
    for name in arguments.encoders:
        spec = spec_of(name)
        load_batch = partial(load_segments_and_mask, noise(spec, arguments.segments))
        runs = grid(spec, arguments.runs)
        stacked, separate = [], []
        for _ in range(arguments.rounds):
            begun = time.process_time()
            together = train_runs(TASK, runs, load_batch)
            between = time.process_time()
            alone = [train_runs(TASK, [run], load_batch)[0] for run in runs]
            stacked.append(between - begun)
            separate.append(time.process_time() - between)
        ratio = median(one / other for one, other in zip(separate, stacked, strict=True))
        print(
            f"{name:12} {median(stacked):14.2f} {ratio:19.2f} {arguments.runs / ratio:14.2f}"
            f" {apart(together, alone):10.1e}",
            flush=True,
        )


def apart(together: list[TrainedRun], alone: list[TrainedRun]) -> float:
    """Largest difference of a validation loss."""
    return max(
        abs(one.history[-1]["validation_loss"] - other.history[-1]["validation_loss"])
        for one, other in zip(together, alone, strict=True)
    )


if __name__ == "__main__":
    main()
