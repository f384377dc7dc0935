"""Read any table that people have, CSV or Excel, or say which line cannot be read.

Conventions
-----------
A file is text in any usual encoding, or an Excel workbook: :mod:`ranking.files.sheets`. The header
is the first row that has the columns that are needed; rows above it are titles, and a remark says
so. Of a workbook the one sheet with such a header is read. Header names are case-insensitive. Blank
lines are skipped. Every field is stripped and brought to Unicode's composed form (NFC), so that "é"
typed on one machine equals "é" typed on another. Lines are numbered as an editor does, from 1.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from ranking.deprecation import warn_renamed
from ranking.errors import TableError
from ranking.files.sheets import Sheet, read_sheets
from ranking.files.text import did_you_mean, escape_controls, normalised, unescape_field

HEADER_WITHIN = 30
"""Rows among which a header is looked for."""
QUOTED_DECIMAL = r"[+-]?\d+,(?:\d\d?|\d{4,})"
"""A number with a decimal comma between other commas; three places may be thousands."""
TITLE_LENGTH = 80
"""Characters of titles that a remark shows."""


@dataclass(frozen=True)
class CsvFile:
    """A table as text, and where in its file each row stands."""

    path: Path
    rows: pd.DataFrame
    """Fields as text, by column name."""
    lines: np.ndarray
    """Line of the file that each row ends on, from 1."""
    decimal_comma: bool
    """Whether numbers may have a decimal comma: commas do not separate fields."""
    sheet: str = ""
    """Name of the sheet of a workbook; empty of a CSV."""
    remarks: tuple[str, ...] = ()
    """What was assumed to read it, and what of it was not used."""
    places: tuple[str, ...] = ()
    """Where each row is, in words, if it is not a line of its own; empty if each is."""

    def where(self, row: int) -> str:
        """Return the file name and line of a row, counted from 0, for an error."""
        if self.places:
            return f"{self.path.name}, {self.places[row]}"
        if self.sheet:
            sheet = escape_controls(self.sheet)
            return f"{self.path.name}, sheet {sheet!r}, row {self.lines[row]}"
        return f"{self.path.name}, line {self.lines[row]}"

    def first_where(self, faulty: pd.Series) -> int | None:
        """Return the row number of the first true value, None if all are false."""
        rows = np.flatnonzero(faulty.to_numpy(dtype=bool))
        return int(rows[0]) if len(rows) else None

    def numbers(self, column: str) -> pd.Series:
        """Return a column as float64; empty fields are missing.

        Raises
        ------
        TableError
            If a field holds anything but a finite number.
        """
        text = self.rows[column]
        plain = text.str.replace(",", ".", regex=False) if self.decimal_comma else text
        values = pd.to_numeric(plain.mask(plain == ""), errors="coerce").astype("float64")
        quoted = text[(text != "") & values.isna()]
        quoted = quoted[quoted.str.fullmatch(QUOTED_DECIMAL)]
        if len(quoted):
            values[quoted.index] = quoted.str.replace(",", ".", regex=False).astype("float64")
        bad = self.first_where(((text != "") & values.isna()) | np.isinf(values))
        if bad is not None:
            raise TableError(
                self.where(bad),
                f"{column!r} is {text.iloc[bad]!r}, which is not a number",
                _how_to_write(text.iloc[bad]),
            )
        return values

    def flags(self, column: str) -> pd.Series:
        """Return a column of yes and no as bool; empty fields mean no.

        Raises
        ------
        TableError
            If a field holds anything else.
        """
        text = self.rows[column].str.lower()
        yes = text.isin(["yes", "true", "1"])
        bad = self.first_where(~yes & ~text.isin(["no", "false", "0", ""]))
        if bad is not None:
            raise TableError(
                self.where(bad),
                f"{column!r} is {self.rows[column].iloc[bad]!r}",
                "write yes or no",
            )
        return yes


def read_csv(
    path: Path,
    required: tuple[str, ...],
    renamed: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> CsvFile:
    """Return the file's rows as text, at least the ``required`` columns among them.

    Parameters
    ----------
    path : the file: CSV, delimited by commas, semicolons or tabs, or an Excel workbook
    required : columns that must be there
    renamed : new names by old name of columns that were called otherwise; each has its values

    Raises
    ------
    TableError
        If the file cannot be opened or decoded, has no rows, lacks a required column, or a row has
        more or fewer fields than the header.
    """

    def has_all(names: Sequence[str]) -> bool:
        return {*required} <= {*names, *(new for name in names for new in renamed.get(name, ()))}

    return table_of_sheet(*_sheet_with(read_sheets(path), has_all), required, renamed)


def read_table(path: Path, is_header: Callable[[Sequence[str]], bool]) -> CsvFile:
    """Return the file's rows as text, whatever its columns are called.

    Parameters
    ----------
    path : the file: CSV or an Excel workbook
    is_header : whether a row, as names of columns, is the header that is looked for; where none is,
        the first row is taken

    Raises
    ------
    TableError
        If the file cannot be opened or decoded, has no rows, or a row has more or fewer fields than
        the header.
    """
    return table_of_sheet(*_sheet_with(read_sheets(path), is_header), ())


def table_of_sheet(
    sheet: Sheet,
    header: int,
    required: tuple[str, ...],
    renamed: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> CsvFile:
    """Return the rows below the header of a sheet as text, by column.

    Parameters
    ----------
    sheet : the sheet
    header : number of the row that names the columns, from 0
    required : columns that must be there
    renamed : new names by old name of columns that were called otherwise; each has its values

    Raises
    ------
    TableError
        If there are no rows, a required column is missing, or a row has more or fewer fields than
        the header.
    """
    if not sheet.rows:
        kind = "sheet" if sheet.name else "file"
        raise TableError(
            sheet.title, f"the {kind} is empty", f"its first line must be {_line(required)}"
        )
    names = column_names(sheet.rows[header])
    old = {name: new for name, new in renamed.items() if name in names and not {*new} & {*names}}
    warn_renamed(sheet.path.name, ((name, *new) for name, new in old.items()))
    fields = [(new, at) for at, name in enumerate(names) for new in old.get(name, (name,))]
    _require(sheet.where(header), [name for name, _ in fields], required)
    rows = _rows_below(sheet, header)
    if not rows:
        raise TableError(
            sheet.title, "there is a header, but no row below it", "give at least one row"
        )
    columns = [_clean(column) for column in zip(*rows, strict=True)]
    return CsvFile(
        sheet.path,
        pd.DataFrame({name: columns[at] for name, at in fields}),
        np.asarray(sheet.lines[header + 1 :]),
        sheet.decimal_comma,
        sheet.name,
        (*sheet.remarks, *titles_above(sheet, header)),
    )


def titles_above(sheet: Sheet, header: int) -> list[str]:
    """Return a remark on the rows above the header, numbered from 0; none if there are none."""
    if not header:
        return []
    texts = [" ".join(" ".join(filter(str.strip, row)).split()) for row in sheet.rows[:header]]
    shown = escape_controls(" / ".join(texts))
    return [
        f"the header is {sheet.row_word} {sheet.lines[header]}; above it, not used: "
        f"{shown if len(shown) <= TITLE_LENGTH else shown[:TITLE_LENGTH] + '…'}"
    ]


def column_names(row: Sequence[str]) -> list[str]:
    """Return the names of columns as they are compared: composed, stripped, in lower case."""
    return [_composed(name).lower() for name in row]


def cleaned(text: str) -> str:
    """Return a field composed (NFC), stripped, without what made it safe to open."""
    return unescape_field(_composed(text))


def _composed(text: str) -> str:
    return normalised(text).strip()


def _sheet_with(
    sheets: tuple[Sheet, ...], is_header: Callable[[Sequence[str]], bool]
) -> tuple[Sheet, int]:
    """The sheet that has the columns that are needed, and the row that names them."""
    shown = [sheet for sheet in sheets if not sheet.hidden] or list(sheets)
    found = [
        (sheet, header) for sheet in shown if (header := _header(sheet, is_header)) is not None
    ]
    if len(found) > 1:
        titles = " and ".join(repr(escape_controls(sheet.name)) for sheet, _ in found)
        raise TableError(
            found[0][0].path.name,
            f"sheets {titles} can each be this table",
            "keep one of them in the workbook, or export it as CSV",
        )
    sheet, header = found[0] if found else (shown[0], 0)
    others = [
        f"{escape_controls(one.name)!r}{' (hidden)' if one.hidden else ''}"
        for one in sheets
        if one is not sheet and (one.rows or one.hidden)
    ]
    if not others:
        return sheet, header
    which = "sheet" if len(others) == 1 else "sheets"
    remark = (
        f"read from sheet {escape_controls(sheet.name)!r}; {which} not used: {', '.join(others)}"
    )
    return replace(sheet, remarks=(*sheet.remarks, remark)), header


def _header(sheet: Sheet, is_header: Callable[[Sequence[str]], bool]) -> int | None:
    """The first row that names the columns that are needed, None if there is none."""
    rows = enumerate(sheet.rows[:HEADER_WITHIN])
    return next((at for at, row in rows if is_header(column_names(row))), None)


def _rows_below(sheet: Sheet, header: int) -> list[list[str]]:
    """The rows below the header, as wide as it."""
    width, rows = len(sheet.rows[header]), sheet.rows[header + 1 :]
    for at, row in enumerate(rows):
        if len(row) > width and not any(map(str.strip, row[width:])):
            rows[at] = row[:width]
        elif len(row) != width:
            raise TableError(
                sheet.where(header + 1 + at),
                f"the header has {width} fields, this line has {len(row)}",
                "add or remove fields; put a field that holds a comma or semicolon in quotes",
            )
    return rows


def _require(where: str, names: list[str], required: tuple[str, ...]) -> None:
    """Refuse a header that lacks a required column, or has one twice."""
    twice = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if twice:
        raise TableError(where, f"there are two columns {twice[0]!r}", "rename one of them")
    for column in required:
        if column not in names:
            raise TableError(
                where,
                f"no column {column!r}{did_you_mean(column, names)} among {_line(tuple(names))}",
                f"the header needs {_line(required)}",
            )


def _how_to_write(text: str) -> str:
    """What to do about a field that should be a number."""
    if text.startswith("="):
        return "a formula that was never calculated: open the workbook in a spreadsheet and save it"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return "a spreadsheet took it for a day: format the cell as a number, and type it again"
    return "write digits with a decimal point, or leave the field empty"


def _clean(column: tuple[str, ...]) -> np.ndarray:
    """Fields as they are meant; each distinct text is worked on once."""
    codes, distinct = pd.factorize(np.asarray(column, dtype=object))
    return np.array([cleaned(text) for text in distinct], dtype=object)[codes]


def _line(names: tuple[str, ...]) -> str:
    return escape_controls(",".join(names))
