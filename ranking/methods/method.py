"""What a ranking method is, and how comparisons become one ranking.

Conventions
-----------
A method gives each candidate a *strength*, larger is better, from who won over whom; it never
sees the actual result. Candidates may have *weights*: a candidate of weight 2 stands for two with
the same comparisons, and the strength is that of each. A method may be given a *start*: strengths
near those it is to find, as they were before the weights or before a simulated tournament; then one
step towards them is enough. Resampling is done elsewhere (:mod:`ranking.evaluation.resampling`).

Candidates whom no comparisons join, over however many others, cannot be compared. Each component of
candidates who can is ranked by itself, and ranks start anew in it.

To add a method, write a value of :class:`Method` in a file, and a line in :data:`METHODS` or an
entry point ``judge.methods`` of another package.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, WinMatrix, count_comparisons
from ranking.errors import Given, RankingError
from ranking.tables import RANKING

MAX_ALL_PAIRS = 10_000
"""Candidates up to whom a method is given arrays of all pairs: 0.8 GB each."""
TIE_TOLERANCE = 1e-9
"""Strengths closer than this are equal; rounding leaves about 1e-13."""

Weights = np.ndarray | None
"""Weights of the candidates, float, shape (n,). None: all alike."""
Start = np.ndarray | None
"""Strengths near those to find, float, shape (n,). None: start from scratch."""


@dataclass(frozen=True)
class Method:
    """A way to rank candidates, and what a reader must know about it."""

    name: str
    """Name by which people choose the method, and which a run records."""
    strengths: Callable[[Any, Weights, Start], np.ndarray]
    """Function of (data, weights, start) that returns strengths, shape (n,). The data are a
    :class:`~ranking.comparisons.tally.WinMatrix` or marks, as ``needs`` says; weights and start
    may be ignored."""
    needs: Literal["comparisons", "marks"] = "comparisons"
    """Data that the method ranks by: wins, or the marks of a panel as a float array, shape
    (jurors, n), NaN where a juror gave none."""
    needs_even_schedule: bool = False
    """Whether it is fair only where all candidates were compared equally often."""
    ordinal: bool = False
    """Whether strengths give no more than the order; ranks then have no intervals."""
    strength_column: str = ""
    """Column of the RANKING table that already holds the strength, if any."""
    disconnected_remark: str = ""
    """Remark on what the method does where wins do not connect all candidates both ways, if some
    differences of strength are infinite there."""
    format_spec: str = "#.3g"
    """Format specification for printing a strength, as :func:`format` takes it."""
    unit: str = ""
    """Unit of a strength, in words: "a log-odds: one more is odds of 2.7 to 1"."""
    sparse: bool = False
    """Whether it ranks by sparse counts as well, of :mod:`ranking.comparisons.graph.counts`; others
    are given arrays of all pairs."""
    slow: bool = False
    """Whether one ranking may take seconds: too long to rank thousands of simulated ones."""
    remark: Callable[[Any, np.ndarray, Sequence[str]], str] | None = None
    """Function of (data, strengths, candidates) that returns what a reader must know of a finished
    ranking, as sentences; empty if nothing."""

    @property
    def unbounded(self) -> bool:
        """Whether differences of strength are infinite where wins do not connect all both ways."""
        return bool(self.disconnected_remark)


def rank_candidates(
    comparisons: pd.DataFrame | Tally, method: Method, marks: np.ndarray | None = None
) -> pd.DataFrame:
    """Return the RANKING table of comparisons, the largest component first, best candidates first.

    Intervals are missing; :mod:`ranking.evaluation.rank_intervals` adds them.

    Parameters
    ----------
    comparisons : table of COMPARISONS, or its tally
    method : how to rank
    marks : float array, shape (jurors, n), candidates in order of id
        Marks of a panel, for methods that rank by them.

    Raises
    ------
    RankingError
        If the method ranks by marks and there are none, its fit fails, or candidates are too many
        for it.
    TableError
        If a column is missing or there are no comparisons.

    Examples
    --------
    >>> import pandas as pd
    >>> from ranking import find_method, rank_candidates
    >>> rows = [("anna", "bo", "anna"), ("bo", "cleo", "bo"), ("cleo", "anna", "tie")]
    >>> comparisons = pd.DataFrame(rows, columns=["first", "second", "winner"])
    >>> ranking = rank_candidates(comparisons.assign(votes=1, windows=1), find_method("win-rate"))
    >>> ranking[["rank", "candidate", "wins", "comparisons", "win_rate"]]
       rank candidate  wins  comparisons  win_rate
    0     1      anna   1.5            2      0.75
    1     2        bo   1.0            2      0.50
    2     3      cleo   0.5            2      0.25
    """
    tally = comparisons if isinstance(comparisons, Tally) else count_comparisons(comparisons)
    strength = np.zeros(len(tally.candidates))
    for members in tally.components:
        found = method.strengths(_data(tally, method, marks, members), None, None)
        strength[members] = np.where(np.abs(found) < TIE_TOLERANCE, 0.0, found)  # no 2.4e-17
    return ranking_by_strength(tally, strength)


def ranking_by_strength(tally: Tally, strength: np.ndarray) -> pd.DataFrame:
    """Return the RANKING table of strengths that are known, as :func:`rank_candidates` does.

    Parameters
    ----------
    tally : the comparisons that were ranked, counted
    strength : float array, shape (n,)
        Strengths of the candidates, in order of id.
    """
    rank = np.zeros(len(tally.candidates), dtype=int)
    component = np.zeros_like(rank)
    for number, members in enumerate(tally.components, 1):
        rank[members] = competition_rank(strength[members])
        component[members] = number
    won, compared = tally.wins.sum(axis=1), tally.pair_counts.sum(axis=1)
    table = pd.DataFrame(
        {
            "rank": rank,
            "candidate": tally.candidates,
            "wins": won,
            "comparisons": compared.astype(int),
            "win_rate": won / compared,
            "strength": strength,
            "component": component,
        }
    ).reindex(columns=list(RANKING))
    return table.sort_values(["component", "rank", "candidate"], ignore_index=True)


def method_remarks(
    ranking: pd.DataFrame, tally: Tally, method: Method, marks: np.ndarray | None = None
) -> list[str]:
    """Return what a method says of a ranking that it made, a remark by component.

    Parameters
    ----------
    ranking : table of RANKING
    tally, method, marks : what it was made from and how, as in :func:`rank_candidates`
    """
    if method.remark is None:
        return []
    strength = ranking.set_index("candidate")["strength"]
    remarks = []
    for members in tally.components:
        ids = tally.candidates[members]
        data = _data(tally, method, marks, members)
        remarks.append(method.remark(data, strength.loc[ids].to_numpy(), list(ids)))
    return [remark for remark in remarks if remark]


def _data(
    tally: Tally, method: Method, marks: np.ndarray | None, members: np.ndarray
) -> WinMatrix | np.ndarray:
    """What a method ranks some of the candidates (indices) by."""
    if method.needs == "comparisons":
        wins = tally.matrix.part(members)
        if method.sparse:
            return wins
        if len(members) > MAX_ALL_PAIRS:
            raise RankingError(
                Given(method=method.name),
                f"{len(members):,} candidates; by this method {MAX_ALL_PAIRS:,} fit in memory",
                "rank by bradley-terry or win-rate",
                key="rank-by-win-rate",
            )
        return wins.of_all_pairs()
    if marks is None:
        raise RankingError(
            "ranking", f"{method.name} ranks by marks", "a panel's marks, or another method"
        )
    return marks[:, members]


def competition_rank(strength: np.ndarray) -> np.ndarray:
    """Return the ranks of strengths, shape (..., n): 1 plus the number who are stronger.

    Strengths within :data:`TIE_TOLERANCE` of the next one count as equal.
    """
    order = np.argsort(-strength, axis=-1, kind="stable")
    falling = np.take_along_axis(strength, order, axis=-1)
    drops = falling[..., :-1] - falling[..., 1:] > TIE_TOLERANCE
    places = np.arange(1, strength.shape[-1] + 1)
    first = np.where(np.insert(drops, 0, True, axis=-1), places, 0)
    ranks = np.empty(strength.shape, dtype=int)
    np.put_along_axis(ranks, order, np.maximum.accumulate(first, axis=-1), axis=-1)
    return ranks
