"""Comparisons of candidates from a CSV file, checked line by line.

Conventions
-----------
Columns ``first``, ``second`` and ``winner``; ``winner`` repeats one of the two ids, or says "tie".
``votes`` and ``windows`` are optional and default to one vote in one window. With a column
``juror``, ``rater``, ``session`` or ``match``, each of these may compare each ordered pair once.
``count`` says how many independent comparisons a row is, and lets a pair have a row for each
winner; ``weight`` says how much each counts beside the others, of which six digits are kept.
"""

from pathlib import Path

import pandas as pd

from ranking.comparisons.candidates import PLACES, identify_candidates, refuse_own_comparison
from ranking.errors import ComparisonsError
from ranking.files.columns import ReadTable
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile, read_csv
from ranking.files.text import escape_controls
from ranking.tables import COMPARISONS, TIE

CLUSTERS = ("juror", "rater", "session", "match")
"""Columns that say which comparisons depend on each other."""


def read_comparisons(path: Path, candidates: Names | pd.Index | None) -> ReadTable:
    """Return the COMPARISONS table of a CSV file.

    The candidates are those given, ids alone or with names, or, if None, those of the file.

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, names an unknown candidate, compares one with itself or a pair
        twice, names a winner who is not one of the pair, or a count or weight is none.
    """
    file = read_csv(path, ("first", "second", "winner"))
    given = file.rows
    file, spelt = identify_candidates(file, PLACES, candidates)
    refuse_own_comparison(file, given)
    rows = file.rows
    winner = rows["winner"].mask(rows["winner"].str.lower() == TIE, TIE)
    bad = file.first_where((winner != rows["first"]) & (winner != rows["second"]) & (winner != TIE))
    if bad is not None:
        raise ComparisonsError(
            file.where(bad),
            f"the winner {winner.iloc[bad]!r} is not one of the pair "
            f"{rows['first'].iloc[bad]!r} and {rows['second'].iloc[bad]!r}",
            f"write one of the two, or {TIE!r}",
        )
    clusters = [column for column in CLUSTERS if column in rows]
    for column in clusters:
        _refuse_empty(file, column)
    pair = [*clusters, "first", "second"]
    _refuse_repeated(file, rows[pair].assign(winner=winner) if "count" in rows else rows[pair])
    amounts = {name: _votes(file, name) for name in ("votes", "windows")}
    if "count" in rows:
        amounts["count"] = _counts(file)
    if "weight" in rows:
        amounts["weight"] = _weights(file)
    table = rows[pair].assign(winner=winner, **amounts)
    table = table[[*COMPARISONS, *clusters, *list(amounts)[2:]]]
    return ReadTable(table, spelt)


def _refuse_empty(file: CsvFile, column: str) -> None:
    bad = file.first_where(file.rows[column] == "")
    if bad is not None:
        raise ComparisonsError(
            file.where(bad), f"{column!r} is empty", f"name the {column}, or delete the column"
        )


def _refuse_repeated(file: CsvFile, rows: pd.DataFrame) -> None:
    bad = file.first_where(rows.duplicated())
    if bad is None:
        return
    before = int((rows == rows.iloc[bad]).all(axis=1).to_numpy().argmax())
    raise ComparisonsError(
        file.where(bad),
        f"{', '.join(map(escape_controls, rows.iloc[bad]))}: compared on line {file.lines[before]} "
        "already",
        "keep one comparison for each order, add a column 'juror', 'rater', 'session' or 'match' "
        "that tells them apart, or write how many there are into a column 'count'",
    )


def _counts(file: CsvFile) -> pd.Series:
    """Return how many comparisons each row is."""
    values = file.numbers("count")
    _refuse(file, "count", ~(values >= 1) | (values % 1 != 0), "write a whole number, 1 or more")
    return values.astype(int)


def _weights(file: CsvFile) -> pd.Series:
    """Return the weight of each row, to six digits: as many as a run's files keep."""
    values = file.numbers("weight")
    _refuse(file, "weight", ~(values > 0), "write a positive number")
    return values.map(lambda value: float(f"{value:.6g}"))


def _refuse(file: CsvFile, column: str, faulty: pd.Series, remedy: str) -> None:
    bad = file.first_where(faulty)
    if bad is not None:
        what = f"{column!r} is {file.rows[column].iloc[bad]!r}"
        raise ComparisonsError(file.where(bad), what, remedy)


def _votes(file: CsvFile, column: str) -> pd.Series:
    """Return a column of whole numbers; 1 throughout where the file has no such column."""
    if column not in file.rows:
        return pd.Series(1, index=file.rows.index)
    values = file.numbers(column)
    smallest = 1 if column == "windows" else 0
    faulty = ~(values >= smallest) | (values % 1 != 0)
    if column == "votes" and "windows" in file.rows:
        faulty |= values > file.numbers("windows")
    remedy = "votes are whole numbers from 0 up to the windows they were cast on, at least 1"
    _refuse(file, column, faulty, remedy)
    return values.astype(int)
