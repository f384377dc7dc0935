"""Intervals of a study: what its settings and its comparisons allow, or why there are none.

Conventions
-----------
Comparisons by rankers that were fitted in folds depend on each other through the results of other
candidates, so they have no intervals. Ranges of rank hold each rank by itself, right on average, or
all ranks of a component together (:mod:`ranking.uncertainty.joint_ranks`), as ``ranges`` says.
Joint ranges come from tests of differences, which resampled windows do not give.

Where the results so far decided which pairs were compared, hardly anybody was compared with much
stronger or weaker candidates, and how far apart they are is not known: maximum likelihood spreads
strengths too far, and its 95 % intervals held 55 % of the true strengths of simulated fields. So
intervals of strength are unbounded then. Ranges of rank held 99.8 % of the true ranks
(``tests/benchmarks/selection.py --coverage``), and stay; comparisons are their unit whatever share
of the pairs was compared, since resampled candidates held 94.4 % where it was 60 %.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from icpc.study.comparisons import Comparisons
from icpc.study.settings import Settings
from ranking.comparisons.tally import Tally
from ranking.errors import Given, RankingError
from ranking.uncertainty.rank_intervals import Intervals, estimate_intervals, with_joint_ranges
from ranking.uncertainty.units import Uncertainty
from ranking.uncertainty.window_intervals import estimate_window_intervals

CROSS_FITTED = (
    "each pair was compared by a ranker fitted on the results of other candidates, so that "
    "comparisons depend on each other through the results"
)


def study_intervals(
    ranking: pd.DataFrame, comparisons: Comparisons, tally: Tally, settings: Settings
) -> Intervals:
    """Return a ranking with the intervals that its settings ask for, missing where there are none.

    Parameters
    ----------
    ranking : table of RANKING, without intervals
    comparisons : what it was made from
    tally : the same comparisons, counted
    settings : how it was made, and which intervals it is to have

    Raises
    ------
    RankingError
        If windows are to be resampled and there are no votes on any, or if joint ranges are asked
        for and there are no intervals.
    """
    intervals = _intervals(ranking, comparisons, settings)
    if settings.ranges != "joint":
        return intervals
    if not intervals.components:
        raise RankingError(
            Given(ranges="joint"),
            f"there are no 95 % intervals: {intervals.uncertainty.reason}",
            "choose ranges of each rank",
            key="ranges-of-each",
        )
    return with_joint_ranges(intervals, tally)


def _intervals(ranking: pd.DataFrame, comparisons: Comparisons, settings: Settings) -> Intervals:
    """The ranking with intervals of each rank."""
    method, seed = settings.ranking_method, settings.seed
    if comparisons.cross_fitted:
        return Intervals(ranking, Uncertainty(reason=CROSS_FITTED))
    if settings.resample != "windows":
        chosen = comparisons.chosen_by_results
        intervals = estimate_intervals(
            ranking, comparisons.table, method, seed, chosen_by_results=chosen
        )
        return _with_unbounded_strengths(intervals) if chosen else intervals
    if comparisons.votes is None:
        raise RankingError(
            Given(resample="windows"),
            "these comparisons have no votes on windows",
            "rank votes on windows",
            key="give-votes",
        )
    return estimate_window_intervals(ranking, comparisons.votes, settings.vote, method, seed)


def _with_unbounded_strengths(intervals: Intervals) -> Intervals:
    """The intervals, those of strength unbounded."""
    ranking = intervals.ranking
    known = ranking["strength_low"].notna()
    ends = {
        "strength_low": ranking["strength_low"].mask(known, -np.inf),
        "strength_high": ranking["strength_high"].mask(known, np.inf),
    }
    return replace(intervals, ranking=ranking.assign(**ends))
