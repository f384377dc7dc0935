"""Which files of a folder are recordings, and in which order."""

import os
import shutil
import unicodedata

import pytest
from media import KINDS, SOUND, wav_with_length, write_kind

from icpc.competition.recordings import all_recordings, list_recordings
from icpc.competition.sound_files import find_sound_files, natural_key
from ranking.errors import CompetitionError

WAV = wav_with_length(SOUND, 2 * len(SOUND))
DROPPINGS = ("._ana.flac", "Thumbs.db", ".DS_Store", "desktop.ini", ".hidden/x.wav", "Icon\r")
NO_SOUND = ("ana.txt", "README", "ana.npy", "cover.jpg", "marks.xlsx", "ana.m3u8", "ana.mid")


def names(found):
    return [found.name(path) for path in found.paths]


def test_droppings_are_not_spoken_of_and_what_is_no_sound_is_passed_over(tmp_path):
    (tmp_path / ".hidden").mkdir()
    for name in DROPPINGS:
        (tmp_path / name).write_bytes(WAV)
    for name in NO_SOUND:
        (tmp_path / name).write_text("#EXTM3U\nana.wav\n")
    (tmp_path / "ana.wav").write_bytes(WAV)
    found = find_sound_files(tmp_path, [tmp_path / "marks.xlsx"])
    assert names(found) == ["ana.wav"]
    assert set(found.passed_over) == {*NO_SOUND} - {"marks.xlsx"}
    assert found.remark == (
        "passed over 6 files that are no sound: ana.m3u8, ana.mid, ana.npy and 3 more."
    )


@pytest.mark.parametrize("kind", ["a.flac", "a.mp3", "a.m4a", "a.opus", "a.webm", "a.avi", "a.ts"])
def test_sound_without_an_ending_is_found_by_its_content(tmp_path, kind):
    write_kind(tmp_path / kind, SOUND, kind=KINDS[kind]).rename(tmp_path / "recital of ana")
    (tmp_path / "ana.part").write_text("no sound")
    os.mkfifo(tmp_path / "pipe")  # would be waited for
    found = find_sound_files(tmp_path)
    assert names(found) == ["recital of ana"]
    assert found.passed_over == ("ana.part", "pipe")


def test_stores_and_runs_are_not_looked_into(tmp_path):
    for folder, mark in (("store/key", "store/key/cache-key.json"), ("run", "run/run.json")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / mark).write_text("{}")
        (tmp_path / folder / "x.wav").write_bytes(WAV)
    (tmp_path / "embeddings/.claims").mkdir(parents=True)
    (tmp_path / "embeddings/x.wav").write_bytes(WAV)
    assert not find_sound_files(tmp_path).paths


def test_names_are_in_the_order_of_their_numbers_and_composed(tmp_path):
    (tmp_path / "b").mkdir()
    order = ["10.wav", "A.wav", "B2.wav", "b/1.wav", "b/2 é.wav", "b/10.wav", "é.wav"]
    for name in reversed(order):
        (tmp_path / unicodedata.normalize("NFD", name)).write_bytes(WAV)
    assert names(find_sound_files(tmp_path)) == order
    assert sorted(order, key=natural_key) == order


def test_without_a_roster_a_file_is_a_candidate_by_its_name(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("Zoe.wav", "ann.flac", "ann.mp3", "b/Zoe.wav", "b/dov.m4a", "eve"):
        (tmp_path / name).write_bytes(WAV)
    table = list_recordings(tmp_path)
    assert table["candidate"].tolist() == [
        *("ann.flac", "ann.mp3", "dov", "b/Zoe.wav", "eve", "Zoe.wav"),
    ]
    assert all_recordings(tmp_path).lines() == []


def test_a_folder_without_sound_says_what_is_in_it(tmp_path):
    with pytest.raises(
        CompetitionError, match="no sound files in it; it is empty; name the folder"
    ):
        list_recordings(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(
        CompetitionError, match=r"passed over 1 file that is no sound: notes\.txt; "
    ):
        list_recordings(tmp_path)
    with pytest.raises(CompetitionError, match="this is a file, no folder"):
        list_recordings(tmp_path / "notes.txt")
    shutil.rmtree(tmp_path)
    with pytest.raises(CompetitionError, match="there is no such folder"):
        list_recordings(tmp_path)
