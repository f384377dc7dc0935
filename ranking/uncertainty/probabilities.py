"""How probable each rank of each candidate is, and that one is better than another, as tables.

Conventions
-----------
Probabilities are shares of the draws behind the intervals, so they are multiples of 1 / 2,000. They
are right on average over the candidates, as ranges of each rank are. Ranks start anew in each
component, and so do their probabilities.

``at_most`` adds up the probabilities from the first rank on: of rank 10, it is the probability of
being among the first ten. That of passing is in the row whose rank is the number who passed, so
each candidate has that row, whatever its probability. Other rows without probability are left out.

In a field of more than :data:`ALL_RANKS` candidates one rank has hardly any probability. There a
candidate has a row where ``at_most`` passes another per cent, and for the first rank, about 100 in
all; ``probability`` is then that of the rank and those since the row before.
"""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from ranking.tables import BETTER_PROBABILITIES, RANK_PROBABILITIES
from ranking.uncertainty.rank_distribution import RankDistribution
from ranking.uncertainty.rank_intervals import Intervals

ALL_RANKS = 200
"""Number of candidates up to which every rank with a probability has a row."""
PER_CENT = 100
NEAR = 25
"""Places within which two candidates of a larger field have a row."""


def rank_probabilities(intervals: Intervals, passed: Collection[str] | None = None) -> pd.DataFrame:
    """Return the table RANK_PROBABILITIES, in the order of the ranking; empty where no ranks vary.

    Parameters
    ----------
    intervals : ranking with the draws behind its intervals
    passed : ids of those who passed; None if it is not known of everybody
    """
    tables = []
    for one in intervals.components:
        own = None if passed is None else sum(name in passed for name in one.candidates)
        tables.append(_by_rank(one.distribution, own))
    if not tables:
        return pd.DataFrame(columns=list(RANK_PROBABILITIES))
    place = pd.Series(range(len(intervals.ranking)), intervals.ranking["candidate"])
    table = pd.concat(tables)
    order = np.lexsort((table["rank"], table["candidate"].map(place)))
    return table.iloc[order].reset_index(drop=True)


def _by_rank(distribution: RankDistribution, passed: int | None) -> pd.DataFrame:
    """The rows of a component, of which so many passed; None: it is not known."""
    draws, n = distribution.ranks.shape
    counts = np.stack([np.bincount(own, minlength=n + 1)[1:] for own in distribution.ranks.T])
    at_most = counts.cumsum(axis=1)
    shown = counts > 0
    if n > ALL_RANKS:
        per_cent = at_most * PER_CENT // draws
        shown[:, 1:] = np.diff(per_cent, axis=1) > 0
    if passed:
        shown[:, passed - 1] = True
    row, column = np.nonzero(shown)
    reached = at_most[row, column]
    before = np.where(np.diff(row, prepend=-1) > 0, 0, np.roll(reached, 1))
    return pd.DataFrame(
        {
            "candidate": distribution.candidates[row],
            "rank": column + 1,
            "probability": (reached - before) / draws,
            "at_most": reached / draws,
        }
    )


def better_probabilities(intervals: Intervals) -> pd.DataFrame:
    """Return the table BETTER_PROBABILITIES, in the order of the ranking; empty without draws.

    Parameters
    ----------
    intervals : ranking with the draws behind its intervals
    """
    tables = [
        _better(one.distribution, intervals.ranking["candidate"]) for one in intervals.components
    ]
    if not tables:
        return pd.DataFrame(columns=list(BETTER_PROBABILITIES))
    return pd.concat(tables, ignore_index=True)


def _better(distribution: RankDistribution, best_first: pd.Series) -> pd.DataFrame:
    """The rows of a component."""
    ids = best_first[best_first.isin(distribution.candidates)].to_numpy()
    ranks = distribution.ranks[:, distribution.candidates.get_indexer(ids)]
    reach = len(ids) if len(ids) <= ALL_RANKS else NEAR
    rows = []
    for at, candidate in enumerate(ids):
        others = slice(at + 1, at + 1 + reach)
        p = (ranks[:, [at]] < ranks[:, others]).mean(axis=0)
        rows.append(pd.DataFrame({"candidate": candidate, "other": ids[others], "p_better": p}))
    return pd.concat(rows)


def probabilities_among(
    intervals: Intervals, chosen: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Return how probable it is to be first, and among as many of a component as were chosen.

    Parameters
    ----------
    intervals : ranking with the draws behind its intervals
    chosen : ids of those who were chosen, as those who reached a round, by the name of the column

    Returns
    -------
    table by candidate
        ``p_first_place``, and a column of each choice. Without draws it has no rows.
    """
    tables = []
    for one in intervals.components:
        ids, distribution = one.candidates, one.distribution
        places = {"p_first_place": 1}
        places |= {name: sum(own in ids for own in those) for name, those in chosen.items()}
        above = {name: distribution.above_cut(count) for name, count in places.items()}
        tables.append(pd.DataFrame(above, index=ids))
    return pd.concat(tables) if tables else pd.DataFrame(columns=["p_first_place", *chosen])
