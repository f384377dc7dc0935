"""Files are opened by their content; what is no sound is refused by what it seems to be."""

import os
from pathlib import Path

import av
import numpy as np
import pytest
import soxr
from media import KINDS, RATE, SOUND, wav_with_length, write_kind
from scipy.signal import fftconvolve

from ranking.audio.containers import is_sound_file
from ranking.audio.decoding import open_mono_sound
from ranking.errors import AudioError


def decode(path: Path) -> np.ndarray:
    with open_mono_sound(path) as sound:
        whole = np.concatenate(list(sound.blocks()))
        return whole if sound.sample_rate == RATE else soxr.resample(whole, sound.sample_rate, RATE)


def correlation(samples: np.ndarray, played: np.ndarray) -> float:
    """Of a file with what was played, whatever the delay of its codec."""
    middle = played[RATE : 3 * RATE]
    found = fftconvolve(samples, middle[::-1], mode="valid")
    return float(found.max() / np.dot(middle, middle))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_found_by_its_content_and_read_whole(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND).rename(tmp_path / "recording")
    assert is_sound_file(path)
    samples = decode(path)
    assert 4 - 0.06 <= len(samples) / RATE <= 4.11
    assert correlation(samples, SOUND) == pytest.approx(1, abs=0.1)


NAMES = (
    "10:30.flac",
    "http:",
    "concat:a|b.flac",
    "-i.flac",
    "%03d.flac",
    "pipe:0",
    "file:x",
    "é.m3u8",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_taken_for_an_address(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_kind(tmp_path / "a.flac", SOUND).rename(name)
    assert len(decode(Path(name))) == len(SOUND)


@pytest.mark.parametrize("place", ["http:/host", "subfile:,,start", "data:audio"])
def test_nor_is_a_folder(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    Path(place).mkdir(parents=True)
    write_kind(tmp_path / "a.flac", SOUND).rename(Path(place) / "a.flac")
    assert len(decode(Path(place) / "a.flac")) == len(SOUND)


def test_a_name_that_is_no_unicode_is_opened(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Dvo\xf8\xe1k.flac"))
    write_kind(tmp_path / "a.flac", SOUND).rename(path)
    assert len(decode(path)) == len(SOUND)


PLAYLISTS = {
    "x.mp3": "ffconcat version 1.0\nfile a.flac\n",
    "x.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.flac\n#EXT-X-ENDLIST\n",
    "x.pls": "[playlist]\nFile1=a.flac\n",
    "x.wav": "v=0\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5000 RTP/AVP 0\n",
    "x.xspf": '<?xml version="1.0"?><playlist><trackList/></playlist>',
    "x.asx": "<ASX version='3.0'><entry><ref href='a.flac'/></entry></ASX>",
}
OTHERS = {
    "x.mid": (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0", "a MIDI file: notes, no sound"),
    "x.mp3": (b"\xef\xbb\xbf<!DOCTYPE html><html>404</html>", "a page of the web, no sound file"),
    "x.flac": (b"version https://git-lfs.github.com/spec/v1\n", "a file that was not fetched"),
    "x.zip": (b"PK\x03\x04" + bytes(60), "an archive; unpack it"),
    "x.png": (b"\x89PNG\r\n\x1a\n" + bytes(64), "a picture or a document: there is no sound"),
    "x.pdf": (b"%PDF-1.7\n", "a picture or a document: there is no sound"),
    "x.txt": (b"Dear diary, today I practised.\n" * 9, "its kind is not known"),
    "x.npy": (b"\x93NUMPY\x01\x00" + bytes(200), "its kind is not known"),
    "x.csv": ("\ufeffcandidate,mark\n".encode("utf-16-le"), "no sound file that can be read"),
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_file_that_names_others_opens_none(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_kind(tmp_path / "a.flac", SOUND)
    Path(name).write_text(PLAYLISTS[name])
    with pytest.raises(AudioError, match="it names other files, or describes them; give the sound"):
        decode(Path(name))
    assert not is_sound_file(Path(name))


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_sound_is_called_what_it_is(tmp_path, name):
    path = tmp_path / name
    content, words = OTHERS[name]
    path.write_bytes(content)
    with pytest.raises(AudioError, match=words) as caught:
        decode(path)
    assert caught.value.where == str(path)
    assert not is_sound_file(path)


@pytest.mark.parametrize("name", ["a.m4a", "a.mp4", "a.mov", "a.3gp"])
def test_an_index_that_is_missing_is_named(tmp_path, name):
    path = write_kind(tmp_path / name, SOUND)
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.index(b"moov") - 4])
    with pytest.raises(AudioError, match=r"its index \(moov\) is missing: it was cut off"):
        decode(path)


def test_a_box_of_an_absurd_length_is_no_index(tmp_path):
    path = tmp_path / "x.m4a"
    path.write_bytes(b"\0\0\0\1ftyp" + b"\x7f" + b"\xff" * 7 + bytes(100))
    with pytest.raises(AudioError, match=r"its index \(moov\) is missing"):
        decode(path)


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "x.wav")
    (tmp_path / "link.wav").symlink_to("x.wav")
    for path in (tmp_path / "x.wav", tmp_path / "link.wav", Path(os.devnull)):
        with pytest.raises(AudioError, match="it is a pipe or a device, no file; copy it to one"):
            decode(path)
        assert not is_sound_file(path)
    (tmp_path / "a.wav").write_bytes(wav_with_length(SOUND, 2 * len(SOUND)))
    (tmp_path / "b.wav").symlink_to("a.wav")
    assert len(decode(tmp_path / "b.wav")) == len(SOUND)


def test_a_film_without_sound_is_no_recording(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        for number in range(5):
            still = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            still.pts = number
            container.mux(stream.encode(still.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(AudioError, match="there is no sound in this file; give a recording"):
        decode(path)
    assert not is_sound_file(path)
