"""``judge schedule``: pairs out, results in."""

import json
import shlex
from pathlib import Path

import pandas as pd
import pytest
from cup import judge

from icpc.cli.choices import CHOICES
from ranking.tables import RULES


@pytest.fixture(autouse=True)
def roster(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    rows = "".join(f"c{at},Name {at}\n" for at in range(8))
    Path("roster.csv").write_text("candidate,name\n" + rows)


def fill_in(path, upset_every=None):
    """Let the earlier id win, but the later one in the first of each so many rows."""
    rows = pd.read_csv(path, dtype=str).fillna("")
    winner = rows[["first", "second"]].min(axis=1)
    if upset_every:
        winner[::upset_every] = rows[["first", "second"]].max(axis=1)[::upset_every]
    rows["winner"] = rows["winner"].mask(rows["winner"] == "", winner)
    rows.to_csv(path, index=False)


def test_the_commands_that_it_names_go_round_and_rank():
    words = ["schedule", "--roster", "roster.csv", "--out", "my pairs.csv"]
    for _ in range(4):
        result = judge(*words)
        assert result.exit_code == 0, result.stderr
        fill_in(words[-1])
        lines = [line.strip() for line in result.stdout.splitlines() if " judge " in line]
        following, rank = (shlex.split(line)[1:] for line in lines)
        words = following
    assert "12 of 28 pairs are compared so far (42.9 %)" in result.stderr
    ranked = judge(*rank, "--format", "csv")
    assert ranked.exit_code == 0, ranked.stderr
    assert len(ranked.stdout.splitlines()) == 9


def test_pairs_are_data_and_everything_else_is_a_remark():
    result = judge("schedule", "--roster", "roster.csv", "--pairs", "Random", "--format", "csv")
    assert result.exit_code == 0, result.stderr
    head, *rows = result.stdout.splitlines()
    assert head == "first,second,winner,pairs"
    assert len(rows) == 4
    assert all(row.endswith(",,random") for row in rows)
    assert "No pair is compared yet" in result.stderr


@pytest.mark.parametrize("rule", ["swiss", pytest.param("random", marks=pytest.mark.slow)])
def test_a_filled_in_file_says_itself_how_its_pairs_were_chosen(rule):
    words = ["schedule", "--roster", "roster.csv", "--pairs", rule, "--format", "csv"]
    given = ["--roster", "roster.csv", "--comparisons", "pairs.csv"]
    judge(*words, "--out", "pairs.csv")
    fill_in("pairs.csv", upset_every=3)
    for _ in range(4):
        judge(*words, *given[2:], "--out", "next.csv")
        fill_in("next.csv", upset_every=3)
        Path("next.csv").replace("pairs.csv")
    assert pd.read_csv("pairs.csv")["pairs"].tolist() == [rule] * 20
    ranked = judge("rank", *given, "--out", "run", "--format", "json")
    rows, adaptive = json.loads(ranked.stdout), rule != "random"
    assert [row["strength_low"] is None for row in rows] == [adaptive] * 8
    assert not any(row["rank_low"] is None for row in rows)
    for result in (ranked, judge("check", *given), judge("check", "--run", "run")):
        assert result.exit_code == 0, result.stderr
        printed = " ".join((result.stdout + result.stderr).split())
        reason = "20 comparisons, their pairs chosen by the Swiss system; since results so far"
        assert (reason in printed) == adaptive
    report = judge("report", "--run", "run")
    assert report.exit_code == 0, report.stderr
    page = " ".join(Path("run/report.html").read_text(encoding="utf-8").split())
    assert ("how far apart strengths are is not known" in page) == adaptive


def test_mistakes_are_named_and_nothing_is_written():
    before = Path("roster.csv").read_bytes()
    for words, expected in (
        (["--out", "pairs.csv"], "name the candidates with --roster FILE"),
        (["--roster", "roster.csv", "--pairs", "swis"], "did you mean 'swiss'"),
        (["--roster", "roster.csv", "--out", "roster.csv"], "choose another --out"),
    ):
        result = judge("schedule", *words)
        assert result.exit_code == 2
        assert expected in result.stderr
        assert not Path("pairs.csv").exists()
    assert Path("roster.csv").read_bytes() == before


def test_help_shows_the_rules_that_there_are():
    assert tuple(CHOICES["rule"]) == RULES
    assert "swiss|active|random" in judge("schedule", "--help").stdout
