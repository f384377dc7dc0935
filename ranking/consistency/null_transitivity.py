"""How transitive comparisons are without any order behind them: coin flips, and marks shuffled.

Conventions
-----------
Two shares measure transitivity: circular triads of the decided ones, and feedback arcs of the
decided pairs. Coin flips make a quarter of the triads circular, but fewer than half of the pairs
feedback arcs, since the ranking is fitted to them: about a third of 20 candidates. A juror's marks
contradict themselves nowhere. So for a panel each juror's marks are shuffled over the candidates
whom that juror marked; whom a juror did not mark stays unmarked. Both say something of the
comparisons alone, nothing of the result.

A draw has the pairs that were compared, as often; the ranking is fitted again. Where at most
:data:`MAX_ENUMERATED` pairs are decided, all outcomes of these are counted instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ranking.comparisons.tally import (
    Tally,
    WinMatrix,
    compared_candidates,
    wins_and_ties_by_juror,
)
from ranking.consistency.transitivity import (
    count_circular_triads,
    count_feedback_arcs_and_decided_pairs,
)
from ranking.evaluation.null_model import simulate_flips
from ranking.evaluation.permutation import p_among
from ranking.evaluation.resampling import affordable_draws
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import Method

DRAWS = 199
MIN_DRAWS = 40
TRIAD_DRAWS = 999
MAX_ENUMERATED = 10  # pairs, of five candidates: 1,024 outcomes
MAX_SIMULATED = 40  # candidates, beyond which the number of circular triads is normal


@dataclass(frozen=True)
class NullShares:
    """Shares that comparisons without an order have, one for each draw; NaN where none is."""

    circular: np.ndarray
    """Circular triads of the decided ones; float, shape (draws,)."""
    feedback: np.ndarray
    """Feedback arcs of the decided pairs; float, shape (draws,)."""


def flip_coins(tally: Tally, method: Method, seed: int = 0) -> NullShares:
    """Return the shares where a coin flip decides each comparison.

    Parameters
    ----------
    tally : counted comparisons
    method : how to rank
    seed : seed of the flips
    """
    draws = affordable_draws(DRAWS, len(tally.candidates), MIN_DRAWS)
    return _shares(list(simulate_flips(tally, seed, draws)), method)


def shuffle_marks(comparisons: pd.DataFrame, method: Method, seed: int = 0) -> NullShares:
    """Return the shares where each juror's marks are shuffled over those whom that juror marked.

    Parameters
    ----------
    comparisons : table of COMPARISONS with a column ``juror``
    method : how to rank; instead of one by marks, or a slow one, :func:`ranked_by`
    seed : seed of the shuffling
    """
    ids = compared_candidates(comparisons)
    wins = wins_and_ties_by_juror(comparisons, ids)
    marked = [np.flatnonzero(own.pair_counts.any(axis=1)) for own in wins]
    drawn = []
    for shuffles in shuffle_within_jurors(
        marked, affordable_draws(DRAWS, len(ids), MIN_DRAWS), seed
    ):
        total, ties = np.zeros((2, len(ids), len(ids)))
        for own, members, shuffled in zip(wins, marked, shuffles, strict=True):
            to, at = np.ix_(members, members), np.ix_(shuffled, shuffled)
            total[to] += own.wins[at]
            ties[to] += 0 if own.ties is None else own.ties[at]
        drawn.append(WinMatrix(total, ties if ties.any() else None))
    return _shares(drawn, method)


def shuffle_within_jurors(
    marked: Sequence[np.ndarray], draws: int, seed: int = 0
) -> Iterator[list[np.ndarray]]:
    """Yield, for each draw, whose mark each candidate receives, juror by juror.

    Parameters
    ----------
    marked : for each juror, an int array of the candidates whom that juror marked
    draws : number of draws
    seed : seed of the shuffling

    Yields
    ------
    list of int arrays
        For each juror, the same candidates in another order.
    """
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield [rng.permutation(members) for members in marked]


def circular_p(wins: np.ndarray, seed: int = 0) -> float:
    """Return the two-sided p of the number of circular triads, among those of coin flips.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column; the pairs that they decide are flipped.
    seed : seed of the flips, where there are too many to make them all
    """
    own = count_circular_triads(wins)
    i, j = np.nonzero(np.triu(wins != wins.T))
    if len(i) > MAX_ENUMERATED and len(wins) > MAX_SIMULATED:
        distance = (own.circular - own.expected_circular) / own.standard_deviation
        return float(2 * ndtr(-abs(distance)))
    rng = np.random.default_rng(seed)
    every = len(i) <= MAX_ENUMERATED
    flips = (
        np.array(list(product((0, 1), repeat=len(i))))
        if every
        else rng.integers(0, 2, (TRIAD_DRAWS, len(i)))
    )
    drawn = np.empty(len(flips))
    for at, flip in enumerate(flips):
        flipped = np.zeros(wins.shape)
        flipped[i, j], flipped[j, i] = flip, 1 - flip
        drawn[at] = count_circular_triads(flipped).circular
    return p_among(own.circular, drawn, exact=every).p


def ranked_by(method: Method) -> Method:
    """Return how comparisons without an order are ranked beside a ranking by a method.

    By Bradley-Terry, if the method needs marks, or takes too long to rank so many.
    """
    return BRADLEY_TERRY if method.needs == "marks" or method.slow else method


def _shares(drawn: list[WinMatrix], method: Method) -> NullShares:
    ranked = ranked_by(method)
    circular, feedback = [], []
    for wins in drawn:
        triads = count_circular_triads(wins.wins)
        strength = ranked.strengths(wins, None, np.zeros(len(wins)))
        against, decided = count_feedback_arcs_and_decided_pairs(wins.wins, strength)
        circular.append(triads.circular / triads.decided if triads.decided else np.nan)
        feedback.append(against / decided if decided else np.nan)
    return NullShares(np.array(circular), np.array(feedback))
