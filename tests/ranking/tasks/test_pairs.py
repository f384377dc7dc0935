"""The paper's pairs: recordings of two levels matched one to one, within split and event."""

import numpy as np
import pandas as pd
import pytest

from icpc.competition.bundled import bundled_collections
from ranking.errors import TableError
from ranking.tasks.manifest import Manifest
from ranking.tasks.pair_examples import pair_examples_in_both_orders
from ranking.tasks.pairs import match_levels
from ranking.tasks.registry import EXPERTISE

LEVELS = {"beginner": 0.0, "advanced": 1.0, "virtuoso": 2.0}


def manifest_of(levels, splits, events="") -> Manifest:
    names = [f"r{number:04}" for number in range(len(levels))]
    table = pd.DataFrame({"recording": names, "level": levels, "split": splits, "group": names})
    return Manifest("mine.csv", table.assign(event=events), stratify_by="level")


def test_the_published_split_has_449_of_a_level_and_2694_pairs():
    """Of the 562 of a level that are under 400 s, eight tenths are in train."""
    published = pd.read_csv(bundled_collections()["pld-expertise"])
    short = published[published["seconds"] < 400]
    assert short["level"].value_counts().to_dict() == {
        "beginner": 562,
        "advanced": 577,
        "virtuoso": 562,
    }
    place = short.groupby("level").cumcount()
    manifest = manifest_of(
        short["level"].map(LEVELS).to_numpy(), np.where(place < int(0.8 * 562), "train", "test")
    )
    split = manifest.recordings.set_index("recording")["split"]
    pairs = match_levels(manifest, 0)
    train = pairs[pairs["first"].map(split) == "train"]
    assert train["gap"].value_counts().to_dict() == {1: 2 * 449, 2: 449}
    names = manifest.recordings["recording"]
    windows = pd.DataFrame({"candidate": names, "window": 0, "row": names.index})
    examples = pair_examples_in_both_orders(train, windows.assign(start=0.0, stop=300.0), 4)
    assert len(examples) == 2694
    assert np.bincount(examples.targets).tolist() == [449, 898, 898, 449]


def test_each_recording_is_matched_with_one_of_every_other_level():
    manifest = manifest_of(np.repeat([0.0, 1, 2], [5, 9, 7]), "train")
    pairs = match_levels(manifest, 3)
    level = manifest.recordings.set_index("recording")["level"]
    kinds = zip(pairs["first"].map(level), pairs["second"].map(level), strict=True)
    assert pd.Series(kinds).value_counts().to_dict() == {(1, 0): 5, (2, 0): 5, (2, 1): 5}
    for kind, own in pairs.groupby([pairs["first"].map(level), pairs["second"].map(level)]):
        assert own["first"].is_unique, kind
        assert own["second"].is_unique, kind
    assert not pairs.equals(match_levels(manifest, 4))


def test_pairs_stay_within_split_and_event():
    manifest = manifest_of([0.0, 1, 0, 1, 0, 1], ["train"] * 4 + ["val"] * 2, list("xxyyyy"))
    table = manifest.recordings.set_index("recording")
    pairs = match_levels(manifest, 0)
    assert len(pairs) == 3
    for column in ("split", "event"):
        assert (pairs["first"].map(table[column]) == pairs["second"].map(table[column])).all()


def test_what_cannot_be_matched_is_refused():
    with pytest.raises(TableError, match="no two recordings of unequal level; give several levels"):
        match_levels(manifest_of([1.0, 1.0], "train"), 0)
    pairs = pd.DataFrame({"first": ["a"], "second": ["b"], "winner": ["a"]})
    with pytest.raises(TableError, match="it has pairs, which cannot be matched by level"):
        match_levels(Manifest("mine.csv", pd.DataFrame(), pairs), 0)


def test_the_option_takes_them():
    manifest = manifest_of(np.repeat([0.0, 1, 2], 4), "train")
    names = manifest.recordings["recording"]
    windows = pd.DataFrame({"candidate": names, "window": 0, "row": names.index})
    windows = windows.assign(start=0.0, stop=300.0)
    every, matched = (
        EXPERTISE.task(2, sampling=how, pairs_drawn="once").make_examples(
            manifest, windows, 2000, 0
        )["train"]
        for how in ("all", "matched")
    )
    assert (len(every), len(matched)) == (2 * 3 * 16, 2 * 3 * 4)
