"""A competition.toml names files beside it, and no others; whatever it holds, it is an error."""

import os
from pathlib import Path

import pytest
from sounds import piano, write_sound

from icpc.competition.competitions import read_competition
from icpc.competition.recordings import all_recordings, match_recordings
from ranking.errors import CompetitionError, JudgeError
from ranking.files.atomic import is_inside


def competition(folder, settings):
    folder.mkdir(exist_ok=True)
    (folder / "roster.csv").write_text("candidate\nanna\nbo\n")
    (folder / "competition.toml").write_text(settings, encoding="utf-8")
    return read_competition(folder / "roster.csv")


@pytest.mark.parametrize("key", ["comparisons", "panel", "published_curve"])
@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.csv", "a/../../outside.csv"])
def test_no_setting_leads_out_of_its_folder(tmp_path, key, path):
    (tmp_path / "outside.csv").write_text("secret\n")
    with pytest.raises(CompetitionError, match=f"'{key}' is '.*', which is not in this folder"):
        competition(tmp_path / "own", f'{key} = "{path}"')


def test_no_symbolic_link_leads_out_of_the_folder(tmp_path):
    (tmp_path / "outside.csv").write_text("secret\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "link.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(CompetitionError, match="not in this folder"):
        competition(tmp_path / "own", 'comparisons = "link.csv"')
    (tmp_path / "own" / "circle").symlink_to("circle")
    assert not is_inside(tmp_path / "own" / "circle" / "a", tmp_path / "other")


def test_files_beside_and_below_are_taken(tmp_path):
    read = competition(tmp_path / "own", 'comparisons = "sub/../c.csv"\npanel = "sub/p.csv"')
    assert read.comparisons == tmp_path / "own" / "sub/../c.csv"
    assert read.panel == tmp_path / "own" / "sub" / "p.csv"


def test_the_folder_itself_may_be_a_link(tmp_path):
    competition(tmp_path / "own", "")
    (tmp_path / "link").symlink_to(tmp_path / "own")
    (tmp_path / "own" / "competition.toml").write_text('comparisons = "c.csv"')
    assert read_competition(tmp_path / "link" / "roster.csv").comparisons


@pytest.mark.parametrize(
    "settings",
    [
        *('title = "a\\u0000b"', 'comparisons = "a\\u0000b"', "title = " + "[" * 100_000),
        *("title = " + "9" * 5_000, f'comparisons = "{"x" * 100_000}"', "a = " + "{a=" * 10_000),
        *("name = inf", "rounds = [[]]", "\x00", "= 1", 'title = "\\ud800"'),
    ],
)
def test_whatever_is_written_it_is_an_error_of_the_file(tmp_path, settings):
    with pytest.raises(JudgeError, match=r"competition\.toml"):
        competition(tmp_path, settings)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_is_no_settings_file(tmp_path):
    (tmp_path / "roster.csv").write_text("candidate\nanna\n")
    os.mkfifo(Path(tmp_path / "competition.toml"))
    assert read_competition(tmp_path / "roster.csv").name == "roster"


@pytest.fixture
def recorded(tmp_path):
    """A roster of two in a folder, and a recording beside that folder."""
    write_sound(tmp_path / "outside.wav", piano(1, 8_000), 8_000)
    folder = tmp_path / "own"
    folder.mkdir()
    write_sound(folder / "bo.wav", piano(1, 8_000, 1), 8_000)
    return folder


def with_recording(folder, recording):
    roster = folder / "roster.csv"
    roster.write_text(f'candidate,recording\nanna,"{recording}"\nbo,bo.wav\n')
    return read_competition(roster)


@pytest.mark.parametrize("recording", ["../outside.wav", "{outside}/outside.wav", "link.wav"])
def test_no_recording_is_outside_of_its_folder_unless_that_is_allowed(recorded, recording):
    (recorded / "link.wav").symlink_to(recorded.parent / "outside.wav")
    competition = with_recording(recorded, recording.format(outside=recorded.parent))
    with pytest.raises(CompetitionError, match="which is not in") as caught:
        match_recordings(competition)
    assert caught.value.key == "allow-outside"
    found = match_recordings(competition, allow_outside=True).table
    assert found["path"].map(lambda path: path.resolve().name).tolist() == ["outside.wav", "bo.wav"]


def test_an_index_names_nothing_outside_either(recorded):
    (recorded / "index.csv").write_text("candidate,recording\nanna,../outside.wav\n")
    with pytest.raises(CompetitionError, match=r"index\.csv.*: the recording of anna is \.\./out"):
        match_recordings(with_recording(recorded, ""), index=recorded / "index.csv")


def test_links_out_of_a_folder_are_passed_over_by_name(recorded):
    (recorded / "anna.wav").symlink_to(recorded.parent / "outside.wav")
    (recorded / "inner.wav").symlink_to("bo.wav")
    found = all_recordings(recorded)
    assert [path.name for path in found.table["path"]] == ["bo.wav", "inner.wav"]
    assert found.remarks == ("passed over 1 link that leads out of the folder: anna.wav.",)
    assert len(all_recordings(recorded, allow_outside=True).table) == 3


@pytest.mark.parametrize("written", ["x" * 300, "x" * 5_000, "a\0b", "http://[::1", "con/" * 100])
def test_what_can_be_no_path_is_not_found(recorded, written):
    competition = with_recording(recorded, "bo.wav")
    competition.roster.loc[0, "recording"] = written
    with pytest.raises(JudgeError):
        match_recordings(competition)
