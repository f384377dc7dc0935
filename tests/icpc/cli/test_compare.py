"""``judge compare`` as a user meets it."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from cup import judge

from icpc.study.comparisons import load_comparisons
from icpc.study.runs import save_run
from icpc.study.settings import Settings
from icpc.study.study import run_study

ROSTER = "candidate,name,reached\nann,Ann,final\nbob,Bob,two\ncyd,Cyd,one\n"
ROUNDS = ("--roster", "roster.csv", "--rounds", "one,two,final")


def words(text):
    return " ".join(text.split())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with two runs: the first puts ann before bob before cyd, the second bob first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("roster.csv").write_text(ROSTER)
    for name, winner in (("one", "ann"), ("other", "bob")):
        comparisons = f"first,second,winner\nann,bob,{winner}\nann,cyd,ann\nbob,cyd,bob\n"
        Path("comparisons.csv").write_text(comparisons)
        judge("rank", *ROUNDS, "--comparisons", "comparisons.csv", "--out", name)
    return tmp_path


@pytest.fixture(scope="module")
def jury(study2025, tmp_path_factory):
    """Runs of the marks of two stages of 2025."""
    folder = tmp_path_factory.mktemp("jury")
    competition = study2025.competition
    save_run(study2025, folder / "stage1")
    stage2 = run_study(competition, load_comparisons(competition, round_name="stage2"), Settings())
    save_run(stage2, folder / "stage2")
    return folder


def test_two_runs_of_three_candidates(here):
    result = judge("compare", "one", "other")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "one = roster: 3 candidates ranked from 3 comparisons, by bradley-terry" in printed
    assert "one and other rank 3 candidates: Kendall's tau-b +0.333" in printed
    assert "one puts 100.0 % in the order of the result and other 66.7 %" in printed
    assert "a difference of +33.3 percentage points" in printed
    assert "p = 0.5: the difference cannot be told from chance" in printed
    rows = [line.split() for line in result.stdout.splitlines()[-3:]]
    assert rows == [
        ["Ann", "1", "2", "1", "final"],
        ["Bob", "2", "1", "1", "two"],
        ["Cyd", "3", "3", "0", "one"],
    ]
    assert "one: the candidates fall into 3 groups" in words(result.stderr)


def test_the_order_of_runs_mirrors_the_difference(here):
    tables = [
        pd.read_csv(io.StringIO(judge("compare", *order, "--format", "csv").stdout))
        for order in (("one", "other"), ("other", "one"))
    ]
    assert tables[0].loc[0, "difference"] == -tables[1].loc[0, "difference"]
    assert tables[0].loc[0, ["tau", "p"]].tolist() == tables[1].loc[0, ["tau", "p"]].tolist()


@pytest.mark.parametrize("more", [(), ("--ranks",)])
def test_csv_and_json_hold_the_same_table(here, more):
    as_csv = pd.read_csv(
        io.StringIO(judge("compare", "one", "other", *more, "--format", "csv").stdout)
    )
    as_json = pd.DataFrame(
        json.loads(judge("compare", "one", "other", *more, "--format", "json").stdout)
    )
    pd.testing.assert_frame_equal(as_csv, as_json, check_dtype=False, rtol=1e-5)


def test_runs_of_one_name_go_by_their_paths(here):
    Path("one").rename("apart")
    Path("sub").mkdir()
    Path("other").rename("sub/apart")
    printed = words(judge("compare", "apart", "sub/apart").stdout)
    assert "apart and sub/apart rank 3 candidates" in printed


def test_a_run_of_any_name_is_called_by_it(here):
    Path("one").rename("[red] one")
    header = judge("compare", "[red] one", "other").stdout.splitlines()[-4]
    assert header.split() == ["candidate", "[red]", "one", "other", "apart", "reached"]


@pytest.mark.slow
def test_before_the_results_the_rankings_are_compared_all_the_same(here):
    Path("roster.csv").write_text(ROSTER.replace("final", "").replace("two", "").replace("one", ""))
    for name in ("one", "other"):
        judge("rank", *ROUNDS, "--comparisons", f"{name}/comparisons.csv", "--out", f"{name}-early")
    result = judge("compare", "one-early", "other-early")
    assert result.exit_code == 0
    assert "Kendall's tau-b +0.333" in words(result.stdout)
    assert "Results are unknown or all equal" in words(result.stdout)
    data = json.loads(judge("compare", "one-early", "other-early", "--format", "json").stdout)
    assert data[0]["accuracy"] is None


@pytest.mark.slow
def test_stages_of_2025_share_forty_candidates(jury):
    result = judge("compare", jury / "stage1", jury / "stage2")
    assert "stage1 and stage2 rank 40 candidates" in words(result.stdout)
    assert "stage1 ranks by the marks of a panel" in words(result.stdout)


@pytest.mark.slow
def test_each_juror_is_compared_with_all_others(jury, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = judge("compare", jury / "stage1", "--jurors")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "Akiko Ebi" in result.stdout
    assert "Each juror is compared with the other jurors." in words(result.stdout)
    as_csv = judge("compare", jury / "stage1", "--jurors", "--format", "csv").stdout
    table = pd.read_csv(io.StringIO(as_csv))
    assert len(table) == 17
    assert set(table["other"]) == {"the other jurors"}


def test_methods_side_by_side(here):
    result = judge("compare", "one", "--methods")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "roster: ranks by 9 methods from 3 comparisons" in printed
    assert "a bradley-terry, b bradley-terry-order, c davidson" in printed
    assert "First: Ann (9 of 9)." in printed
    assert "2 passed. Among the first 2 by every method: Ann, Bob." in printed
    assert "The method does not decide who passes." in printed
    assert "borda, skating: ranked by marks, and there are none" in words(result.stderr)
    options = (*ROUNDS, "--comparisons", "comparisons.csv")
    of_file = judge("compare", "--methods", *options, "--format", "json").stdout
    rows = {row["name"]: row for row in json.loads(of_file)}
    assert rows["Bob"]["rank_copeland"] == rows["Bob"]["best"] == rows["Bob"]["worst"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("one",),
            "one: nothing to compare it with; name another run, or add --jurors or --methods",
        ),
        ((), "no RUN: nothing to compare; name two runs, or add --methods"),
        (
            ("one", "other", "--competition", "icpc2025"),
            "a competition or a file: rankings are compared by runs; make runs",
        ),
        (("one", "--methods", "--ranks"), "--methods and --ranks: it ranks one set"),
        (("one", "other", "--methods"), "--methods and more than one RUN: it ranks one set"),
        (
            ("one", "--methods", "--competition", "icpc2025"),
            "--methods and a RUN and a competition or file: it ranks one set",
        ),
        (("one", "one/../one"), "one: named twice; name each run once"),
        (("one", "none"), "none: no finished run (no run.json); make one with judge rank"),
        (("one", "--jurors"), "one: its comparisons are not those of several jurors"),
        (
            ("one", "other", "--jurors"),
            "--jurors and more than one RUN: it compares the jurors",
        ),
        (
            ("one", "--jurors", "--ranks"),
            "--jurors and --ranks: it compares the jurors",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_with_what_to_do(here, arguments, message):
    result = judge("compare", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"judge: {message}" in words(result.stderr)


@pytest.mark.slow
def test_runs_of_two_competitions_are_refused(here, jury):
    result = judge("compare", "one", jury / "stage1")
    assert result.exit_code == 2
    assert "two competitions (roster, icpc2025)" in words(result.stderr)
