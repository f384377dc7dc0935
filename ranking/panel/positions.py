"""When candidates played: order of appearance, day and session, from a file of marks.

Conventions
-----------
A file with a row per mark may have columns ``appearance``, ``day`` and ``session``, alike in all
rows of a candidate in a round. They are numbers that grow with time; a day may be a date, as
2025-10-03. Without them a roster's ``appearance`` is that of every round.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.candidates import identify_candidates
from ranking.errors import ComparisonsError
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile
from ranking.panel.reading import POSITIONS
from ranking.panel.sheet_choice import read_panel_file

DATE = r"\d{4}-\d\d-\d\d"


def read_positions(
    path: Path, candidates: Names | None, rounds: Sequence[str] = ()
) -> pd.DataFrame:
    """Return round, candidate and those of :data:`POSITIONS` that a file of marks has.

    Parameters
    ----------
    path : CSV or Excel workbook
    candidates : who may be named; None: whoever is in the file
    rounds : rounds that are asked for, where they are sheets of a workbook

    Raises
    ------
    TableError, ComparisonsError
        If a position is no number, or a candidate has two of them in a round.
    """
    file = read_panel_file(path, candidates, rounds)
    there = [column for column in POSITIONS if column in file.rows]
    if not there:
        return pd.DataFrame(columns=["round", "candidate"])
    file, _ = identify_candidates(file, ["candidate"], candidates)
    rows = file.rows.assign(round=file.rows.get("round", ""))
    table = rows[["round", "candidate"]].assign(**{name: _numbers(file, name) for name in there})
    for name in there:
        _refuse_two(file, table, name)
    return table.groupby(["round", "candidate"], sort=False)[there].first().reset_index()


def _numbers(file: CsvFile, column: str) -> pd.Series:
    """A column as numbers; dates as days."""
    text = file.rows[column]
    date = text.str.fullmatch(DATE)
    if not date.any():
        return file.numbers(column)
    days = pd.to_datetime(text.where(date), errors="coerce")
    bad = file.first_where((text != "") & days.isna())
    if bad is not None:
        raise ComparisonsError(
            file.where(bad),
            f"{column!r} is {text.iloc[bad]!r}, which is no date",
            "write 2025-10-03",
        )
    return (days - days.min()) / np.timedelta64(1, "D") + 1


def _refuse_two(file: CsvFile, table: pd.DataFrame, column: str) -> None:
    """Refuse a candidate with two positions in a round."""
    first = table.groupby(["round", "candidate"])[column].transform("first")
    bad = file.first_where(table[column].notna() & (table[column] != first))
    if bad is not None:
        who = table["candidate"].iloc[bad]
        raise ComparisonsError(
            file.where(bad),
            f"{column!r} of {who!r} is {table[column].iloc[bad]:g}, and {first.iloc[bad]:g} before",
            "give each candidate one in a round, or add a column 'round' that tells them apart",
        )
