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

import choix
import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import LinearOperator, cg

from ranking.errors import RankingError
from ranking.tables import RANKING
from ranking.tally import Tally, strongly_connected, tally

TIE_TOLERANCE = 1e-9  # strengths closer than this are equal: rounding leaves about 1e-13
DAMPING = 0.85  # of PageRank


def count_wins(wins: np.ndarray) -> np.ndarray:
    """Comparisons won."""
    return wins.sum(axis=1)


def win_rate(wins: np.ndarray) -> np.ndarray:
    """Share of comparisons won."""
    return wins.sum(axis=1) / (wins + wins.T).sum(axis=1)


def bradley_terry(wins: np.ndarray) -> np.ndarray:
    """Log-strengths of mean 0, by maximum likelihood where that is finite.

    Where the wins are not strongly connected, some strengths would be infinite: every candidate
    is then given one further comparison, tied, spread evenly over all others.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    regular = regularised(wins)
    try:
        fitted: np.ndarray = choix.ilsr_pairwise_dense(regular, max_iter=1000)
    except RuntimeError:
        raise RankingError(
            "Bradley-Terry", "the fit did not converge in 1000 steps", "rank --by win-rate"
        ) from None
    return newton_step(regular, fitted)  # choix stops at 1e-8: equals must come out equal


def regularised(wins: np.ndarray) -> np.ndarray:
    """The wins, plus one tie per candidate spread over all others if strengths need it."""
    if strongly_connected(wins):
        return wins
    n = len(wins)
    return wins + (0.5 / (n - 1)) * (1 - np.eye(n))


def pagerank(wins: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Stationary probabilities of a walk from losers to winners, as networkx defines it.

    A candidate of weight 2 counts as two, and gets the probability of each.
    """
    n = len(wins)
    m = np.ones(n) if weights is None else weights
    start = m / m.sum()
    votes = wins * m[:, np.newaxis]
    losses = votes.sum(axis=0)
    walk = np.divide(votes, losses, out=np.tile(start[:, np.newaxis], n), where=losses > 0)
    moved = start
    for _ in range(1000):
        rank, moved = moved, DAMPING * walk @ moved + (1 - DAMPING) * start
        if np.abs(moved - rank).sum() < 1e-12:
            break
    return moved / m


METHODS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bradley-terry": bradley_terry,
    "wins": count_wins,
    "win-rate": win_rate,
    "pagerank": pagerank,
}


def newton_step(
    wins: np.ndarray, strength: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Bradley-Terry strengths one Newton step on, each pair weighted by both its candidates.

    From a maximum for one set of weights, one step reaches that for others up to the square of
    the change: enough for an interval, at a hundredth of the cost of a fit.
    """
    weighted = wins if weights is None else wins * np.outer(weights, weights)
    met, chance = weighted + weighted.T, _chance(strength)
    slope = (weighted - met * chance).sum(axis=1)
    moved: np.ndarray = strength + _solved(_curvature(met, chance), slope)
    return moved - moved.mean()


def information(wins: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Fisher information of Bradley-Terry strengths, shape (n, n), with their mean held at 0.

    The diagonal of its inverse, less 1 / n, holds the squared standard errors.
    """
    return _curvature(wins + wins.T, _chance(strength))


def _curvature(met: np.ndarray, chance: np.ndarray) -> np.ndarray:
    between = met * chance * (1 - chance)
    between[np.diag_indices_from(between)] -= between.sum(axis=1)
    return 1 / len(met) - between


def _solved(curvature: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """The step that the slope asks for.

    Where candidates met widely, ten conjugate gradients reach it to rounding, a tenth of the time
    that factoring a thousand candidates takes; where they did not, it is factored.
    """
    scaled = LinearOperator(curvature.shape, lambda v: v / curvature.diagonal(), dtype=float)
    step, unfinished = cg(curvature, slope, rtol=1e-13, maxiter=60, M=scaled)
    if unfinished:
        step = cho_solve(cho_factor(curvature), slope)
    return np.asarray(step)


def _chance(strength: np.ndarray) -> np.ndarray:
    """Probability of winning, [i, j] of i over j."""
    with np.errstate(over="ignore"):  # an infinite exp is a chance of 0
        return 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))


def rank_candidates(comparisons: pd.DataFrame | Tally, by: str = "bradley-terry") -> pd.DataFrame:
    """Rank the candidates of a COMPARISONS table; return a RANKING table, best first.

    Intervals are missing; :func:`ranking.intervals.with_intervals` adds them.

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
