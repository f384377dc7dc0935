"""Who played, and how far they got.

Conventions
-----------
A roster is a CSV file with one row per candidate. ``candidate`` is an id (any text); ``name`` and
``country`` are for people to read. ``reached`` is the last round *played*; the score S(c) is the
number of rounds *passed into* [1]_: 0 for who went out in the first. The two differ for who passed
and withdrew, so an explicit ``score`` wins over ``reached``. Both may be empty before the results
are known, or say that there is none: "withdrawn", "?". Optional columns: ``exempt`` (yes: passed
without playing, so not compared), ``recording``, ``seconds``, ``appearance``, ``place``, defined in
:mod:`ranking.tables`.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.kinds import refuse_other_table
from ranking.comparisons.outcomes import is_no_result
from ranking.errors import RosterError
from ranking.files.columns import ReadTable, understood_of, unused_columns
from ranking.files.names import Names, match_names
from ranking.files.table_reader import CsvFile, read_csv, read_table
from ranking.files.text import did_you_mean, escape_controls
from ranking.tables import ROSTER, TIE

LARGEST_SCORE = 100_000
NUMERIC_COLUMNS = ("seconds", "appearance")
COLUMNS = (*ROSTER, "exempt", "recording", "place", *NUMERIC_COLUMNS)
"""Columns that are read; others are named as not used."""
SHOWN = 3  # words that a remark names


def read_roster(path: Path, rounds: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the ROSTER table of a file, in its order, as :func:`understand_roster` reads it."""
    return understand_roster(path, rounds).table


def understand_roster(path: Path, rounds: tuple[str, ...] = ()) -> ReadTable:
    """Return the ROSTER table of a file, in its order, and what was understood of the file.

    Parameters
    ----------
    path
        CSV file or Excel workbook.
    rounds : names in the order they are played
        Needed if ``reached`` is filled in for anyone without a ``score``.

    Raises
    ------
    TableError, RosterError
        If the file cannot be read, a candidate is unnamed or listed twice, ``reached`` is not a
        round, or a score is negative or not a number.
    """
    file = read_table(path, lambda names: "candidate" in names)
    if "candidate" not in file.rows or "mark" in file.rows:
        refuse_other_table(file, "roster")
        file = read_csv(path, ("candidate",))  # says where it is missing
    _check_ids(file)
    unused = unused_columns(file.rows, COLUMNS)
    file, absent = _without_absent_results(file)
    file, spelt = _with_rounds(file, rounds)
    table = _roster(file, rounds)
    about = f"{len(table):,} candidate{'s' * (len(table) != 1)}{_unknown(table, absent)}{unused}"
    return ReadTable(table, understood_of(file, about, *spelt))


def roster_of(candidates: Sequence[str], recordings: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the ROSTER table of candidates of whom nothing else is known, in the order given.

    Parameters
    ----------
    candidates
        Their ids, which are their names too.
    recordings
        File name of each one's recording, where there are recordings.
    """
    empty = [""] * len(candidates)
    table = pd.DataFrame(
        {
            "candidate": candidates,
            "name": candidates,
            "country": empty,
            "reached": empty,
            "score": np.nan,
            "exempt": False,
            "recording": empty if recordings is None else recordings,
            "place": empty,
        }
    )
    return table.assign(**dict.fromkeys(NUMERIC_COLUMNS, np.nan))


def _roster(file: CsvFile, rounds: tuple[str, ...]) -> pd.DataFrame:
    """The ROSTER table of a file whose ids and rounds are as they should be."""
    rows = file.rows
    reached = rows.get("reached", pd.Series("", index=rows.index))
    name = rows.get("name", rows["candidate"])
    table = pd.DataFrame(
        {
            "candidate": rows["candidate"],
            "name": name.mask(name == "", rows["candidate"]),
            "country": rows.get("country", pd.Series("", index=rows.index)),
            "reached": reached,
            "score": _scores(file, reached, rounds),
            "exempt": file.flags("exempt") if "exempt" in rows else False,
            "recording": rows.get("recording", pd.Series("", index=rows.index)),
            "place": rows.get("place", pd.Series("", index=rows.index)),
        }
    )
    for column in NUMERIC_COLUMNS:
        table[column] = file.numbers(column) if column in rows else np.nan
    return table


def _without_absent_results(file: CsvFile) -> tuple[CsvFile, list[str]]:
    """The file with empty results where a word says that there is none, and these words."""
    rows, words = file.rows, []
    for column in {"reached", "score"} & {*rows.columns}:
        none = is_no_result(rows[column]) & (rows[column] != "")
        words += list(dict.fromkeys(rows[column][none]))
        rows = rows.assign(**{column: rows[column].mask(none, "")})
    return replace(file, rows=rows), words


def _with_rounds(file: CsvFile, rounds: Sequence[str]) -> tuple[CsvFile, tuple[str, ...]]:
    """The file with the names of rounds, however it spells them, and a remark on that."""
    if "reached" not in file.rows:
        return file, ()
    reached = file.rows["reached"]
    matches = match_names(filter(None, reached.unique()), Names(rounds))
    rows = file.rows.assign(reached=reached.replace(dict(matches.found)))
    return replace(file, rows=rows), (matches.remark,) if matches.remark else ()


def _unknown(table: pd.DataFrame, absent: Iterable[str]) -> str:
    """Of how many candidates the result is not known, to go on after their number."""
    unknown = int(table["score"].isna().sum())
    if unknown == len(table):
        return ", no results"
    shown = ", ".join(map(repr, list(absent)[:SHOWN]))
    return f", the result of {unknown:,} not known{f' ({shown})' * bool(shown)}" if unknown else ""


def _scores(file: CsvFile, reached: pd.Series, rounds: tuple[str, ...]) -> pd.Series:
    """Rounds passed into: the explicit score, else the index of ``reached`` among the rounds."""
    given = (
        file.numbers("score")
        if "score" in file.rows
        else pd.Series(np.nan, index=file.rows.index, dtype=float)
    )
    bad = file.first_where((given < 0) | (given > LARGEST_SCORE))
    if bad is not None:
        raise RosterError(
            file.where(bad),
            f"'score' is {given.iloc[bad]:g}",
            f"count the rounds passed into, or give points, from 0 to {LARGEST_SCORE:,}",
        )
    if not rounds:
        bad = file.first_where((reached != "") & given.isna())
        if bad is not None:
            raise RosterError(
                file.where(bad),
                f"'reached' is {reached.iloc[bad]!r}, but the rounds are not known",
                "name them in order, or in a competition.toml beside the roster",
                key="name-rounds",
            )
        return given
    bad = file.first_where((reached != "") & ~reached.isin(rounds))
    if bad is not None:
        value = reached.iloc[bad]
        raise RosterError(
            file.where(bad),
            f"'reached' is {value!r}, but the rounds are "
            f"{escape_controls(', '.join(rounds))}{did_you_mean(value, list(rounds))}",
            "correct it, or name the rounds as the roster spells them",
            key="correct-rounds",
        )
    passed_into = reached.map({name: float(order) for order, name in enumerate(rounds)})
    return given.fillna(passed_into.astype(float))


def _check_ids(file: CsvFile) -> None:
    ids = file.rows["candidate"]
    bad = file.first_where((ids == "") | (ids.str.lower() == TIE))
    if bad is not None:
        what = "no candidate id" if ids.iloc[bad] == "" else f"the id {TIE!r} is reserved for ties"
        raise RosterError(file.where(bad), what, "give every candidate an id of their own")
    bad = file.first_where(ids.duplicated())
    if bad is not None:
        before = int((ids == ids.iloc[bad]).to_numpy().argmax())
        raise RosterError(
            file.where(bad),
            f"candidate {ids.iloc[bad]!r} is on line {file.lines[before]} already",
            "keep one row per candidate",
        )
