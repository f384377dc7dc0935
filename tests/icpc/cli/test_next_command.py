"""Commands end with what to do next: a command that works as it stands, for people alone."""

import shlex
from pathlib import Path

import pytest
from cup import COMPARISONS, ROSTER, judge
from readme import write_recordings

from icpc.cli.next_command import command_line
from icpc.workflows.settings import RankingOptions, Source

OWN = ("--roster", "my roster.csv", "--rounds", "one,final", "--comparisons", "my.csv")
ANA = "candidate,recording\nana,Ana Prado.wav\nbela,Béla Kis.wav\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("my roster.csv").write_text(ROSTER)
    Path("my.csv").write_text(COMPARISONS)


def next_of(*words):
    """The one command that a command ends with, as words."""
    result = judge(*words)
    assert result.exit_code == 0, result.stderr
    assert "Next: " not in result.stdout
    (line,) = [one for one in result.stderr.splitlines() if one.startswith("Next: ")]
    assert result.stderr.splitlines()[-1] == line
    program, *following = shlex.split(line.removeprefix("Next: "))
    assert program == "judge"
    return following


def test_a_ranking_is_checked_and_then_reported_with_the_users_own_options():
    check = next_of("rank", *OWN, "--method", "win-rate", "--seed", "0", "--resample", "auto")
    assert check == ["check", *OWN, "--method", "win-rate", "--seed", "0"]
    report = next_of(*check)
    assert report == ["report", *check[1:]]
    assert judge(*report).exit_code == 0


def test_a_written_ranking_is_checked_from_its_folder():
    check = next_of("rank", *OWN, "--out", "my runs/one")
    assert check == ["check", "--run", "my runs/one"]
    assert next_of(*check) == ["report", "--run", "my runs/one"]


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("command", ["rank", "check"])
def test_nothing_comes_next_beside_data_for_programs(command, form):
    assert "Next: " not in judge(command, *OWN, "--format", form).stderr


@pytest.mark.parametrize(
    "words", [("check", *OWN, "--pair-fit"), ("check", "--run", "r", "--verify")]
)
def test_nothing_comes_next_after_something_else_was_asked(words):
    judge("rank", *OWN, "--out", "r")
    assert "Next: " not in judge(*words).stderr


def test_embeddings_are_ranked_by_a_roster_and_else_a_competition_is_begun():
    write_recordings(Path("my recitals"), 3)
    Path("roster.csv").write_text(ANA)
    short = ("--roster", "roster.csv", "--recordings", "my recitals", "--min-seconds", "2")
    ranked = next_of("embed", *short, "--skip-bad", "--store", "store")
    assert ranked[0] == "rank"
    assert dict.fromkeys(ranked[1:]) == dict.fromkeys([*short, "--skip-bad", "--store", "store"])
    begun = next_of("embed", "--recordings", "my recitals", "--store", "store")
    assert begun == ["init", "--recordings", "my recitals", "my recitals-competition"]
    assert judge(*begun).exit_code == 0


@pytest.mark.slow
def test_what_was_compared_is_reported_with_its_recordings_where_the_page_can_play_them(tmp_path):
    write_recordings(Path("my recitals"))
    Path("roster.csv").write_text(ANA)
    words = ("rank", "--roster", "roster.csv", "--recordings", "my recitals", "--skip-bad")
    words = (*words, "--min-seconds", "10", "--out", "runs/one")
    report = next_of(*words)
    assert report == ["report", "--run", "runs/one", "--recordings", "my recitals"]
    assert judge(*report).exit_code == 0
    assert "my%20recitals" in Path("runs/one/report.html").read_text(encoding="utf-8")
    elsewhere = tmp_path.parent / f"{tmp_path.name}-away" / "deep" / "run"
    check = next_of(*words[:-1], str(elsewhere))
    assert check == ["check", "--run", str(elsewhere)]


def test_embeddings_that_the_shipped_ranker_does_not_take_are_not_ranked_by_it():
    write_recordings(Path("recitals"), 3)
    Path("roster.csv").write_text(ANA)
    words = ("--roster", "roster.csv", "--recordings", "recitals", "--skip-bad")
    done = judge("embed", *words, "--min-seconds", "2", "--encoder", "controls")
    assert done.exit_code == 0
    assert "Next: " not in done.stderr


def test_a_command_line_holds_what_differs_from_the_default():
    source = Source(roster=Path("a b.csv"), lower_is_better=True)
    line = command_line(
        "rank", source, RankingOptions(passing_score=2.0), seed=None, skip_bad=False
    )
    assert line == "judge rank --roster 'a b.csv' --lower-is-better --passing-score 2"


def test_check_says_of_its_intervals_one_line_and_all_with_verbose():
    short, whole = judge("check", *OWN), judge("check", *OWN, "--verbose")
    (line,) = [one for one in short.stderr.splitlines() if "as the sample" in one]
    assert line.endswith(" as the sample; about what: --verbose")
    assert len(line) <= 80
    assert line not in whole.stderr
    assert "as the sample and are about the order" in whole.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check",), "check: 3 candidates; of more than 2 it takes hours; rank them, or take the"),
        (("hitrate",), "hit-rate: 3 candidates; of more than 2"),
        (("compare", "--methods"), "ranking by every method: 3 candidates; of more than 2"),
    ],
)
def test_very_many_candidates_are_ranked_and_no_more(tmp_path, monkeypatch, arguments, words):
    monkeypatch.setattr("ranking.comparisons.graph.counts.MAX_DENSE", 2)
    monkeypatch.setattr("ranking.comparisons.tally.MAX_DENSE", 2)
    monkeypatch.setattr("ranking.uncertainty.rank_intervals.MAX_CANDIDATES", 2)
    roster, comparisons = tmp_path / "roster.csv", tmp_path / "comparisons.csv"
    roster.write_text("candidate,score\na,2\nb,1\nc,0\n")
    comparisons.write_text("first,second,winner\na,b,a\nb,c,b\nc,a,c\n")
    files = ("--roster", str(roster), "--comparisons", str(comparisons))
    ranked = judge("rank", *files)
    assert ranked.exit_code == 0
    assert "Next:" not in ranked.stderr
    refused = judge(*arguments, *files)
    assert refused.exit_code == 2
    assert words in refused.stderr.replace("\n", " ")
