"""What an epoch draws of a pool: every pair equally likely, anew each time, the same by seed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from ranking.probe.batches import (
    batches_of_epoch,
    count_batches_of_epoch,
    with_units_of_few_windows,
)
from ranking.tasks.manifest import Manifest
from ranking.tasks.pair_examples import pair_examples_in_both_orders
from ranking.tasks.pairs import labelled_pairs
from ranking.tasks.registry import EXPERTISE

EPOCHS = 600


def manifest_of(levels, events="") -> Manifest:
    names = [f"r{number:03}" for number in range(len(levels))]
    table = pd.DataFrame({"recording": names, "level": levels, "split": "train", "group": names})
    return Manifest("mine.csv", table.assign(event=events), stratify_by="level")


def windows_of(manifest: Manifest, counts) -> pd.DataFrame:
    names = manifest.recordings["recording"].to_numpy()
    owner = np.repeat(np.arange(len(names)), counts)
    table = pd.DataFrame({"row": np.arange(len(owner)), "candidate": names[owner]})
    number = table.groupby("candidate").cumcount()
    return table.assign(window=number, start=300.0 * number, stop=300.0 * (number + 1))


def pool(levels, max_pairs, counts=1, events="", **options):
    manifest = manifest_of(levels, events)
    windows = windows_of(manifest, counts)
    return EXPERTISE.task(2, **options).make_examples(manifest, windows, max_pairs, 0)["train"]


def drawn_pairs(examples, seed, epochs) -> np.ndarray:
    """Which units each epoch has, bool, shape (epochs, units)."""
    return np.stack(
        [
            np.bincount(
                examples.units[examples.rows_of_epoch(seed, epoch)],
                minlength=examples.units.max() + 1,
            )
            > 0
            for epoch in range(epochs)
        ]
    )


def p_of_equal_shares(drawn: np.ndarray) -> float:
    """The chi-square test that each column of 0 and 1 is as often 1, where rows have one sum.

    Two of N columns are then correlated by -1 / (N - 1), so that the sum of squares over variances
    is N / (N - 1) times a chi-square of N - 1 degrees of freedom.
    """
    epochs, of = drawn.shape
    share = drawn.mean()
    excess = drawn.sum(axis=0) - epochs * share
    statistic = (excess**2).sum() / (epochs * share * (1 - share)) * (of - 1) / of
    return float(chi2.sf(statistic, of - 1))


def test_an_epoch_has_as_many_pairs_as_are_wanted_in_both_orders():
    examples = pool(np.tile([0.0, 1, 2], 4), 12)
    assert (examples.drawn, examples.units_per_epoch) == ((12, 48), 12)
    for epoch in range(5):
        rows = examples.rows_of_epoch(3, epoch)
        own = examples.windows[rows]
        assert len(rows) == 24
        assert len(np.unique(examples.units[rows])) == 12
        assert {tuple(one) for one in own} == {tuple(one[::-1]) for one in own}
        assert np.array_equal(rows, examples.rows_of_epoch(3, epoch))
    assert not np.array_equal(examples.rows_of_epoch(3, 0), examples.rows_of_epoch(3, 1))
    assert not np.array_equal(examples.rows_of_epoch(3, 0), examples.rows_of_epoch(4, 0))


def test_every_pair_is_equally_likely():
    drawn = drawn_pairs(pool(np.tile([0.0, 1, 2], 4), 12), 0, EPOCHS)
    assert (drawn.sum(axis=1) == 12).all()
    assert p_of_equal_shares(drawn) > 0.01
    loaded = drawn.copy()
    loaded[:150, 0] = True
    assert p_of_equal_shares(loaded) < 1e-6


def test_the_pairs_seen_grow_as_the_closed_form_says():
    """1 - (1 - n / N)^E of N after E epochs; drawn once it would stay n / N."""
    examples = pool(np.tile([0.0, 1, 2], 4), 12)
    seeds, epochs = 60, 8
    seen = [
        np.logical_or.accumulate(drawn_pairs(examples, seed, epochs)).mean(axis=1)
        for seed in range(seeds)
    ]
    expected = 1 - 0.75 ** np.arange(1, epochs + 1)
    assert np.mean(seen, axis=0) == pytest.approx(expected, abs=0.02)


def test_all_windows_of_pairs_are_drawn_as_large_a_share():
    counts = np.tile([1, 3, 2, 2], 3)
    examples = pool(np.tile([0.0, 1, 2], 4), 12, counts)
    units = len(np.unique(examples.units))
    drawn = drawn_pairs(examples, 1, EPOCHS)
    assert set(drawn.sum(axis=1)) == {round(units * 12 / 48)} == {examples.units_per_epoch}
    assert p_of_equal_shares(drawn) > 0.01


def test_a_matching_is_drawn_anew_of_every_two_levels():
    levels, events = np.repeat([0.0, 1, 2], [4, 6, 5]), np.array(["x", "y", ""])[[0] * 8 + [1] * 7]
    examples = pool(np.tile([0.0, 1, 2], 5), 2000, events=events, sampling="matched")
    level = np.tile([0.0, 1, 2], 5)
    for epoch in range(4):
        own = examples.windows[examples.rows_of_epoch(0, epoch)]
        own = own[level[own[:, 0]] > level[own[:, 1]]]
        assert (events[own[:, 0]] == events[own[:, 1]]).all()
        for high, low in ((1, 0), (2, 0), (2, 1)):
            of = own[(level[own[:, 0]] == high) & (level[own[:, 1]] == low)]
            assert len(of) == 4  # two in each event
            assert all(len(set(of[:, at])) == 4 for at in (0, 1))
    whole = pool(levels, 2000, sampling="matched")
    assert (whole.drawn, whole.units_per_epoch) == ((12, 24 + 20 + 30), 12)


def test_every_matching_is_equally_likely():
    """Of three levels of four recordings each pair is in a quarter of the epochs."""
    drawn = drawn_pairs(pool(np.tile([0.0, 1, 2], 4), 2000, sampling="matched"), 0, EPOCHS)
    shares = drawn.mean(axis=0)
    assert drawn.sum(axis=1).tolist() == [12] * EPOCHS
    assert np.abs(shares - 0.25).max() < 4.5 * np.sqrt(0.25 * 0.75 / EPOCHS)


def test_a_matching_has_no_more_pairs_than_are_wanted():
    examples = pool(np.tile([0.0, 1, 2], 4), 7, sampling="matched")
    assert examples.drawn == (7, 48)
    assert {len(examples.rows_of_epoch(0, epoch)) for epoch in range(20)} == {14}


def test_what_is_taken_whole_has_the_hash_that_it_had():
    levels = np.tile([0.0, 1, 2], 4)
    whole, once = pool(levels, 48), pool(levels, 48, pairs_drawn="once")
    manifest = manifest_of(levels)
    plain = pair_examples_in_both_orders(labelled_pairs(manifest), windows_of(manifest, 1), 2)
    assert whole.sha256 == once.sha256 == plain.sha256
    assert (whole.draw, whole.drawn) == (None, None)
    anew, once = pool(levels, 12), pool(levels, 12, pairs_drawn="once")
    assert (len(once), once.drawn, once.draw) == (24, (12, 48), None)
    hashes = {anew.sha256, pool(levels, 13).sha256, once.sha256}
    assert len(hashes) == 3
    matched = pool(levels, 2000, sampling="matched")
    assert matched.sha256 != pool(levels, 5, sampling="matched").sha256


@settings(max_examples=20)
@given(
    per_level=st.integers(2, 6),
    most=st.integers(1, 60),
    size=st.integers(1, 20),
    seed=st.integers(0, 9),
    grouped=st.booleans(),
    sampling=st.sampled_from(["all", "matched"]),
)
@pytest.mark.slow
def test_every_epoch_has_as_many_batches(per_level, most, size, seed, grouped, sampling):
    counts = np.random.default_rng(seed).integers(1, 4, 3 * per_level)
    examples = pool(np.tile([0.0, 1, 2], per_level), most, counts, sampling=sampling)
    if grouped:
        examples = with_units_of_few_windows(examples, 4, seed)
    for epoch in range(3):
        batches = batches_of_epoch(examples, size, seed, epoch)
        assert len(batches) == count_batches_of_epoch(examples, size)
        assert all(len(one) for one in batches)
        every = np.concatenate(batches)
        assert np.array_equal(np.sort(every), examples.rows_of_epoch(seed, epoch))
        units = [set(examples.units[one]) for one in batches]
        assert sum(map(len, units)) == len(set.union(*units))


def test_a_large_pool_is_drawn_from_at_random(monkeypatch):
    monkeypatch.setattr("ranking.tasks.pair_examples.POOL", 30)
    examples = pool(np.tile([0.0, 1, 2], 4), 12)
    assert (len(examples), examples.drawn, examples.units_per_epoch) == (60, (12, 48), 12)
    assert len(pool(np.tile([0.0, 1, 2], 4), 40)) == 80  # as many as an epoch is to have
