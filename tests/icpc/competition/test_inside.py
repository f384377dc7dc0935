"""A competition.toml names files beside it, and no others; whatever it holds, it is an error."""

import os
from pathlib import Path

import pytest

from icpc.competition.competitions import read_competition
from icpc.competition.inside import is_inside
from ranking.errors import CompetitionError, JudgeError


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
