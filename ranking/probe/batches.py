"""Batches of examples: which ones, in what order, and their segments from the bank.

Conventions
-----------
An epoch visits every example once, in an order drawn from a seed and the epoch's number, so that
any batch can be named without having gone through those before. Units, the two orders of a pair,
stay together; a window that stands in several examples of a batch is taken from the bank once. Only
segments with sound are loaded: of a pair, those where both recordings have sound.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ranking.embeddings.bank import EmbeddingBank

Take = Callable[[np.ndarray], tuple[Tensor, Tensor]]
"""Window numbers (N, sides) to segments with sound (M, sides · F, D) and mask (N, S)."""


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
    rows, mask = aligned(held, number.reshape(windows.shape))
    return values[rows].flatten(1, 2), mask


def aligned(held: Tensor, windows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return the rows of each segment of examples (M, sides), and their mask (N, 30).

    Parameters
    ----------
    held : where distinct windows have sound (V, 30); rows number the segments that do
    windows : int array, shape (N, sides), numbers among the distinct ones
    """
    row = held.flatten().cumsum(0).view_as(held) - 1
    sides = torch.from_numpy(windows).to(held.device)
    mask = held[sides].all(dim=1)
    return row[sides].transpose(1, 2)[mask], mask
