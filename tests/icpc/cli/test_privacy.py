"""No file that is written names a home folder, a user or a host."""

import socket
from pathlib import Path

import pytest
from cup import COMPARISONS, ROSTER, ROUNDS, judge
from sounds import piano, write_sound

from icpc.competition.competitions import read_competition
from icpc.fetching.collections import wanted_of_collection, write_manifest
from icpc.fetching.fetch import FetchSettings, fetch_recordings
from icpc.fetching.wanted import wanted_of_competition
from ranking.download.waits import Waits

PRIVATE = ("zanzibar-home", "zanzibar-user")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, in which a user works who is known to the system."""
    folder = tmp_path / PRIVATE[0]
    (folder / "work").mkdir(parents=True)
    for name, value in (("HOME", folder), ("USER", PRIVATE[1]), ("LOGNAME", PRIVATE[1])):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(socket, "gethostname", lambda: "zanzibar-host")
    monkeypatch.chdir(folder / "work")
    return folder


def naming(folder: Path) -> list[str]:
    """Files below a folder that name what is private, or where the folder is."""
    words = [*PRIVATE, "zanzibar", str(folder.parent)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [
        str(path.relative_to(folder))
        for path in files
        if any(word.encode() in path.read_bytes() for word in words)
    ]


@pytest.mark.slow
def test_a_run_and_its_report_do_not(home):
    data = home / "data"
    data.mkdir()
    (data / "mine.csv").write_text(ROSTER)
    (data / "my.csv").write_text(COMPARISONS)
    files = ("--roster", data / "mine.csv", "--comparisons", data / "my.csv", *ROUNDS)
    for command in (
        ("rank", *files, "--out", home / "run"),
        ("check", "--run", home / "run"),
        ("report", *files, "--out", home / "page"),
    ):
        assert judge(*command).exit_code == 0
    assert naming(home) == []
    page = (home / "page" / "report.html").read_text()
    assert "judge report --roster mine.csv" in page  # where the files are, it makes the page again


def test_the_index_of_what_was_fetched_does_not(home, recordings):
    """Whatever became of each: fetched, cut, gone, no sound, broken off, or not there."""
    write_sound(recordings.folder / "a.mp3", piano(3, 16_000), 16_000)
    rows = {
        "ana": recordings.file("a.mp3", "a.mp3"),
        "bela": recordings.status("b.mp3", 404),
        "chen": recordings.file("c.mp3", "a.bin"),
        "dov": recordings.file("d.mp3", "a.mp3", stop=lambda length: length // 2),
        "ewa": "live.wav",
        "flo": "/etc/passwd",
    }
    lines = ["candidate,recording,seconds", *(f"{name},{one}," for name, one in rows.items())]
    (home / "roster.csv").write_text("\n".join(lines))
    folder = home / "music" / "fetched"
    settings = FetchSettings(folder, pause=0, waits=Waits(0, sleep=lambda _: None))
    fetch_recordings(wanted_of_competition(read_competition(home / "roster.csv")), settings)
    (home / "mine.csv").write_text(
        f"recording,url,start,end,level\nx,{rows['ana']},1,2,1\ny,{rows['ana']},8,9,1\n"
    )
    found = fetch_recordings(wanted_of_collection(str(home / "mine.csv")), settings)
    write_manifest(found, folder)
    assert {path.suffix for path in folder.glob(".fetching/*")} >= {".part", ".json"}
    assert naming(home) == []


@pytest.mark.slow
def test_recordings_embeddings_votes_and_rankers_do_not(home):
    music = home / "music"
    recordings = music / "demo" / "recordings"
    store = ("--store", music / "store")
    by_ear = ("rank", "--roster", recordings / "roster.csv", "--recordings", recordings, *store)
    by_ear = (*by_ear, "--min-seconds", "20")
    for command in (
        ("demo", "--seconds", "20", "--out", music / "demo"),
        (*by_ear, "--out", music / "plain"),
        (*by_ear, "--out", music / "half", "--fit-half", "--epochs", "1"),
        (*by_ear, "--out", music / "folds", "--folds", "3", "--epochs", "1", "--permutations", "1"),
        (
            *("train", "expertise", "--manifest", recordings / "manifest.csv", "--folds", "3"),
            *("--recordings", recordings, "--out", music / "own.safetensors", "--epochs", "1"),
            *store,
        ),
        ("hitrate", "--run", music / "plain", "--plot"),
        ("report", "--run", music / "plain", "--plot"),
    ):
        assert judge(*command).exit_code == 0
    assert {"store", "demo", "own.json"} <= {path.name for path in music.iterdir()}
    assert naming(home) == []
