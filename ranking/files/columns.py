"""Columns of a table that somebody brings: what they are called, which are not used or wrong."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from ranking.errors import Given, JudgeError, TableError
from ranking.files.table_reader import CsvFile
from ranking.files.text import did_you_mean, escape_controls


@dataclass(frozen=True)
class ReadTable:
    """A table from a file, and what was understood of the file."""

    table: pd.DataFrame
    """The table, one of :mod:`ranking.tables`."""
    understood: tuple[str, ...] = ()
    """What was understood of the file, as sentences: counts, columns not used, spellings."""


def column_map(text: str, known: Iterable[str]) -> dict[str, str]:
    """Return columns of a file by the program's name, from a text "first=model_a,winner=vote".

    Raises
    ------
    TableError
        If it is no such text, or the program has no such column.
    """
    called = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, own = (one.strip() for one in part.partition("="))
        if not (name and equals and own):
            raise TableError(
                Given(columns=text),
                f"{part.strip()!r} is not NAME=COLUMN",
                "write the program's name of a column, =, and what the file calls it",
            )
        if name in called:
            raise TableError(
                Given(columns=text),
                f"{name!r} is there twice",
                "say of each column what it is once",
            )
        if name not in known:
            raise TableError(
                Given(columns=text),
                f"{name!r} is no column that is read{did_you_mean(name, list(known))}",
                f"the names before = are {', '.join(known)}",
            )
        called[name] = own
    return called


def rename_columns(file: CsvFile, called: Mapping[str, str]) -> CsvFile:
    """Return a file with some columns under the names that the program has for them.

    Parameters
    ----------
    file : the file
    called : what each column is called in the file, by the program's name

    Raises
    ------
    TableError
        If the file has no such column.
    """
    rows = file.rows
    for name, own in called.items():
        if own.lower() not in rows:
            raise TableError(
                file.path.name,
                f"no column {own!r}, which is to be {name!r}"
                f"{did_you_mean(own.lower(), list(rows.columns))}",
                f"its columns are {escape_controls(', '.join(rows.columns))}",
            )
    meant = {own.lower(): name for name, own in called.items()}
    others = [column for column in rows if column in called and column not in meant]
    return replace(file, rows=rows.drop(columns=others).rename(columns=meant))


def unused_columns(columns: Iterable[str], used: Iterable[str]) -> str:
    """Return the columns of a file that were not used, to end a sentence; empty if all were."""
    known = {*used}
    unused = [escape_controls(column) for column in columns if column and column not in known]
    if not unused:
        return ""
    return f"; {'column' if len(unused) == 1 else 'columns'} not used: {', '.join(unused)}"


def refuse_other_names(
    file: CsvFile, known: Collection[str], other_names: Mapping[str, Collection[str]]
) -> None:
    """Refuse a column that is called otherwise than one that is read, and is not there.

    Parameters
    ----------
    file : the file
    known : the columns that are read
    other_names : what people call some of them

    Raises
    ------
    TableError
        With the name that is right.
    """
    columns = list(file.rows.columns)
    for right in known:
        if right in columns:
            continue
        plain = {one.replace("-", "").replace("_", "").replace(" ", ""): one for one in columns}
        same = plain.get(right.replace("-", "").replace("_", ""))
        for other in [*other_names.get(right, ()), *([same] if same else [])]:
            if other in columns and other not in known:
                raise TableError(
                    file.path.name,
                    f"column {escape_controls(other)!r} is not read, and there is no {right!r}",
                    f"call it {right} if that is what it is, or rename or remove it",
                )


def refuse_first(
    file: CsvFile,
    column: str,
    faulty: pd.Series,
    remedy: str,
    kind: type[JudgeError] = TableError,
) -> None:
    """Refuse a file by the first field of a column that cannot be what it is; nothing if none is.

    Parameters
    ----------
    file : the file
    column : the column
    faulty : which of its fields are wrong
    remedy : what would be right
    kind : the error that is raised

    Raises
    ------
    JudgeError
        With the line, and what the field says.
    """
    bad = file.first_where(faulty)
    if bad is not None:
        raise kind(file.where(bad), f"{column!r} is {file.rows[column].iloc[bad]!r}", remedy)


def understood_of(file: CsvFile, *sentences: str) -> tuple[str, ...]:
    """Return sentences on a file, and what was assumed to read it, each after its name."""
    name = escape_controls(file.path.name)
    return tuple(f"{name}: {sentence}" for sentence in (*sentences, *file.remarks))
