"""A sheet with a row per candidate and a column per juror, or the reverse → a row per mark.

Conventions
-----------
Which are the candidates: with a roster, those of whom more are in it; else what the headers of the
first columns say ("candidate", "juror"), or what jurors are called ("J1", "Juror 2"). Where nothing
says so, the sheet is refused. A column "round", "stage", "run" or "dance" tells rounds apart; where
names of jurors repeat in the header, so does the row above it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.files.names import Names
from ranking.files.sheets import Sheet
from ranking.files.table_reader import CsvFile, titles_above
from ranking.files.text import escape_controls, list_some
from ranking.panel.finding import find_marks
from ranking.panel.grid import Grid
from ranking.panel.header_words import corner_role, header_role, titled_role

SHOWN = 12  # columns or rows that a remark names
SAY_WHICH = (
    "write 'candidate' above the names of the candidates, or 'juror' above those of the jurors, in "
    "the first cell of the header"
)
CANDIDATES_FIRST = (
    *("candidate", "full name", "last name", "", "first name", "number"),
    *("label", "juror", "mark", "recused", "result"),
)
JURORS_FIRST = (
    *("juror", "full name", "", "last name", "candidate", "first name", "number"),
    *("label", "mark", "recused", "result"),
)
"""Roles of the columns that rows are named by, the likeliest first."""


@dataclass(frozen=True)
class Labelled:
    """Who the rows of a grid are, from its columns of labels."""

    words: tuple[str, ...]
    """Name of each row."""
    columns: tuple[int, ...]
    """Numbers of the columns that the names are made of."""


def read_wide_marks(sheet: Sheet, names: Names | None) -> CsvFile:
    """Return a row for each cell with a mark or without: juror, candidate, mark, round.

    Parameters
    ----------
    sheet : the sheet
    names : who may be a candidate; None: whoever is in the sheet

    Raises
    ------
    TableError
        If it is no table of marks, or nothing says whether rows or columns are candidates.
    """
    grid = find_marks(sheet, lambda word: names is not None and bool(names.meant(word)))
    if not _options(grid):
        raise TableError(
            sheet.where(grid.header), "no column says whose marks a row has", "name each row"
        )
    _refuse_repeated(grid)
    by_row = _rows_are_candidates(grid, names)
    rounds, round_columns = _rounds(grid)
    merged = bool(round_columns)
    labelled = (
        _labels(grid, names, CANDIDATES_FIRST, merged=merged)
        if by_row
        else _labels(grid, None, JURORS_FIRST, merged=merged)
    )
    across = [grid.names[column] for column in grid.marked]
    size = (len(grid.rows), len(grid.marked))
    down, along = np.repeat(np.array(labelled.words, object), size[1]), np.tile(across, size[0])
    marks = [row[column] for row in grid.rows.values() for column in grid.marked]
    table = pd.DataFrame(
        {
            "juror": along if by_row else down,
            "candidate": down if by_row else along,
            "mark": np.array(marks, object),
        }
    )
    if rounds is not None:
        table["round"] = rounds.ravel()
    places = [grid.place(row, column) for row in grid.rows for column in grid.marked]
    used = {*labelled.columns, *round_columns}
    return CsvFile(
        sheet.path,
        table.astype(object),
        np.repeat([sheet.lines[row] for row in grid.rows], size[1]),
        sheet.decimal_comma,
        remarks=tuple(_remarks(grid, labelled, used, by_row=by_row)),
        places=tuple(places),
    )


def _rows_are_candidates(grid: Grid, names: Names | None) -> bool:
    """Whether rows are candidates and columns jurors."""
    if names is not None:
        rows = max(len(_known(one.words, names)) for _, one in _options(grid))
        columns = len(_known([grid.names[at] for at in grid.marked], names))
        if rows != columns:
            return rows > columns
    roles = {header_role(grid.names[at]) for at in grid.labels if grid.names[at]}
    roles |= {corner_role(grid.names[grid.labels[0]])}
    candidates, jurors = bool(roles & {"candidate", "first name", "last name"}), "juror" in roles
    if candidates != jurors:
        return candidates
    across = {titled_role(grid.names[at]) for at in grid.marked}
    down = {titled_role(word) for at in grid.labels for word in _column(grid, at)}
    by_row = "juror" in across or "candidate" in down
    if by_row != ("candidate" in across or "juror" in down):
        return by_row
    if "number" in roles:
        return True
    raise TableError(
        grid.sheet.where(grid.header),
        "marks in rows and columns, and nothing says which of them are the candidates",
        SAY_WHICH,
    )


def _column(grid: Grid, at: int) -> list[str]:
    return [row[at] for row in grid.rows.values()]


def _known(words: Sequence[str], names: Names) -> set[tuple[str, ...]]:
    return {meant for word in words if (meant := names.meant(word))}


def _options(grid: Grid) -> list[tuple[str, Labelled]]:
    """What rows may be called by, with the role of each: columns of labels, and full names."""
    roles = {at: header_role(grid.names[at]) for at in grid.labels}
    found = [
        (roles[at], Labelled(tuple(_column(grid, at)), (at,)))
        for at in grid.labels
        if roles[at] != "round"
    ]
    first, last = (
        next((at for at, role in roles.items() if role == name), None)
        for name in ("first name", "last name")
    )
    if first is None or last is None:
        return found
    full = tuple(" ".join(filter(None, (row[first], row[last]))) for row in grid.rows.values())
    return [("full name", Labelled(full, (first, last))), *found]


def _labels(grid: Grid, names: Names | None, roles: Sequence[str], *, merged: bool) -> Labelled:
    """Who each row is: those whom most names mean, or else by the likeliest column."""
    options = _options(grid)
    if merged:  # several rows of one, named in the first alone
        options = [(role, replace(one, words=_filled_down(one.words))) for role, one in options]
    if names is not None:
        known = [len(_known(one.words, names)) for _, one in options]
        if max(known):
            return options[known.index(max(known))][1]
    ordered = sorted(options, key=lambda option: roles.index(option[0]))
    whole = [one for _, one in ordered if all(one.words)]
    return whole[0] if whole else ordered[0][1]


def _filled_down(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(itertools.accumulate(words, lambda before, word: word or before))


def _rounds(grid: Grid) -> tuple[np.ndarray | None, tuple[int, ...]]:
    """The round of each cell, shape (rows, columns of marks), and the column that says it."""
    column = next((at for at in grid.labels if header_role(grid.names[at]) == "round"), None)
    size = (len(grid.rows), len(grid.marked))
    if column is not None:
        own = np.array(_filled_down(_column(grid, column)), object)
        return np.broadcast_to(own[:, None], size), (column,)
    if not _rounds_above(grid):
        return None, ()
    above = _filled_down([grid.above[at] for at in grid.marked])
    return np.broadcast_to(np.array(above, object), size), ()


def _rounds_above(grid: Grid) -> bool:
    """Whether the row above the header has names of rounds: names in the header repeat."""
    across = [grid.names[at] for at in grid.marked]
    return len({*across}) < len(across) and any(grid.above[at] for at in grid.marked)


def _refuse_repeated(grid: Grid) -> None:
    across = [grid.names[at] for at in grid.marked]
    if len({*across}) < len(across) and not _rounds_above(grid):
        twice = next(name for at, name in enumerate(across) if name in across[:at])
        raise TableError(
            grid.sheet.where(grid.header),
            f"there are two columns {escape_controls(twice)!r}",
            "rename one of them, or name their rounds in a row above",
        )


def _remarks(grid: Grid, labelled: Labelled, used: set[int], *, by_row: bool) -> Iterator[str]:
    """What was understood of the sheet."""
    one, other = ("candidate", "juror") if by_row else ("juror", "candidate")
    name = " ".join(filter(None, (grid.names[at] for at in labelled.columns)))
    called = f" ({escape_controls(name)!r})" if name else ""
    yield from grid.sheet.remarks
    yield f"a row per {one}{called}, a column per {other}"
    unused = (*(grid.column(at) for at in grid.labels if at not in used), *grid.unused_columns)
    for what, names in (("column", unused), ("row", grid.unused_rows)):
        if names:
            yield f"{what}{'s' * (len(names) > 1)} not used: {list_some(names, SHOWN)}"
    yield from titles_above(grid.sheet, grid.header - _rounds_above(grid))
