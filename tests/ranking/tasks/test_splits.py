"""Splits keep groups together, and follow from the seed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import TableError
from ranking.tasks.manifest import Manifest
from ranking.tasks.splits import folds_then_final_manifests, random_split


def many(groups: int = 20, of_each: int = 2) -> Manifest:
    """Several recordings of each pianist, whose level is the pianist's."""
    rows = [
        (f"r{g}-{k}", g % 3, "", f"pianist{g}", "") for g in range(groups) for k in range(of_each)
    ]
    columns = ["recording", "level", "split", "group", "event"]
    return Manifest("mine.csv", pd.DataFrame(rows, columns=columns), stratify_by="level")


def leaks(table: pd.DataFrame) -> bool:
    """Whether a group is in two splits."""
    return len(table[["group", "split"]].drop_duplicates()) > table["group"].nunique()


@given(st.integers(0, 99))
def test_a_random_split_keeps_groups_together_and_levels_alike(seed):
    table = random_split(many(40), seed).recordings
    assert not leaks(table)
    assert table["split"].value_counts().to_dict() == {"train": 64, "val": 8, "test": 8}
    means = table.groupby("split")["level"].mean()
    assert np.ptp(means) < 0.8


@given(st.integers(0, 99))
def test_what_is_no_number_is_stratified_by_too(seed):
    manifest = many(40)
    level = manifest.recordings["level"].map({0: "a", 1: "b", 2: "c"})
    named = replace(manifest, recordings=manifest.recordings.assign(level=level))
    one, other = (random_split(of, seed).recordings["split"] for of in (manifest, named))
    assert one.equals(other)


def test_a_random_split_follows_the_seed_and_leaves_a_given_one_alone():
    manifest = many()
    one, same, other = (random_split(manifest, seed).recordings for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
    assert random_split(one_split := random_split(manifest, 0), 1) is one_split


@given(st.integers(0, 99), st.integers(3, 8))
def test_folds_test_every_group_once_and_never_on_what_they_trained_on(seed, count):
    manifest = many()
    *tested, last = folds_then_final_manifests(manifest, count, seed)
    assert len(tested) == count
    tables = [fold.recordings for fold in tested]
    held = [set(table[table["split"] == "test"]["recording"]) for table in tables]
    assert sorted(name for names in held for name in names) == sorted(
        manifest.recordings["recording"]
    )
    assert not any(leaks(table) for table in tables)
    assert set(last.recordings["split"]) == {"train", "val"}


def test_pairs_across_splits_are_left_out_and_their_number_kept():
    names = [f"a{n:02}" for n in range(31)]
    table = pd.DataFrame({"recording": names, "split": "", "group": names})
    chain = pd.DataFrame({"first": names[:-1], "second": names[1:], "winner": names[:-1]})
    whole = Manifest("mine.csv", table, chain)
    for manifest in (random_split(whole, 0), *folds_then_final_manifests(whole, 5, 0)):
        assert manifest.pairs_left_out > 0
        assert len(manifest.pairs) + manifest.pairs_left_out == 30
        split = manifest.recordings.set_index("recording")["split"]
        assert (manifest.pairs["first"].map(split) == manifest.pairs["second"].map(split)).all()


def test_what_cannot_be_split_is_refused():
    few = many(3)
    with pytest.raises(TableError, match="3 groups are too few to split at random; give a column"):
        random_split(few, 0)
    with pytest.raises(TableError, match="3 groups for 5 folds; split into fewer"):
        folds_then_final_manifests(few, 5, 0)
    with pytest.raises(TableError, match="it has a split, and folds would make another"):
        folds_then_final_manifests(random_split(many(), 0), 5, 0)
