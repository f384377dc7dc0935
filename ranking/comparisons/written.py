"""Comparisons from a file that the program wrote: many at once, nothing of them understood.

Conventions
-----------
:mod:`ranking.comparisons.reading` asks of each field what somebody may have meant by it. The
comparisons of a run are a COMPARISONS table as :func:`ranking.files.table_writer.to_csv` writes it:
columns by their names, candidates by id, the winner one of the two or :data:`~ranking.tables.TIE`.
A file in which anything is otherwise, or has weights or counts, is left to that module, which
returns the same table of what is read here.
"""

from io import BytesIO
from pathlib import Path

import pandas as pd

from ranking.comparisons.headers import CLUSTERS
from ranking.comparisons.outcomes import NOBODY, NOT_PLAYED, TIES, UNKNOWN
from ranking.comparisons.reading import read_comparisons
from ranking.files.names import unify_spellings
from ranking.files.table_reader import cleaned
from ranking.files.text import read_bytes
from ranking.tables import COMPARISONS, RULES, TIE

WORDS = TIES | UNKNOWN | NOT_PLAYED | NOBODY
"""What means something else than a candidate, unless somebody has this id."""


def read_written_comparisons(path: Path, candidates: pd.Index) -> pd.DataFrame:
    """Return the COMPARISONS table of a file that the program wrote, or of any other.

    Parameters
    ----------
    path : CSV file
    candidates : ids of those who may be compared

    Raises
    ------
    TableError, ComparisonsError
        As :func:`ranking.comparisons.reading.read_comparisons` does.
    """
    table = _as_written(path, candidates)
    return read_comparisons(path, candidates).table if table is None else table


def _as_written(path: Path, candidates: pd.Index) -> pd.DataFrame | None:
    """The table of a file in which everything is as the program writes it; else None."""
    ids = list(candidates)
    meant = pd.Index([*ids, TIE])
    if not meant.is_unique or any(one.lower() in WORDS or cleaned(one) != one for one in ids):
        return None
    content = read_bytes(path)
    columns = content.partition(b"\n")[0].decode("utf-8", "replace").split(",")
    more = columns[len(COMPARISONS) :]
    if columns != [*COMPARISONS, *more] or not {*more} <= {*CLUSTERS, "pairs"}:
        return None
    kinds = dict.fromkeys(columns, "str") | {"votes": "int64", "windows": "int64"}
    try:
        rows = pd.read_csv(BytesIO(content), dtype=kinds, na_filter=False, encoding="utf-8")
    except ValueError:  # the errors of pandas are among these
        return None
    if rows.empty or not isinstance(rows.index, pd.RangeIndex):
        return None
    first, second, winner = (meant.get_indexer(rows[name]) for name in COMPARISONS[:3])
    tie = len(ids)
    named = (first >= 0) & (first < tie) & (second >= 0) & (second < tie) & (first != second)
    named &= (winner == first) | (winner == second) | (winner == tie)
    named &= (rows["votes"] >= 0) & (rows["votes"] <= rows["windows"]) & (rows["windows"] > 0)
    if not named.all() or not all(_is_spelt(rows[name]) for name in more):
        return None
    return rows


def _is_spelt(column: pd.Series) -> bool:
    """Whether each cluster has one name, spelt in one way; each rule, as the program spells it."""
    if column.name == "pairs":
        return bool(column.isin(["", *RULES]).all())
    names = column.unique().tolist()
    usual = unify_spellings(names)
    return all(name and cleaned(name) == name == usual[name] for name in names)
