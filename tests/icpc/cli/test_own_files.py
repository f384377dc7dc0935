"""Files of one's own without a roster: what a new user types first."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from cup import judge

from icpc.competition.recordings import find_recordings
from icpc.study.comparisons import Comparisons
from icpc.study.runs import load_run, run_record
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.rankings import open_study, rank
from icpc.workflows.settings import Source
from ranking.errors import ComparisonsError, CompetitionError
from ranking.tables import COMPARISONS

GOALS = {("Ajax", "Benfica"): (9, 6), ("Benfica", "Celtic"): (6, 1), ("Ajax", "Celtic"): (9, 1)}
"""Wins of each pair of teams: the strengths are 9 : 6 : 1."""
MARKS = "juror,candidate,mark\n" + "".join(
    f"{juror},{name},{mark}\n"
    for juror, marks in (("J1", "543"), ("J2", "534"), ("J3", "453"))
    for name, mark in zip(("Ana", "Bo", "Čech"), marks, strict=True)
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def league(header="Home,Away,Home goals,Away goals,Venue"):
    """A league table of results; each pair is compared in both orders, by turns."""
    lines = [header]
    for (one, other), wins in GOALS.items():
        for winner, number in zip((one, other), wins, strict=True):
            for at in range(number):
                home, away = (one, other) if at % 2 else (other, one)
                score = "2,1" if home == winner else "0,1"
                lines.append(f"{home},{away},{score},stadium")
    return "\n".join(lines) + "\n"


def test_a_league_of_repeated_matches_has_the_strengths_of_a_closed_form():
    Path("league.csv").write_text(league())
    result = judge("rank", "--comparisons", "league.csv", "--format", "json")
    assert result.exit_code == 0
    strength = {row["candidate"]: row["strength"] for row in json.loads(result.stdout)}
    assert list(strength) == ["Ajax", "Benfica", "Celtic"]
    ratios = [math.exp(strength[name] - strength["Celtic"]) for name in strength]
    assert ratios == pytest.approx([9, 6, 1], rel=1e-6)
    assert "league.csv: 32 comparisons of 3 candidates" in result.stderr
    assert "column not used: venue" in result.stderr
    assert "which are taken as independent" in result.stderr
    assert "rows as the sample" in result.stderr


def test_a_column_of_matches_is_the_cluster():
    text = league().splitlines()
    rows = [f"{line},{at % 5}" for at, line in enumerate(text[1:])]
    Path("league.csv").write_text("\n".join([f"{text[0]},session", *rows]))
    result = judge("rank", "--comparisons", "league.csv")
    assert "5 sessions as the sample" in result.stderr
    assert "independent;" not in result.stderr


def test_candidates_come_from_the_file_and_a_run_keeps_all():
    Path("league.csv").write_text(league())
    result = judge("rank", "--comparisons", "league.csv", "--out", "run")
    assert result.exit_code == 0
    assert result.stdout.startswith("league: 3 candidates ranked from 32 comparisons")
    study = load_run(Path("run"))
    assert study.competition.roster["candidate"].tolist() == ["Ajax", "Benfica", "Celtic"]
    assert study.remarks[0].startswith("league.csv: 32 comparisons")
    again = judge("check", "--run", "run")
    assert again.exit_code == 0
    assert "the result is not yet known" in " ".join(again.stdout.split())
    assert "venue" in again.stderr


def test_a_panel_needs_no_roster():
    Path("wines.csv").write_text(MARKS, encoding="utf-8")
    result = judge("rank", "--panel", "wines.csv")
    assert result.exit_code == 0
    assert result.stdout.startswith("wines: 3 candidates ranked from 9 comparisons by 3 jurors")
    assert "3 jurors × 3 candidates" in result.stderr


@pytest.mark.parametrize("setting", ["comparisons", "votes", "panel"])
def test_files_of_ones_own_never_fall_back_on_a_bundled_competition(setting):
    """Of which some of the candidates are; the others are not of it."""
    Path("comparisons.csv").write_text("first,second,winner\nkate-liu,ana,kate-liu\n")
    Path("votes.csv").write_text(
        "first,second,first_window,second_window,p_first\nkate-liu,ana,0,0,0.7\n"
    )
    Path("panel.csv").write_text("juror,candidate,mark\nJ,kate-liu,9\nJ,ana,8\n")
    study = open_study(Source(**{setting: Path(f"{setting}.csv")}))
    assert study.competition.name == setting
    assert study.ranking["candidate"].tolist() == ["kate-liu", "ana"]
    with pytest.raises(ComparisonsError, match="'ana'"):
        open_study(Source("icpc2015", **{setting: Path(f"{setting}.csv")}))


def test_recordings_of_ones_own_are_the_candidates(tmp_path):
    (tmp_path / "day 2").mkdir()
    for name in ("ana.wav", "day 2/bo.flac"):
        (tmp_path / name).touch()
    competition = bundled_or_own_competition(Source(), tmp_path)
    assert competition.eligible["candidate"].tolist() == ["ana", "bo"]
    found = find_recordings(competition, tmp_path)
    assert [path.name for path in found["path"]] == ["ana.wav", "bo.flac"]
    table = pd.DataFrame([("ana", "bo", "bo", 1, 1)], columns=[*COMPARISONS])
    assert run_record(rank(competition, Comparisons(table, "one")))["sha256"] == {}


def test_rounds_need_a_roster():
    Path("league.csv").write_text(league())
    with pytest.raises(CompetitionError, match="without a roster nobody has reached a round"):
        open_study(Source(comparisons=Path("league.csv"), rounds="one,final"))


@pytest.mark.parametrize("command", ["hitrate", "check"])
def test_commands_that_need_results_say_so_or_go_without(command):
    Path("league.csv").write_text(league())
    result = judge(command, "--comparisons", "league.csv")
    if command == "hitrate":
        assert result.exit_code == 2
        assert "no results are known" in result.stderr
        assert "give a roster with --roster" in result.stderr
    else:
        assert result.exit_code == 0


def test_two_rankings_without_a_roster_are_compared():
    Path("one.csv").write_text(league())
    Path("two.csv").write_text("first,second,winner\nAjax,Benfica,first\nBenfica,Celtic,first\n")
    for name in ("one", "two"):
        judge("rank", "--comparisons", f"{name}.csv", "--out", name)
    result = judge("compare", "one", "two")
    assert result.exit_code == 0
    assert "tau-b" in result.stdout


def test_a_map_of_columns_is_typed():
    text = league("x,y,gx,gy,Venue")
    Path("league.csv").write_text(text)
    result = judge("rank", "--comparisons", "league.csv")
    assert result.exit_code == 2
    columns = "first=x,second=y,first_score=gx,second_score=gy"
    result = judge("rank", "--comparisons", "league.csv", "--columns", columns)
    assert result.exit_code == 0
    for wrong, words in (
        ("first", "'first' is not NAME=COLUMN"),
        ("frist=x", "'frist' is no column that is read (did you mean 'first'?)"),
        ("first=z", "no column 'z', which is to be 'first'"),
    ):
        result = judge("rank", "--comparisons", "league.csv", "--columns", wrong)
        assert (result.exit_code, words in result.stderr) == (2, True)


@pytest.mark.parametrize("file", [(), ("--panel", "wines.csv")])
def test_a_map_of_columns_needs_a_file_of_comparisons_or_votes(file):
    Path("wines.csv").write_text(MARKS, encoding="utf-8")
    result = judge("rank", *file, "--columns", "first=x")
    assert result.exit_code == 2
    assert "--columns: columns are mapped in files of comparisons and votes" in result.stderr


def test_a_roster_says_what_is_not_known_and_not_used():
    Path("roster.csv").write_text(
        "candidate,name,reached,age\na,Ana Prado,Final,20\nb,Bo,one,21\nc,Čech,withdrawn,22\n",
        encoding="utf-8",
    )
    Path("mine.csv").write_text(
        "first,second,winner\nAna Prado,bo,ANA PRADO\nb,Cech,tie\nc,a,w.o.\n"
    )
    result = judge(
        "rank", "--roster", "roster.csv", "--rounds", "one,final", "--comparisons", "mine.csv"
    )
    assert result.exit_code == 0
    for words in (
        "roster.csv: 3 candidates, the result of 1 not known ('withdrawn'); column not used: age",
        "roster.csv: read 'Final' as 'final'",
        "mine.csv: row left out: 1 not played ('w.o.')",
        "mine.csv: read 'bo' as 'b', 'Cech' as 'c'",
    ):
        assert words in result.stderr, words
