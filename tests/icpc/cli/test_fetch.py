"""``judge fetch``: what it prints, and how it ends."""

import csv
import io
import json

import pytest
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.fetching import collections, cost


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    return write_sound(tmp_path_factory.mktemp("sound") / "a.mp3", piano(3, 16_000), 16_000)


@pytest.fixture
def roster(recordings, sound, tmp_path, monkeypatch):
    """A roster of two recordings, one of which is gone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cost, "estimate_judging_seconds", lambda _path, seconds: seconds * 1200)
    (recordings.folder / "a.mp3").write_bytes(sound.read_bytes())
    rows = [
        ("ana", recordings.file("a.mp3", "a.mp3"), 3),
        ("bela", recordings.status("b.mp3", 404), ""),
    ]
    lines = ["candidate,recording,seconds", *(",".join(map(str, row)) for row in rows), "chen,,"]
    (tmp_path / "roster.csv").write_text("\n".join(lines))
    return ["fetch", "--roster", "roster.csv", "--recordings", "my recordings", "--pause", "0"]


def judge(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def words(text):
    return " ".join(text.split())


def test_it_says_what_became_of_each_and_what_to_do_next(roster):
    result = judge(*roster)
    assert result.exit_code == 0
    assert "2 recordings: 1 fetched, 1 gone" in words(result.stdout)
    printed = words(result.stderr)
    assert "1 candidate has no recording in the roster" in printed
    assert "the terms of the sites" in printed
    assert "bela: gone: the server answers 404" in printed
    assert (
        "Next: judge rank --roster roster.csv --recordings 'my recordings' "
        "--index 'my recordings/index.csv'"
    ) in printed
    assert "which takes about 1 hours on this machine for 0.00 hours of sound" in printed


@pytest.mark.parametrize("form", ["csv", "json"])
def test_data_are_printed_for_programs(roster, form):
    result = judge(*roster, "--format", form)
    found = (
        json.loads(result.stdout)
        if form == "json"
        else [*csv.DictReader(io.StringIO(result.stdout))]
    )
    assert [(row["candidate"], row["state"]) for row in found] == [
        ("ana", "fetched"),
        ("bela", "gone"),
    ]


def test_a_dry_run_writes_and_asks_nothing(roster, recordings, tmp_path):
    result = judge(*roster, "--dry-run")
    assert result.exit_code == 0
    assert "2 recordings to fetch into my recordings, 0 are there: 0.0 hours" in words(
        result.stdout
    )
    assert not (tmp_path / "my recordings").exists() and not recordings.asked


def test_the_dry_run_of_2015_tells_number_hours_and_space(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = words(judge("fetch", "--dry-run").stdout)
    assert "145 recordings to fetch into recordings/icpc2015, 0 are there: 7" in printed
    assert "hours, about 4." in printed and printed.endswith("GB")


def test_what_failed_is_a_failure_and_nothing_at_all_too(roster, recordings, tmp_path):
    text = (tmp_path / "roster.csv").read_text()
    (tmp_path / "roster.csv").write_text(text.replace("a.mp3", "none.mp3"))
    recordings.status("none.mp3", 404)
    assert judge(*roster).exit_code == 1


def test_an_address_is_no_option(roster, recordings, tmp_path):
    (tmp_path / "roster.csv").write_text("candidate,recording\nana,--exec=touch x://y\n")
    result = judge(*roster)
    assert result.exit_code == 1
    assert "ana: refused: only http and https are fetched" in words(result.stderr)


def test_ctrl_c_says_what_is_kept(roster, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("ranking.download.connection.Connector.open", interrupted)
    result = CliRunner().invoke(app, roster)
    assert result.exit_code == 130
    assert "what was fetched is kept, begun files too; the same command goes on" in words(
        result.stderr
    )


@pytest.mark.slow
def test_the_cost_is_measured_on_a_segment(tmp_path):
    path = write_sound(tmp_path / "a.mp3", piano(35))
    one, ten = (cost.estimate_judging_seconds(path, 3600.0 * hours) for hours in (1, 10))
    assert one > 0 and ten > one


def test_a_collection_is_no_competition(roster):
    result = judge(*roster, "--collection", "pld-expertise")
    assert result.exit_code == 2
    assert "--collection and --roster: a collection is no competition" in words(result.stderr)


def test_a_collection_gets_a_manifest(roster, recordings, tmp_path, monkeypatch):
    listed = tmp_path / "list.csv"
    address = recordings.url("a.mp3")
    listed.write_text(
        f"recording,url,level,seconds\n-ana,{address},virtuoso,3\nb_cut1,{address},beginner,3\n"
    )
    monkeypatch.setitem(collections.COLLECTIONS, "pld-expertise", listed)
    result = judge("fetch", "--collection", "pld-expertise", "--recordings", "pld", "--pause", "0")
    assert result.exit_code == 0
    printed = words(result.stderr)
    assert "b_cut1: left out: it is a clip, and the list does not say where" in printed
    assert "Next: judge train expertise --manifest pld/manifest.csv --recordings pld" in printed
    manifest = (tmp_path / "pld" / "manifest.csv").read_text()
    assert manifest.splitlines() == ["recording,level,group,channel,title", "ana.mp3,2,,,"]


def test_a_roster_without_recordings_is_an_error(roster, tmp_path):
    (tmp_path / "roster.csv").write_text("candidate\nana\n")
    result = judge(*roster)
    assert result.exit_code == 2
    assert "roster.csv: it names no recordings; fill in 'recording'" in words(result.stderr)


def test_a_file_is_no_folder_to_keep_recordings_in(roster, tmp_path, recordings):
    (tmp_path / "my recordings").write_text("")
    result = judge(*roster)
    assert result.exit_code == 2
    assert "my recordings: this is a file, no folder; name another folder" in words(result.stderr)
    assert not recordings.asked
