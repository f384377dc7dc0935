"""Whatever files are called and hold, nothing outside their folders is opened, and no network."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sounds import piano, write_sound

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
    """A roster, two recordings that are right, and hostile ones of every kind; secrets outside."""
    outside, folder = tmp_path / "outside", tmp_path / "own"
    outside.mkdir()
    folder.mkdir()
    write_sound(outside / "secret.wav", piano(12, 8_000), 8_000)
    (outside / "secret.csv").write_text("candidate,secret\n")
    for number, name in enumerate(("ana", "bela")):
        write_sound(folder / f"{name}.wav", piano(12, 8_000, number), 8_000)
    (folder / "concat.mp3").write_text(f"ffconcat version 1.0\nfile '{outside}/secret.wav'\n")
    (folder / "list.flac").write_text(f"#EXTM3U\n#EXTINF:9,\n{outside}/secret.wav\n")
    (folder / "link.wav").symlink_to(outside / "secret.wav")
    (folder / "text.ogg").write_text("no sound")
    (folder / "10:30.wav").write_bytes(b"RIFF")
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


def test_hostile_recordings_are_named_and_the_others_embedded(folder):
    done = judge(
        *(folder, "embed", "--recordings", "own", "--encoder", "spectrogram", "--skip-bad"),
        *("--min-seconds", "10", "--format", "csv", "--store", "store"),
    )
    assert "TOUCHED" not in done.stderr
    assert "Traceback" not in done.stderr
    rows = dict.fromkeys(line.split(",")[0] for line in done.stdout.splitlines()[1:])
    assert {"ana", "bela"} <= rows.keys()
    assert len(list((folder.parent / "store").glob("*/*.npy"))) == 2
    for bad in ("concat", "list", "text", "10:30"):
        assert bad in done.stdout + done.stderr
    assert "1 link that leads out of the folder: link.wav" in done.stderr


@pytest.mark.parametrize(
    "recording", ["../outside/secret.wav", "{outside}/secret.wav", "http:/127.0.0.1:{port}/x.wav"]
)
def test_a_roster_names_nothing_elsewhere(folder, recording):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port, outside = server.getsockname()[1], folder.parent / "outside"
        named = recording.format(port=port, outside=outside)
        Path(folder / "roster.csv").write_text(f"candidate,recording\nana,{named}\nbela,bela.wav\n")
        done = judge(folder, "embed", "--roster", "own/roster.csv", "--encoder", "spectrogram")
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
