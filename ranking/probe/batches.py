"""Batches of examples: which ones, in what order, and their segments from the bank.

Conventions
-----------
An epoch visits every example once, or those that it draws (:mod:`ranking.tasks.drawing`), in an
order drawn from a seed and the epoch's number, so that any batch can be named without going through
those before. Units, the two orders of a pair, stay
together; a window of several examples of a batch is read from the bank once. Only segments with
sound are loaded: of a pair, those where both recordings have sound.

Where few windows make many pairs, all pairs of some windows can be one unit. What is loaded then is
each window by itself, and which rows make a pair: a network convolves each window once.
Segments are on the device, masks on the CPU, so that nobody waits for the device to count them.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from ranking.devices.transfer import to_device
from ranking.embeddings.bank import EmbeddingBank
from ranking.network.pair_stack import PairedSegments
from ranking.tasks.drawing import MatchedDraw
from ranking.tasks.task import Examples

BatchLoader = Callable[[np.ndarray], tuple[Tensor, Tensor]]
"""Window numbers (N, inputs) to segments with sound (M, inputs · F, D) and mask (N, S)."""


def count_batches(units: np.ndarray, batch_size: int) -> int:
    """Batches of an epoch: none larger than the batch size by more than a unit."""
    return min(-(-len(units) // batch_size), len(np.unique(units)))


def count_batches_of_epoch(examples: Examples, batch_size: int) -> int:
    """Return the batches of every epoch, whichever examples it draws."""
    if examples.draw is None:
        return count_batches(examples.units, batch_size)
    count, of = examples.draw.count(examples.units)
    return min(-(-len(examples) * count // (of * batch_size)), count)


def batches_of_epoch(
    examples: Examples, batch_size: int, seed: int, epoch: int
) -> list[np.ndarray]:
    """Return the numbers of the examples of each batch of an epoch, of those that it trains on.

    Parameters
    ----------
    examples
        The training set, or the pool of it.
    batch_size
        Examples of a batch, more or less a unit.
    seed
        Seed of draws and order; with the epoch it decides all.
    epoch
        Number of the epoch, from 0.
    """
    rows, batches = (
        examples.rows_of_epoch(seed, epoch),
        count_batches_of_epoch(examples, batch_size),
    )
    return [rows[own] for own in _ordered(examples.units[rows], batches, seed, epoch)]


def epoch_batches(units: np.ndarray, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the numbers of the examples of each batch of an epoch, nearly equal in size.

    Parameters
    ----------
    units : int array, shape (N,), equal for examples that stay in one batch
    batch_size
        Examples of a batch, more or less a unit.
    seed
        Seed of the order; with the epoch it decides all.
    epoch
        Number of the epoch, from 0.
    """
    return _ordered(units, count_batches(units, batch_size), seed, epoch)


def _ordered(units: np.ndarray, batches: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Examples in so many batches, whole units in an order drawn from seed and epoch."""
    distinct, unit = np.unique(units, return_inverse=True)
    place = np.empty(len(distinct), dtype=np.int64)
    place[np.random.default_rng([seed, epoch]).permutation(len(distinct))] = np.arange(
        len(distinct)
    )
    examples = np.argsort(place[unit], kind="stable")
    edges = np.searchsorted(
        place[unit][examples], np.linspace(0, len(distinct), batches + 1).round()[1:-1]
    )
    return np.split(examples, edges)


def with_units_of_few_windows(examples: Examples, max_windows: int, seed: int) -> Examples:
    """Return the examples of pairs, with all pairs that a few windows make as one unit.

    Windows that are compared, if only by way of others, are split at random into groups of half
    the maximum. A unit is the pairs within one group, or those between two. Pairs that are matched
    anew in every epoch stay as they are, since they have few windows in common.

    Parameters
    ----------
    examples
        Pairs of windows; what they are stays, only their units change.
    max_windows
        The most windows that a unit may have, at least 2.
    seed
        Seed of the groups.
    """
    if isinstance(examples.draw, MatchedDraw):
        return examples
    distinct, number = np.unique(examples.windows, return_inverse=True)
    pairs = number.reshape(examples.windows.shape)
    edges = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=2 * distinct.shape)
    components, component = connected_components(edges, directed=False)
    rng, group, groups = np.random.default_rng(seed), np.empty_like(component), 0
    for one in range(components):
        shuffled = rng.permutation(np.flatnonzero(component == one))
        for members in np.array_split(shuffled, -(-len(shuffled) // (max_windows // 2))):
            group[members] = groups
            groups += 1
    low, high = np.sort(group[pairs], axis=1).T.astype(np.int64)
    return replace(examples, units=low * groups + high)


def load_segments_and_mask(bank: EmbeddingBank, windows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return segments with sound (M, inputs · F, D) and mask (N, 30) of examples.

    Parameters
    ----------
    windows : int array, shape (N, inputs), numbers of windows in the bank
    """
    distinct, number = np.unique(windows, return_inverse=True)
    values, has_sound = bank.load_segments(distinct)
    rows, mask = segment_rows_and_mask(has_sound, number.reshape(windows.shape))
    return values[to_device(rows, values.device)].flatten(1, 2), mask


def load_paired_segments_and_mask(
    load_batch: BatchLoader, windows: np.ndarray
) -> tuple[PairedSegments, Tensor]:
    """Return segments and mask (N, S) of pairs, each window loaded once.

    Parameters
    ----------
    windows : int array, shape (N, 2), numbers of windows in the bank
    """
    distinct, number = np.unique(windows, return_inverse=True)
    values, has_sound = load_batch(distinct[:, np.newaxis])
    rows, mask = segment_rows_and_mask(has_sound, number.reshape(windows.shape))
    return PairedSegments(values, *to_device(rows, values.device).unbind(dim=1)), mask


def segment_rows_and_mask(has_sound: Tensor, windows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return which rows make each segment of examples (M, inputs), and their mask (N, 30).

    Parameters
    ----------
    has_sound : where distinct windows have sound (V, 30), on the CPU, as what is returned
        Rows number the segments that do.
    windows : int array, shape (N, inputs), numbers among the distinct ones
    """
    row = has_sound.flatten().cumsum(0).view_as(has_sound) - 1
    chosen = torch.from_numpy(windows).to(has_sound.device)
    mask = has_sound[chosen].all(dim=1)
    return row[chosen].transpose(1, 2)[mask], mask
