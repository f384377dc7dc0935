"""A table of marks in a sheet: which rows and columns have marks, and where each cell is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.files.sheets import Sheet
from ranking.files.text import escape_controls
from ranking.panel.header_words import cell_meaning

NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Grid:
    """A sheet's table of marks."""

    sheet: Sheet
    """The sheet that it is in."""
    header: int
    """Number of the header's row in the sheet, from 0."""
    above: tuple[str, ...]
    """The row above the header, where rounds may stand; empty texts where there is none."""
    names: tuple[str, ...]
    """Header of each column."""
    rows: dict[int, list[str]]
    """Cells of each row below the header, by its number in the sheet."""
    marked: tuple[int, ...]
    """Numbers of the columns of marks."""
    labels: tuple[int, ...]
    """Numbers of the columns that say whose row it is."""
    unused_columns: tuple[str, ...] = ()
    """Columns that were left out, as an error or a remark names them."""
    unused_rows: tuple[str, ...] = ()
    """Rows that were left out."""

    def column(self, number: int) -> str:
        """Return what a column is called: its name, or else its letter."""
        name = escape_controls(self.names[number])
        return repr(name) if name else letters(number)

    @property
    def values(self) -> np.ndarray:
        """The marks, shape (rows, columns of marks), NaN where there is no number."""
        return np.array(
            [[_value(row[column]) for column in self.marked] for row in self.rows.values()],
            dtype=float,
        ).reshape(len(self.rows), len(self.marked))

    def labelled(self, row: Sequence[str]) -> int:
        """Return in how many columns of labels a row has a text."""
        return sum(bool(row[column]) for column in self.labels)

    def place(self, row: int, column: int) -> str:
        """Return where in the file a cell is, for an error."""
        if self.sheet.name:
            cell = f"{letters(column)}{self.sheet.lines[row]}"
            return f"sheet {escape_controls(self.sheet.name)!r}, cell {cell}"
        return f"line {self.sheet.lines[row]}, column {self.column(column)}"


def is_number(text: str) -> bool:
    """Return whether a cell is a number, with a decimal point or a decimal comma."""
    return bool(NUMBER.fullmatch(text))


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column, numbered from 0: A, B, … Z, AA."""
    text, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        text = chr(ord("A") + letter) + text
    return text


def is_mark(text: str) -> bool:
    """Return whether a cell is a number, or a word for no mark."""
    return bool(text) and (is_number(text) or cell_meaning(text) not in {"", "yes or no"})


def is_like_a_mark(text: str) -> bool:
    """Return whether a cell begins as a number ("25*", "80 %") or formula, or means no mark."""
    return bool(re.match(r"[+-]?\d|=", text)) or is_mark(text)


def _value(text: str) -> float:
    return float(text.replace(",", ".")) if is_number(text) else np.nan
