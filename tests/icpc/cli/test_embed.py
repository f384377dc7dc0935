"""``judge embed`` as a user calls it."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from product import offer_product
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.renamed import RENAMED_OPTIONS

ROSTER = "candidate,recording\nann,ann.flac\nbob,bob.mp3\ncyd,\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    write_sound(Path("ann.flac"), piano(12, 16_000, 1), 16_000)
    write_sound(Path("bob.mp3"), piano(21, 16_000, 2), 16_000)
    Path("mine.csv").write_text(ROSTER)
    return tmp_path


def judge(*arguments):
    return CliRunner().invoke(app, ["embed", *map(str, arguments)], catch_exceptions=False)


def test_a_rosters_recordings_are_embedded_once(here):
    first = judge("--roster", "mine.csv", "--min-seconds", 1, "--workers", 1)
    assert first.exit_code == 0
    assert "2 recordings: 2 embedded, 0 cached, 0 invalid; in embeddings" in first.stdout
    again = judge("--roster", "mine.csv", "--min-seconds", 1, "--workers", 1)
    assert "0 embedded, 2 cached" in again.stdout
    shapes = sorted(np.load(path).shape for path in Path("embeddings").glob("*/*.npy"))
    assert shapes == [(2, 1500, 128), (3, 1500, 128)]


def test_a_folder_of_recordings_needs_no_roster(here):
    result = judge("--recordings", ".", "--store", "s", "--workers", 1, "--format", "json")
    assert [row["candidate"] for row in json.loads(result.stdout)] == ["ann", "bob"]
    assert {row["status"] for row in json.loads(result.stdout)} == {"embedded"}


def test_a_column_says_where_each_array_is(here):
    Path("cyd.flac").write_text("none")
    asked = ("--recordings", ".", "--workers", 1, "--skip-bad", "--format", "json")
    ann, bob, *_ = json.loads(judge(*asked).stdout)
    assert (np.load(ann["embedding"]).shape, np.load(bob["embedding"]).shape) == (
        (2, 1500, 128),
        (3, 1500, 128),
    )
    both = json.loads(judge(*asked, "--encoder", "controls", "--encoder", "spectrogram").stdout)
    assert both[0]["embedding_spectrogram"] == ann["embedding"]
    values = np.load(both[0]["embedding_controls"])
    assert values[:, 0, :16:8].tolist() == [[12, 2], [12, 2]]  # seconds, segments


def test_a_competition_needs_whole_windows(here):
    result = judge("--roster", "mine.csv", "--workers", 1)
    assert result.exit_code == 2
    assert "ann.flac: 12 s of sound; a window needs 300 s: is this the whole recital? " in (
        result.stderr
    )
    assert "--min-seconds SECONDS allows shorter ones" in result.stderr


def test_pieces_of_a_programme_may_be_short(here):
    Path("ann.flac").rename("ann 1.flac")
    Path("bob.mp3").rename("ann 2.mp3")
    Path("mine.csv").write_text("candidate\nann\n")
    result = judge("--roster", "mine.csv", "--workers", 1)
    assert "2 recordings: 2 embedded, 0 cached, 0 invalid" in result.stdout
    assert result.stderr.split("\n")[:3] == [
        "candidate  file        matched by",
        "ann        ann 1.flac  name and number",
        "           ann 2.mp3   name and number",
    ]
    Path("index.csv").write_text("candidate,recording\nann,ann 1.flac\n")
    one = judge("--roster", "mine.csv", "--index", "index.csv", "--workers", 1, "--store", "s")
    assert "ann 1.flac: 12 s of sound; a window needs 300 s" in one.stderr
    alone = judge("--recordings", ".", "--index", "index.csv")
    assert "--index: there is no roster to compare it with; give a roster too" in alone.stderr


def test_bad_recordings_stop_the_run_or_are_left_out_by_name(here):
    Path("bob.mp3").write_text("Dear diary")
    stopped = judge("--recordings", ".", "--workers", 1)
    assert stopped.exit_code == 2
    assert "bob.mp3: it is no sound file that can be read" in stopped.stderr
    went_on = judge("--recordings", ".", "--workers", 1, "--skip-bad")
    assert went_on.exit_code == 0
    assert "0 embedded, 1 cached, 1 invalid" in went_on.stdout
    assert "left out: bob.mp3: it is no sound file" in went_on.stderr


def test_a_recording_that_was_cut_off_is_taken_where_that_is_allowed(here):
    raw = Path("bob.mp3").read_bytes()
    Path("bob.mp3").write_bytes(raw[: len(raw) // 2])
    called = ["--recordings", ".", "--workers", 1]
    refused = judge(*called)
    assert refused.exit_code == 2
    assert "it is cut off: 10.5 s of sound, where it declares 21.1 s; get the file again, or " in (
        refused.stderr
    )
    assert "take what there is of it with --allow-cut" in refused.stderr
    allowed = judge(*called, "--allow-cut")
    assert "1 embedded, 1 cached, 0 invalid" in allowed.stdout
    assert "bob.mp3 was cut off: 10.5 s of sound" in allowed.stderr
    assert judge(*called).exit_code == 2  # in the store though it is
    assert "1 cached, 1 invalid" in judge(*called, "--skip-bad").stdout


def test_the_same_recording_twice_is_noticed(here):
    shutil.copy("ann.flac", "eve.flac")
    assert "the same recording: ann, eve" in judge("--recordings", ".", "--workers", 1).stderr


def test_verify_finds_a_flipped_byte_and_the_next_run_mends_it(here):
    judge("--recordings", ".", "--workers", 1)
    assert "are undamaged" in judge("--verify").stdout
    array = sorted(Path("embeddings").glob("*/*.npy"))[0]
    whole = array.read_bytes()
    array.write_bytes(whole[:999] + bytes([whole[999] ^ 4]) + whole[1000:])
    found = judge("--verify")
    assert found.exit_code == 1
    assert array.name in found.stdout.replace("\n", "")
    assert "1 embedded, 1 cached" in judge("--recordings", ".", "--workers", 1).stdout
    assert array.read_bytes() == whole


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give --competition NAME, --roster FILE or --recordings DIR"),
        (["--recordings", "none"], "there is no such folder"),
        (["--recordings", "empty"], "no sound files in it"),
        (["--recordings", ".", "--encoder", "mertt"], "did you mean 'mert'?"),
        (["--recordings", ".", "--encoder", "mert"], "judge weights fetch mert"),
        (["--roster", "gone.csv"], "1 of 1 recordings were not found, the first"),
        (["--roster", "bare.csv"], "no recordings are named in it"),
    ],
)
def test_wrong_usage_gets_a_sentence(here, arguments, words):
    Path("empty").mkdir()
    Path("gone.csv").write_text("candidate,recording\nann,gone.flac\n")
    Path("bare.csv").write_text("candidate\nzoe\n")
    result = judge(*arguments, "--weights-dir", "w")
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not Path("embeddings").exists()


def test_weights_of_ones_own_go_with_one_encoder(here):
    two = ["--encoder", "dac", "--encoder", "mert", "--weights", "ann.flac"]
    assert "use it with one --encoder" in judge("--recordings", ".", *two).stderr
    one = judge("--recordings", ".", "--encoder", "jukebox", "--weights", "ann.flac")
    assert one.exit_code == 2
    assert "ann.flac: it is no weights file" in one.stderr


def test_the_precision_is_in_the_key_and_refused_where_it_would_not_do(here, monkeypatch):
    offer_product(monkeypatch, here / "site")
    for precision in ("bfloat16", "float32", "BFloat16"):
        given = ["--encoder", "product", "--precision", precision, "--workers", 1]
        assert judge("--recordings", ".", *given).exit_code == 0
    keys = [json.loads(path.read_text()) for path in Path("embeddings").glob("*/cache-key.json")]
    assert sorted(key["precision"] for key in keys) == ["bfloat16", "float32"]
    refused = judge("--recordings", ".", "--precision", "bfloat16")
    assert refused.exit_code == 2
    assert "--precision bfloat16: spectrogram needs float32; choose float32, or another" in (
        " ".join(refused.stderr.split())
    )
    wrong = judge("--recordings", ".", "--precision", "half")
    assert "--precision half: no such precision; choose float32 or bfloat16" in wrong.stderr


def test_names_of_version_0_1_0_are_read_with_a_remark(here):
    old = {new: name for name, new in RENAMED_OPTIONS.items()}["--batch-size"]
    given = ["--min-seconds", 1, old, 4, "--front-end", "left=yes"]
    result = judge("--roster", "mine.csv", "--workers", 1, *given)
    assert "2 embedded" in result.stdout
    remarks = " ".join(result.stderr.split())
    assert f"{old} is now --batch-size" in remarks
    assert "front end: 'left' is now 'left_channel'" in remarks
    new = ["--min-seconds", 1, "--batch-size", 4, "--front-end", "left_channel=yes"]
    again = judge("--roster", "mine.csv", "--workers", 1, *new)
    assert "2 cached" in again.stdout
    assert "is now" not in again.stderr


def test_help_shows_encoders_and_few_options_in_a_panel(here, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    panels = re.split(r"╭─ (.*?) ─+╮", judge("--help").stdout)
    assert "spectrogram|dac|audiomae" in "".join(panels)
    assert {"Competition", "Encoders", "Recordings", "Computing"} <= set(panels)
    assert all(len(re.findall(r"^│ +--", panel, re.M)) <= 12 for panel in panels)


@pytest.mark.slow
def test_a_dry_run_reckons_and_stores_nothing(here):
    named = ["--dry-run", "--encoder", "spectrogram", "--device", "cpu"]
    result = judge(*named, "--recordings", ".", "--workers", 1, "--format", "json")
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(result.stdout)
    segments = 2 + 3  # of 12 s and of 21 s
    assert row["disk_bytes"] == segments * 1500 * 128 * 2
    assert row["hours"] == pytest.approx(2 * 2.5 * row["segment_seconds"] / 3600)
    assert row["basis"] == "measured here"
    table = judge(*named, "--number", 40, "--minutes", 5, "--machines", 4, "--workers", 2)
    assert "40 recordings, 1,200 segments, 8 workers" in table.stdout
    assert "extrapolated: hours" in table.stderr
    assert {path.name for path in here.iterdir()} == {"ann.flac", "bob.mp3", "mine.csv"}


def test_a_dry_run_refuses_an_encoder_that_there_is_not(here):
    result = judge("--dry-run", "--number", 5, "--encoder", "spectogram")
    assert result.exit_code == 2
    assert "did you mean" in result.stderr


def test_a_dry_run_names_an_encoder_whose_weights_are_not_here(here):
    words = ["--dry-run", "--number", 2000, "--machines", 8, "--workers", 1, "--encoder", "dac"]
    result = judge(*words, "--weights-dir", here, "--device", "cpu")
    assert result.exit_code == 0, result.stderr
    row = next(line for line in result.stdout.splitlines() if line.startswith("dac"))
    assert " ".join(row.split()) == "dac – – 5.6 GB – not measured: its weights are not here"
