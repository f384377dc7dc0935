"""Recordings of known skill, as embeddings: noise, and a pattern that grows with the level."""

import itertools
from functools import partial

import numpy as np

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.probe.batches import BatchLoader, load_segments_and_mask
from ranking.tasks.pair_examples import pair_targets
from ranking.tasks.task import Examples


def planted_bank(
    levels: np.ndarray,
    frames: int,
    dimension: int,
    seed: int = 0,
    segments: tuple[int, int] = (2, 4),
    step: float = 0.7,
) -> EmbeddingBank:
    """One window for each level; skill shows in some dimensions, as in a steadier pulse.

    Parameters
    ----------
    step : what a level adds to the pulse, in deviations of the noise
    """
    rng = np.random.default_rng(seed)
    pulse = np.sin(np.arange(frames) / 3)[:, None] * (np.arange(dimension) % 4 == 0)
    embeddings = []
    for number, level in enumerate(levels):
        count = int(rng.integers(segments[0], segments[1] + 1))
        values = rng.standard_normal((count, frames, dimension)) + 3 + step * level * pulse
        stored = Embedding(values.astype(np.float16), np.full(count, 10.0))
        embeddings.append((f"r{number:03}", stored))
    return EmbeddingBank(embeddings)


def all_pairs(levels: np.ndarray, members: np.ndarray, classes: int = 2) -> Examples:
    """Both orders of every two members of unequal level."""
    pairs = [(i, j) for i, j in itertools.permutations(members, 2) if levels[i] != levels[j]]
    first, second = np.array(pairs).T
    units = np.minimum(first, second) * len(levels) + np.maximum(first, second)
    return Examples(np.array(pairs), pair_targets(levels[first] - levels[second], classes), units)


def loader(bank: EmbeddingBank) -> BatchLoader:
    """What training loads its examples with."""
    return partial(load_segments_and_mask, bank)
