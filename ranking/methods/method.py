"""What a ranking method is, and how comparisons become one ranking.

Conventions
-----------
A method gives each candidate a *strength*, larger is better; it sees who won over whom, never
a result. It may be asked in a field where candidates have *weights*: a candidate of weight 2 stands
for two who fared alike, and the strength is that of each. It may be given a *start*: strengths near
those looked for, as they were before the weights or before a simulated tournament; then one step
towards them is enough. What is resampled, and why, is not its business
(:mod:`ranking.evaluation.resampling`).

A method of one's own is a value of :class:`Method` in a file, and a line in :data:`METHODS` or an
entry point ``judge.methods`` of another package.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, count_comparisons
from ranking.errors import RankingError
from ranking.tables import RANKING

TIE_TOLERANCE = 1e-9  # strengths closer than this are equal: rounding leaves about 1e-13

Weights = np.ndarray | None
"""Of candidates, float, shape (n,); None: all alike."""
Start = np.ndarray | None
"""Strengths near those looked for, float, shape (n,)."""


@dataclass(frozen=True)
class Method:
    """One way to rank."""

    name: str
    """As people choose it, and as a run records it."""
    strengths: Callable[[Any, Weights, Start], np.ndarray]
    """Strengths, shape (n,), of a :class:`~ranking.comparisons.tally.WinMatrix`, or of marks as
    ``needs`` says, under weights and from a start, either of which it may ignore."""
    needs: Literal["comparisons", "marks"] = "comparisons"
    """What it ranks by: wins, or a panel's marks, float, shape (jurors, n), NaN where none."""
    misled_by_uneven_schedule: bool = False
    """Whether those who were compared more often are favoured."""
    only_order: bool = False
    """Whether strengths say no more than the order: then ranks have no ranges."""
    same_as: str = ""
    """The column of RANKING that the strength repeats."""
    when_split: str = ""
    """What it does where wins do not connect all candidates both ways, as a sentence."""
    form: str = "#.3g"
    """How a strength prints, as :func:`format` takes it."""
    unit: str = ""
    """What a strength is, for people: "a log-odds: one more is odds of 2.7 to 1"."""


def rank_candidates(
    comparisons: pd.DataFrame | Tally, method: Method, marks: np.ndarray | None = None
) -> pd.DataFrame:
    """Rank the candidates of a COMPARISONS table; return a RANKING table, best first.

    Intervals are missing; :mod:`ranking.evaluation.rank_intervals` adds them.

    Parameters
    ----------
    marks : float array, shape (jurors, n), candidates in order of id
        For methods that rank by them.

    Raises
    ------
    RankingError
        If the method needs marks and there are none, or its fit fails.
    TableError
        If a column is missing or there are no comparisons.
    """
    tally = comparisons if isinstance(comparisons, Tally) else count_comparisons(comparisons)
    if method.needs == "marks" and marks is None:
        raise RankingError(
            "ranking", f"{method.name} ranks by marks", "a panel's marks, or another method"
        )
    data = marks if method.needs == "marks" else tally.matrix
    strength = method.strengths(data, None, None)
    won, played = tally.wins.sum(axis=1), tally.pair_counts.sum(axis=1)
    table = pd.DataFrame(
        {
            "rank": competition_rank(strength),
            "candidate": tally.candidates,
            "wins": won,
            "comparisons": played.astype(int),
            "win_rate": won / played,
            "strength": strength,
        }
    ).reindex(columns=list(RANKING))
    return table.sort_values(["rank", "candidate"], ignore_index=True)


def competition_rank(strength: np.ndarray) -> np.ndarray:
    """1 plus the number of candidates who are stronger; shape (..., n) as given.

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
