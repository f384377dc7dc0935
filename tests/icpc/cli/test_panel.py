"""``judge panel`` as a user meets it."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from icpc.cli import app

WIDE = """round,candidate,Ann,Bob,Cy,Dee
first,ana,18,17,s,20
first,bela,15,14,17,16
first,chen,21,19,22,23
first,dov,12,13,14,11
first,ewa,16,s,15,18
second,ana,19,18,s,21
second,chen,20,19,20,22
second,ewa,15,s,17,18
final,ana,20,18,s,21
final,chen,19,20,23,22
"""
ROSTER = "candidate,name,reached\nana,Ana Prado,final\nbela,Béla Kis,first\nchen,Chen Yu,final\n"
ROSTER += "dov,Dov Adler,first\newa,Ewa Lis,second\n"
OWN = ("--panel", "marks.csv", "--roster", "roster.csv", "--rounds", "first,second,final")
KEYS = ["jurors", "agreement", "candidates", "left-out", "power"]


def judge(*arguments):
    return CliRunner().invoke(app, ["panel", *map(str, arguments)], catch_exceptions=False)


def words(text):
    return " ".join(text.split())


def as_csv(*arguments):
    return pd.read_csv(io.StringIO(judge(*arguments, "--format", "csv").stdout))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a sheet of three rounds, some jurors recused, and its roster."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("marks.csv").write_text(WIDE)
    Path("roster.csv").write_text(ROSTER)
    return tmp_path


def marks(*rows):
    Path("marks.csv").write_text("\n".join(["candidate," + rows[0], *rows[1:]]) + "\n")
    return judge("--panel", "marks.csv")


def test_a_sheet_of_three_rounds_with_recused_jurors(here):
    result = judge(*OWN, "--round", "first")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "marks: 18 marks by 4 jurors for 5 candidates, ranked by mean-mark" in printed or (
        "roster: 18 marks by 4 jurors for 5 candidates, ranked by mean-mark" in printed
    )
    assert "Bob is the most severe" in printed
    assert "Of the variance of marks" in printed
    assert "Chen Yu is first with all jurors, and without any one of them." in printed
    assert "3 passed; 3 of them are among the first 3 by mean-mark with all jurors." in printed
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_final_of_two_has_what_two_candidates_allow(here):
    result = judge(*OWN, "--round", "final")
    assert result.exit_code == 0
    assert "Not applicable: who would have passed" in words(result.stdout)


def test_pooling_rounds_takes_severities_out(here):
    result = judge(*OWN, "--round", "first,second")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "Not applicable: severity: pooling rounds by candidate + juror × round" in printed
    assert "ICC(A,k): pooling rounds took severities out" in printed
    assert "most severe (" not in printed
    assert "nan" not in printed


@pytest.mark.slow
def test_csv_json_and_files_hold_the_same_tables(here):
    result = judge(*OWN, "--round", "first", "--format", "json", "--out", "out", "--plot", "p.svg")
    record = json.loads(result.stdout)
    assert list(record["sections"]) == KEYS
    assert record == json.loads(Path("out/panel.json").read_text())
    for key in KEYS:
        table = as_csv(*OWN, "--round", "first", "--table", key)
        written = pd.read_csv(f"out/{key}.csv")
        pd.testing.assert_frame_equal(table, written)
        rows = pd.DataFrame(record["sections"][key]["rows"]).replace("", None)
        pd.testing.assert_frame_equal(table, rows, check_dtype=False, rtol=1e-5)
    assert Path("p.svg").read_bytes() == Path("out/panel.svg").read_bytes()
    names = {path.name for path in Path("out").iterdir()}
    figures = {f"{name}.{kind}" for name in ("panel", "power") for kind in ("png", "svg")}
    assert names == {*(f"{key}.csv" for key in KEYS), "panel.json", *figures}


def test_the_jurors_are_the_table_that_csv_has(here):
    table = as_csv(*OWN, "--round", "first")
    assert table["juror"].tolist()[0] == "Bob"
    assert table["severity"].sum() == pytest.approx(0, abs=1e-4)
    assert table["marks"].sum() == 18


@pytest.mark.parametrize(
    "text",
    [
        "candidate,rank\nana,2\nBéla Kis,1\nchen,3\ndov,4\newa,5\n",
        "candidate,strength\nana,2\nbela,9\nchen,1.5\ndov,-1\newa,-3\n",
        "first,second,winner\nbela,ana,bela\nana,chen,ana\nchen,dov,chen\ndov,ewa,dov\n"
        "bela,ewa,bela\n",
    ],
    ids=["ranks", "strengths", "comparisons"],
)
def test_another_ranking_beside_the_panels(here, text):
    Path("other.csv").write_text(text)
    table = as_csv(*OWN, "--round", "first", "--against", "other.csv", "--table", "against")
    places = table.set_index("candidate")[["rank", "other_rank", "apart"]]
    assert places.loc["bela"].tolist() == [4, 1, 3]
    assert places.loc["chen"].tolist() == [1, 3, -2]
    assert table["apart"].abs().is_monotonic_decreasing


def test_a_run_beside_the_panels_ranking(here):
    run = ["rank", *OWN, "--round", "first", "--out", "run"]
    assert CliRunner().invoke(app, run).exit_code == 0
    printed = words(judge(*OWN, "--round", "first", "--against", "run").stdout)
    assert "The panel and run rank 5 candidates: Kendall's tau-b" in printed


def test_one_juror_has_an_order_and_nobody_to_agree_with(here):
    result = marks("Ann", "ana,3", "bela,2", "chen,1")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "Not applicable: severity, spread, fit and agreement: there is one juror" in printed
    assert "Not applicable: the ranking without a juror: there is one juror." in printed
    assert "nan" not in printed


def test_two_jurors_have_severities_without_intervals(here):
    result = marks("Ann,Bob", "ana,3,5", "bela,2,5", "chen,1,4", "dov,4,4")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "Ann is the most severe (+1.00 points), Bob the mildest (-1.00 points)" in printed
    assert "Not applicable: intervals of severity, and spread: two jurors" in printed
    assert "nan" not in printed


def test_equal_marks_say_nothing_and_the_reason_is_named(here):
    result = marks("Ann,Bob,Cy", "ana,5,5,5", "bela,5,5,5", "chen,5,5,5")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "Not applicable: components and reliability: all marks are equal" in printed
    assert "Not applicable: intervals and fit: all jurors put all candidates equally" in printed
    assert "0.00 to" not in printed
    assert "Not applicable: Krippendorff's alpha, interval: no candidate has two marks" in printed
    assert "nan" not in printed


def test_jurors_with_one_mark_and_candidates_whom_nothing_joins_are_left_out_by_name(here):
    rows = ["Ann,Bob,Cy,Dee,Eve", "ana,5,4,6,,", "bela,4,4,5,,", "chen,2,3,2,9,"]
    result = marks(*rows, "dov,,,,,3", "ewa,,,,,7")
    assert result.exit_code == 0
    remarks = words(result.stderr)
    assert "left out, with one mark each, which says nothing of a juror: Dee" in remarks
    assert "no marks join them to the others: jurors Eve" in remarks
    assert "no marks join them to the others: candidates dov, ewa" in remarks
    assert "9 marks by 3 jurors for 3 candidates" in words(result.stdout)


def test_a_candidate_with_one_mark_is_placed_by_it_with_severity_allowed_for(here):
    result = marks("Ann,Bob,Cy", "ana,5,4,6", "bela,4,4,5", "chen,2,2,3", "dov,,,5")
    assert result.exit_code == 0
    table = as_csv("--panel", "marks.csv", "--table", "candidates").set_index("candidate")
    assert table.loc["dov", "mean"] == 5
    assert table.loc["dov", "adjusted"] < 5  # Cy is mild
    assert pd.isna(table.loc["dov", "low"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--competition", "icpc2015"), "icpc2015: no marks by a panel; name a file of marks with"),
        (("--round", "final", "--plot", "p.pdf"), "--plot p.pdf: figures are PNG or SVG"),
        (("--round", "final", "--table", "votes"), "there is no table 'votes'; choose one of"),
        (("--round", "final", "--method", "elo"), "--method elo: no such choice"),
        (("--round", "last"), "no marks of round 'last'"),
        (("--panel", "none.csv"), "none.csv"),
        ((*OWN, "--round", "first", "--against", "none"), "none"),
        ((*OWN,), "marks of several rounds: first, second, final; choose one with --round"),
    ],
)
def test_what_cannot_be_analysed_is_refused_with_what_to_do(here, arguments, message):
    result = judge(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in words(result.stderr)


def test_a_ranking_of_others_or_with_a_second_rank_is_refused(here):
    Path("other.csv").write_text("candidate,rank\nana,1\nana,2\n")
    result = judge(*OWN, "--round", "first", "--against", "other.csv")
    assert result.exit_code == 2
    assert "other.csv, line 3: no rank, or a second one" in words(result.stderr)
    Path("other.csv").write_text("candidate,rank\nana,1\n")
    result = judge(*OWN, "--round", "first", "--against", "other.csv")
    assert "candidates whom the panel ranks too: 1" in words(result.stderr)


@pytest.mark.slow
def test_the_rule_of_2025_gives_the_official_forty_and_jurors_change_seven():
    arguments = ("--method", "corrected-mean-3", "--table", "left-out")
    printed = words(judge(*arguments).stdout)
    assert "40 passed; 40 of them are among the first 40 by corrected-mean-3" in printed
    assert "Without one of 13 of 17 jurors others would pass; it concerns 7 candidates" in printed
    table = as_csv(*arguments).set_index("juror").fillna("")
    assert len(table) == 17
    unchanged = table.index[(table["would_pass"] == "") & (table["tied"] == "")]
    assert set(unchanged) == {"John Allison", "Krzysztof Jabłoński", "Robert McDonald", "Sa Chen"}
    assert table.loc["Akiko Ebi", "would_pass"] == "Tiankun Ma; Viet Trung Nguyen"
    assert table.loc["Akiko Ebi", "would_not_pass"] == "Miki Yamagata; Xiaoyu Hu"
    assert (table["winner"] == "Kevin Chen").sum() == 15


def test_a_method_that_refuses_an_even_panel_gives_no_ranking_without_a_juror(here):
    Path("marks.csv").write_text("candidate,Ann,Bob,Cy\nana,3,2,3\nbela,2,3,2\nchen,1,1,1\n")
    result = judge("--panel", "marks.csv", "--method", "skating")
    assert result.exit_code == 0
    printed = words(result.stdout)
    assert "the ranking without a juror: the skating system needs an odd number" in printed
    assert "agreement of Ann, Bob, Cy with the others: equal marks order nobody, or" in printed


def test_of_few_marks_no_number_is_printed_that_there_is_not(here):
    """Of five jurors one gave a mark, one leaves no residual; c4 has one mark."""
    rows = ["J1,J2,J3,J4,J5", "c0,,1,1,2,", "c1,,1,,,3", "c2,4,2,,,", "c3,,2,,,", "c4,,,4,,"]
    result = marks(*rows, "c5,2,4,,,")
    assert result.exit_code == 0
    assert "nan" not in words(result.stdout)
    assert "inf" not in words(result.stdout).split()
