"""The file of a panel's marks → a row per mark, whatever its sheets look like.

Conventions
-----------
A sheet has a row per mark (columns juror, candidate and mark, or words that mean these), or a row
per candidate and a column per juror, or the reverse. Each sheet of a workbook that has marks is a
round, of the sheet's name; a single one is not. Hidden sheets are read where they are asked for by
name alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.headers import is_header
from ranking.comparisons.kinds import refuse_other_table
from ranking.errors import TableError
from ranking.files.names import Names, match_names
from ranking.files.sheets import Sheet, read_sheets
from ranking.files.table_reader import HEADER_WITHIN, CsvFile, column_names, table_of_sheet
from ranking.files.text import escape_controls
from ranking.panel.header_words import header_role
from ranking.panel.wide import read_wide_marks
from ranking.tables import MARKS, ROSTER

ROLES = (*MARKS, "recused", "round")
RENAMED = {"stage": ("round",)}
OF_OTHERS = {"winner", "p_first", "win_rate", "hit_rate", "at_most", "lost", "losses"}
"""Columns of comparisons, votes and results, which have numbers as sheets of marks do."""


def read_panel_file(path: Path, names: Names | None, rounds: Sequence[str] = ()) -> CsvFile:
    """Return a row for each mark of a file: juror, candidate, mark; and round, recused if it says.

    Parameters
    ----------
    path : CSV or Excel workbook
    names : who may be a candidate; None: whoever is in the file
    rounds : rounds that are asked for; those that are sheets are read, and no others

    Raises
    ------
    TableError, ComparisonsError
        If there are no marks in it, or it seems to be another kind of file.
    """
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows or sheet.hidden]
    asked = _sheets_asked_for(sheets, rounds)
    chosen = asked or [sheet for sheet in sheets if not sheet.hidden]
    read: list[tuple[Sheet, CsvFile]] = []
    errors: list[TableError] = []
    for sheet in chosen:
        try:
            read.append((sheet, _read(sheet, names)))
        except TableError as error:
            if asked or len(chosen) == 1:
                raise
            errors.append(error)
    if not read:
        if errors:
            raise errors[0]
        raise TableError(path.name, "the file is empty", "give it juror, candidate and mark")
    return _joined(read, sheets, as_rounds=bool(asked) or len(read) > 1)


def _sheets_asked_for(sheets: Sequence[Sheet], rounds: Sequence[str]) -> list[Sheet]:
    """The sheets that the rounds name, where each of them names one."""
    named = {sheet.name: sheet for sheet in sheets if sheet.name}
    found = match_names(rounds, Names(list(named))).found
    return [named[found[name]] for name in rounds] if {*rounds} <= found.keys() else []


def _read(sheet: Sheet, names: Names | None) -> CsvFile:
    """The marks of a sheet, as columns or as a grid."""
    for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        names_in_row = column_names(row)
        called = _called(names_in_row)
        if {*MARKS} <= called.keys():
            file = _with_roles(table_of_sheet(sheet, at, (), RENAMED), called)
            if {*MARKS} <= {*names_in_row} or _has_a_row_per_mark(file.rows):
                return file
        elif {"juror", "candidate"} <= {*names_in_row}:
            return table_of_sheet(sheet, at, MARKS, RENAMED)  # says what is missing
    for row in map(column_names, sheet.rows[:1]):
        if OF_OTHERS & {*row} or is_header(row):
            _refuse_other_kinds(sheet)
    try:
        return read_wide_marks(sheet, names)
    except TableError:
        _refuse_other_kinds(sheet)
        raise


def _refuse_other_kinds(sheet: Sheet) -> None:
    """Say what a sheet without marks seems to be, if it is a table."""
    try:
        table = table_of_sheet(sheet, 0, ())
    except TableError:
        return
    marks = table.rows.columns.difference([*ROSTER, "recording"])
    if len(marks) and "candidate" in table.rows and table.rows[marks].eq("").all(axis=None):
        raise TableError(
            table.path.name, "there are no marks in it yet", "fill some in, and give it again"
        )
    refuse_other_table(table, "panel")


def _has_a_row_per_mark(rows: pd.DataFrame) -> bool:
    """Whether jurors and candidates are in several rows, as they are not in a list of results."""
    return all(bool(rows[column].duplicated().any()) for column in ("juror", "candidate"))


def _called(header: Sequence[str]) -> dict[str, str]:
    """What the columns of a row per mark are called, by what they hold."""
    called: dict[str, str] = {name: name for name in ROLES if name in header}
    for name in header:
        role = header_role(name)
        if name and role in ROLES:
            called.setdefault(role, name)
    places = [name for name in header if name and header_role(name) == "result"]
    if "mark" not in called and len(places) == 1:
        called["mark"] = places[0]
    return called


def _with_roles(file: CsvFile, called: dict[str, str]) -> CsvFile:
    """The file with its columns under their own names, and a remark on those called otherwise."""
    other = {own: name for name, own in called.items() if own != name and own not in RENAMED}
    remarks = [f"read {', '.join(f'{own!r} as {name}' for own, name in other.items())}"]
    return replace(
        file,
        rows=file.rows.rename(columns=other),
        remarks=(*file.remarks, *(remarks if other else ())),
    )


def _joined(
    read: list[tuple[Sheet, CsvFile]], sheets: Sequence[Sheet], *, as_rounds: bool
) -> CsvFile:
    """The marks of sheets as one table, each a round where there are several."""
    (first, file), *_ = read
    remarks = _remarks(read, sheets)
    if not as_rounds:
        return replace(file, remarks=remarks)
    tables = [one.rows.assign(round=_round_names(sheet, one)) for sheet, one in read]
    return CsvFile(
        file.path,
        pd.concat(tables, ignore_index=True).fillna(""),
        np.concatenate([one.lines for _, one in read]),
        first.decimal_comma,
        remarks=remarks,
        places=tuple(
            one.where(at).removeprefix(f"{file.path.name}, ")
            for _, one in read
            for at in range(len(one.rows))
        ),
    )


def _remarks(read: Sequence[tuple[Sheet, CsvFile]], sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """What was understood of sheets, and which were not used."""
    of: dict[str, list[str]] = {}
    for sheet, file in read:
        for remark in file.remarks:
            of.setdefault(remark, []).append(repr(escape_controls(sheet.name)))
    used = {sheet.name for sheet, _ in read}
    unused = [
        f"{escape_controls(sheet.name)!r}{' (hidden)' if sheet.hidden else ''}"
        for sheet in sheets
        if sheet.name not in used
    ]
    remarks = [
        f"sheet{'s' * (len(names) > 1)} {', '.join(names)}: {remark}" if len(sheets) > 1 else remark
        for remark, names in of.items()
    ]
    if unused:
        remarks.append(f"sheet{'s' * (len(unused) > 1)} not used: {', '.join(unused)}")
    return tuple(remarks)


def _round_names(sheet: Sheet, file: CsvFile) -> pd.Series | str:
    """The sheet's name, before that of a round where the sheet has rounds."""
    return f"{sheet.name} " + file.rows["round"] if "round" in file.rows else sheet.name
