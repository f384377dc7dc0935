"""Splits keep groups together, and follow from the seed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import TableError
from ranking.tasks.difficulty import GRADES
from ranking.tasks.manifest import SPLITS, Manifest
from ranking.tasks.pairs import lacks_pairs
from ranking.tasks.registry import DIFFICULTY
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
@pytest.mark.slow
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


def levelled(levels, groups=None, events="") -> Manifest:
    names = [f"r{number:03}" for number in range(len(levels))]
    table = pd.DataFrame({"recording": names, "level": levels, "split": ""})
    return Manifest(
        "mine.csv", table.assign(group=groups or names, event=events), stratify_by="level"
    )


def lacking(manifest: Manifest) -> list[int]:
    split = manifest.recordings["split"]
    return [lacks_pairs(manifest, (split == name).to_numpy()) for name in SPLITS]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_fifteen_recordings_of_three_levels_give_pairs_in_every_split(seed):
    split = random_split(levelled(np.arange(15.0) % 3), seed, lacks_pairs)
    assert lacking(split) == [0, 0, 0]
    assert split.at_random


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_ten_events_of_four_stay_together_and_give_pairs_in_every_split(seed):
    events = [f"event{number // 4}" for number in range(40)]
    split = random_split(levelled(np.arange(40.0) % 4, events=events), seed, lacks_pairs)
    assert lacking(split) == [0, 0, 0]
    assert split.recordings.groupby("event")["split"].nunique().max() == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_groups_stay_together_whatever_is_moved(seed, data):
    """Wherever three groups have pairs of their own, every split can have one."""
    count = data.draw(st.integers(6, 14))
    levels = data.draw(st.lists(st.integers(0, 2), min_size=2 * count, max_size=2 * count))
    levels[:6] = [0, 1] * 3
    groups = [f"g{number // 2}" for number in range(2 * count)]
    split = random_split(levelled(np.array(levels, float), groups), seed, lacks_pairs)
    assert not leaks(split.recordings)
    assert lacking(split) == [0, 0, 0]


def test_a_large_event_is_split_where_no_other_split_serves():
    split = random_split(levelled(np.arange(40.0) % 4, events="only"), 0, lacks_pairs)
    assert lacking(split) == [0, 0, 0]


def test_a_split_that_serves_is_that_of_before():
    plain, needed = (random_split(many(40), 3, *lacks) for lacks in ((), (lacks_pairs,)))
    assert plain.recordings.equals(needed.recordings)


@pytest.mark.parametrize("seed", range(4))
def test_every_class_of_three_groups_or_more_is_in_every_split(seed):
    grades = [grade for place, grade in enumerate(GRADES) for _ in range(3 + 2 * (place % 3))]
    table = pd.DataFrame({"recording": [f"r{n}" for n in range(len(grades))], "grade": grades})
    whole = Manifest("m.csv", table.assign(split="", group=table["recording"]), stratify_by="grade")
    split = random_split(whole, seed, DIFFICULTY.task().lacks).recordings
    assert split.groupby("split")["grade"].nunique().to_dict() == dict.fromkeys(SPLITS, 9)


def test_folds_keep_events_together_where_there_are_enough():
    events = [f"event{number // 4}" for number in range(48)]
    for fold in folds_then_final_manifests(levelled(np.arange(48.0) % 4, events=events), 4, 0):
        assert fold.recordings.groupby("event")["split"].nunique().max() == 1
