"""Flipped bits in what ``judge fetch`` writes for itself lose no file, and fetch none again."""

import pytest
from flips import flips
from sounds import piano, write_sound

from icpc.fetching.fetch import FetchSettings, fetch_recordings
from icpc.fetching.wanted import Wanted
from ranking.download.transfer import Part, read_part
from ranking.download.waits import Waits
from ranking.errors import JudgeError

FLIPS = 25


@pytest.fixture
def fetched(recordings, tmp_path):
    """A folder with one recording, what fetches it again, and the server."""
    write_sound(recordings.folder / "a.mp3", piano(3, 16_000), 16_000)
    wanted = Wanted("ana", recordings.file("a.mp3", "a.mp3"), "ana", 3.0)
    folder = tmp_path / "fetched"
    settings = FetchSettings(folder, pause=0, waits=Waits(0, sleep=lambda _: None))

    def again():
        return fetch_recordings([wanted], settings)[0][1]

    assert again().state == "fetched"
    return folder, again, recordings


def test_a_flipped_bit_of_the_index_loses_no_file_and_fetches_none_again(fetched):
    folder, again, server = fetched
    index, sound = folder / "index.csv", (folder / "ana.mp3").read_bytes()
    right, states = index.read_bytes(), []
    for _, flipped in flips(right, FLIPS):
        index.write_bytes(flipped)
        try:
            states.append(again().state)
        except JudgeError as error:
            states.append("refused in words")
            assert "index.csv" in str(error)
        assert (folder / "ana.mp3").read_bytes() == sound
    assert len(server.asked) == 1
    assert set(states) <= {"present", "duplicate", "refused in words"}
    assert states.count("present") > FLIPS / 2


def test_a_flipped_bit_of_the_record_of_a_part_is_found(tmp_path):
    from ranking.download.transfer import _write_record

    own = Part("https://e.org/a", 1000, '"v1"', "audio/mpeg")
    part = tmp_path / "a.part"
    _write_record(part, own)
    record = tmp_path / "a.json"
    assert read_part(part, own.key) == own
    right = record.read_bytes()
    for _, flipped in flips(right, 60):
        record.write_bytes(flipped)
        assert read_part(part, own.key) in (None, own)
