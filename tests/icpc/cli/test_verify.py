"""``judge check --verify``, and what commands say of a run that was edited by hand."""

from pathlib import Path

import pytest
from cup import COMPARISONS, ROSTER, judge, own

EDITED = "run: ranking.csv: changed since the run. This is not read"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of three candidates, in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    Path("mine.csv").write_text(ROSTER)
    Path("my.csv").write_text(COMPARISONS)
    assert own("rank", "--method", "wins", "--out", "run").exit_code == 0
    return Path("run")


def append(path, text="x\n"):
    with path.open("a") as file:
        file.write(text)


def test_an_untouched_run_is_as_it_was_written(run):
    result = judge("check", "--run", run, "--verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "files of run are as they were written" in result.stdout


def test_what_changed_is_listed_with_exit_code_1(run):
    append(run / "ranking.csv")
    (run / "roster.csv").unlink()
    (run / "notes.txt").write_text("mine")
    result = judge("check", "--run", run, "--verify")
    assert result.exit_code == 1
    assert set(result.stdout.splitlines()) == {
        "ranking.csv: changed",
        "roster.csv: missing",
        "notes.txt: added",
    }
    assert "the commands that wrote the run and its report write them again" in result.stderr
    as_csv = judge("check", "--run", run, "--verify", "--format", "csv")
    assert as_csv.exit_code == 1
    assert {"file,status", "run.json,unchanged", "notes.txt,added"} <= {*as_csv.stdout.splitlines()}


def test_what_cannot_be_verified_is_an_error(run):
    without = judge("check", "--verify")
    assert without.exit_code == 2
    assert "--verify: the files of a run are verified; name one with --run DIR" in without.stderr
    nothing = judge("check", "--run", "none", "--verify")
    assert nothing.exit_code == 2
    assert "none: no finished run (no run.json); make one with judge rank --out" in nothing.stderr
    (run / "SHA256SUMS").unlink()
    earlier = judge("check", "--run", run, "--verify")
    assert earlier.exit_code == 2
    assert "run: a run of an earlier version, without SHA256SUMS" in earlier.stderr


@pytest.mark.parametrize("command", [("check",), ("hitrate",), ("hitrate", "--out", "other")])
def test_who_edits_a_ranking_by_hand_gets_one_remark_and_the_same_result(run, command):
    before = judge(*command, "--run", run)
    append(run / "ranking.csv")
    after = judge(*command, "--run", run)
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    assert after.stderr.count(EDITED) == 1
    assert EDITED not in before.stderr
    others = [line for line in after.stderr.splitlines() if EDITED not in line]
    assert others == before.stderr.splitlines()


def test_the_remark_does_not_go_on_into_another_run_or_a_page(run):
    append(run / "ranking.csv")
    assert judge("report", "--run", run, "--out", "other").stderr.count(EDITED) == 1
    for path in Path("other").iterdir():
        assert EDITED.encode() not in path.read_bytes()
    assert EDITED not in judge("check", "--run", "other").stderr


def test_an_edited_input_stops_as_ever(run):
    append(run / "comparisons.csv", "ann,bob,bob\n")
    for command in ("check", "hitrate", "report"):
        result = judge(command, "--run", run)
        assert result.exit_code == 2
        assert "comparisons.csv: missing, or changed since the run" in result.stderr


@pytest.mark.slow
def test_what_a_command_adds_is_verified_too(run):
    """Findings, curve and page join the hashes, and nothing else changes."""
    before = (run / "run.json").read_bytes()
    for command in ("check", "hitrate", "report"):
        assert judge(command, "--run", run, *(["--plot"] * (command == "hitrate"))).exit_code == 0
    assert (run / "run.json").read_bytes() == before
    names = {path.name for path in run.iterdir()}
    assert {"findings.json", "hitrate.csv", "hitrate.png", "hitrate.svg", "report.html"} <= names
    result = judge("check", "--run", run, "--verify", "--format", "csv")
    assert result.exit_code == 0
    assert {line.split(",")[0] for line in result.stdout.splitlines()[1:]} == names - {"SHA256SUMS"}
