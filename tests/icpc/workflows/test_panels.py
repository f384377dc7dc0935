"""A panel in many files: one ranking, to the byte; and how its marks were read is kept."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sheets import by_openpyxl, by_xlsxwriter, transposed, write_text
from typer.testing import CliRunner

from icpc.cli import app
from icpc.competition.competitions import load_competition, read_competition
from icpc.study.comparisons import load_comparisons
from ranking.files.table_writer import to_csv

SURNAMES = (
    *("Łęcki", "Dvořák", "Győry", "Kovač", "Čapek", "Żak"),
    *("Fűz", "Němec", "Lis", "Szász", "Wójt", "Bąk"),
)
ROSTER = [
    ["candidate", "name"],
    *([f"c{at:02}", f"Ana {name}"] for at, name in enumerate(SURNAMES)),
]
JURORS = ("J1", "J2", "J3", "Zdeněk Š.", "J5")
HALVES = np.random.default_rng(5).integers(30, 51, (12, 5)) / 2
WIDE = [
    ["name", *JURORS],
    *([row[1], *own] for row, own in zip(ROSTER[1:], HALVES.tolist(), strict=True)),
]
WIDE[3][2] = "s"
LONG = [["juror", "candidate", "mark"]]
LONG += [
    [juror, row[0], mark] for row in WIDE[1:] for juror, mark in zip(JURORS, row[1:], strict=True)
]


def judge(*arguments) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


@pytest.fixture
def roster(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_text(tmp_path / "roster.csv", ROSTER)


@pytest.mark.slow
def test_one_panel_in_many_files_is_one_ranking_to_the_byte(roster):
    files = [
        write_text(Path("long.csv"), LONG),
        write_text(Path("wide.csv"), WIDE),
        write_text(Path("turned.csv"), transposed(WIDE)),
        write_text(Path("semicolons.csv"), WIDE, delimiter=";", decimal_comma=True),
        write_text(Path("cp1250.csv"), WIDE, "cp1250", delimiter=";"),
        write_text(Path("utf16.csv"), WIDE, "utf-16-le", delimiter="\t"),
        by_openpyxl(Path("wide.xlsx"), Marks=WIDE),
        by_xlsxwriter(Path("turned.xlsx"), Marks=transposed(WIDE)),
    ]
    competition = read_competition(roster)
    read = [load_comparisons(competition, marks_file=file) for file in files]
    for file, one in zip(files, read, strict=True):
        size = "5 jurors × 12 candidates, higher is better, 1 cell 's': recused"
        assert one.understood[0] == f"{file.name}: {size}"
    assert len({to_csv(one.table) for one in read}) == 1
    for file in (files[0], files[-1]):
        judge("rank", "--roster", roster, "--panel", file, "--out", file.stem)
    first, other = (Path(file.stem) / "ranking.csv" for file in (files[0], files[-1]))
    assert first.read_bytes() == other.read_bytes()


def test_how_marks_were_read_is_kept_and_shown_to_be_repeated(roster):
    people = [row[1] for row in ROSTER[1:5]]
    places = ((1, 2, 3, 4), (2, 1, 4, 3), (1, 3, 2, 4))
    rows = [["name", "J1", "J2", "J3"], *zip(people, *places, strict=True)]
    book = by_openpyxl(Path("places.xlsx"), Waltz=rows, Tango=rows)
    how = ("--round", "Waltz,Tango", "--pool", "sum", "--lower-is-better")
    printed = judge("rank", "--roster", roster, "--panel", book, *how, "--out", "run")
    assert "in Waltz, Tango" in printed
    assert "places.xlsx: Waltz, Tango pooled: the sum of each juror's marks" in printed
    given = {"round": "Waltz,Tango", "lower_is_better": True, "pool": "sum"}
    assert json.loads(Path("run/run.json").read_text())["provenance"] == {"marks": given}
    assert "Waltz, Tango pooled" in judge("check", "--run", "run")
    judge("report", "--roster", roster, "--panel", book, *how)
    page = Path("runs/roster/report.html").read_text()
    assert "--round Waltz,Tango --lower-is-better --pool sum" in page


def test_marks_of_a_competition_of_ones_own_may_be_a_workbook_and_are_explained(roster):
    by_openpyxl(Path("marks.xlsx"), Marks=WIDE[:6])
    Path("competition.toml").write_text('panel = "marks.xlsx"\n')
    printed = judge("rank", "--roster", roster)
    assert "marks.xlsx: 5 jurors × 5 candidates, higher is better, 1 cell 's': recused" in printed


def test_a_roster_and_comparisons_may_be_workbooks(roster):
    people = by_openpyxl(Path("people.xlsx"), People=[["The Cup"], [], *ROSTER], Notes=[["x"]])
    rows = [["first", "second", "winner"], ["c00", "c01", "c00"], ["c01", "c02", "tie"]]
    book = by_xlsxwriter(Path("comparisons.xlsx"), Comparisons=[*rows, ["c02", "c00", "c02"]])
    printed = judge("rank", "--roster", people, "--comparisons", book)
    assert "people: 3 candidates ranked from 3 comparisons" in printed
    judge("rank", "--roster", people, "--comparisons", book, "--out", "one")
    judge("rank", "--roster", roster, "--comparisons", book, "--out", "other")
    assert Path("one/ranking.csv").read_bytes() == Path("other/ranking.csv").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            (),
            "J2 gave 0 to every candidate in one, which others did not: a mark, or an absent juror",
        ),
        (("--round", "one"), "--zeros absent (no mark) or --zeros marks"),
        (
            ("--round", "none"),
            "no marks of round 'none' (did you mean 'one'?); choose one of one, two",
        ),
        (
            ("--zeros", "marks"),
            "choose one with --round, or several, comma-separated, which --pool",
        ),
        (("--pool", "sum", "--zeros", "marks"), "--pool sum: 1 of 3 candidates were not in all of"),
        (("--pool", "sum", "--zeros", "marks"), "use --pool additive, which allows for that"),
        (("--pool", "mean"), "--pool mean: no such choice; choose additive or best or sum"),
        (("--unmarked", "last", "--pool", "best"), "--unmarked last: marks of several rounds"),
    ],
)
def test_errors_say_which_option_to_give(tmp_path, options, words):
    one = [["Name", "J1", "J2"], ["a", 1, 0], ["b", 2, 0], ["c", 3, 0]]
    book = by_openpyxl(tmp_path / "in.xlsx", one=one, two=one[:3])
    options = options or ("--pool", "additive")
    result = CliRunner().invoke(app, ["rank", "--panel", str(book), *options])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_the_official_marks_of_2025_as_a_workbook_are_the_same_comparisons(tmp_path):
    competition = load_competition("icpc2025")
    names = competition.roster.set_index("candidate")["name"]
    marks = pd.read_csv(competition.panel)
    sheets = {}
    for stage, own in marks[marks["round"].isin(["stage3", "final"])].groupby("round"):
        cells = own.assign(mark=own["mark"].astype(object).where(own["recused"] == "no", "s"))
        wide = cells.pivot_table("mark", "candidate", "juror", aggfunc="first")
        rows = [[names[who], *row] for who, row in zip(wide.index, wide.to_numpy(), strict=True)]
        sheets[stage] = [[f"Sheet of {stage}"], [], ["Pianist", *wide.columns], *rows]
    book = by_openpyxl(tmp_path / "marks.xlsx", **sheets)
    for stage in ("final", "stage3", "stage3,final"):
        own, official = (
            load_comparisons(competition, marks_file=file, round_name=stage)
            for file in (book, None)
        )
        assert to_csv(own.table) == to_csv(official.table)
        assert (own.source, own.decided_score) == (official.source, official.decided_score)
