"""From comparisons to one global ranking.

Conventions
-----------
Every method turns a matrix of wins, [i, j] counting those of i over j (a tie is half a win for
each), into one strength per candidate, larger is better. Wins and win rate are their own strength;
Bradley-Terry's is a log-strength of mean 0, so that a difference of log 3 is odds of 3 to 1;
PageRank's is a probability.

Methods
-------
* ``bradley-terry``: maximum likelihood [1]_, fitted by choix. It allows for whom one met.
* ``win-rate``: share of one's comparisons won.
* ``wins``: their number, as in the paper [2]_. Fair only where everyone plays equally often.
* ``pagerank``: losers vote for those who beat them, damping 0.85 [3]_.

In a complete round robin the first three give one order.

References
----------
.. [1] R. A. Bradley, M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 1952.
.. [2] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 5.1.1.
.. [3] L. Page et al., "The PageRank citation ranking", 1998.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, tally
from ranking.errors import RankingError
from ranking.methods.bradley_terry import bradley_terry
from ranking.methods.counting import count_wins, win_rate
from ranking.methods.pagerank import pagerank
from ranking.tables import RANKING

TIE_TOLERANCE = 1e-9  # strengths closer than this are equal: rounding leaves about 1e-13


METHODS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bradley-terry": bradley_terry,
    "wins": count_wins,
    "win-rate": win_rate,
    "pagerank": pagerank,
}


def rank_candidates(comparisons: pd.DataFrame | Tally, by: str = "bradley-terry") -> pd.DataFrame:
    """Rank the candidates of a COMPARISONS table; return a RANKING table, best first.

    Intervals are missing; :func:`ranking.evaluation.rank_intervals.with_intervals` adds them.

    Raises
    ------
    RankingError
        If there is no such method, or its fit fails.
    TableError
        If a column is missing or there are no comparisons.
    """
    if by not in METHODS:
        raise RankingError("ranking", f"no method {by!r}", f"choose {', '.join(METHODS)}")
    counted = comparisons if isinstance(comparisons, Tally) else tally(comparisons)
    wins = counted.wins
    strength = METHODS[by](wins)
    won, played = count_wins(wins), counted.met.sum(axis=1)
    table = pd.DataFrame(
        {
            "rank": competition_rank(strength),
            "candidate": counted.candidates,
            "wins": won,
            "games": played.astype(int),
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
