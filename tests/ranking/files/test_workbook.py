"""Excel workbooks, written by the programs that people use, read as tables."""

import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from ranking.errors import TableError
from ranking.files import workbook
from ranking.files.sheets import read_sheets
from ranking.files.table_reader import read_csv

ROWS = [["candidate", "name", "score"], ["007", "Zoë Łęcka", 1.5], ["b", "Bo", 2]]


def by_openpyxl(path: Path, hidden=(), **sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def by_xlsxwriter(path: Path, **sheets) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter])
def test_a_workbook_is_read_as_a_csv_is(tmp_path, write):
    file = read_csv(write(tmp_path / "in.xlsx", Roster=ROWS), ("candidate",))
    assert file.rows["candidate"].tolist() == ["007", "b"]
    assert file.rows["name"].tolist() == ["Zoë Łęcka", "Bo"]
    assert file.numbers("score").tolist() == [1.5, 2.0]
    assert file.where(1) == "in.xlsx, sheet 'Roster', row 3"
    assert file.remarks == ()


def test_titles_empty_rows_and_other_sheets_are_passed_over_by_name(tmp_path):
    rows = [["The Cup 2025"], [], ["Warsaw", None, "final"], *ROWS, []]
    path = by_openpyxl(tmp_path / "in.xlsx", ("Old",), Notes=[["x"]], Roster=rows, Old=ROWS)
    file = read_csv(path, ("candidate", "score"))
    assert file.numbers("score").tolist() == [1.5, 2.0]
    assert file.where(0) == "in.xlsx, sheet 'Roster', row 5"
    assert file.remarks == (
        "read from sheet 'Roster'; sheets not used: 'Notes', 'Old' (hidden)",
        "the header is row 4; above it, not used: The Cup 2025 / Warsaw final",
    )


def test_two_sheets_with_the_same_columns_are_refused(tmp_path):
    path = by_openpyxl(tmp_path / "in.xlsx", One=ROWS, Two=ROWS)
    with pytest.raises(TableError, match="sheets 'One' and 'Two' can each be this table; keep"):
        read_csv(path, ("candidate",))


def test_values_are_those_stored(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "in.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(
            0, 0, [22.45, 1e-05, 3.0, True, "1,5"], book.add_format({"num_format": "0"})
        )
        sheet.write_datetime(
            1, 0, datetime.datetime(2025, 10, 5), book.add_format({"num_format": 14})
        )
        sheet.write_formula(1, 1, "=A1*2", value=44.9)
    (read,) = read_sheets(tmp_path / "in.xlsx")
    assert read.rows == [["22.45", "1e-05", "3", "True", "1,5"], ["2025-10-05", "44.9", "", "", ""]]


def test_formulas_that_were_never_calculated_and_days_are_no_numbers(tmp_path):
    rows = [["a", "b", "c"], [1, "=A2*2", datetime.date(2026, 10, 5)], [1, 2, 3]]
    file = read_csv(by_openpyxl(tmp_path / "in.xlsx", Marks=rows), ("a", "b"))
    assert file.rows["b"].tolist() == ["=A2*2", "2"]
    with pytest.raises(TableError, match=r"sheet 'Marks', row 2: 'b' is '=A2.2', .* never calc"):
        file.numbers("b")
    with pytest.raises(
        TableError, match=r"'c' is '2026-10-05', .* a spreadsheet took it for a day"
    ):
        file.numbers("c")


def test_an_empty_sheet_has_no_rows(tmp_path):
    path = by_openpyxl(tmp_path / "in.xlsx", Empty=[])
    assert read_sheets(path)[0].rows == []
    with pytest.raises(TableError, match=r"in.xlsx, sheet 'Empty': the sheet is empty; its first"):
        read_csv(path, ("candidate",))


def damaged(raw: bytes) -> list[bytes]:
    """The bytes cut off, with bytes changed, and without each of their parts."""
    parts = zipfile.ZipFile(io.BytesIO(raw))
    found = [raw[:size] for size in range(4, len(raw), len(raw) // 20)]
    found += [raw[:at] + b"\xff\xff" + raw[at + 2 :] for at in range(4, len(raw), len(raw) // 60)]
    for left_out in parts.namelist():
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for name in parts.namelist():
                if name != left_out:
                    archive.writestr(name, parts.read(name))
        found.append(held.getvalue())
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for part in parts.namelist():
                archive.writestr(part, parts.read(part)[:-30] if part == name else parts.read(part))
        found.append(held.getvalue())
    return found


def test_a_damaged_workbook_is_read_or_refused_with_a_sentence(tmp_path):
    raw = by_openpyxl(tmp_path / "in.xlsx", Roster=ROWS).read_bytes()
    path, refused = tmp_path / "damaged.xlsx", 0
    for bad in damaged(raw):
        path.write_bytes(bad)
        try:
            read_sheets(path)
        except TableError as error:
            refused += 1
            assert "damaged" in str(error) or "ZIP archive" in str(error)
    assert refused > 30


def test_a_row_far_below_is_not_reached_by_empty_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "LAST_ROW", 1000)
    path = by_openpyxl(tmp_path / "far.xlsx", s=[["candidate"], ["anna"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'row r="2"', b'row r="999999999999"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(TableError, match="damaged"):
        read_sheets(path)
