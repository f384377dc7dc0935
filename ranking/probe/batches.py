"""Batches of examples: which ones, in what order, and their segments from the bank.

Conventions
-----------
An epoch visits every example once, in an order drawn from a seed and the epoch's number, so that
any batch can be named without having gone through those before. Units, the two orders of a pair,
stay together; a window that stands in several examples of a batch is taken from the bank once. Only
segments with sound are loaded: of a pair, those where both recordings have sound.

Pairs *cross* where few windows make many of them. Then all pairs of some windows are one unit, and
what is loaded is each window by itself and which rows meet: a network convolves a window once.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from ranking.embeddings.bank import EmbeddingBank
from ranking.network.crossed import Crossing
from ranking.tasks.task import Examples

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


def crossed(examples: Examples, together: int, seed: int) -> Examples:
    """Return the examples in units of all those that some windows make, at most ``together``.

    Windows that are compared, if only by way of others, are dealt by lot into groups of half as
    many. A unit is what one group holds, or what two have between them.
    """
    distinct, number = np.unique(examples.windows, return_inverse=True)
    sides = number.reshape(examples.windows.shape)
    met = coo_array((np.ones(len(sides)), tuple(sides.T)), shape=2 * distinct.shape)
    parts, part = connected_components(met, directed=False)
    rng, group, groups = np.random.default_rng(seed), np.empty_like(part), 0
    for own in range(parts):
        dealt = rng.permutation(np.flatnonzero(part == own))
        for members in np.array_split(dealt, -(-len(dealt) // (together // 2))):
            group[members] = groups
            groups += 1
    low, high = np.sort(group[sides], axis=1).T.astype(np.int64)
    return replace(examples, units=low * groups + high)


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


def cross(take: Take, windows: np.ndarray) -> tuple[Crossing, Tensor]:
    """Return segments and mask (N, S) of examples by window number, each window taken once.

    Parameters
    ----------
    windows : int array, shape (N, 2)
    """
    distinct, number = np.unique(windows, return_inverse=True)
    values, held = take(distinct[:, np.newaxis])
    rows, mask = aligned(held, number.reshape(windows.shape))
    return Crossing(values, *rows.unbind(dim=1)), mask


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
