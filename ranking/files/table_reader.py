"""Read any CSV that people have, or say which line cannot be read.

Conventions
-----------
Text is UTF-8, with or without a byte-order mark, or UTF-16 with one. Fields are separated by
commas, semicolons or tabs, as the header is. Header names are case-insensitive. Blank lines are
skipped. Every field is stripped and brought to Unicode's composed form (NFC), so that an "é" typed
on one machine equals an "é" typed on another. Lines are counted as an editor does, from 1.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from ranking.deprecation import warn_renamed
from ranking.errors import TableError
from ranking.files.text import FORMULA_STARTS, did_you_mean, escape_controls, read_text

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class CsvFile:
    """A CSV file as text, and where in it each row stands."""

    path: Path
    rows: pd.DataFrame
    """Fields as text, by column name."""
    lines: np.ndarray
    """Line of the file that each row ends on, from 1."""
    decimal_comma: bool
    """Whether numbers may have a decimal comma: commas do not separate fields."""

    def where(self, row: int) -> str:
        """Return the file name and line of a row, counted from 0, for an error."""
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
        bad = self.first_where(((text != "") & values.isna()) | np.isinf(values))
        if bad is not None:
            raise TableError(
                self.where(bad),
                f"{column!r} is {text.iloc[bad]!r}, which is not a number",
                "write digits with a decimal point, or leave the field empty",
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
    path : the file, in UTF-8 or UTF-16, delimited by commas, semicolons or tabs
    required : columns that must be there
    renamed : new names by old name of columns that were called otherwise; each has its values

    Raises
    ------
    TableError
        If the file cannot be opened or decoded, has no rows, lacks a required column, or a row has
        more or fewer fields than the header.
    """
    text = read_text(path)
    header = re.split("[\r\n]", text.lstrip(), maxsplit=1)[0]
    delimiter = max(DELIMITERS, key=re.sub('"[^"]*"', "", header).count)
    names, rows, ends = _records(path, text, delimiter)
    if not names:
        raise TableError(
            path.name, "the file is empty", f"its first line must be {_line(required)}"
        )
    old = {name: new for name, new in renamed.items() if name in names and not {*new} & {*names}}
    warn_renamed(path.name, ((name, *new) for name, new in old.items()))
    fields = [(new, at) for at, name in enumerate(names) for new in old.get(name, (name,))]
    _require(f"{path.name}, line {ends[0]}", [name for name, _ in fields], required)
    if not rows:
        raise TableError(
            path.name, "there is a header, but no row below it", "give at least one row"
        )
    columns = [_clean(column) for column in zip(*rows, strict=True)]
    table = pd.DataFrame({name: columns[at] for name, at in fields})
    return CsvFile(path, table, np.asarray(ends[1:]), delimiter != ",")


def _records(path: Path, text: str, delimiter: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Header names, rows as wide as the header, and the line the header and each row ended on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    rows, ends = [], []
    try:
        for row in reader:
            if not any(map(str.strip, row)):
                continue
            if not names:
                names = [_composed(name).lower() for name in row]
            elif len(row) == len(names):
                rows.append(row)
            else:
                raise TableError(
                    f"{path.name}, line {reader.line_num}",
                    f"the header has {len(names)} fields, this line has {len(row)}",
                    "add or remove fields; put a field that holds a comma or semicolon in quotes",
                )
            ends.append(reader.line_num)
    except csv.Error as error:
        raise TableError(
            f"{path.name}, line {reader.line_num}",
            f"this is no row of a CSV file ({error})",
            "close every quotation mark, and keep fields below 128 kB",
        ) from None
    return names, rows, ends


def _require(where: str, names: list[str], required: tuple[str, ...]) -> None:
    """Refuse a header that lacks a required column, or has one twice."""
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise TableError(where, f"there are two columns {twice[0]!r}", "rename one of them")
    for column in required:
        if column not in names:
            raise TableError(
                where,
                f"no column {column!r}{did_you_mean(column, names)} among {_line(tuple(names))}",
                f"the header needs {_line(required)}",
            )


def _clean(column: tuple[str, ...]) -> np.ndarray:
    """Fields stripped and composed; each distinct text is worked on once."""
    codes, distinct = pd.factorize(np.asarray(column, dtype=object))
    return np.array([_disarmed(_composed(text)) for text in distinct], dtype=object)[codes]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _disarmed(text: str) -> str:
    """Undo the apostrophe that keeps a spreadsheet from running text as a formula."""
    return (
        text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) else text
    )


def _line(names: tuple[str, ...]) -> str:
    return escape_controls(",".join(names))
