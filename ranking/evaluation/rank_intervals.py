"""95 % intervals of rank and strength.

Conventions
-----------
The candidates of a competition are a sample, and every comparison of one of them depends on that
one; comparisons are not an independent sample. So candidates are resampled: each draw gives every
candidate a random weight (Bayesian bootstrap [1]_), a comparison counts by the product of its two
weights, and all candidates are ranked again. Where there are votes on windows, windows can be
resampled instead. Resampling single comparisons would claim more certainty than there is.

Coverage in simulation (30 to 60 candidates, both orders of every pair): the true rank in 93 to 96 %
of cases where candidates differ clearly, 88 % where they are nearly equal, 95 % where the two
orders of a pair share their error (resampling comparisons: 89 %). The intervals are about this
ranker and these recordings; how the same pianist plays on another day is not in them.

References
----------
.. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 1981.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.evaluation.resampling import (
    QUANTILES,
    affordable_draws,
    bayesian_bootstrap_weights,
    votes_of_resampled_windows,
)
from ranking.methods.method import Method, competition_rank

DRAWS = 400
"""Number of resamplings of candidates."""
WINDOW_DRAWS = 200
"""Number of resamplings of windows."""


def with_intervals(
    ranking: pd.DataFrame, tally: Tally, method: Method, seed: int = 0, draws: int = DRAWS
) -> pd.DataFrame:
    """Return the RANKING table with intervals of rank and strength, candidates resampled.

    They stay missing where the method is ordinal, or ranks by marks.

    Parameters
    ----------
    ranking : table of RANKING, by the same method
    tally : counted comparisons that were ranked
    method : how each draw is ranked
    seed : seed of the resampling
    draws : number of resamplings, fewer for many candidates
    """
    if not _has_intervals(method):
        return ranking
    own = ranking.set_index("candidate").loc[tally.candidates, "strength"].to_numpy()
    n = len(own)
    drawn = bayesian_bootstrap_weights(n, affordable_draws(draws, n, min_draws=100), seed)
    strengths = np.stack([method.strengths(tally.matrix, weights, own) for weights in drawn])
    return _with_quantiles(ranking, tally.candidates, strengths)


def with_window_intervals(
    ranking: pd.DataFrame,
    votes: pd.DataFrame,
    rule: str,
    method: Method,
    seed: int = 0,
    draws: int = WINDOW_DRAWS,
) -> pd.DataFrame:
    """Return the RANKING table with intervals of rank and strength, windows resampled.

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
    if not _has_intervals(method):
        return ranking
    candidates = pd.Index(sorted(ranking["candidate"]))
    tallies = (
        count_comparisons(votes_to_comparisons(drawn, rule))
        for drawn in votes_of_resampled_windows(votes, draws, seed)
    )
    strengths = np.stack(list(_strengths_by_id(tallies, method, candidates)))
    return _with_quantiles(ranking, candidates, strengths)


def _has_intervals(method: Method) -> bool:
    return not method.ordinal and method.needs == "comparisons"


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
    at = candidates.get_indexer(ranking["candidate"])
    return ranking.assign(
        rank_low=np.minimum(rank_low[at], ranking["rank"]),
        rank_high=np.maximum(rank_high[at], ranking["rank"]),
        strength_low=np.minimum(low[at], ranking["strength"]),
        strength_high=np.maximum(high[at], ranking["strength"]),
    )
