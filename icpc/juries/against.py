"""The section on another ranking beside the panel's: where the two part most.

Conventions
-----------
Another ranking is a run's, a table with ``candidate`` and ``rank`` or ``strength``, or made from a
file of comparisons by Bradley-Terry. Candidates whom both rank are ranked again among themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.juries.panel import Panel
from icpc.juries.section import Column, Section
from icpc.study.runs import load_run
from ranking.comparisons.candidates import identify_candidates
from ranking.comparisons.reading import read_comparisons
from ranking.errors import RankingError
from ranking.evaluation.paired import tau_b_with_interval
from ranking.files.names import Names
from ranking.files.table_reader import read_table
from ranking.files.text import escape_controls
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import competition_rank, rank_candidates

SHOWN = 10  # rows printed
COLUMNS = (
    Column("name", "candidate"),
    Column("rank", "panel"),
    Column("other_rank", "other"),
    Column("apart", format_spec="+d"),
)


@dataclass(frozen=True)
class OtherRanking:
    """A ranking of the same candidates, by somebody or something else."""

    name: str
    strength: pd.Series
    """Strengths by candidate id, the larger the better."""


def read_other_ranking(path: Path, names: Names | None) -> OtherRanking:
    """Return the ranking of a run's folder, or of a file: a ranking, or comparisons.

    Parameters
    ----------
    path
        The folder or file.
    names
        Who may be ranked, ids with names; None: whoever is in the file.

    Raises
    ------
    RunError, TableError, ComparisonsError
        If it cannot be read, or names unknown candidates.
    """
    called = escape_controls(path.stem or path.name)
    if path.is_dir():
        ranking = load_run(path).largest.ranking
        return OtherRanking(called, ranking.set_index("candidate")["strength"])
    file = read_table(path, _is_ranking)
    if not _is_ranking([*file.rows]):
        ranking = rank_candidates(read_comparisons(path, names).table, BRADLEY_TERRY)
        largest = ranking[ranking["component"] == 1]
        return OtherRanking(called, largest.set_index("candidate")["strength"])
    file, _ = identify_candidates(file, ["candidate"], names)
    strength = file.numbers("strength") if "strength" in file.rows else -file.numbers("rank")
    bad = file.first_where(strength.isna() | file.rows["candidate"].duplicated())
    if bad is not None:
        raise RankingError(
            file.where(bad), "no rank, or a second one", "give each candidate one rank or strength"
        )
    return OtherRanking(called, strength.set_axis(file.rows["candidate"]))


def against_section(panel: Panel, other: OtherRanking) -> Section:
    """Return the section on another ranking, the widest apart first.

    The columns of its table are ``candidate``, ``name``; ``rank`` by the panel and ``other_rank``,
    both among those whom both rank; ``apart`` the places by which the other puts a candidate
    higher.
    """
    known = ~np.isnan(panel.strength) & panel.candidates.isin(other.strength.index)
    if known.sum() < 2:
        raise RankingError(
            other.name,
            f"candidates whom the panel ranks too: {known.sum()}",
            "name a ranking of the same candidates",
        )
    own = panel.strength[known]
    others = other.strength.reindex(panel.candidates[known]).to_numpy(dtype=float)
    rank, other_rank = competition_rank(own), competition_rank(others)
    table = pd.DataFrame(
        {
            "candidate": panel.candidates[known],
            "name": np.array(panel.names, dtype=object)[known],
            "rank": rank,
            "other_rank": other_rank,
            "apart": rank - other_rank,
        }
    )
    order = np.lexsort((rank, -np.abs(rank - other_rank)))
    tau = tau_b_with_interval(own, others, panel.seed)
    return Section(
        "against",
        f"The panel by {panel.method.name}, and {other.name}: largest differences of place",
        table.iloc[order].reset_index(drop=True),
        COLUMNS,
        (_sentence(other, len(own), tau.value, (tau.low, tau.high)),),
        (),
        ("candidate",),
        SHOWN,
    )


def _sentence(other: OtherRanking, count: int, tau: float, ends: Sequence[float]) -> str:
    if np.isnan(tau):
        return f"Of {count} candidates, all share one rank in one of the two rankings."
    interval = (
        ""
        if np.isnan(ends[0])
        else f" (95 % interval {ends[0]:+.3f} to {ends[1]:+.3f}, resampling candidates)"
    )
    return (
        f"The panel and {other.name} rank {count} candidates: Kendall's tau-b {tau:+.3f}{interval}."
    )


def _is_ranking(names: Sequence[str]) -> bool:
    return "candidate" in names and bool({"rank", "strength"} & {*names})
