"""Calibration of votes: of votes with probability 0.7, did the first get further in seven of ten?

Conventions
-----------
Votes on candidates of unequal score are sorted into bins of equal width by ``p_first``. The
observed outcome is whether the first got further. Candidates are the sample, as in
:mod:`ranking.evaluation.accuracy`: intervals resample them. The Brier score is the mean squared
error of the probabilities; it is 0.25 if all are one half.
"""

import numpy as np
import pandas as pd

from ranking.evaluation.resampling import QUANTILES
from ranking.tables import VOTES, check_table

BINS = 10
"""Number of bins of probability."""
DRAWS = 400
"""Number of bootstrap draws."""


def vote_calibration(votes: pd.DataFrame, score: pd.Series, seed: int = 0) -> pd.DataFrame:
    """Return the calibration of a VOTES table, one row for each bin that has votes.

    Parameters
    ----------
    votes : table of VOTES
    score : float Series by candidate
        Number of rounds passed into; may be missing.
    seed : seed of the bootstrap

    Returns
    -------
    table with ``votes`` number of votes; ``predicted`` mean probability that the first is better;
    ``observed`` share in which the first got further; ``low``, ``high`` its 95 % interval. It has
    no rows where all scores are equal.
    """
    known = _unequal(votes, score)
    if known.empty:
        return pd.DataFrame(columns=["votes", "predicted", "observed", "low", "high"])
    candidates = pd.Index(sorted({*known["first"], *known["second"]}))
    first, second = (candidates.get_indexer(known[place]) for place in ("first", "second"))
    bins = np.minimum((known["p_first"].to_numpy() * BINS).astype(int), BINS - 1)
    right = known["right"].to_numpy(dtype=float)
    counts = np.bincount(bins, minlength=BINS)
    predicted = np.bincount(bins, known["p_first"], minlength=BINS)
    observed = np.bincount(bins, right, minlength=BINS)
    rng = np.random.default_rng(seed)
    drawn = np.full((DRAWS, BINS), np.nan)
    n = len(candidates)
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
    """Return the mean squared error of the probabilities, missing where all scores are equal."""
    known = _unequal(votes, score)
    return float(((known["p_first"] - known["right"]) ** 2).mean())


def _unequal(votes: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """Return the votes on candidates of unequal score, with whether the first got further."""
    check_table(votes, VOTES, "votes")
    first, second = (votes[place].map(score) for place in ("first", "second"))
    known = votes.assign(right=(first > second).astype(float))
    return known[(first - second).abs() > 0]
