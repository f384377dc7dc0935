"""Batches of examples: which ones, in what order, and their segments from the bank.

Conventions
-----------
An epoch visits every example once, in an order drawn from a seed and the epoch's number, so that
any batch can be named without having gone through those before. Units, the two orders of a pair,
stay together; a window that stands in several examples of a batch is taken from the bank once. Only
segments with sound are loaded: of a pair, those where both recordings have sound.
"""

import numpy as np
import torch
from torch import Tensor

from ranking.embeddings.bank import EmbeddingBank


def count_batches(units: np.ndarray, size: int) -> int:
    """Batches of an epoch: none larger than ``size`` by more than a unit."""
    return min(-(-len(units) // size), len(np.unique(units)))


def epoch_batches(units: np.ndarray, size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the numbers of the examples of each batch of an epoch, nearly equal in size."""
    distinct, unit = np.unique(units, return_inverse=True)
    place = np.empty(len(distinct), dtype=np.int64)
    place[np.random.default_rng([seed, epoch]).permutation(len(distinct))] = np.arange(
        len(distinct)
    )
    examples = np.argsort(place[unit], kind="stable")
    batches = count_batches(units, size)
    edges = np.searchsorted(
        place[unit][examples], np.linspace(0, len(distinct), batches + 1).round()[1:-1]
    )
    return np.split(examples, edges)


def load(bank: EmbeddingBank, windows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return segments with sound (M, sides · F, D) and mask (N, 30) of examples by window number.

    Parameters
    ----------
    windows : int array, shape (N, sides)
    """
    distinct, number = np.unique(windows, return_inverse=True)
    values, held = bank.sounding(distinct)
    row = held.flatten().cumsum(0).view_as(held) - 1  # of values, where there is sound
    sides = torch.from_numpy(number.reshape(windows.shape)).to(bank.device)
    mask = held[sides].all(dim=1)  # (N, 30)
    rows = row[sides].transpose(1, 2)[mask]  # (M, sides)
    return values[rows].flatten(1, 2), mask
