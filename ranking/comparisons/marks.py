"""The marks of a panel → comparisons: whom each juror put above whom.

Conventions
-----------
One row per juror and candidate: ``juror``, ``candidate``, ``mark`` (higher is better), ``recused``
yes or no (a juror does not mark a pupil). A recused or missing mark compares nobody. A juror's
marks order every two candidates whom that juror marked; equal marks are a tie. Marks have no first
and second candidate: the two are put in order of id.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ranking.comparisons.candidates import as_written, identify_candidates, unify_column
from ranking.errors import ComparisonsError
from ranking.files.columns import ReadTable, understood_of, unused_columns
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile, read_csv
from ranking.files.text import did_you_mean
from ranking.tables import COMPARISONS, MARKS, TIE, check_table


def read_marks(
    path: Path, candidates: Names | pd.Index | None, round_name: str | None = None
) -> ReadTable:
    """Return the MARKS table of a CSV file, of one ``round`` if the file has such a column.

    Parameters
    ----------
    path : CSV file with the columns of :data:`ranking.tables.MARKS`, ``round`` and ``recused``
    candidates : who may be marked; ids alone, or with names; None: whoever is in the file
    round_name : name of the round to read, needed where the file has marks of several

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read, names an unknown candidate, has two marks of one juror for one
        candidate, lacks a mark where nobody recused, or has no such round.
    """
    file = read_csv(path, MARKS, {"stage": ("round",)})
    unused = unused_columns(file.rows, [*MARKS, "recused", "round"])
    given = file.rows
    file, spelt = identify_candidates(file, ["candidate"], candidates)
    file, jurors_spelt = unify_column(file, ["juror"])
    marks = file.rows[["juror", "candidate"]].assign(
        mark=file.numbers("mark"),
        recused=file.flags("recused") if "recused" in file.rows else False,
        round=file.rows.get("round", ""),
    )
    _check_marks(file, marks, given)
    marks = _of_round(file, marks, round_name).drop(columns="round").reset_index(drop=True)
    size = f"{marks['juror'].nunique()} jurors × {marks['candidate'].nunique()} candidates"
    return ReadTable(marks, understood_of(file, f"{size}{unused}", *spelt, *jurors_spelt))


def marks_to_comparisons(marks: pd.DataFrame) -> pd.DataFrame:
    """Return the COMPARISONS table of a MARKS table, with a column ``juror``, ties kept.

    Raises
    ------
    TableError
        If a column is missing or there are no marks.
    ComparisonsError
        If no juror marked two candidates.
    """
    check_table(marks, MARKS, "marks")
    given = marks[marks["mark"].notna() & ~marks["recused"].astype(bool)]
    jurors = [_juror_comparisons(juror, own) for juror, own in given.groupby("juror", sort=True)]
    table = pd.concat(jurors, ignore_index=True) if jurors else pd.DataFrame()
    if table.empty:
        raise ComparisonsError("panel", "no juror marked two candidates", "give more marks")
    return table


def juror_by_candidate_marks(marks: pd.DataFrame, candidates: pd.Index) -> np.ndarray:
    """Return the marks, shape (jurors, candidates), NaN where a juror gave none."""
    given = marks[~marks["recused"].astype(bool)]
    table = given.pivot_table(index="juror", columns="candidate", values="mark")
    return table.reindex(columns=candidates).to_numpy(dtype=float)


def _juror_comparisons(juror: object, marks: pd.DataFrame) -> pd.DataFrame:
    """Every two candidates of one juror, by their marks."""
    ordered = marks.sort_values("candidate")
    ids, mark = ordered["candidate"].to_numpy(), ordered["mark"].to_numpy()
    i, j = np.triu_indices(len(ids), k=1)
    winner = np.select([mark[i] > mark[j], mark[i] < mark[j]], [ids[i], ids[j]], TIE)
    table = pd.DataFrame({"first": ids[i], "second": ids[j], "winner": winner})
    return table.assign(votes=1, windows=1)[list(COMPARISONS)].assign(juror=juror)


def _check_marks(file: CsvFile, marks: pd.DataFrame, given: pd.DataFrame) -> None:
    bad = file.first_where(marks["juror"] == "")
    if bad is not None:
        raise ComparisonsError(file.where(bad), "no juror", "say whose mark it is")
    bad = file.first_where(marks["mark"].isna() & ~marks["recused"])
    if bad is not None:
        raise ComparisonsError(
            file.where(bad), "no mark, and not recused", "give the mark, or write recused = yes"
        )
    bad = file.first_where(marks.duplicated(["juror", "candidate", "round"]))
    if bad is not None:
        juror, candidate = (as_written(marks, given, name, bad) for name in ("juror", "candidate"))
        raise ComparisonsError(
            file.where(bad),
            f"a second mark of {juror} for {candidate}",
            "keep one, or add a column 'round' that tells them apart",
        )


def _of_round(file: CsvFile, marks: pd.DataFrame, round_name: str | None) -> pd.DataFrame:
    rounds = list(dict.fromkeys(marks["round"]))
    if round_name is None and len(rounds) > 1:
        raise ComparisonsError(
            file.path.name,
            f"marks of several rounds: {', '.join(rounds)}",
            "choose one of them",
            key="choose-round",
        )
    if round_name is None or round_name in rounds:
        return marks if round_name is None else marks[marks["round"] == round_name]
    raise ComparisonsError(
        file.path.name,
        f"no marks of round {round_name!r}{did_you_mean(round_name, rounds)}",
        f"choose one of {', '.join(filter(None, rounds)) or 'none: it has no column round'}",
    )
