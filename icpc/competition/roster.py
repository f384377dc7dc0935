"""Who played, and how far they got.

Conventions
-----------
A roster is a CSV file with one row per candidate. ``candidate`` is an id (any text); ``name`` and
``country`` are for people to read. ``reached`` is the last round *played*; the score S(c) is the
number of rounds *passed into* [1]_: 0 for who went out in the first. The two differ for who passed
and withdrew, so an explicit ``score`` wins over ``reached``. Both may be empty before the results
are known. Optional columns: ``exempt`` (yes: passed without playing, so not compared),
``recording``, ``seconds``, ``appearance``, ``place``, defined in :mod:`ranking.tables`.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1.1.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ranking.errors import RosterError
from ranking.files.table_reader import CsvFile, read_csv
from ranking.files.text import did_you_mean, escape_controls
from ranking.tables import TIE

NUMERIC_COLUMNS = ("seconds", "appearance")


def read_roster(path: Path, rounds: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the ROSTER table of a CSV file, in its order.

    Parameters
    ----------
    path
        CSV file.
    rounds : names in the order they are played
        Needed if ``reached`` is filled in for anyone without a ``score``.

    Raises
    ------
    TableError, RosterError
        If the file cannot be read, a candidate is unnamed or listed twice, ``reached`` is not a
        round, or a score is negative or not a number.
    """
    file = read_csv(path, ("candidate",))
    _check_ids(file)
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


def _scores(file: CsvFile, reached: pd.Series, rounds: tuple[str, ...]) -> pd.Series:
    """Rounds passed into: the explicit score, else the index of ``reached`` among the rounds."""
    given = (
        file.numbers("score")
        if "score" in file.rows
        else pd.Series(np.nan, index=file.rows.index, dtype=float)
    )
    bad = file.first_where(given < 0)
    if bad is not None:
        raise RosterError(
            file.where(bad),
            f"'score' is {given.iloc[bad]:g}",
            "count the rounds passed into, from 0",
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
