"""Are probabilities honest: of votes that said 0.7, was the first better in seven of ten?

Conventions
-----------
Votes on candidates of unequal score are sorted into bins of equal width by ``p_first``. What
happened is whether the first got further. Candidates are the sample, as in
:mod:`ranking.evaluation.accuracy`: intervals resample them. The Brier score is the mean squared
error of the probabilities; always saying one half gets 0.25.
"""

import numpy as np
import pandas as pd

from ranking.evaluation.resampling import QUANTILES
from ranking.tables import VOTES, check

BINS = 10
DRAWS = 400


def vote_calibration(votes: pd.DataFrame, score: pd.Series, seed: int = 0) -> pd.DataFrame:
    """Return the calibration of a VOTES table, one row for each bin that has votes.

    Parameters
    ----------
    score : float Series by candidate
        How far each got; may be missing.

    Returns
    -------
    table with ``votes``, ``predicted`` mean probability, ``observed`` share of firsts who got
    further, ``low`` and ``high`` its 95 % interval; no rows where all scores are equal.
    """
    known = _unequal(votes, score)
    if known.empty:
        return pd.DataFrame(columns=["votes", "predicted", "observed", "low", "high"])
    players = pd.Index(sorted({*known["first"], *known["second"]}))
    first, second = (players.get_indexer(known[side]) for side in ("first", "second"))
    bins = np.minimum((known["p_first"].to_numpy() * BINS).astype(int), BINS - 1)
    right = known["right"].to_numpy(dtype=float)
    counts = np.bincount(bins, minlength=BINS)
    predicted = np.bincount(bins, known["p_first"], minlength=BINS)
    observed = np.bincount(bins, right, minlength=BINS)
    rng = np.random.default_rng(seed)
    drawn = np.full((DRAWS, BINS), np.nan)
    n = len(players)
    for draw in range(DRAWS):
        times = rng.multinomial(n, np.full(n, 1 / n))
        weight = (times[first] * times[second]).astype(float)
        below = np.bincount(bins, weight, minlength=BINS)
        above = np.bincount(bins, weight * right, minlength=BINS)
        np.divide(above, below, out=drawn[draw], where=below > 0)
    filled = np.flatnonzero(counts)
    low, high = np.nanquantile(drawn[:, filled], QUANTILES, axis=0)
    return pd.DataFrame(
        {
            "votes": counts[filled],
            "predicted": predicted[filled] / counts[filled],
            "observed": observed[filled] / counts[filled],
            "low": low,
            "high": high,
        }
    )


def brier_score(votes: pd.DataFrame, score: pd.Series) -> float:
    """Mean squared error of the probabilities; missing where all scores are equal."""
    known = _unequal(votes, score)
    return float(((known["p_first"] - known["right"]) ** 2).mean())


def _unequal(votes: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """The votes on candidates of unequal score, with whether the first got further."""
    check(votes, VOTES, "votes")
    first, second = (votes[side].map(score) for side in ("first", "second"))
    known = votes.assign(right=(first > second).astype(float))
    return known[(first - second).abs() > 0]
