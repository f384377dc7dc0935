"""Whatever files are called and hold, nothing outside their folders is opened, and no network."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sounds import piano, write_sound
from watching import opened_files

pytestmark = pytest.mark.slow
WATCHED = """
import sys
from icpc.cli import app

def watch(event, arguments):
    if event == "open" and "outside" in str(arguments[0]) or event.startswith("socket.conn"):
        sys.stderr.write(f"TOUCHED {event} {arguments[0]}\\n")

sys.addaudithook(watch)
app()
"""


@pytest.fixture
def folder(tmp_path):
    """Two recordings, and secrets outside of their folder."""
    outside, folder = tmp_path / "outside", tmp_path / "own"
    outside.mkdir()
    folder.mkdir()
    write_sound(outside / "secret.wav", piano(12, 8_000), 8_000)
    (outside / "secret.csv").write_text("candidate,secret\n")
    for number, name in enumerate(("ana", "bela")):
        write_sound(folder / f"{name}.wav", piano(12, 8_000, number), 8_000)
    (folder / "link.wav").symlink_to(outside / "secret.wav")
    return folder


def judge(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder.parent,
        timeout=120,
    )


@pytest.mark.parametrize(
    "recording",
    ["../outside/secret.wav", "link.wav", "{outside}/secret.wav", "http:/127.0.0.1:{port}/x.wav"],
)
def test_a_roster_names_nothing_elsewhere(folder, recording):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port, outside = server.getsockname()[1], folder.parent / "outside"
        named = recording.format(port=port, outside=outside)
        Path(folder / "roster.csv").write_text(f"candidate,recording\nana,{named}\nbela,bela.wav\n")
        with opened_files(outside) as opened:
            done = judge(folder, "embed", "--roster", "own/roster.csv", "--encoder", "spectrogram")
        assert not opened
        with pytest.raises(BlockingIOError):  # nobody has connected
            server.accept()
    assert done.returncode == 2
    assert "TOUCHED" not in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_asked_for_is_opened_and_that_is_seen(folder):
    assert "TOUCHED open" in judge(folder, "rank", "--roster", "outside/secret.csv").stderr


@pytest.mark.parametrize("key", ["comparisons", "panel"])
def test_settings_name_nothing_elsewhere(folder, key):
    (folder / "roster.csv").write_text("candidate\nana\nbela\n")
    (folder / "competition.toml").write_text(f'{key} = "{folder.parent}/outside/secret.csv"')
    done = judge(folder, "rank", "--roster", "own/roster.csv")
    assert done.returncode == 2
    assert "secret.csv', which is not in this folder" in done.stderr
    assert "TOUCHED" not in done.stderr
