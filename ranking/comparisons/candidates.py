"""Whom the rows of a file are about: words become ids, or are taken as they are.

Conventions
-----------
With a roster, each word means the candidate whose id or name it is, however spelt
(:mod:`ranking.files.names`). Without one, the candidates are those of the file, and spellings of
one word are one candidate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from ranking.errors import ComparisonsError
from ranking.files.names import Names, match_names, spelling_remark, unify_spellings
from ranking.files.table_reader import CsvFile
from ranking.tables import TIE

PLACES = ("first", "second")
"""Columns that name the two candidates of a comparison."""


def identify_candidates(
    file: CsvFile, columns: Sequence[str], candidates: Names | Iterable[str] | None
) -> tuple[CsvFile, tuple[str, ...]]:
    """Return the file with ids in the columns that name candidates, and remarks on spellings.

    Parameters
    ----------
    file : the file
    columns : columns that name candidates
    candidates : who may be named; ids alone, or with names; None: whoever is in the file

    Raises
    ------
    ComparisonsError
        If nobody is named somewhere, or a word means no candidate or may mean several.
    """
    if candidates is None:
        return _as_spelt(file, columns)
    names = candidates if isinstance(candidates, Names) else Names(list(candidates))
    matches = match_names(pd.unique(file.rows[list(columns)].to_numpy().ravel()), names)
    for column in columns:
        bad = file.first_where(file.rows[column].isin(matches.unclear.keys()))
        if bad is not None:
            word = file.rows[column].iloc[bad]
            who = f"{column!r} is {word!r}, who" if len(columns) > 1 else repr(word)
            raise ComparisonsError(
                file.where(bad),
                f"{who} {matches.problem(word)}",
                "write the id"
                if matches.unclear[word]
                else "correct the id, or add the candidate to the roster, not exempt",
            )
    rows = file.rows.assign(**{name: file.rows[name].map(matches.found) for name in columns})
    return replace(file, rows=rows), (matches.remark,) if matches.remark else ()


def unify_column(file: CsvFile, columns: Sequence[str]) -> tuple[CsvFile, tuple[str, ...]]:
    """Return the file with one spelling of each word in some columns, and remarks on them.

    Parameters
    ----------
    file : the file
    columns : columns that have the same words, such as jurors
    """
    usual = unify_spellings(file.rows[list(columns)].to_numpy().ravel().tolist())
    rows = file.rows.assign(**{name: file.rows[name].map(usual) for name in columns})
    remark = spelling_remark(usual)
    return replace(file, rows=rows), (remark,) if remark else ()


def refuse_own_comparison(file: CsvFile, given: pd.DataFrame | None = None) -> None:
    """Raise an error if a row compares a candidate with itself.

    Parameters
    ----------
    file : the file, with ids
    given : its rows as they are spelt there, where that may be otherwise

    Raises
    ------
    ComparisonsError
        Naming the line.
    """
    bad = file.first_where(file.rows["first"] == file.rows["second"])
    if bad is not None:
        spelt = (file.rows if given is None else given).iloc[bad]
        who, other = spelt["first"], spelt["second"]
        raise ComparisonsError(
            file.where(bad),
            f"{who!r} is compared with itself"
            if who == other
            else f"{who!r} is compared with {other!r}, which is the same candidate",
            "name two candidates, or delete the line"
            if who == other
            else "name two candidates; if they are two, list both in a roster",
        )


def as_written(table: pd.DataFrame, given: pd.DataFrame, column: str, row: int) -> str:
    """Return who stands in a row, and how the file spells it if otherwise.

    Parameters
    ----------
    table : the rows with ids
    given : the same rows as the file has them
    column : the column
    row : number of the row, from 0
    """
    own, written = table[column].iloc[row], given[column].iloc[row]
    return repr(own) if own == written else f"{own!r} (here {written!r})"


def _as_spelt(file: CsvFile, columns: Sequence[str]) -> tuple[CsvFile, tuple[str, ...]]:
    """The candidates of a file without a roster."""
    for column in columns:
        words = file.rows[column]
        bad = file.first_where((words == "") | (words.str.lower() == TIE))
        if bad is not None:
            what = f"the name {TIE!r} is reserved for ties" if words.iloc[bad] else "nobody"
            raise ComparisonsError(
                file.where(bad), f"{column!r} is {what}", "name the candidate, or delete the line"
            )
    return unify_column(file, columns)
