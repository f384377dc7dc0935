"""Compare candidates by rankers that were fitted on others of the same competition.

Conventions
-----------
A ranker that was fitted on a candidate's result knows the result. So no pair is compared by a
ranker that was fitted on either of the two. Candidates are split at random into parts that are
alike in score (stratified).

*Half*, as in the paper [1]_: two parts; the ranker is fitted further on the pairs of the first and
compares those of the second. Nothing can be fitted on those without a score: they are in the
second.
*Folds*: three parts or more, and everybody is compared. A pair across two parts needs a ranker
fitted on neither, so each two parts have one of their own, fitted on all the others. A pair within
a part is compared by the ranker that left out this part and the next one. So all rankers are fitted
on nearly equally many, and each comparison is that of one ranker.

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

HALF = 2

Compare = Callable[[Collection[str]], pd.DataFrame]
"""From candidates to the VOTES table of all their ordered pairs."""


@dataclass(frozen=True)
class Assignment:
    """What one ranker is for: the parts to fit it on, and whose pairs it compares."""

    fitted_on: frozenset[int]
    compares: frozenset[tuple[int, int]]
    """(part of the first, part of the second)."""

    @property
    def hears(self) -> frozenset[int]:
        """The parts whose candidates it compares."""
        return frozenset(itertools.chain(*self.compares))


def assignments(parts: int) -> list[Assignment]:
    """Return what rankers are needed, each ordered pair of parts compared at most once."""
    if parts == HALF:
        return [Assignment(frozenset({0}), frozenset({(1, 1)}))]
    out = []
    for i, j in itertools.combinations(range(parts), 2):
        within = {(part, part) for part, other in ((i, j), (j, i)) if (part + 1) % parts == other}
        fitted_on = frozenset(range(parts)) - {i, j}
        out.append(Assignment(fitted_on, frozenset({(i, j), (j, i)} | within)))
    return out


def split_candidates(score: pd.Series, parts: int, seed: int) -> pd.Series:
    """Return the part of each candidate, counted from 0.

    Of any score, and of all scores, parts differ by one candidate at most.

    Parameters
    ----------
    score : by candidate, may be missing

    Raises
    ------
    RankingError
        If there are fewer than two candidates for each part, or those that some ranker would be
        fitted on do not differ in score.
    """
    if len(score) < 2 * parts:
        raise RankingError(
            f"{len(score)} candidates",
            f"too few to be dealt into {parts} parts",
            "two are needed in each part to make a pair",
        )
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.permutation(len(score)), score.to_numpy()))  # missing ones last
    place = np.empty(len(score), dtype=int)
    place[order] = (np.arange(len(score)) + rng.integers(parts)) % parts
    part = pd.Series(place, index=score.index, name="part")
    if parts == HALF:
        part[score.isna()] = 1
    if min(score[part.isin(one.fitted_on)].nunique() for one in assignments(parts)) < 2:
        raise RankingError(
            f"results of {score.notna().sum()} of {len(score)} candidates",
            "they do not differ where a ranker is to be fitted",
            "fill in more results",
        )
    return part


def compare_unheard(part: pd.Series, fit_on: Callable[[Collection[str]], Compare]) -> pd.DataFrame:
    """Return the VOTES table of all pairs that some ranker may compare.

    Parameters
    ----------
    part : of each candidate
    fit_on : returns what a ranker does that was fitted on some candidates
    """
    tables = []
    for one in assignments(part.max() + 1):
        compare = fit_on(part.index[part.isin(one.fitted_on)])
        votes = compare(part.index[part.isin(one.hears)])
        tables.append(votes[_between(votes, part, one.compares)])
    votes = pd.concat(tables)
    place = pd.Series(np.arange(len(part)), index=part.index)
    order = np.lexsort((votes["window"], votes["second"].map(place), votes["first"].map(place)))
    return votes.iloc[order].reset_index(drop=True)


def _between(
    votes: pd.DataFrame, part: pd.Series, pairs: Collection[tuple[int, int]]
) -> np.ndarray:
    """Flag the rows between candidates of these parts."""
    sides = zip(votes["first"].map(part), votes["second"].map(part), strict=True)
    return np.array([side in pairs for side in sides], dtype=bool)
