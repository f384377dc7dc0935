"""95 % intervals of rank and strength by the bootstrap over windows.

Conventions
-----------
Windows are resampled as in :class:`ranking.evaluation.resampling.WindowUnits`, and all candidates
are ranked again. The intervals are about these candidates and this ranker, whichever windows of the
recordings it compares.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.evaluation.resampling import QUANTILES, votes_of_resampled_windows
from ranking.methods.method import Method, competition_rank
from ranking.uncertainty.rank_intervals import Intervals, with_ends
from ranking.uncertainty.units import window_uncertainty

DRAWS = 200
"""Number of resamplings."""


def estimate_window_intervals(
    ranking: pd.DataFrame,
    votes: pd.DataFrame,
    rule: str,
    method: Method,
    seed: int = 0,
    draws: int = DRAWS,
) -> Intervals:
    """Return a ranking with its intervals, windows resampled.

    They stay missing where the method is ordinal, or ranks by marks.

    Parameters
    ----------
    ranking : table of RANKING, by the same method
    votes : table of VOTES that were ranked
    rule : how votes decide a comparison, one of :data:`ranking.comparisons.votes.VOTE_RULES`
    method : how each draw is ranked
    seed : seed of the resampling
    draws : number of resamplings
    """
    uncertainty = window_uncertainty(votes, method)
    if not uncertainty.unit:
        return Intervals(ranking, uncertainty)
    candidates = pd.Index(sorted(ranking["candidate"]))
    tallies = (
        count_comparisons(votes_to_comparisons(drawn, rule))
        for drawn in votes_of_resampled_windows(votes, draws, seed)
    )
    strengths = np.stack(list(_strengths_by_id(tallies, method, candidates)))
    return Intervals(_with_quantiles(ranking, candidates, strengths), uncertainty)


def _strengths_by_id(
    tallies: Iterator[Tally], method: Method, candidates: pd.Index
) -> Iterator[np.ndarray]:
    """Yield the strengths (n,) by each tally, missing for candidates who are not in it."""
    for tally in tallies:
        strengths = np.full(len(candidates), np.nan)
        at = candidates.get_indexer(tally.candidates)
        strengths[at] = method.strengths(tally.matrix, None, None)
        yield strengths


def _with_quantiles(
    ranking: pd.DataFrame, candidates: pd.Index, strengths: np.ndarray
) -> pd.DataFrame:
    """Return the ranking with intervals from strengths, shape (draws, n), some of them missing."""
    ranks = competition_rank(strengths).astype(float)
    ranks[np.isnan(strengths)] = np.nan
    low, high = np.nanquantile(strengths, QUANTILES, axis=0)
    rank_low = np.nanquantile(ranks, QUANTILES[0], axis=0, method="lower").astype(int)
    rank_high = np.nanquantile(ranks, QUANTILES[1], axis=0, method="higher").astype(int)
    ends = {
        "rank_low": rank_low,
        "rank_high": rank_high,
        "strength_low": low,
        "strength_high": high,
    }
    return with_ends(ranking, pd.DataFrame(ends, index=candidates))
