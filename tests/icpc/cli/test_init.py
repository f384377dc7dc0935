"""``judge init`` as a user meets it: files that can be ranked as they are."""

import shlex
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from cup import judge
from sheets import by_openpyxl
from sounds import piano, write_sound

from icpc.competition.competitions import read_competition

SHEET = """round,candidate,Ann,Bo,Cy
first,Ana Prado,20,19,s
first,Béla Kis,18,16,19
first,Chen Yu,21,17,23
final,Ana Prado,22,20,s
final,Chen Yu,21,18,23
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def next_commands(result):
    """The command lines that it names, each whole in its line."""
    assert result.exit_code == 0, result.stderr
    lines = [line.strip() for line in result.stdout.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("judge ")]


def ranked(words):
    """Names in the order of the ranking."""
    result = judge(*words, "--format", "csv")
    assert result.exit_code == 0, result.stderr
    return [line.split(",")[3] for line in result.stdout.splitlines()[1:]]


def written():
    return {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def test_examples_can_be_ranked_as_they_are_also_where_names_have_blanks_and_quotation_marks():
    folder = 'a "prize", Łódź'
    rank, report = next_commands(judge("init", folder))
    assert ranked(rank) == ["chen", "ana", "bela"]
    assert report[0] == "report"
    pairs = ["rank", "--roster", f"{folder}/roster.csv"]
    assert ranked([*pairs, "--comparisons", f"{folder}/comparisons.csv"])[0] == "chen"
    settings = tomllib.loads((Path(folder) / "competition.toml").read_text(encoding="utf-8"))
    assert settings == {"name": folder, "title": folder, "rounds": ["first", "final"]}


@pytest.mark.parametrize("sheet", [SHEET, SHEET.replace("first", 'the ""first""')])
def test_titles_of_rounds_are_proposed_and_can_be_uncommented(sheet):
    Path("sheet.csv").write_text(sheet, encoding="utf-8")
    judge("init", "own", "--panel", "sheet.csv")
    path = Path("own/competition.toml")
    lines = path.read_text(encoding="utf-8").splitlines()
    shown = [line.removeprefix("# ") if line[:3] in ("# [", '# "') else line for line in lines]
    path.write_text("\n".join(shown), encoding="utf-8")
    competition = read_competition(Path("own/roster.csv"))
    first, final = competition.rounds
    assert competition.titles_of_rounds == (f"Round 1: {first}", final)


def test_a_sheet_of_rounds_says_who_reached_which():
    Path("sheet.csv").write_text(SHEET, encoding="utf-8")
    rank, _ = next_commands(judge("init", "own", "--panel", "sheet.csv"))
    assert rank[-2:] == ["--round", "first"]
    assert ranked(rank)[-1] == "Béla Kis"
    competition = read_competition(Path("own/roster.csv"))
    assert competition.rounds == ("first", "final")
    assert competition.score.to_dict() == {"Ana Prado": 1, "Béla Kis": 0, "Chen Yu": 1}
    assert Path("own/marks.csv").read_bytes() == Path("sheet.csv").read_bytes()


def test_beside_a_sheet_of_marks_there_is_no_empty_file_of_comparisons():
    Path("sheet.csv").write_text(SHEET, encoding="utf-8")
    result = judge("init", "own", "--panel", "sheet.csv")
    files = {"competition.toml", "marks.csv", "roster.csv"}
    assert {path.name for path in Path("own").iterdir()} == files
    assert "comparisons" not in result.stdout


def test_rounds_that_do_not_follow_each_other_leave_who_reached_them_open():
    rows = SHEET.splitlines()
    Path("sheet.csv").write_text("\n".join([rows[0], *rows[4:], *rows[1:4], ""]), encoding="utf-8")
    result = judge("init", "own", "--panel", "sheet.csv")
    assert "fill in 'reached'" in result.stderr
    assert read_competition(Path("own/roster.csv")).score.isna().all()


def test_a_wide_workbook_with_a_title_is_copied_and_ranked():
    marks = [[f"Player {at:02}", *(25 - at + (at * j) % 2 for j in range(5))] for at in range(12)]
    by_openpyxl(Path("M.XLSX"), Marks=[["Prize"], [], ["candidate", *"ABCDE"], *marks])
    rank, _ = next_commands(judge("init", "own", "--panel", "M.XLSX"))
    assert rank[-1] == "own/marks.xlsx"
    assert sorted(ranked(rank)) == [row[0] for row in marks]


def test_recordings_give_ids_names_and_files():
    for name in ("ana_prado", "sub/Chen Yu"):
        Path("recorded/sub").mkdir(parents=True, exist_ok=True)
        write_sound(Path("recorded") / f"{name}.wav", piano(1, 8000, 0), 8000)
    commands = next_commands(judge("init", "own", "--recordings", "recorded"))
    assert commands[0] == ["rank", "--roster", "own/roster.csv", "--recordings", "recorded"]
    roster = pd.read_csv("own/roster.csv", keep_default_na=False)
    assert roster[["candidate", "name", "recording"]].to_numpy().tolist() == [
        ["ana_prado", "Ana Prado", "ana_prado.wav"],
        ["Chen Yu", "Chen Yu", "sub/Chen Yu.wav"],
    ]
    empty = judge(*commands[1])
    assert empty.exit_code == 2
    assert "marks.csv: there are no marks in it yet; fill some in" in empty.stderr


@pytest.mark.parametrize("there", ["roster.csv", "competition.toml", "marks.csv"])
def test_nothing_is_overwritten_and_nothing_half_written(there):
    Path("own").mkdir()
    (Path("own") / there).write_text("mine")
    before = written()
    result = judge("init", "own")
    assert result.exit_code == 2
    assert f"own: {there}: there already, and never overwritten; name another" in result.stderr
    assert written() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["file"], "file: this is a file, no folder; name a new folder"),
        (["own", "--recordings", "none"], "none: there is no such folder; check --recordings"),
        (["own", "--panel", "none.csv"], "none.csv: there is no such file; check the path"),
        (["own", "--panel", "file"], "file: the file is empty"),
        (["own", "--panel", "a", "--recordings", "b"], "each says who the candidates are"),
    ],
)
def test_bad_input_is_refused_in_three_parts(arguments, words):
    Path("file").touch()
    before = written()
    result = judge("init", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert written() == before


def header_of(words):
    """The names of columns of a printed ranking."""
    (header,) = [line for line in judge(*words).stdout.splitlines() if "wins/of" in line]
    return header.split()


def test_a_ranking_is_printed_without_columns_that_are_empty_for_everybody():
    rank, _ = next_commands(judge("init", "own"))
    assert header_of(rank) == ["rank", "95", "%", "candidate", "wins/of", "rate", "strength"]
    roster = Path("own/roster.csv")
    last = ranked(rank)[-1]
    lines = [
        line.replace(",,,", ",PL,,") if line.startswith(last) else line
        for line in roster.read_text(encoding="utf-8").splitlines()
    ]
    roster.write_text("\n".join(lines), encoding="utf-8")
    for more in ((), ("--top", "1")):  # also where those who are printed have none
        header = header_of([*rank, *more])
        assert "from" in header
        assert "reached" not in header
