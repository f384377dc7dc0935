"""The cells of a table's file: a CSV in any encoding, or an Excel workbook, as rows of text.

Conventions
-----------
A CSV is one sheet. Its fields are separated as in most of its first lines: by tabs, semicolons or
commas, or as a first line ``sep=;`` says. A workbook has a sheet for each of its own. Blank rows
are left out; rows are numbered as an editor or a spreadsheet does, from 1.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ranking.errors import TableError
from ranking.files.contents import decode_table, is_workbook
from ranking.files.text import escape_controls, read_bytes

MAX_COLUMNS = 16_384
"""Columns of a table, as many as a spreadsheet has."""
LONGEST_LINE = 1 << 22
"""Characters of a line of a CSV."""
DELIMITERS = ",;\t"  # of equals the first
SAMPLE = 40  # lines that tell how fields are separated
SEPARATOR_LINE = re.compile(r"\s*\"?sep=(\t|[^\w\s])\"?[ \t]*(\r\n|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """Rows of text, and where in the file they are."""

    path: Path
    rows: list[list[str]]
    """Fields of each row that is not blank, as they are written."""
    lines: list[int]
    """Line, or row of the spreadsheet, that each row ends on, from 1."""
    decimal_comma: bool
    """Whether numbers may have a decimal comma: commas do not separate fields."""
    name: str = ""
    """Name of the sheet in a workbook; empty of a CSV."""
    hidden: bool = False
    """Whether a spreadsheet does not show it."""
    remarks: tuple[str, ...] = ()
    """What was assumed to read it, such as the encoding."""

    @property
    def title(self) -> str:
        """The file, and the sheet of a workbook."""
        sheet = f", sheet {escape_controls(self.name)!r}" if self.name else ""
        return f"{self.path.name}{sheet}"

    @property
    def row_word(self) -> str:
        """What a row is called where the file is opened: a line or a row."""
        return "row" if self.name else "line"

    def where(self, row: int) -> str:
        """Return file, sheet and line of a row, counted from 0, for an error."""
        return f"{self.title}, {self.row_word} {self.lines[row]}"


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Return the sheets of a file; one, if it is a CSV.

    Raises
    ------
    TableError
        If it cannot be opened, is damaged, or is no table.
    """
    raw = read_bytes(path)
    if is_workbook(path.name, raw):
        from ranking.files.workbook import workbook_cells

        sheets = tuple(
            Sheet(path, rows, lines, decimal_comma=True, name=name, hidden=hidden)
            for name, rows, lines, hidden in workbook_cells(path.name, raw)
        )
        if not sheets:
            raise TableError(path.name, "this Excel workbook has no sheets with cells", "add one")
        return sheets
    text, remark = decode_table(path.name, raw)
    declared = SEPARATOR_LINE.match(text)
    first = text[: declared.end()].count("\n") or 1 if declared else 0
    text = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter(text)
    rows, lines = _records(path, text, delimiter, first)
    return (Sheet(path, rows, lines, delimiter != ",", remarks=(remark,) if remark else ()),)


def refuse_columns(path: Path, place: str, columns: int) -> NoReturn:
    """Raise the error of a table that is too wide.

    Parameters
    ----------
    path : the file
    place : line or sheet that is too wide
    columns : how many it has
    """
    raise TableError(
        f"{path.name}, {place}",
        f"{columns:,} fields; a table has at most {MAX_COLUMNS:,} columns",
        "is every row on a line of its own?",
    )


def _refuse_long_line(path: Path, text: str) -> None:
    """Refuse a text that has a line of more than :data:`LONGEST_LINE` characters."""
    start = 0
    while len(text) - start > LONGEST_LINE:
        stop = start + LONGEST_LINE
        end = max(text.rfind("\n", start, stop), text.rfind("\r", start, stop))
        if end < 0:
            raise TableError(
                path.name,
                f"a line is longer than {LONGEST_LINE:,} characters",
                "is every row on a line of its own?",
            )
        start = end + 1


def _delimiter(text: str) -> str:
    """What separates fields: that by which most of the first lines have equally many, 2 or more."""
    lines = [line for line in re.split("[\r\n]+", text[: SAMPLE * 4000])[:SAMPLE] if line.strip()]
    bare = [re.sub('"[^"]*"', "", line) for line in lines]

    def alike(delimiter: str) -> tuple[int, int]:
        fields = Counter(filter(None, (line.count(delimiter) for line in bare)))
        return max(fields.values(), default=0), bare[0].count(delimiter)

    return max(DELIMITERS, key=alike) if bare else ","


def _records(
    path: Path, text: str, delimiter: str, first: int
) -> tuple[list[list[str]], list[int]]:
    """Rows that are not blank, and the line that each ended on."""
    _refuse_long_line(path, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS:
                refuse_columns(path, f"line {reader.line_num + first}", len(row))
            if any(map(str.strip, row)):
                rows.append(row)
                lines.append(reader.line_num + first)
    except csv.Error as error:
        raise TableError(
            f"{path.name}, line {reader.line_num + first}",
            f"this is no row of a CSV file ({error})",
            "close every quotation mark, and keep fields below 128 kB",
        ) from None
    return rows, lines
