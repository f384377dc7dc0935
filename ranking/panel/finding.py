"""A sheet of marks taken apart: its header, columns of marks, and labels.

Conventions
-----------
The header is the row above the first one with marks. A column is of *marks* where most of its cells
are numbers, or words for no mark, unless its header is the word for something else; other columns
are *labels*, and so are numbers before the first label with words.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ranking.errors import TableError
from ranking.files.sheets import Sheet
from ranking.files.table_reader import HEADER_WITHIN, cleaned
from ranking.panel.grid import Grid, is_like_a_mark, is_mark, is_number
from ranking.panel.header_words import cell_meaning, header_role
from ranking.panel.totals import without_sums, without_totals

NAMING = frozenset({"candidate", "juror", "number", "first name", "last name", "round"})
"""Roles of columns that name somebody: a row with such a header is no row of marks."""
LABELS = NAMING | {"label", "recused"}
FAR = 5  # times the largest of all others, from which on numbers are no marks
FEWEST = 3  # rows whose numbers tell that they are no marks


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
    cells = [
        [" ".join(cleaned(cell).split()) for cell in row] + [""] * (width - len(row))
        for row in sheet.rows
    ]
    header = _header(cells)
    if header is None:
        raise _no_marks(sheet, cells)
    if header < 0:
        raise TableError(
            sheet.where(0), "marks without a header above them", "name the columns in a first line"
        )
    body = dict(enumerate(cells[header + 1 :], header + 1))
    above = tuple(cells[header - 1] if header else [""] * width)
    grid = Grid(sheet, header, above, tuple(cells[header]), body, (), ())
    grid = without_sums(without_totals(_with_columns(grid), known))
    if not (grid.marked and grid.rows):
        raise _no_marks(sheet, cells)
    _refuse_nameless(grid)
    _refuse_short_rows(grid)
    _refuse_other_numbers(grid)
    return grid


def _no_marks(sheet: Sheet, cells: list[list[str]]) -> TableError:
    """The error of a sheet without marks."""
    if any(cell_meaning(cell) == "yes or no" for row in cells for cell in row[1:]):
        return TableError(
            sheet.title, "votes of yes and no, and no numbers", "write 1 for yes and 0 for no"
        )
    return TableError(
        sheet.title,
        "no marks by jurors in it",
        "give columns juror, candidate and mark, or a row per candidate and a column per juror",
    )


def _header(cells: list[list[str]]) -> int | None:
    """The row above the first with marks; -1 where that is the first row, None without marks."""
    top = cells[: HEADER_WITHIN + 1]
    widest = max((sum(map(bool, row)) for row in top), default=0)
    for fewest, numbers in ((2, True), (1, True), (2, False)):
        for at, row in enumerate(top):
            whole = 2 * sum(map(bool, row)) >= widest
            whole = whole and (any(map(is_number, row[1:])) or not numbers)
            marks = sum(map(is_like_a_mark if whole else is_mark, row[1:]))
            if marks >= fewest and not _names_columns(row):
                return at - 1
    return None


def _names_columns(row: list[str]) -> bool:
    return any(header_role(text) in NAMING for text in row if text and not is_number(text))


def _with_columns(grid: Grid) -> Grid:
    """The grid with its columns told apart."""
    columns = list(zip(*grid.rows.values(), strict=True))
    kinds = [_kind(name, own) for name, own in zip(grid.names, columns, strict=True)]
    of = {kind: [at for at, own in enumerate(kinds) if own == kind] for kind in {*kinds}}
    marked, labels, points = (of.get(kind, []) for kind in ("marks", "label", "points"))
    words = [
        at
        for at in labels
        if header_role(grid.names[at]) not in {"label", "recused"}
        and not all(is_number(text) for text in columns[at] if text)
    ]
    if not words and not grid.names[0] and marked[:1] == [0]:
        labels, marked = [0, *labels], marked[1:]  # numbers without a header name the rows
    before = [at for at in marked if words and at < words[0]]
    if len(before) < len(marked):  # numbers before the names are no marks
        labels, marked = sorted([*before, *labels]), marked[len(before) :]
    if points and not marked:
        raise TableError(
            grid.sheet.where(grid.header),
            f"the marks in column {grid.column(points[0])} are of no juror",
            "give columns juror, candidate and mark, or a column for each juror, by name",
        )
    unused = [at for at in (*of.get("unused", []), *points) if grid.names[at]]
    named = replace(grid, marked=tuple(marked), labels=tuple(labels))
    return replace(named, unused_columns=tuple(map(named.column, sorted(unused))))


def _kind(name: str, column: Sequence[str]) -> str:
    """What a column is: marks, label, points (of no juror, or a total), or unused."""
    filled = [text for text in column if text]
    role = header_role(name) if name and not is_number(name) else ""
    marks = 2 * sum(map(is_like_a_mark, filled)) >= len(filled) > 0
    if role in LABELS:
        return "label"
    if role == "mark" and marks:
        return "points"
    if role == "result" or not (filled or name):
        return "unused"
    return "marks" if marks or not filled else "label"


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


def _refuse_other_numbers(grid: Grid) -> None:
    """Refuse a column whose numbers are far above all others: years or prices, and no marks."""
    values = grid.values
    if len(values) < FEWEST or values.shape[1] < 2:
        return
    size = np.abs(values)
    least, most = np.where(np.isnan(size), np.inf, size).min(0), np.nan_to_num(size).max(0)
    first, second = np.argsort(most)[::-1][:2]
    if np.isfinite(least[first]) and least[first] > FAR * most[second] > 0:
        raise TableError(
            grid.sheet.where(grid.header),
            f"numbers from {least[first]:g} to {most[first]:g} in column "
            f"{grid.column(grid.marked[first])}, and none above {most[second]:g} in the others: "
            "these are no marks by a juror",
            "delete the column, or correct its marks",
        )
