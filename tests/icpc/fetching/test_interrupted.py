"""Calls that are killed at any byte, and two at a time, in processes of their own."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sounds import piano, write_sound

KILLS = 20
CODE = """
import sys
from pathlib import Path
from icpc.competition.competitions import read_competition
from icpc.fetching.fetch import FetchSettings, fetch_recordings
from icpc.fetching.wanted import wanted_of_competition
roster, folder = map(Path, sys.argv[1:])
wanted = wanted_of_competition(read_competition(roster))
found = fetch_recordings(wanted, FetchSettings(folder, pause=0))
print(*(entry.state for _, entry in found), sep=",")
"""


@pytest.fixture
def roster(recordings, tmp_path):
    """A roster of eight recordings of half a megabyte."""
    lines = ["candidate,recording,seconds"]
    for number in range(8):
        name = f"{number}.wav"
        write_sound(recordings.folder / name, piano(16, 16_000, seed=number), 16_000)
        lines.append(f"c{number},{recordings.file(name, name)},16")
    (tmp_path / "roster.csv").write_text("\n".join(lines))
    return tmp_path / "roster.csv"


def start(roster, folder):
    command = [sys.executable, "-c", CODE, str(roster), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def all_there(recordings, folder):
    """Whether all files are, byte by byte, those of the server, and in the index."""
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["candidate"]: row for row in csv.DictReader(file)}
    return all(
        rows[f"c{number}"]["recording"] == f"c{number}.wav"
        and (folder / f"c{number}.wav").read_bytes()
        == (recordings.folder / f"{number}.wav").read_bytes()
        for number in range(8)
    )


@pytest.mark.slow
def test_kills_at_any_byte_lose_nothing(roster, recordings, tmp_path, monkeypatch):
    """The server kills the process that asks when it has sent so many bytes."""
    folder = tmp_path / "fetched"
    total = sum(path.stat().st_size for path in recordings.folder.glob("*.wav"))
    offsets = sorted(np.random.default_rng(5).choice(total, KILLS, replace=False).tolist())
    victim: list[subprocess.Popen[str]] = []
    pieces = type(recordings)._pieces

    def killing(self, body, stall):
        for piece in pieces(self, body, stall):
            if offsets and self.sent >= offsets[0]:
                offsets.pop(0)
                victim[-1].send_signal(signal.SIGKILL)
                victim[-1].wait()
            yield piece

    monkeypatch.setattr(type(recordings), "_pieces", killing)
    kept, killed = 0, 0
    while not victim or victim[-1].returncode != 0:
        victim.append(start(roster, folder))
        printed, errors = victim[-1].communicate(timeout=120)
        killed += victim[-1].returncode == -signal.SIGKILL
        assert victim[-1].returncode in (0, -signal.SIGKILL), errors
        files = [*folder.glob("*.wav"), *folder.glob(".fetching/*.part")]
        size = sum(path.stat().st_size for path in files)
        assert size >= kept
        kept = size
        assert killed <= KILLS
    assert killed >= KILLS // 2  # two offsets may lie in one call
    assert all_there(recordings, folder)
    assert not list(folder.glob(".fetching/*.part"))
    started_anew = [path for path, wanted in recordings.asked if not wanted]
    assert len(started_anew) - len(set(started_anew)) <= killed
    wanted_after = dict(recordings.asked)
    printed = start(roster, folder).communicate(timeout=120)[0]
    assert printed.strip() == ",".join(["present"] * 8)
    assert dict(recordings.asked) == wanted_after


@pytest.mark.slow
def test_two_processes_share_a_folder(roster, recordings, tmp_path):
    folder = tmp_path / "fetched"
    both = [start(roster, folder) for _ in range(2)]
    printed = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0], printed
    assert {state for line, _ in printed for state in line.strip().split(",")} <= {
        "fetched",
        "present",
    }
    assert all_there(recordings, folder)
    assert sorted(path for path, _ in recordings.asked) == [f"{n}.wav" for n in range(8)]
