"""``judge report`` as a user meets it."""

import html
from pathlib import Path

import pytest
from cup import judge
from matplotlib.image import imread
from typer.testing import CliRunner

from icpc.cli import app
from icpc.study.run_folder import FILES, REPORT_FILES

ROSTER = (
    "candidate,name,reached\n"
    "ann,Ann,final\nbob,<b>Bob</b>,one\ncyd,=1+1,one\ndan,دانيال,final\neve,🎹 Eve,one\n"
)
COMPARISONS = (
    "first,second,winner\nann,bob,ann\nbob,ann,ann\nbob,cyd,tie\ncyd,ann,cyd\ndan,eve,dan\n"
    "eve,dan,dan\neve,ann,ann\ncyd,dan,dan\nbob,dan,dan\ndan,bob,bob\n"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text(ROSTER, encoding="utf-8")
    Path("my.csv").write_text(COMPARISONS, encoding="utf-8")
    return tmp_path


def own(command, *more):
    comparisons = ("--rounds", "one,final", "--comparisons", "my.csv")
    return judge(command, "--roster", "mine.csv", *comparisons, *more)


@pytest.mark.slow
def test_a_report_lies_in_a_run_and_says_how_it_was_made(here):
    result = own("report", "--seed", 3)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == "mine: runs/mine/report.html"
    names = {path.name for path in Path("runs/mine").iterdir()}
    tables = {"roster.csv", "comparisons.csv", "ranking.csv"}
    tables |= {"rank-probabilities.csv", "better-probabilities.csv"}
    assert names == {*tables, "run.json", "findings.json", "report.html", "SHA256SUMS"}
    page = html.unescape(Path("runs/mine/report.html").read_text(encoding="utf-8"))
    assert "judge report --roster mine.csv --rounds one,final --comparisons my.csv --seed 3" in page


@pytest.mark.slow
def test_the_page_is_shown_in_the_browser_if_asked_for(here, monkeypatch):
    shown = []
    monkeypatch.setattr("typer.launch", shown.append)
    assert own("report").exit_code == 0
    assert shown == []
    assert own("report", "--open").exit_code == 0
    assert shown == [Path("runs/mine/report.html").resolve().as_uri()]


@pytest.mark.slow
def test_a_run_is_reported_in_its_folder_with_its_own_record(here):
    assert own("rank", "--out", "kept").exit_code == 0
    assert judge("report", "--run", "kept").exit_code == 0
    first = Path("kept/report.html").read_bytes()
    assert "judge report --run kept" in html.unescape(first.decode())
    assert judge("report", "--run", "kept").exit_code == 0
    assert Path("kept/report.html").read_bytes() == first


@pytest.mark.slow
def test_a_run_ranked_another_way_is_not_reported_beside_it(here):
    own("rank", "--out", "kept")
    result = judge("report", "--run", "kept", "--method", "wins")
    assert result.exit_code == 2
    assert "the figures in it belong to its ranking" in " ".join(result.stderr.split())
    assert not Path("kept/report.html").exists()
    assert judge("report", "--run", "kept", "--method", "wins", "--out", "other").exit_code == 0
    assert '"method": "wins"' in html.unescape(
        Path("other/report.html").read_text(encoding="utf-8")
    )


@pytest.mark.slow
@pytest.mark.parametrize("dark", [(), ("--dark",)])
def test_figures_are_drawn_beside_the_page(here, dark):
    result = own("report", "--plot", *dark)
    assert result.exit_code == 0, result.output
    folder = Path("runs/mine")
    drawn = {path.stem for path in folder.glob("*.svg")}
    of_tables = {"hitrate", "intervals", "probabilities", "head-to-head"}
    assert drawn == {*of_tables, "methods", "rounds", "upsets"}
    assert drawn == {path.stem for path in folder.glob("*.png")}
    assert {path.name for path in folder.iterdir()} <= {*FILES, *REPORT_FILES}
    corner = imread(folder / "intervals.png")[2, 2, :3]
    assert (corner.mean() < 0.2) == bool(dark)
    assert own("rank", "--out", folder).exit_code == 0
    assert not (folder / "intervals.svg").exists()


def test_what_cannot_be_judged_is_said_and_nothing_is_written(here):
    Path("my.csv").write_text("first,second,winner\nann,zoe,ann\n")
    result = own("report")
    assert result.exit_code == 2
    assert "zoe" in result.stderr
    assert not Path("runs").exists()


def test_too_many_candidates_are_refused_before_they_are_ranked(monkeypatch):
    def never(*_):
        raise AssertionError("ranked")

    monkeypatch.setattr("icpc.page.page.MAX_CANDIDATES", 100)
    monkeypatch.setattr("icpc.workflows.rankings.rank", never)
    result = CliRunner().invoke(app, ["report", "--competition", "icpc2015"])
    assert result.exit_code == 2
    assert "report of icpc2015: 113 candidates; a page holds 100" in result.stderr


def test_so_are_those_of_a_run(here, monkeypatch):
    def never(*_):
        raise AssertionError("ranked")

    own("rank", "--out", "run")
    monkeypatch.setattr("icpc.page.page.MAX_CANDIDATES", 3)
    monkeypatch.setattr("icpc.study.study.rank_candidates", never)
    result = judge("report", "--run", "run")
    assert result.exit_code == 2
    assert "report of mine: 5 candidates; a page holds 3" in result.stderr


def test_recordings_are_not_played_beside_pseudonyms(here):
    """Their names and their sound tell who plays; nothing is written."""
    (here / "sound").mkdir()
    before = sorted(here.rglob("*"))
    options = ("--recordings", "sound", "--pseudonyms", "key.csv", "--out", "anonymous")
    result = own("report", *options)
    assert result.exit_code == 2
    assert "sound: names of recordings, and their sound, tell who plays" in result.stderr
    assert sorted(here.rglob("*")) == before


@pytest.mark.slow
def test_recordings_beside_the_page_are_played(here):
    (here / "sound").mkdir()
    for name in ("ann", "bob", "cyd", "dan", "eve"):
        (here / "sound" / f"{name}.wav").write_bytes(b"RIFF")
    result = own("report", "--recordings", "sound", "--out", "runs/own")
    assert result.exit_code == 0, result.output
    page = Path("runs/own/report.html").read_text(encoding="utf-8")
    assert '"played":["../../sound/ann.wav"]' in page
    assert "judge report --roster mine.csv" in page
    assert "--recordings sound" in page
