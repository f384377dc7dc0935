"""How far a place in the ranking could have been another: 95 % intervals of rank and strength.

Conventions
-----------
The candidates of a competition are a sample, and every comparison of one of them depends on that
one; comparisons are no sample. So candidates are resampled: each draw gives every candidate a
random weight (Bayesian bootstrap [1]_), a comparison weighs the product of its two, and the whole
field is ranked again. Where votes per window exist, windows can be drawn instead. Drawing
comparisons one by one would claim more certainty than there is.

What they cover, in simulation (30 to 60 candidates, both orders of every pair): the true rank in
93 to 96 % of cases in fields that differ clearly, 88 % in a field of near equals, 95 % where the
two orders of a pair share their error (resampling comparisons: 89 %). They speak of this judge and
these recordings; how the same pianist plays on another day is not in them.

References
----------
.. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 1981.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, count_comparisons
from ranking.comparisons.votes import count_votes
from ranking.evaluation.resampling import (
    QUANTILES,
    affordable,
    candidate_weights,
    resampled_windows,
)
from ranking.methods.method import Method, competition_rank

DRAWS, WINDOW_DRAWS = 400, 200


def with_intervals(
    ranking: pd.DataFrame, tally: Tally, method: Method, seed: int = 0, draws: int = DRAWS
) -> pd.DataFrame:
    """Return the RANKING table with intervals of rank and strength, candidates resampled.

    They stay missing where the method has only an order, or ranks by marks.
    """
    if not _has_ranges(method):
        return ranking
    own = ranking.set_index("candidate").loc[tally.candidates, "strength"].to_numpy()
    n = len(own)
    fields = candidate_weights(n, affordable(draws, n, least=100), seed)
    strengths = np.stack([method.strengths(tally.matrix, weights, own) for weights in fields])
    return _with_quantiles(ranking, tally.candidates, strengths)


def with_window_intervals(
    ranking: pd.DataFrame,
    votes: pd.DataFrame,
    vote: str,
    method: Method,
    seed: int = 0,
    draws: int = WINDOW_DRAWS,
) -> pd.DataFrame:
    """Return the RANKING table with intervals, windows of the VOTES table resampled.

    They stay missing where the method has only an order, or ranks by marks.
    """
    if not _has_ranges(method):
        return ranking
    candidates = pd.Index(sorted(ranking["candidate"]))
    fields = (
        count_comparisons(count_votes(drawn, vote))
        for drawn in resampled_windows(votes, draws, seed)
    )
    strengths = np.stack(list(_strengths_by_id(fields, method, candidates)))
    return _with_quantiles(ranking, candidates, strengths)


def _has_ranges(method: Method) -> bool:
    return not method.only_order and method.needs == "comparisons"


def _strengths_by_id(
    fields: Iterator[Tally], method: Method, candidates: pd.Index
) -> Iterator[np.ndarray]:
    """Strengths (n,) in each field; missing for those who are not in it."""
    for tally in fields:
        strengths = np.full(len(candidates), np.nan)
        at = candidates.get_indexer(tally.candidates)
        strengths[at] = method.strengths(tally.matrix, None, None)
        yield strengths


def _with_quantiles(
    ranking: pd.DataFrame, candidates: pd.Index, strengths: np.ndarray
) -> pd.DataFrame:
    """Fill the interval columns from drawn strengths, shape (draws, n), some of them missing."""
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
