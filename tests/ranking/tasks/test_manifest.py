"""Manifests are read, split without parting what belongs together, or refused with the line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import TableError
from ranking.tasks.expertise import known_pairs
from ranking.tasks.manifest import Manifest, data_digest, folds, locate, read_manifest, split_by_lot

LEVELS = (
    "recording,level,split\nann,2,train\nbob,0,Train\ncyd,1,validation\ndan,0,val\neve,1,test\n"
)
PAIRS = "first;second;winner;group\nann;bob;bob;waltz\nann;cyd;ann;waltz\ndan;eve;dan;etude\n"


@pytest.fixture
def read(tmp_path):
    def of(text: str):
        path = tmp_path / "mine.csv"
        path.write_text(text)
        return read_manifest(path)

    return of


def many(groups: int = 20, of_each: int = 2) -> Manifest:
    """Several recordings of each player, whose level is the player's."""
    rows = [
        (f"r{g}-{k}", g % 3, "", f"player{g}", "") for g in range(groups) for k in range(of_each)
    ]
    columns = ["recording", "level", "split", "group", "event"]
    return Manifest("mine.csv", pd.DataFrame(rows, columns=columns))


def parted(table: pd.DataFrame) -> bool:
    """Whether a group is on two sides."""
    return len(table[["group", "split"]].drop_duplicates()) > table["group"].nunique()


def test_levels_are_read_with_their_split(read):
    table = read(LEVELS).recordings
    assert table["recording"].tolist() == ["ann", "bob", "cyd", "dan", "eve"]
    assert table["level"].tolist() == [2, 0, 1, 0, 1]
    assert table["split"].tolist() == ["train", "train", "val", "val", "test"]
    assert table["group"].tolist() == table["recording"].tolist()


def test_levels_make_the_pairs_of_unequal_level_of_one_split_and_event(read):
    pairs = known_pairs(read(LEVELS))
    assert pairs.to_numpy().tolist() == [["ann", "bob", 2.0], ["cyd", "dan", 1.0]]
    events = "recording,level,event\na,0,x\nb,1,x\nc,1,x\nd,5,y\ne,3,y\n"
    assert known_pairs(read(events)).to_numpy().tolist() == [
        ["a", "b", -1.0],
        ["a", "c", -1.0],
        ["d", "e", 2.0],
    ]


def test_pairs_are_read_as_they_are_and_linked_by_group(read):
    manifest = read(PAIRS)
    assert known_pairs(manifest)["gap"].tolist() == [-1, 1, 1]
    group = manifest.recordings.set_index("recording")["group"]
    assert group.to_dict() == {"ann": "ann", "bob": "ann", "cyd": "ann", "dan": "dan", "eve": "dan"}


@given(st.integers(0, 99))
def test_a_split_by_lot_parts_no_group_and_keeps_the_levels_alike(seed):
    table = split_by_lot(many(40), seed).recordings
    assert not parted(table)
    assert table["split"].value_counts().to_dict() == {"train": 64, "val": 8, "test": 8}
    means = table.groupby("split")["level"].mean()
    assert np.ptp(means) < 0.8


def test_a_split_by_lot_is_the_seeds_and_leaves_a_given_one_alone(read):
    manifest = many()
    one, same, other = (split_by_lot(manifest, seed).recordings for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
    given_one = read(LEVELS)
    assert split_by_lot(given_one, 0) is given_one


@given(st.integers(0, 99), st.integers(3, 8))
def test_folds_test_every_group_once_and_never_on_what_they_heard(seed, count):
    manifest = many()
    *tested, last = folds(manifest, count, seed)
    assert len(tested) == count
    heard = [fold.recordings for fold in tested]
    held = [set(table[table["split"] == "test"]["recording"]) for table in heard]
    assert sorted(name for names in held for name in names) == sorted(
        manifest.recordings["recording"]
    )
    assert not any(parted(table) for table in heard)
    assert set(last.recordings["split"]) == {"train", "val"}


def test_pairs_that_the_lot_parts_are_left_out_and_counted(read):
    rows = [f"a{n},a{n + 1},a{n}" for n in range(30)]
    manifest = split_by_lot(read("first,second,winner\n" + "\n".join(rows) + "\n"), 0)
    assert manifest.parted > 0
    assert len(manifest.pairs) + manifest.parted == 30
    side = manifest.recordings.set_index("recording")["split"]
    assert (manifest.pairs["first"].map(side) == manifest.pairs["second"].map(side)).all()


def test_recordings_are_found_with_or_without_their_ending(read, tmp_path):
    for name in ("ann.flac", "bob.mp3", "cyd.wav", "dan.ogg", "dan.wav", "eve.b.opus"):
        (tmp_path / name).touch()
    found = locate(read("recording,level\nann,1\nbob.mp3,0\neve.b,2\n"), tmp_path)
    assert [path.name for path in found.values()] == ["ann.flac", "bob.mp3", "eve.b.opus"]
    with pytest.raises(
        TableError, match=r"'dan' may be dan\.ogg or dan\.wav; write the file's end"
    ):
        locate(read("recording,level\ndan,1\nann,0\n"), tmp_path)
    with pytest.raises(TableError, match=r"2 of 3 recordings are not in .*, the first 'zoe'"):
        locate(read("recording,level\nann,1\nzoe,0\nyan,0\n"), tmp_path)


def test_the_digest_changes_with_what_is_said_and_with_the_sound(read):
    one = read(LEVELS)
    digests = {
        data_digest(one, ["aa", "bb"]),
        data_digest(one, ["aa", "bc"]),
        data_digest(read(LEVELS.replace("ann,2", "ann,1")), ["aa", "bb"]),
        data_digest(read(PAIRS), ["aa", "bb"]),
    }
    assert len(digests) == 4
    assert data_digest(read(LEVELS), ["aa", "bb"]) in digests


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("record,level\nann,1\n", "line 1: no column 'recording'"),
        ("first,second\na,b\n", "line 1: no column 'winner'"),
        ("recording,level\nann,good\n", "line 2: 'level' is 'good', which is not a number"),
        ("recording,level\nann,1\nbob,\n", "line 3: 'level' is ''; give a number"),
        ("recording,level\nann,1\nann,2\n", "line 3: 'recording' is 'ann'; it stands twice"),
        ("recording,level,split\nann,1,trian\n", "line 2: 'split' is 'trian'; write train, val"),
        ("recording,level,split\nann,1,train\nbob,2,\n", "line 3: 'split' is ''; give every row"),
        ("first,second,winner\na,b,c\n", "line 2: 'winner' is 'c'; name one of the two"),
        ("first,second,winner\na,a,a\n", "line 2: 'second' is 'a'; name another file"),
        (
            "recording,level,group,split\na,1,x,train\nb,0,y,val\nc,0,x,test\n",
            "line 4: 'x' is in test, and above in train; keep it on one side",
        ),
        (
            "first,second,winner,split\na,b,a,train\nc,a,a,test\n",
            "line 3: 'a' is in test, and above in train; keep it on one side",
        ),
    ],
)
def test_manifests_that_cannot_be_are_refused_with_the_line(read, text, words):
    with pytest.raises(TableError, match=f"mine.csv, {words}"):
        read(text)


def test_too_little_to_split_is_said(read):
    few = read("recording,level\nann,1\nbob,0\ncyd,1\n")
    with pytest.raises(TableError, match="3 groups are too few to split by lot; give a column"):
        split_by_lot(few, 0)
    with pytest.raises(TableError, match="3 groups for 5 folds; give fewer --folds"):
        folds(few, 5, 0)
    with pytest.raises(TableError, match="no two recordings of unequal level"):
        known_pairs(read("recording,level\nann,1\nbob,1\n"))
