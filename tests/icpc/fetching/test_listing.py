"""Collections are listed with what is left out of them, and found again where they were fetched."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from icpc.cli import app
from icpc.fetching.collections import COLLECTIONS, wanted_of_collection, write_manifest
from icpc.fetching.index import Entry
from icpc.fetching.listing import fetched_manifest, list_collections
from ranking.errors import CompetitionError, TableError
from ranking.tasks.manifest import read_manifest
from ranking.tasks.registry import DIFFICULTY, TECHNIQUE


@pytest.fixture(scope="module")
def listed():
    return list_collections().set_index("name")


def test_both_counts_of_difficulty_are_there(listed):
    own = listed.loc["pld-difficulty"]
    assert (own["rows"], own["recordings"], own["usable"]) == (737, 728, 725)
    assert own["left_out"] == "in two splits 3"
    assert own["labels"] == "1 14, 2 42, 3 54, 4 95, 5 137, 6 161, 7 134, 8 61, 9 39"
    assert own["splits"] == "test 141, train 444, val 152"
    assert pd.isna(own["hours"])


def test_technique_says_what_has_no_address_or_no_bounds(listed):
    own = listed.loc["pld-technique"]
    assert own["left_out"] == (
        "it is a clip, and the list does not say where in its video 43, the list has no address of "
        "it 41"
    )
    assert own["labels"] == (
        "arpeggios 40, double-notes 36, octaves 35, ornaments 31, repeated-notes 36, scales 48, "
        "staccato 41"
    )


def test_expertise_has_hours(listed):
    own = listed.loc["pld-expertise"]
    assert own["labels"] == "advanced 897, beginner 571, virtuoso 562"
    assert (own["left_out"], own["usable"]) == ("", 2030)
    assert own["hours"] > 100


def test_excluded_rows_of_a_list_are_left_out_of_training():
    technique = read_manifest(COLLECTIONS["pld-technique"], TECHNIQUE.task().columns)
    assert len(technique.recordings) == 222
    wanted = wanted_of_collection("pld-difficulty")
    excluded = [one.candidate for one in wanted if one.facts["excluded"]]
    assert len(excluded) == 3


def test_what_was_fetched_is_a_manifest_of_its_collection(tmp_path):
    wanted = wanted_of_collection("pld-difficulty")
    bad = next(one for one in wanted if one.facts["excluded"])
    found = [
        (one, Entry("fetched", tmp_path / f"{one.stem}.webm", channel="A"))
        for one in (wanted[0], bad, wanted[5])
    ]
    write_manifest(found, tmp_path)
    path = fetched_manifest("pld-difficulty", tmp_path)
    manifest = read_manifest(path, DIFFICULTY.task().columns)
    assert manifest.recordings["recording"].tolist() == [
        f"{one.stem}.webm" for one in (wanted[0], wanted[5])
    ]
    assert manifest.recordings["group"].is_unique  # one channel, which the list's split parts
    assert "manifest.csv: 1 of 3 rows excluded: in two splits (1)" in manifest.understood
    with pytest.raises(TableError, match="3 of its 3 recordings are not in pld-technique"):
        fetched_manifest("pld-technique", tmp_path)


def test_a_folder_or_collection_that_there_is_not_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CompetitionError, match="did you mean 'pld-technique'"):
        fetched_manifest("pld-techniques", tmp_path)
    where = ["--recordings", ".", "--out", "mine.safetensors"]
    words = {
        (
            "--collection",
            "pld-difficulty",
        ): "fetch it there: judge fetch --coll",
        (): "there is no manifest; name a file with --manifest, or a",
        (
            "--collection",
            "pld-difficulty",
            "--manifest",
            "m.csv",
        ): "there are two manifests;",
    }
    for options, expected in words.items():
        result = CliRunner().invoke(app, ["train", "difficulty", *where, *options])
        assert result.exit_code == 2
        assert expected in " ".join(result.stderr.split())
        assert not list(Path().iterdir())


def test_they_are_printed():
    printed = CliRunner().invoke(app, ["collections"]).stdout
    assert "pld-difficulty: 737 rows, 728 recordings\n" in printed
    assert "  left out: in two splits 3; 725 can be used" in printed
