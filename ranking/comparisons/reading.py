"""Comparisons of candidates from a CSV file, checked line by line.

Conventions
-----------
Columns ``first``, ``second`` and ``winner``; ``winner`` repeats one of the two ids, or says "tie".
``votes`` and ``windows`` are optional and default to one vote in one window; with a ``juror``
column each juror may compare each ordered pair once.
"""

from pathlib import Path

import pandas as pd

from ranking.errors import ComparisonsError
from ranking.files.table_reader import CsvFile, read_csv
from ranking.files.text import did_you_mean, escape_controls
from ranking.tables import COMPARISONS, TIE


def read_comparisons(path: Path, candidates: pd.Index) -> pd.DataFrame:
    """Return the COMPARISONS table of a CSV file about the given candidates.

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, names an unknown candidate, compares one with itself or a pair
        twice, or names a winner who is not one of the pair.
    """
    file = read_csv(path, ("first", "second", "winner"))
    check_candidates(file, candidates)
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
    unique = [column for column in ("juror", "first", "second") if column in rows]
    _refuse_repeated(file, unique)
    counts = {name: _counts(file, name) for name in ("votes", "windows")}
    table = rows[unique].assign(winner=winner, **counts)
    return table[[*COMPARISONS, *(column for column in unique if column == "juror")]]


def check_candidates(file: CsvFile, candidates: pd.Index) -> None:
    """Raise an error if a file names an unknown candidate, or compares one with itself.

    Raises
    ------
    ComparisonsError
        Naming the line.
    """
    rows = file.rows
    for place in ("first", "second"):
        bad = file.first_where(~rows[place].isin(candidates))
        if bad is not None:
            name = rows[place].iloc[bad]
            raise ComparisonsError(
                file.where(bad),
                f"{place!r} is {name!r}, who is not a candidate to be ranked"
                f"{did_you_mean(name, list(candidates))}",
                "correct the id, or add the candidate to the roster, not exempt",
            )
    bad = file.first_where(rows["first"] == rows["second"])
    if bad is not None:
        raise ComparisonsError(
            file.where(bad),
            f"{rows['first'].iloc[bad]!r} is compared with itself",
            "name two candidates, or delete the line",
        )


def _refuse_repeated(file: CsvFile, unique: list[str]) -> None:
    repeated = file.rows.duplicated(unique)
    bad = file.first_where(repeated)
    if bad is None:
        return
    pair = file.rows[unique].iloc[bad]
    before = int((file.rows[unique] == pair).all(axis=1).to_numpy().argmax())
    raise ComparisonsError(
        file.where(bad),
        f"{', '.join(map(escape_controls, pair))}: compared on line {file.lines[before]} already",
        "keep one comparison for each order, or add a column 'juror' that tells them apart",
    )


def _counts(file: CsvFile, column: str) -> pd.Series:
    """Return a column of whole numbers; 1 throughout where the file has no such column."""
    if column not in file.rows:
        return pd.Series(1, index=file.rows.index)
    values = file.numbers(column)
    smallest = 1 if column == "windows" else 0
    faulty = ~(values >= smallest) | (values % 1 != 0)
    if column == "votes" and "windows" in file.rows:
        faulty |= values > file.numbers("windows")
    bad = file.first_where(faulty)
    if bad is not None:
        raise ComparisonsError(
            file.where(bad),
            f"{column!r} is {file.rows[column].iloc[bad]!r}",
            "votes are whole numbers from 0 up to the windows they were cast on, at least 1",
        )
    return values.astype(int)
