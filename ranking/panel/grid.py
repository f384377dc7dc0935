"""A sheet of marks taken apart: its header, columns of marks, labels, and totals to leave out.

Conventions
-----------
The header is the row above the first one with marks. A column is of *marks* where most of its cells
are numbers, or words for no mark, unless its header is the word for something else; other columns
are *labels*. Totals, averages and places are left out, recognised by their words or because they
are the sum or the mean of all marks before them; so are notes below the marks.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ranking.errors import TableError
from ranking.files.sheets import Sheet
from ranking.files.table_reader import HEADER_WITHIN, cleaned
from ranking.files.text import escape_controls
from ranking.panel.header_words import cell_meaning, header_role

NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
NAMING = frozenset({"candidate", "juror", "number", "first name", "last name", "round"})
"""Roles of columns that name somebody: a row with such a header is no row of marks."""
LABELS = NAMING | {"label", "recused"}
FEWEST = 3  # marks that must be sums or means before they are taken for such


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


def find_marks(sheet: Sheet, known: Callable[[str], bool]) -> Grid:
    """Return the table of marks in a sheet.

    Parameters
    ----------
    sheet : the sheet
    known : whether a word names a candidate, so that it is no total

    Raises
    ------
    TableError
        If there is none, or a column of marks has no name.
    """
    width = max(map(len, sheet.rows), default=0)
    cells = [[cleaned(cell) for cell in row] + [""] * (width - len(row)) for row in sheet.rows]
    header = _header(cells)
    if header is None:
        raise TableError(
            sheet.title,
            "no marks by jurors in it",
            "give columns juror, candidate and mark, or a row per candidate and a column per juror",
        )
    if header < 0:
        raise TableError(
            sheet.where(0), "marks without a header above them", "name the columns in a first line"
        )
    body = dict(enumerate(cells[header + 1 :], header + 1))
    above = tuple(cells[header - 1] if header else [""] * width)
    grid = Grid(sheet, header, above, tuple(cells[header]), body, (), ())
    grid = _without_sums(_with_rows_of_marks(_with_columns(grid), known))
    _refuse_nameless(grid)
    _refuse_short_rows(grid)
    return grid


def _header(cells: list[list[str]]) -> int | None:
    """The row above the first with marks; -1 where that is the first row, None without marks."""
    for fewest in (2, 1):
        for at, row in enumerate(cells[: HEADER_WITHIN + 1]):
            if sum(map(_is_mark, row[1:])) >= fewest and not _names_columns(row):
                return at - 1
    return None


def _is_mark(text: str) -> bool:
    """Whether a cell is a number, or a word for no mark."""
    return bool(text) and (is_number(text) or bool(cell_meaning(text)))


def _names_columns(row: list[str]) -> bool:
    return any(header_role(text) in NAMING for text in row if text and not is_number(text))


def _with_columns(grid: Grid) -> Grid:
    """The grid with its columns told apart."""
    marked: list[int] = []
    labels: list[int] = []
    unused: list[int] = []
    points: list[int] = []
    columns = zip(*grid.rows.values(), strict=True)
    for at, (name, column) in enumerate(zip(grid.names, columns, strict=True)):
        filled = [text for text in column if text]
        role = header_role(name) if name and not is_number(name) else ""
        numbers = sum(map(is_number, filled))
        marks = numbers + sum(bool(cell_meaning(text)) for text in filled if not is_number(text))
        if role in LABELS:
            labels.append(at)
        elif role == "mark" and numbers:
            points.append(at)
        elif role == "result" or not filled:
            unused += [at] if name else []
        elif 2 * marks < len(filled) or not (name or marked or labels):
            labels.append(at)
        else:
            marked.append(at)
    if points and not marked:
        raise TableError(
            grid.sheet.where(grid.header),
            f"the marks in column {grid.column(points[0])} are of no juror",
            "give columns juror, candidate and mark, or a column for each juror, by name",
        )
    unused += points  # beside jurors, points are a total
    named = replace(grid, marked=tuple(marked), labels=tuple(labels))
    return replace(named, unused_columns=tuple(map(named.column, sorted(unused))))


def _with_rows_of_marks(grid: Grid, known: Callable[[str], bool]) -> Grid:
    """The grid without totals, repeated headers and notes."""
    last = max((at for at, row in grid.rows.items() if _has_marks(grid, row)), default=-1)
    kept, unused = {}, []
    for at, row in grid.rows.items():
        label = next((row[column] for column in grid.labels if row[column]), "")
        total = header_role(label) == "result" and not known(label)
        words = {row[column] for column in grid.labels if row[column]}
        note = at > last and not any(map(known, words))
        if total or note or tuple(row) == grid.names:
            text = label or next(filter(None, row))
            word = grid.sheet.row_word
            unused.append(f"{escape_controls(text[:40])!r} ({word} {grid.sheet.lines[at]})")
        else:
            kept[at] = row
    return replace(grid, rows=kept, unused_rows=tuple(unused))


def _has_marks(grid: Grid, row: list[str]) -> bool:
    return any(_is_mark(row[column]) for column in grid.marked)


def _without_sums(grid: Grid) -> Grid:
    """The grid without columns and rows that are sums or means of all those before them."""
    text = [[row[column] for column in grid.marked] for row in grid.rows.values()]
    values = np.array([list(map(_value, row)) for row in text], dtype=float)
    if values.ndim < 2 or min(values.shape) < 2:
        return grid
    columns = [grid.marked[at] for at in _sums(values, [*zip(*text, strict=True)])]
    rows = [[*grid.rows][at] for at in _sums(values.T, text)]
    sums = {at: grid.rows[at] for at in rows}
    word = grid.sheet.row_word
    named = [
        f"{_first(row[column] for column in grid.labels)!r} ({word} {grid.sheet.lines[at]})"
        for at, row in sums.items()
    ]
    what = "the sum or mean of those before"
    left = replace(
        grid,
        marked=tuple(at for at in grid.marked if at not in columns),
        rows={at: row for at, row in grid.rows.items() if at not in sums},
        unused_columns=(*grid.unused_columns, *(f"{grid.column(at)}, {what}" for at in columns)),
        unused_rows=(*grid.unused_rows, *(f"{name}, {what}" for name in named)),
    )
    return _without_sums(left) if columns or rows else left  # a mean may come after a sum


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _value(text: str) -> float:
    return float(text.replace(",", ".")) if is_number(text) else np.nan


def _sums(values: np.ndarray, text: list[tuple[str, ...]] | list[list[str]]) -> Iterator[int]:
    """Yield the columns, shape (rows, columns), that are sums or means of all before them."""
    there = ~np.isnan(values)
    sums = np.cumsum(np.where(there, values, 0.0), axis=1)[:, :-1]
    numbers = np.cumsum(there, axis=1)[:, :-1]
    for at in range(2, values.shape[1]):
        rows = there[:, at] & (numbers[:, at - 1] > 1)
        if rows.sum() < FEWEST:
            continue
        own, total, count = values[rows, at], sums[rows, at - 1], numbers[rows, at - 1]
        digits = max(
            len(re.split("[.,]", word)[-1]) if re.search("[.,]", word) else 0 for word in text[at]
        )
        near = 0.5001 * 10.0 ** -min(digits, 6)
        is_sum = np.abs(own - total).max() <= 1e-6
        is_mean = digits > 0 and np.abs(own - total / count).max() <= near
        if (is_sum or is_mean) and np.ptp(own) > 0:
            yield at


def _refuse_nameless(grid: Grid) -> None:
    """Refuse marks whose column has no name."""
    nameless = [column for column in grid.marked if not grid.names[column]]
    if nameless:
        raise TableError(
            grid.sheet.where(grid.header),
            f"column {grid.column(nameless[0])} has marks, and no name above them",
            "name the juror or the candidate, or delete the column",
        )


def _refuse_short_rows(grid: Grid) -> None:
    """Refuse a line of a CSV that lacks fields: marks may have moved to the left."""
    wide = len(grid.sheet.rows[grid.header])
    short = next((at for at in grid.rows if len(grid.sheet.rows[at]) < wide), None)
    if short is not None:
        raise TableError(
            grid.sheet.where(short),
            f"the header has {wide} fields, this line has {len(grid.sheet.rows[short])}",
            "add fields, empty ones where there is no mark",
        )
