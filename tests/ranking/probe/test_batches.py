"""Batches visit everything once, keep units together, and load what has sound."""

import numpy as np
import torch
from heads import side_by_side
from hypothesis import given
from hypothesis import strategies as st
from skill import all_pairs, loader, planted_bank

from ranking.probe.batches import (
    count_batches,
    epoch_batches,
    load_paired_segments_and_mask,
    load_segments_and_mask,
    with_units_of_few_windows,
)
from ranking.tasks.task import Examples

units = st.lists(st.integers(0, 20), min_size=1, max_size=60).map(np.array)


@given(units, st.integers(1, 20), st.integers(0, 99), st.integers(0, 9))
def test_an_epoch_visits_every_example_once_and_splits_no_unit(units, size, seed, epoch):
    batches = epoch_batches(units, size, seed, epoch)
    assert len(batches) == count_batches(units, size)
    assert sorted(np.concatenate(batches)) == list(range(len(units)))
    assert all(len(batch) for batch in batches)
    together = [set(units[batch]) for batch in batches]
    assert sum(map(len, together)) == len(set(units))


def test_orders_differ_between_epochs_and_seeds_and_repeat():
    units = np.arange(50)
    orders = {
        tuple(np.concatenate(epoch_batches(units, 7, seed, epoch)))
        for seed in (0, 1)
        for epoch in (0, 1, 0)
    }
    assert len(orders) == 4


def test_pairs_are_loaded_as_the_bank_gives_them_side_by_side():
    bank = planted_bank(np.arange(6) % 3, 8, 5, segments=(1, 5))
    windows = np.array([[0, 1], [1, 0], [4, 2], [3, 3]])
    segments, mask = load_segments_and_mask(bank, windows)
    x, expected = side_by_side(bank.load_windows(windows[:, 0]), bank.load_windows(windows[:, 1]))
    assert torch.equal(mask, expected)
    assert torch.equal(segments, x[mask])


def test_single_windows_are_loaded_in_their_order():
    bank = planted_bank(np.arange(6) % 3, 8, 5, segments=(1, 5))
    segments, mask = load_segments_and_mask(bank, np.array([[3], [0], [3]]))
    x, expected = bank.load_windows([3, 0, 3])
    assert torch.equal(mask, expected)
    assert torch.equal(segments, x[mask])


def test_a_window_in_several_examples_is_loaded_once(monkeypatch):
    bank = planted_bank(np.arange(6) % 3, 8, 5)
    asked, load_segments = [], bank.load_segments
    monkeypatch.setattr(
        bank, "load_segments", lambda windows: asked.extend(windows) or load_segments(windows)
    )
    load_segments_and_mask(bank, np.array([[0, 1], [1, 0], [2, 1]]))
    assert asked == [0, 1, 2]


def test_paired_segments_are_those_of_the_pairs():
    bank = planted_bank(np.arange(6), 5, 8)
    windows = np.array([[0, 3], [3, 0], [4, 3], [1, 2]])
    paired, mask = load_paired_segments_and_mask(loader(bank), windows)
    wanted, same = load_segments_and_mask(bank, windows)
    found = torch.cat((paired.values[paired.first], paired.values[paired.second]), dim=1)
    assert torch.equal(found, wanted)
    assert torch.equal(mask, same)
    assert len(paired.values) == len(bank.load_segments([0, 1, 2, 3, 4])[0])


@given(st.integers(1, 3), st.integers(2, 14), st.integers(2, 9), st.integers(0, 99))
def test_a_unit_is_all_pairs_of_few_windows_of_one_position(positions, count, max_windows, seed):
    """Windows are numbered position after position; those of different ones are no pair."""
    levels = np.arange(count) % 2
    one = all_pairs(levels, np.arange(count)).windows
    windows = np.concatenate([one + count * position for position in range(positions)])
    zeros = np.zeros(len(windows), dtype=int)
    made = with_units_of_few_windows(Examples(windows, zeros, zeros), max_windows, seed)
    assert np.array_equal(made.windows, windows)
    group = {}
    for unit in np.unique(made.units):
        pairs_of_unit = made.subset(made.units == unit).windows
        assert len(np.unique(pairs_of_unit)) <= max_windows
        assert len(np.unique(pairs_of_unit // count)) == 1
        pairs = set(map(tuple, pairs_of_unit.tolist()))
        assert {(b, a) for a, b in pairs} == pairs
        group[unit] = set(pairs_of_unit.flatten().tolist())
    sizes = sum(len(own) for own in group.values())
    groups = -(-count // (max_windows // 2))
    assert len(group) <= positions * groups * (groups + 1) / 2
    assert sizes <= positions * count * groups  # once for each group it is compared with
