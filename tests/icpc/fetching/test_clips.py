"""Clips are cut out of what is fetched once, at the samples that a list says."""

import csv

import numpy as np
import pytest
import soundfile
from sounds import piano, write_sound

from icpc.fetching.collections import wanted_of_collection
from icpc.fetching.fetch import FetchSettings, fetch_recordings
from ranking.audio.flac import cut_clip
from ranking.download.waits import Waits
from ranking.errors import AudioError, TableError

RATE = 8_000


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """Twelve seconds in two channels, of 16 bits."""
    path = tmp_path_factory.mktemp("sound") / "a.wav"
    left = piano(12, RATE)
    both = np.round(np.stack([left, left[::-1]], axis=1) * 32767).astype(np.int16)
    soundfile.write(path, both, RATE, subtype="PCM_16")
    return path, both


@pytest.fixture
def fetch(recordings, sound, tmp_path):
    """Fetches a list of recordings with labels; returns entries by id."""
    (recordings.folder / "a.wav").write_bytes(sound[0].read_bytes())

    def fetch_list(text, retries=0):
        (tmp_path / "mine.csv").write_text(text)
        wanted = wanted_of_collection(str(tmp_path / "mine.csv"))
        waits = Waits(retries, first=0, sleep=lambda _: None)
        settings = FetchSettings(tmp_path / "fetched", pause=0, waits=waits)
        return {one.candidate: entry for one, entry in fetch_recordings(wanted, settings)}

    fetch_list.folder = tmp_path / "fetched"
    return fetch_list


def listed(*rows):
    return "\n".join(["recording,url,seconds,start,end,techniques", *rows])


def test_clips_of_one_recording_have_its_samples_and_it_is_fetched_once(fetch, recordings, sound):
    url, (_, both) = recordings.file("a.wav", "a.wav"), sound
    bounds = {"x_cut1": (1, 4), "x_cut2": (2.5, ""), "whole": ("", ""), "x": ("", 3)}
    rows = listed(*(f"{name},{url},12,{a},{b},trills" for name, (a, b) in bounds.items()))
    found = fetch(rows)
    assert {entry.state for entry in found.values()} == {"fetched"}
    for name, (start, end) in bounds.items():
        samples, rate = soundfile.read(found[name].file, dtype="int16")
        expected = both[round((start or 0) * RATE) : round((end or 12) * RATE)]
        assert rate == RATE and np.array_equal(samples, expected), name
        assert found[name].seconds == pytest.approx(len(expected) / RATE, abs=0.01)
    assert [path for path, _ in recordings.asked] == ["a.wav"] * 2  # for the clips, and the whole
    assert not list((fetch.folder / ".fetching").glob("*.part"))
    with (fetch.folder / "index.csv").open(newline="") as file:
        rows_of = {row["candidate"]: row for row in csv.DictReader(file)}
    assert rows_of["x_cut1"]["start"] == "1" and rows_of["x_cut1"]["listed_seconds"] == "3"
    assert {entry.state for entry in fetch(rows).values()} == {"present"}
    assert len(recordings.asked) == 2


def test_other_bounds_cut_another_clip(fetch, recordings):
    url = recordings.file("a.wav", "a.wav")
    first = fetch(listed(f"x,{url},,1,4,"))["x"]
    other = fetch(listed(f"x,{url},,5,8,"))["x"]
    assert (first.state, other.state) == ("fetched", "fetched")
    assert first.file == other.file and first.sha256 != other.sha256


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ("x,{url},12,10,14.5,", "wrong length"),  # the recording ends before the clip does
        ("x,{url},12,13,14,", "refused"),
        ("x,{url},99,1,4,", "wrong length"),  # it is another recording
        ("x_cut,{url},12,,,", "left out"),
    ],
)
def test_clips_that_cannot_be_what_is_listed_are_not_used(fetch, recordings, row, state):
    entry = fetch(listed(row.format(url=recordings.file("a.wav", "a.wav"))))[
        "x_cut"[: row.find(",")]
    ]
    assert entry.state == state and entry.remark


def test_one_recording_that_is_gone_is_asked_for_once_for_all_its_clips(fetch, recordings):
    url = recordings.status("gone.wav", 404)
    found = fetch(listed(*(f"c{n},{url},,{n},{n + 1}," for n in range(4))))
    assert [entry.state for entry in found.values()] == ["gone"] * 4
    assert len(recordings.asked) == 1


def test_what_clips_are_cut_from_is_resumed(fetch, recordings, sound):
    stops = [40_000]

    def stop(length):
        return stops.pop() if stops else length

    rows = listed(f"x,{recordings.file('a.wav', 'a.wav', stop=stop)},,1,4,")
    assert fetch(rows)["x"].state == "failed"
    assert fetch(rows)["x"].state == "fetched"
    assert [asked for _, asked in recordings.asked] == ["", "bytes=40000-"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("x,http://e.org,1,-1,3,", "line 2: 'start' is -1; give seconds, from 0 on"),
        ("x,http://e.org,1,5,5,", "line 2: 'end' is 5; give seconds, more than 5"),
        ("x,http://e.org,0,,,", "line 2: 'seconds' is 0"),
        ("x,http://e.org,1,one,,", "line 2: 'start' is 'one'"),
    ],
)
def test_bounds_that_are_none_are_errors(tmp_path, row, what):
    (tmp_path / "mine.csv").write_text(listed(row))
    with pytest.raises(TableError, match=what):
        wanted_of_collection(str(tmp_path / "mine.csv"))


@pytest.mark.parametrize("name", ["a.mp3", "a.flac", "a.ogg", "a.m4a"])
def test_a_clip_of_any_kind_of_file_is_what_another_decoder_cuts(tmp_path, name):
    path = write_sound(tmp_path / name, piano(6, 16_000), 16_000)
    assert cut_clip(path, 2.0, 4.5, tmp_path / "clip.flac") == 2.5
    clip, rate = soundfile.read(tmp_path / "clip.flac")
    assert (len(clip), rate) == (40_000, 16_000)
    if name != "a.m4a":  # soundfile does not read it
        whole = soundfile.read(path)[0][32_000:72_000]
        assert np.abs(clip - whole).max() < 1e-3


def test_a_recording_that_is_damaged_or_too_short_gives_no_clip(tmp_path):
    path = write_sound(tmp_path / "a.flac", piano(3, 16_000), 16_000)
    with pytest.raises(AudioError, match="ends before 3 s, where the clip begins"):
        cut_clip(path, 3.0, 4.0, tmp_path / "clip.flac")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4_000] = bytes(4_000)
    path.write_bytes(content)
    with pytest.raises(AudioError):
        cut_clip(path, 1.0, 3.0, tmp_path / "clip.flac")
    assert not (tmp_path / "clip.flac").exists()
