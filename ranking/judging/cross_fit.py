"""Judge candidates by rankers that were fitted on others of the same competition.

Conventions
-----------
Whoever has heard a candidate together with the result knows the result. So no pair is judged by a
ranker that was fitted on either of the two. Candidates are dealt by lot into parts that are alike
in score.

*Half*, as in the paper [1]_: two parts; the ranker goes on learning from the pairs of the first and
judges those of the second. Nothing can be learnt of those without a score: they are in the second.
*Folds*: three parts or more, and everybody is judged. A pair across two parts needs a ranker
fitted on neither, so each two parts have one of their own, fitted on all the others. A pair within
a part is judged by the ranker that left out this part and the next one. So all rankers have heard
nearly equally many, and each verdict is that of one ranker.

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

Judge = Callable[[Collection[str]], pd.DataFrame]
"""From candidates to the VOTES table of all their ordered pairs."""


@dataclass(frozen=True)
class Sitting:
    """One ranker: the parts that it learns from, and which parts' candidates it judges."""

    learns: frozenset[int]
    judges: frozenset[tuple[int, int]]
    """(part of the first, part of the second)."""

    @property
    def hears(self) -> frozenset[int]:
        """The parts that it judges."""
        return frozenset(itertools.chain(*self.judges))


def sittings(parts: int) -> list[Sitting]:
    """Return the rankers that are needed, each ordered pair of parts judged at most once."""
    if parts == HALF:
        return [Sitting(frozenset({0}), frozenset({(1, 1)}))]
    out = []
    for i, j in itertools.combinations(range(parts), 2):
        within = {(part, part) for part, other in ((i, j), (j, i)) if (part + 1) % parts == other}
        learns = frozenset(range(parts)) - {i, j}
        out.append(Sitting(learns, frozenset({(i, j), (j, i)} | within)))
    return out


def deal_out(score: pd.Series, parts: int, seed: int) -> pd.Series:
    """Return the part of each candidate, counted from 0.

    Of any score, and of all scores, parts differ by one candidate at most.

    Parameters
    ----------
    score : by candidate, may be missing

    Raises
    ------
    RankingError
        If there are fewer than two candidates for each part, or those that some ranker would learn
        from do not differ in score.
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
    if min(score[part.isin(one.learns)].nunique() for one in sittings(parts)) < 2:
        raise RankingError(
            f"results of {score.notna().sum()} of {len(score)} candidates",
            "they do not differ where a ranker is to be fitted",
            "fill in more results",
        )
    return part


def judge_unheard(part: pd.Series, learn: Callable[[Collection[str]], Judge]) -> pd.DataFrame:
    """Return the VOTES table of all pairs that some sitting judges.

    Parameters
    ----------
    part : of each candidate
    learn : returns a judge that was fitted on some candidates
    """
    tables = []
    for sitting in sittings(part.max() + 1):
        judge = learn(part.index[part.isin(sitting.learns)])
        votes = judge(part.index[part.isin(sitting.hears)])
        tables.append(votes[meets(votes, part, sitting.judges)])
    votes = pd.concat(tables)
    place = pd.Series(np.arange(len(part)), index=part.index)
    order = np.lexsort((votes["position"], votes["second"].map(place), votes["first"].map(place)))
    return votes.iloc[order].reset_index(drop=True)


def meets(votes: pd.DataFrame, part: pd.Series, judges: Collection[tuple[int, int]]) -> np.ndarray:
    """Flag the rows between candidates of these parts."""
    sides = zip(votes["first"].map(part), votes["second"].map(part), strict=True)
    return np.array([side in judges for side in sides], dtype=bool)
