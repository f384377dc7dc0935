"""95 % intervals of rank and strength, and the distribution of ranks behind them.

Conventions
-----------
What is resampled follows from the comparisons (:mod:`ranking.uncertainty.units`). Every interval
holds the estimate. Candidates whom no comparisons join are ranked apart, and so are their
intervals. The intervals are about these comparisons and recordings; how the same pianist plays on
another day is not in them.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ranking.comparisons.graph.components import undetermined_ranks
from ranking.comparisons.graph.counts import MAX_DENSE
from ranking.comparisons.tally import Tally, WinMatrix, count_comparisons, effective_number
from ranking.methods.method import Method
from ranking.uncertainty.component_intervals import (
    ComponentIntervals,
    Field,
    by_candidates,
    by_clusters,
    by_likelihood,
)
from ranking.uncertainty.jackknife import cluster_wins
from ranking.uncertainty.joint_ranks import could_be_first, joint_ranges
from ranking.uncertainty.units import Uncertainty, find_uncertainty, ordering_rows

MAX_CANDIDATES = MAX_DENSE
"""Candidates up to whom there are intervals: their time grows with the cube of the number."""
DRAWS = 400
"""Number of resamplings of candidates."""


@dataclass(frozen=True)
class Intervals:
    """A ranking with its intervals, and what they rest on."""

    ranking: pd.DataFrame
    """RANKING table with intervals, missing where there are none."""
    uncertainty: Uncertainty
    """What was resampled, or why there are no intervals."""
    components: tuple[ComponentIntervals, ...] = ()
    """Intervals of each set of candidates whom comparisons join, the largest one first."""

    @property
    def possible_leaders(self) -> frozenset[str]:
        """Ids of those who lead their component, or are not significantly below a leader.

        Of a component with the leader alone it can be said that nobody else could be first.
        """
        if not self.components:  # windows
            return frozenset(self.ranking.loc[self.ranking["rank_low"] == 1, "candidate"])
        point = self.ranking.set_index("candidate")["rank"]
        possible: set[str] = set()
        for one in self.components:
            rank = point.loc[one.candidates].to_numpy()
            could = could_be_first(one.strength, one.p, rank == rank.min())
            possible |= set(one.candidates[could])
        return frozenset(possible)

    def joint_ranges(self) -> pd.DataFrame:
        """Return ranges that hold all ranks of a component together, with 95 % probability.

        Indexed by candidate, columns ``rank_low`` and ``rank_high``.
        """
        tables = [
            pd.DataFrame(
                dict(
                    zip(("rank_low", "rank_high"), joint_ranges(one.strength, one.p), strict=True)
                ),
                index=one.candidates,
            )
            for one in self.components
        ]
        return pd.concat(tables)


def estimate_intervals(
    ranking: pd.DataFrame,
    comparisons: pd.DataFrame | Tally,
    method: Method,
    seed: int = 0,
    draws: int = DRAWS,
    chosen_by_results: bool = False,
) -> Intervals:
    """Return a ranking with its intervals, the unit behind them and the distribution of ranks.

    Intervals are missing where no unit suits the comparisons.

    Parameters
    ----------
    ranking : table of RANKING, by the same method
    comparisons : table of COMPARISONS that were ranked, or their tally, which tells no clusters
    method : how they were ranked
    seed : seed of the resampling
    draws : number of resamplings of candidates, fewer for many of them
    chosen_by_results : whether results so far decided which pairs were compared
    """
    table = None if isinstance(comparisons, Tally) else comparisons
    tally = count_comparisons(comparisons) if table is not None else comparisons
    if len(tally.candidates) > MAX_CANDIDATES:
        reason = f"for more than {MAX_CANDIDATES:,} candidates they take hours"
        return Intervals(ranking, Uncertainty(reason=reason))
    uncertainty = find_uncertainty(table, tally, method, chosen_by_results)
    if not uncertainty.unit:
        return Intervals(ranking, uncertainty)
    printed = ranking.set_index("candidate").loc[tally.candidates, "strength"].to_numpy()
    clusters: list[WinMatrix] = []
    if table is not None and uncertainty.unit in table:
        rows = ordering_rows(table, uncertainty)
        clusters = cluster_wins(rows, uncertainty.unit, tally.candidates, seed)
    known = 1.0 if table is None else effective_number(table) / float(tally.comparisons.sum())
    components = []
    for members in tally.components:
        matrix = tally.matrix.part(members)
        field = Field(tally.candidates[members], matrix, printed[members], method, seed, known)
        if clusters:
            components.append(by_clusters(field, [own.part(members) for own in clusters]))
        elif uncertainty.unit == "candidate":
            components.append(by_candidates(field, draws))
        else:
            components.append(by_likelihood(field))
    joined = _with_undetermined_order(_joined(ranking, components), tally)
    return Intervals(joined, uncertainty, tuple(components))


def with_joint_ranges(intervals: Intervals, tally: Tally) -> Intervals:
    """Return intervals whose ranges of rank hold all ranks of a component together.

    Each holds the rank observed, and both orders where no wins determine any.

    Parameters
    ----------
    intervals : intervals of components, of :func:`estimate_intervals`
    tally : the comparisons that were ranked, counted
    """
    strengths = intervals.ranking.set_index("candidate")[["strength_low", "strength_high"]]
    ranking = with_ends(intervals.ranking, strengths.join(intervals.joint_ranges()))
    return replace(
        intervals,
        ranking=_with_undetermined_order(ranking, tally),
        uncertainty=replace(intervals.uncertainty, joint_ranks=True),
    )


def _with_undetermined_order(ranking: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Return the ranking with ranges of rank that hold both orders where no wins determine any."""
    table = ranking.set_index("candidate")
    for members in tally.components:
        ids = tally.candidates[members]
        rank = table.loc[ids, "rank"].to_numpy()
        low, high = undetermined_ranks(tally.wins[np.ix_(members, members)], rank)
        table.loc[ids, "rank_low"] = np.minimum(table.loc[ids, "rank_low"], low)
        table.loc[ids, "rank_high"] = np.maximum(table.loc[ids, "rank_high"], high)
    return table.reset_index()[list(ranking)]


def _joined(ranking: pd.DataFrame, components: list[ComponentIntervals]) -> pd.DataFrame:
    """Return the ranking with the intervals of its components, each holding its estimate."""
    ends = pd.concat(
        [
            pd.DataFrame(
                {
                    "rank_low": one.distribution.ranges[0],
                    "rank_high": one.distribution.ranges[1],
                    "strength_low": one.low,
                    "strength_high": one.high,
                },
                index=one.candidates,
            )
            for one in components
        ]
    )
    return with_ends(ranking, ends)


def with_ends(ranking: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Return a RANKING table with ends of intervals by candidate, each holding its estimate."""
    own = ends.loc[ranking["candidate"]].set_axis(ranking.index)
    rank, strength = ranking["rank"], ranking["strength"]
    return ranking.assign(
        rank_low=np.minimum(own["rank_low"], rank),
        rank_high=np.maximum(own["rank_high"], rank),
        strength_low=np.minimum(own["strength_low"], strength),
        strength_high=np.maximum(own["strength_high"], strength),
    )
