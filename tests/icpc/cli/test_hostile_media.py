"""A folder of good recordings and of files that are meant to do harm, embedded by one command."""

import csv
import io
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from media import RATE, cut, wav_with_length, write_kind
from sounds import piano, write_sound
from watching import opened_files

pytestmark = pytest.mark.slow
LONG = "x" * 246  # with its ending, 250 bytes
NO_UNICODE = os.fsdecode(b"Dvo\xf8\xe1k")
GOOD = (
    *("ana", "bela", "7.1", "eight", "sixteen", LONG, NO_UNICODE, "-i", "%03d", "a;b=c"),
    *("http:", "10:30", "concat:ana.wav|bela", "subfile:,,start,0,end,9,,:ana", "pipe:0"),
    *("data:audio,x", "async:file:ana", "crypto:ana", "file:ana", "x.m3u8"),
)
"""Recordings that are right, whatever they are called and however many channels they have."""
BAD = {
    "concat.mp3": "it names other files, or describes them",
    "hls.flac": "it names other files, or describes them",
    "sdp.wav": "it names other files, or describes them",
    "pipe.wav": "it is a pipe or a device, no file",
    "cut.opus": "it is cut off: its last page does not end the stream",
    "loud.wav": "1e+38, where full scale is 1",
    "nan.wav": "is no number",
    "1 Hz.wav": "its sample rate is 1 Hz",
    "constant.wav": "it is silent throughout",
    "empty.wav": "the file is empty",
    "text.ogg": "it is no sound file that can be read (its kind is not known)",
    "rate.wav": "its sample rate is",
    "channels.wav": "it is damaged after 0 s|no sound file that can be read|codec is not known",
    "box.m4a": "its index (moov) is missing",
    "chunk.caf": "no sound file that can be read",
    "page.opus": "no sound file that can be read|no sound in this file|codec is not known",
    "ebml.webm": "no sound file that can be read",
    "short.wav": "0.5 s of sound",
}
"""Files that are not, and why."""


def many_channels(path: Path, layout: str, count: int) -> None:
    sounds = np.stack([piano(12, RATE, seed) for seed in range(count)])
    if path.suffix == ".flac":
        write_sound(path, sounds, RATE, layout=layout)
    else:
        soundfile.write(path, sounds.T, RATE, subtype="FLOAT")


def write_good(folder: Path) -> None:
    for number, name in enumerate(GOOD):
        if name not in ("7.1", "eight", "sixteen"):
            soundfile.write(folder / "made.wav", piano(12, RATE, number), RATE)
            (folder / "made.wav").rename(folder / f"{name}.wav")
    many_channels(folder / "7.1.flac", "7.1", 8)
    many_channels(folder / "eight.wav", "", 8)
    many_channels(folder / "sixteen.wav", "", 16)


def write_bad(folder: Path, outside: Path, port: int) -> None:
    sound = piano(12, RATE)
    texts = {
        "concat.mp3": f"ffconcat version 1.0\nfile '{outside}/secret.wav'\nfile 'ana.wav'\n",
        "hls.flac": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n"
        f"{outside}/secret.wav\n#EXTINF:9,\nhttp://127.0.0.1:{port}/x.ts\n#EXT-X-ENDLIST\n",
        "sdp.wav": f"v=0\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
        "empty.wav": "",
        "text.ogg": "Dear diary, today I practised.\n" * 50,
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    os.mkfifo(folder / "pipe.wav")
    cut(write_kind(folder / "a.opus", sound)).rename(folder / "cut.opus")
    for name, value in (("loud.wav", 1e38), ("nan.wav", np.nan)):
        soundfile.write(folder / name, np.append(sound, value), RATE, subtype="FLOAT")
    soundfile.write(folder / "constant.wav", np.full(12 * RATE, 0.25), RATE)
    soundfile.write(folder / "short.wav", piano(0.5, RATE), RATE)
    (folder / "1 Hz.wav").write_bytes(wav_with_length(sound, 2 * len(sound), 1))
    absurd = bytearray(wav_with_length(sound, 2 * len(sound)))
    (folder / "rate.wav").write_bytes(absurd[:24] + struct.pack("<I", 2**31 - 1) + absurd[28:])
    (folder / "channels.wav").write_bytes(absurd[:22] + b"\xff\xff" + absurd[24:])
    (folder / "box.m4a").write_bytes(b"\0\0\0\1ftyp\x7f" + b"\xff" * 7 + bytes(99))
    (folder / "chunk.caf").write_bytes(b"caff\0\1\0\0desc\x7f" + b"\xff" * 7 + bytes(99))
    (folder / "page.opus").write_bytes(b"OggS\0\2" + b"\xff" * 21 + b"OpusHead" + b"\xff" * 255)
    (folder / "ebml.webm").write_bytes(b"\x1aE\xdf\xa3\x01" + b"\xff" * 7 + bytes(99))


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    write_sound(folder / "secret.wav", piano(12, 8_000), 8_000)
    return folder


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def folder(tmp_path, outside, server):
    """Good and hostile files, and links out of the folder."""
    own = tmp_path / "own"
    place = own / "http:" / f"127.0.0.1:{server.getsockname()[1]}"
    place.mkdir(parents=True)
    write_sound(place / "deep.wav", piano(12, 8_000, 99), 8_000)
    write_good(own)
    write_bad(own, outside, server.getsockname()[1])
    (own / "link.wav").symlink_to(outside / "secret.wav")
    (own / "folder").symlink_to(outside)
    (own / "loop.wav").symlink_to("loop.wav")
    return own


def embed(folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", "from icpc.cli import app; app()"]
    given = ["embed", "--recordings", folder.name, "--encoder", "spectrogram", "--format", "csv"]
    return subprocess.run(
        [*command, *given, "--store", "store", *more],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        cwd=folder.parent,
        timeout=300,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_good_files_are_embedded_and_the_others_named(folder, outside, server, workers):
    with opened_files(outside) as opened:
        done = embed(folder, "--skip-bad", "--workers", workers)
    assert done.returncode == 0, done.stderr
    assert not opened
    with pytest.raises(BlockingIOError):  # nobody has connected
        server.accept()
    assert "Traceback" not in done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    embedded = [row for row in rows if row["status"] == "embedded"]
    assert len(embedded) == len(GOOD) + 1
    stems = {Path(row["path"]).stem for row in embedded}
    assert {*GOOD, "deep"} - {NO_UNICODE} <= stems
    arrays = {path.stem for path in (folder.parent / "store").glob("*/*.npy")}
    assert arrays == {row["recording"] for row in embedded}
    invalid = {row["path"].removeprefix("own/") for row in rows if row["status"] == "invalid"}
    assert invalid == BAD.keys()
    for name, why in BAD.items():
        (line,) = [one for one in done.stderr.splitlines() if f"left out: own/{name}:" in one]
        assert any(one in line for one in why.split("|")), line
    assert "passed over 2 links that lead out of the folder: link.wav, loop.wav" in done.stderr


def test_without_the_option_the_first_bad_file_ends_the_command(folder, outside):
    with opened_files(outside) as opened:
        done = embed(folder, "--workers", "1")
    assert done.returncode == 2
    assert not opened
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("judge: own/")
    assert not [*(folder.parent / "store").glob("*/.*")]


def test_links_are_followed_where_that_is_asked_for_and_that_is_seen(folder, outside):
    with opened_files(outside) as opened:
        done = embed(folder, "--skip-bad", "--workers", "1", "--allow-outside")
    assert done.returncode == 0
    assert "secret.wav" in opened
