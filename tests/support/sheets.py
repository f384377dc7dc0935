"""Files of marks as people have them: one panel in many forms."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl
import xlsxwriter

Rows = Sequence[Sequence[object]]


def text_of(rows: Rows, delimiter: str = ",", *, decimal_comma: bool = False) -> str:
    """Return rows as CSV text."""
    held = io.StringIO()
    writer = csv.writer(held, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        cells = ["" if value is None else str(value) for value in row]
        if decimal_comma:
            cells = [
                cell.replace(".", ",") if isinstance(value, float) else cell
                for cell, value in zip(cells, row, strict=True)
            ]
        writer.writerow(cells)
    return held.getvalue()


def write_text(path: Path, rows: Rows, encoding: str = "utf-8", **form: object) -> Path:
    """Write rows as CSV, in an encoding."""
    path.write_bytes(text_of(rows, **form).encode(encoding))
    return path


def by_openpyxl(path: Path, hidden: Iterable[str] = (), **sheets: Rows) -> Path:
    """Write a workbook with a sheet for each name; blanks in names are underscores."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def by_xlsxwriter(path: Path, **sheets: Rows) -> Path:
    """Write a workbook with a sheet for each name; blanks in names are underscores."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name.replace("_", " "))
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def transposed(rows: Rows) -> Rows:
    """Return rows as columns."""
    return [*zip(*rows, strict=True)]
