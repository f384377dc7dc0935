"""95 % intervals of rank and strength by the bootstrap over windows.

Conventions
-----------
Windows are resampled as in :class:`ranking.evaluation.resampling.WindowUnits`, and all candidates
are ranked again. The intervals are about these candidates and this ranker, whichever windows of the
recordings it compares.

Votes of a draw are counted by pair, in arrays: a table for each draw would take most of the time.
Draws in which every pair has the same outcome are ranked once.
"""

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally
from ranking.comparisons.votes import decide_pairs
from ranking.evaluation.resampling import QUANTILES, resampled_window_counts
from ranking.methods.method import Method, competition_rank
from ranking.uncertainty.rank_intervals import Intervals, with_ends
from ranking.uncertainty.units import window_uncertainty

DRAWS = 200
"""Number of resamplings."""
NOT_DRAWN = 2
"""Outcome of a pair of whom a draw has no votes."""


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
    at = [candidates.get_indexer(votes[place]) for place in ("first", "second")]
    pairs, of_vote = np.unique(np.stack(at), axis=1, return_inverse=True)
    outcomes = _outcomes_by_draw(votes, of_vote.ravel(), rule, seed, draws)
    different, of_draw = np.unique(outcomes, axis=0, return_inverse=True)
    fits = [_strengths(candidates, pairs, outcome, method) for outcome in different]
    strengths = np.stack(fits)[of_draw]
    return Intervals(_with_quantiles(ranking, candidates, strengths), uncertainty)


def _outcomes_by_draw(
    votes: pd.DataFrame, of_vote: np.ndarray, rule: str, seed: int, draws: int
) -> np.ndarray:
    """Return the outcome of each pair by the votes of each draw, int8, shape (draws, pairs).

    Parameters
    ----------
    votes : table of VOTES
    of_vote : int array, shape (votes,)
        The pair of each vote.
    rule : how votes decide a comparison
    seed : seed of the resampling
    draws : number of resamplings
    """
    p = votes["p_first"].to_numpy()
    outcomes = np.full((draws, of_vote.max() + 1), NOT_DRAWN, dtype=np.int8)
    for own, times in zip(outcomes, resampled_window_counts(votes, draws, seed), strict=True):
        number, for_first, for_second, total = (
            np.bincount(of_vote, times * value, minlength=len(own))
            for value in (1, p > 0.5, p < 0.5, p)
        )
        drawn = number > 0
        mean = total[drawn] / number[drawn]
        own[drawn] = decide_pairs(for_first[drawn], for_second[drawn], mean, rule)
    return outcomes


def _strengths(
    candidates: pd.Index, pairs: np.ndarray, outcome: np.ndarray, method: Method
) -> np.ndarray:
    """Return the strengths (n,) by the outcomes of pairs, missing for those who are in none.

    Parameters
    ----------
    candidates : ids, sorted
    pairs : int array, shape (2, pairs)
        First and second of each ordered pair, as numbers of candidates.
    outcome : int8 array, shape (pairs,)
        1 where the first wins, -1 the second, 0 a tie, or :data:`NOT_DRAWN`.
    method : how to rank
    """
    drawn = outcome != NOT_DRAWN
    first, second = pairs[:, drawn]
    counts, first_wins, ties = np.zeros((3, len(candidates), len(candidates)))
    counts[first, second] = 1
    first_wins[first, second] = (outcome[drawn] + 1) / 2
    ties[first, second] = outcome[drawn] == 0
    tally = Tally(candidates, counts, first_wins, ties if ties.any() else None)
    strengths, known = np.full(len(candidates), np.nan), np.unique(pairs[:, drawn])
    if len(known):
        strengths[known] = method.strengths(tally.matrix.part(known), None, None)
    return strengths


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
