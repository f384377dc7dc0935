"""What a table seems to be, where it is not the kind that was asked for."""

from collections.abc import Sequence

import pandas as pd

from ranking.comparisons.headers import find_layout
from ranking.errors import ComparisonsError, TableError
from ranking.files.table_reader import CsvFile
from ranking.tables import HITRATE, RANK_PROBABILITIES, RANKING

KINDS = {
    "comparisons": "comparisons of two candidates each",
    "votes": "votes on windows of recordings",
    "panel": "the marks of a panel",
    "roster": "a roster of candidates",
    "manifest": "a manifest of recordings to train on",
    "result": "a table that this program wrote",
    "standings": "a league table of totals, without who was compared with whom",
}
"""Kinds of tables, in words."""
NOT_RANKED = {
    "manifest": "train a ranker with it",
    "result": "give the file that it was made from",
    "standings": "give the single results, a row for each two",
}
"""What is done with tables from which nothing is ranked."""
OF_ROSTER = {"name", "country", "reached", "score", "exempt", "appearance", "recording", "place"}
"""Columns of a roster beside ``candidate``."""
NUMERIC = 0.8
"""Share of the fields of a column that are numbers, from which on it holds numbers."""


def refuse_other_table(file: CsvFile, wanted: str) -> None:
    """Raise an error if a table seems to be of another kind.

    Raises
    ------
    TableError
        Saying what it seems to be.
    """
    kind = kind_of_table(file.rows)
    if kind in ("", wanted):
        return
    what = f"this is not {KINDS[wanted]}: it seems to be {KINDS[kind]}"
    if kind in NOT_RANKED:
        raise TableError(file.path.name, what, NOT_RANKED[kind])
    raise TableError(file.path.name, what, "name it as what it is", key="name-kind")


def kind_of_table(rows: pd.DataFrame) -> str:
    """Return which of :data:`KINDS` a table seems to be; empty if none."""
    columns = {*rows.columns}
    numeric = [column for column in rows if _is_numeric(rows[column])]
    seems = {
        "result": any({*own} <= columns for own in (RANKING, RANK_PROBABILITIES, HITRATE)),
        "votes": "p_first" in columns,
        "comparisons": _has_pairs(rows),
        "standings": {"won", "lost"} <= columns or {"wins", "losses"} <= columns,
        "panel": "juror" in columns and bool({"mark", "candidate"} & columns),
        "manifest": "recording" in columns and bool({"level", "split", "group"} & columns),
        "roster": "candidate" in columns and bool(OF_ROSTER & columns or not numeric),
        "sheet": len(numeric) >= 2 and len(numeric) >= len(columns) - 2,
    }
    found = next((kind for kind, so in seems.items() if so), "")
    return "panel" if found == "sheet" else found


def _has_pairs(rows: pd.DataFrame) -> bool:
    """Whether two columns name candidates, and another says who won."""
    columns: Sequence[str] = list(rows.columns)
    try:
        layout = find_layout("", columns, {name: rows[name].unique() for name in columns})
    except ComparisonsError:
        return True
    if layout is None or not layout.complete:
        return False
    pair = [layout.called[name] for name in ("first", "second", "loser") if name in layout.called]
    return {"first", "second"} <= {*columns} or not all(_is_numeric(rows[name]) for name in pair)


def _is_numeric(fields: pd.Series) -> bool:
    given = fields[fields != ""].str.replace(",", ".", regex=False)
    return bool(len(given) and pd.to_numeric(given, errors="coerce").notna().mean() >= NUMERIC)
