"""Whose recording a file is."""

import pytest

from icpc.competition.competitions import load_competition, read_competition
from icpc.competition.recordings import find_recordings
from ranking.errors import CompetitionError

ROSTER = """candidate,recording
ann,first.flac
bob,https://www.youtube.com/watch?v=mXb4mRwj8eo&t=9
cyd,https://example.org/rounds/recital-7.mp3
dov,
eve,
"""


@pytest.fixture
def competition(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER)
    for name in ("first.flac", "x [mXb4mRwj8eo].webm", "recital-7.mp3", "dov.M4A", "notes.txt"):
        (tmp_path / name).touch()
    return read_competition(tmp_path / "roster.csv")


def test_files_are_found_by_path_by_video_and_by_id(competition):
    found = find_recordings(competition).set_index("candidate")["path"].map(lambda path: path.name)
    assert found.to_dict() == {
        "ann": "first.flac",
        "bob": "x [mXb4mRwj8eo].webm",
        "cyd": "recital-7.mp3",
        "dov": "dov.M4A",  # eve is named nowhere
    }


def test_an_id_goes_before_a_video(competition, tmp_path):
    (tmp_path / "bob.opus").touch()
    assert find_recordings(competition)["path"].map(lambda path: path.name)[1] == "bob.opus"


def test_a_missing_recording_is_named_with_the_file_name_it_should_have(competition, tmp_path):
    (tmp_path / "x [mXb4mRwj8eo].webm").unlink()
    with pytest.raises(CompetitionError, match=r"1 of 4 recordings .* of bob; .* as bob\.flac"):
        find_recordings(competition)


def test_the_videos_of_2015_are_looked_for_by_their_ids(tmp_path):
    competition = load_competition("icpc2015")
    named = competition.eligible[competition.eligible["recording"] != ""]
    assert len(named) == 145
    for address in named["recording"]:
        (tmp_path / f"{address.rpartition('=')[2]}.m4a").touch()
    found = find_recordings(competition, tmp_path)
    assert found["candidate"].tolist() == named["candidate"].tolist()
    assert all(
        path.stem in address
        for path, address in zip(found["path"], named["recording"], strict=True)
    )
