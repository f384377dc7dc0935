"""The marks of a panel → comparisons: whom each juror put above whom.

Conventions
-----------
One row per juror and candidate: ``juror``, ``candidate``, ``mark`` (higher is better), ``recused``
yes or no (a juror does not mark a pupil). A recused or missing mark compares nobody. A juror's
marks order every two candidates whom that juror marked; equal marks are a tie. Marks have no first
and second candidate: the two are put in order of id.
"""

import numpy as np
import pandas as pd

from ranking.errors import ComparisonsError
from ranking.tables import COMPARISONS, MARKS, TIE, check_table


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
