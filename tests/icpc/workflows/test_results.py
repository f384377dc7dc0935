"""Checks, hit-rates and reports as functions."""

import html
from pathlib import Path

import pytest

from icpc.study.comparisons import load_comparisons
from icpc.study.runs import save_run
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.rankings import open_study, rank
from icpc.workflows.results import (
    check,
    figure_folder,
    hit_rate,
    published_figure_hit_rate,
    report,
    write_hit_rate,
)
from icpc.workflows.settings import Source
from ranking.errors import CompetitionError, RunError


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("the cup.csv").write_text("candidate,reached\nann,final\nbob,final\ncyd,one\ndov,one\n")
    Path("my.csv").write_text(
        "first,second,winner\nann,bob,ann\nbob,cyd,bob\ncyd,dov,dov\ndov,ann,ann\nann,cyd,ann\n"
    )
    competition = bundled_or_own_competition(Source(roster=Path("the cup.csv"), rounds="one,final"))
    return rank(competition, load_comparisons(competition, Path("my.csv")))


def test_findings_and_curve_are_those_of_the_study(study):
    assert "pair accuracy" in list(check(study).table()["check"])
    assert hit_rate(study).summary.passed == 2


def test_a_page_lies_in_a_run_and_says_how_to_make_it_again(study):
    page = report(study)
    assert page == Path("runs/the-cup/report.html")
    assert (page.parent / "run.json").is_file()
    shown = html.unescape(page.read_text(encoding="utf-8"))
    assert "icpc.report(icpc.load_run(pathlib.Path('runs/the-cup')))" in shown
    assert "judge report" not in shown


@pytest.mark.slow
def test_the_record_of_a_run_is_shown_and_not_written_again(study):
    save_run(study, Path("kept"))
    before = Path("kept/run.json").stat().st_mtime_ns
    page = report(open_study(Source(run=Path("kept"))), run=Path("kept"), command="as I like")
    assert page == Path("kept/report.html")
    assert Path("kept/run.json").stat().st_mtime_ns == before
    assert "as I like" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_curve_is_written_with_its_run_or_alone(study):
    curve = hit_rate(study)
    assert write_hit_rate(curve, Path("alone"), plot=False) == [Path("alone/hitrate.csv")]
    assert not Path("alone/run.json").exists()
    drawn = write_hit_rate(curve, Path("run"), study)
    assert {path.suffix for path in drawn} == {".png", ".svg"}
    assert Path("run/run.json").is_file()


def test_only_published_points_have_a_published_curve():
    assert published_figure_hit_rate("icpc2015").summary.candidates == 137
    with pytest.raises(CompetitionError, match="there is no published curve of icpc2025"):
        published_figure_hit_rate("icpc2025")


def test_figures_do_not_go_beside_a_run_made_with_other_settings():
    run = Path("kept")
    assert figure_folder(None, run, "cup", changed=False) == run
    assert figure_folder(Path("other"), run, "cup", changed=True) == Path("other")
    assert figure_folder(None, None, "a/b c", changed=True) == Path("runs/a-b-c")
    with pytest.raises(RunError, match="the figures in it belong to its ranking"):
        figure_folder(None, run, "cup", changed=True)
