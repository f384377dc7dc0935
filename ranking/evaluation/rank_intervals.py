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

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally, tally
from ranking.comparisons.votes import count_votes
from ranking.methods.bradley_terry import newton_step, regularised
from ranking.methods.method import METHODS, competition_rank
from ranking.methods.pagerank import pagerank

LEVEL = 0.95
DRAWS = 400


def with_intervals(
    ranking: pd.DataFrame, counted: Tally, by: str, seed: int = 0, draws: int = DRAWS
) -> pd.DataFrame:
    """Return the RANKING table with intervals of rank and strength, candidates resampled."""
    rng = np.random.default_rng(seed)
    own = ranking.set_index("candidate").loc[counted.candidates, "strength"].to_numpy()
    n = len(own)
    draws = min(draws, max(100, 40_000_000 // n**2))  # a thousand candidates: 100 draws
    wins = regularised(counted.wins) if by == "bradley-terry" else counted.wins
    strengths = np.stack(
        [_reweighted(wins, own, by, n * rng.dirichlet(np.ones(n))) for _ in range(draws)]
    )
    return _with_quantiles(ranking, counted.candidates, strengths)


def with_window_intervals(
    ranking: pd.DataFrame, votes: pd.DataFrame, vote: str, by: str, seed: int = 0, draws: int = 200
) -> pd.DataFrame:
    """Return the RANKING table with intervals, window positions of the VOTES table resampled.

    A position is drawn for all pairs at once: its window is in every comparison of a candidate.
    """
    rng = np.random.default_rng(seed)
    positions = np.unique(votes["position"])
    by_position = dict(tuple(votes.groupby("position")))
    candidates = pd.Index(sorted(ranking["candidate"]))
    strengths = np.full((draws, len(candidates)), np.nan)
    for draw in range(draws):
        drawn = [
            by_position[position].assign(position=place)
            for place, position in enumerate(rng.choice(positions, len(positions)))
        ]
        counted = tally(count_votes(pd.concat(drawn), vote))
        strengths[draw, candidates.get_indexer(counted.candidates)] = METHODS[by](counted.wins)
    return _with_quantiles(ranking, candidates, strengths)


def _reweighted(wins: np.ndarray, own: np.ndarray, by: str, weights: np.ndarray) -> np.ndarray:
    """Strengths in a field where opponents count by their weights."""
    if by == "bradley-terry":
        return newton_step(wins, own, weights)
    if by == "pagerank":
        return pagerank(wins, weights)
    against = wins * weights
    if by == "wins":
        return against.sum(axis=1)
    return against.sum(axis=1) / ((wins + wins.T) * weights).sum(axis=1)


def _with_quantiles(
    ranking: pd.DataFrame, candidates: pd.Index, strengths: np.ndarray
) -> pd.DataFrame:
    """Fill the interval columns from drawn strengths, shape (draws, n), some of them missing."""
    tail = (1 - LEVEL) / 2
    ranks = competition_rank(strengths).astype(float)
    ranks[np.isnan(strengths)] = np.nan
    low, high = np.nanquantile(strengths, [tail, 1 - tail], axis=0)
    rank_low = np.nanquantile(ranks, tail, axis=0, method="lower").astype(int)
    rank_high = np.nanquantile(ranks, 1 - tail, axis=0, method="higher").astype(int)
    at = candidates.get_indexer(ranking["candidate"])
    return ranking.assign(
        rank_low=np.minimum(rank_low[at], ranking["rank"]),
        rank_high=np.maximum(rank_high[at], ranking["rank"]),
        strength_low=np.minimum(low[at], ranking["strength"]),
        strength_high=np.maximum(high[at], ranking["strength"]),
    )
