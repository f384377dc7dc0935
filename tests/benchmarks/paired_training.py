"""Time a training step on paired segments beside the plain step, as ratios in one run.

Run ``python tests/benchmarks/paired_training.py dac``; without names, every encoder's shape. A step
is the loss and gradients of all ordered pairs of unequal level among ``--recordings`` windows of
three levels, noise of full size in each of ``--segments`` segments: convolved pair by pair, and
with each window convolved once. One thread, a process for each way; the least CPU time of each
counts. Memory is what a step takes beside the embeddings. *Apart* is the largest difference of a
gradient, beside the largest gradient.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from functools import partial
from itertools import permutations
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.encoders import ENCODERS, spec_of
from ranking.network.head import HeadConfig, fit_scaler, make_head
from ranking.network.pair_stack import PairStack
from ranking.network.stack import HeadStack
from ranking.probe.batches import load_paired_segments_and_mask, load_segments_and_mask

LEVELS = 3
WAYS = ("plain", "paired")
Step = Callable[[], dict[str, Tensor]]


class Measured(NamedTuple):
    """Steps of one way."""

    seconds: float
    memory: float
    """In GB."""
    pairs: int
    gradients: dict[str, np.ndarray]


def step_of(way: str, encoder: str, recordings: int, segments: int) -> tuple[Step, int]:
    """Return a step, which gives its gradients, and its number of pairs."""
    spec, rng = spec_of(encoder), np.random.default_rng(0)
    shape = (recordings, segments, spec.frames, spec.dimension)
    values = np.empty(shape, np.float16)
    for place in np.ndindex(shape[:2]):
        values[place] = rng.standard_normal(shape[2:], np.float32)
    seconds = np.full(segments, 10.0)
    bank = EmbeddingBank([(str(n), Embedding(own, seconds)) for n, own in enumerate(values)])
    level = np.arange(recordings) % LEVELS
    pairs = [two for two in permutations(range(recordings), 2) if level[two[0]] != level[two[1]]]
    windows = np.array(pairs)
    targets = torch.from_numpy((level[windows[:, 0]] > level[windows[:, 1]]).astype(np.int64))
    torch.manual_seed(0)
    head = make_head(HeadConfig(spec.frames, spec.dimension, 2, inputs=2, dropout=0.0))
    load_batch = partial(load_segments_and_mask, bank)
    fit_scaler(head, (load_batch(np.array([[one]]))[0] for one in range(recordings)))
    network = PairStack([head]) if way == "paired" else HeadStack([head])
    load = partial(load_paired_segments_and_mask, load_batch) if way == "paired" else load_batch

    def step() -> dict[str, Tensor]:
        x, mask = load(windows)
        logits = network.logits(x, mask, network.draw_dropout(x, mask, [0]))
        loss = functional.cross_entropy(logits[0], targets)
        names, weights = zip(*network.weights.items(), strict=True)
        return dict(zip(names, torch.autograd.grad(loss, weights), strict=True))

    return step, len(windows)


def measure(way: str, encoder: str, options: argparse.Namespace) -> Measured:
    """Take some steps."""
    torch.set_num_threads(1)
    step, pairs = step_of(way, encoder, options.recordings, options.segments)
    before, least = _peak(), float("inf")
    for _ in range(options.rounds):
        begun = time.process_time()
        gradients = step()
        least = min(least, time.process_time() - begun)
    return Measured(least, _peak() - before, pairs, {k: v.numpy() for k, v in gradients.items()})


def _peak() -> float:
    """Most memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def main() -> None:
    """Print a line for each encoder's shape."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("encoders", nargs="*", default=list(ENCODERS), metavar="ENCODER")
    parser.add_argument("--recordings", type=int, default=12)
    parser.add_argument("--segments", type=int, default=4, help="of each window, at most 30")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    print("encoder     pairs  plain, s   paired, s      ×  memory, GB: plain   paired    apart")
    context = multiprocessing.get_context("spawn")  # each way with its own peak of memory
    with context.Pool(1, maxtasksperchild=1) as pool:
        for encoder in options.encoders:
            plain, paired = pool.imap(partial(measure, encoder=encoder, options=options), WAYS)
            gap = max(abs(plain.gradients[k] - paired.gradients[k]).max() for k in plain.gradients)
            largest = max(abs(own).max() for own in plain.gradients.values())
            print(
                f"{encoder:11} {plain.pairs:5} {plain.seconds:9.2f} {paired.seconds:11.2f} "
                f"{plain.seconds / paired.seconds:6.1f} {plain.memory:18.2f} "
                f"{paired.memory:8.2f} {gap / largest:8.0e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
