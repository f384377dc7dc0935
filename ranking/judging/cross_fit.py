"""Compare candidates by rankers that were fitted on others of the same competition.

Conventions
-----------
A ranker that was fitted on a candidate's result knows the result. So every pair is compared by a
ranker that was fitted without either of the two (cross-fitting). Candidates are split at random
into folds, stratified by score.

*Halves*, as in the paper [1]_: two folds; the ranker is fitted further on the pairs of the first,
and compares those of the second. Candidates without a score, which nothing can be fitted on, are in
the second.
*Folds*: three or more, and every pair is compared. A pair from two folds needs a ranker fitted
without both, so each two folds have a ranker of their own, fitted on all the others. A pair within
a fold is compared by the ranker that leaves out this fold and the next one. So all rankers are
fitted on nearly equally many candidates, and each comparison is made by one ranker.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 5.1.1.
"""

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.errors import RankingError

HALVES = 2
"""Number of folds with which one half is fitted on and the other compared."""

Comparer = Callable[[Collection[str]], pd.DataFrame]
"""From ids of candidates to the VOTES table of all their ordered pairs."""


@dataclass(frozen=True)
class Assignment:
    """Which folds a ranker is fitted on, and which pairs it compares."""

    fitted_on: frozenset[int]
    """Folds whose results it is fitted on."""
    compares: frozenset[tuple[int, int]]
    """Pairs that it compares: fold of the first candidate, fold of the second."""

    @property
    def compared_folds(self) -> frozenset[int]:
        """Folds whose candidates it compares."""
        return frozenset(itertools.chain(*self.compares))


def cross_fit_assignments(folds: int) -> list[Assignment]:
    """Return the rankers that are needed; each ordered pair of folds is compared at most once."""
    if folds == HALVES:
        return [Assignment(frozenset({0}), frozenset({(1, 1)}))]
    out = []
    for i, j in itertools.combinations(range(folds), 2):
        within = {(fold, fold) for fold, other in ((i, j), (j, i)) if (fold + 1) % folds == other}
        fitted_on = frozenset(range(folds)) - {i, j}
        out.append(Assignment(fitted_on, frozenset({(i, j), (j, i)} | within)))
    return out


def stratified_candidate_folds(score: pd.Series, folds: int, seed: int) -> pd.Series:
    """Return the fold of each candidate, from 0: split at random, stratified by score.

    Folds differ by at most one candidate, in all and of each score; of two halves, those without a
    score are all in the second.

    Parameters
    ----------
    score
        Score by candidate; may be missing.
    folds
        Number of folds; two are halves.
    seed
        Seed of the random split.

    Raises
    ------
    RankingError
        If there are fewer than two candidates for each fold, or if the scores that some ranker
        would be fitted on are all equal.

    References
    ----------
    Sec. 5.1.1 of [1]_.
    """
    if len(score) < 2 * folds:
        raise RankingError(
            f"{len(score)} candidates",
            f"too few to be split into {folds} {'halves' if folds == HALVES else 'folds'}",
            "each needs two candidates, to make a pair",
        )
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.permutation(len(score)), score.to_numpy()))  # missing ones last
    number = np.empty(len(score), dtype=int)
    number[order] = (np.arange(len(score)) + rng.integers(folds)) % folds
    fold = pd.Series(number, index=score.index, name="fold")
    if folds == HALVES:
        fold[score.isna()] = 1
    if min(score[fold.isin(one.fitted_on)].nunique() for one in cross_fit_assignments(folds)) < 2:
        raise RankingError(
            f"results of {score.notna().sum()} of {len(score)} candidates",
            "no two differ among those that a ranker would be fitted on",
            "fill in more results",
        )
    return fold


def held_out_votes(fold: pd.Series, fit_on: Callable[[Collection[str]], Comparer]) -> pd.DataFrame:
    """Return the VOTES table of all pairs that a ranker may compare, in the order of ``fold``.

    Parameters
    ----------
    fold
        Fold of each candidate.
    fit_on
        Fits a ranker on some candidates, and returns what compares others by it.
    """
    tables = []
    for one in cross_fit_assignments(fold.max() + 1):
        compare = fit_on(fold.index[fold.isin(one.fitted_on)])
        votes = compare(fold.index[fold.isin(one.compared_folds)])
        tables.append(votes[_between(votes, fold, one.compares)])
    votes = pd.concat(tables)
    place = pd.Series(np.arange(len(fold)), index=fold.index)
    windows = (votes["second_window"], votes["first_window"])
    order = np.lexsort((*windows, votes["second"].map(place), votes["first"].map(place)))
    return votes.iloc[order].reset_index(drop=True)


def _between(
    votes: pd.DataFrame, fold: pd.Series, pairs: Collection[tuple[int, int]]
) -> np.ndarray:
    """Flag the rows of pairs from these folds."""
    folds = zip(votes["first"].map(fold), votes["second"].map(fold), strict=True)
    return np.array([pair in pairs for pair in folds], dtype=bool)
