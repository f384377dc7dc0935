"""Several rounds of marks → one mark of each juror for each candidate.

Conventions
-----------
Marks are larger for better, and missing where there is none. A pooled mark compares candidates
within its juror; as a number it has no further meaning. Marks nearer than a billionth of their
range are equal, as sums of decimals are that differ by rounding.

Methods
-------
* :func:`pool_additive`: y = candidate + juror × round + error, by least squares over the marks that
  there are (the additive two-way model with missing cells [1]_). Each mark less the effect of its
  juror in its round, so less that juror's leniency there and less the level of those who played in
  it, is averaged over the rounds in which the juror marked the candidate. All jurors share the
  candidates' effects: a juror's own marks of those in both rounds would be too few. So the pooled
  marks of one juror depend a little on the others, which intervals over jurors do not resample.
* :func:`pool_best`: the best of several runs, as in freestyle skiing, where the run is what counts
  and not each juror's favourite of them [2]_. A candidate's best run is that of the highest mean
  mark, over the jurors who marked all runs of this candidate, or over all where there are none; of
  equal ones the first. Every juror's mark of that run is taken, and no other: a juror without a
  mark of it has none. Marks of different runs are compared as they are. No mark is left out of the
  mean, as the highest and the lowest are in some rules.
* :func:`pool_sum`: the sum of a juror's marks of a candidate over the rounds, for candidates who
  were all in all of them. A juror who left out some rounds altogether is summed over the others;
  where one mark of them is missing, so is the sum.

References
----------
.. [1] S. R. Searle, "Linear models for unbalanced data", Wiley 1987: the two-way crossed
   classification without interaction.
.. [2] FIS, "The international ski competition rules: freestyle skiing", on halfpipe: the better of
   the runs counts.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ranking.errors import ComparisonsError, Given

TOLERANCE = 1e-9  # of the range of marks


def pool_rounds(marks: pd.DataFrame, how: str) -> pd.DataFrame:
    """Return one row for each juror and candidate with a mark: juror, candidate, mark.

    Parameters
    ----------
    marks : table of juror, candidate, round and mark, larger is better, missing where there is none
    how : additive, best or sum

    Raises
    ------
    ComparisonsError
        If the rounds cannot be pooled so.
    """
    given = marks[marks["mark"].notna()].reset_index(drop=True)
    pooled = POOLINGS[how](given)
    table = pooled.groupby(["juror", "candidate"], sort=True)["mark"].mean().reset_index()
    scale = np.ptp(given["mark"].to_numpy()) or 1.0
    own = table.groupby("juror", sort=False)["mark"]
    return table.assign(mark=own.transform(lambda mark: _with_ties(mark.to_numpy(), scale)))


def pool_additive(marks: pd.DataFrame) -> pd.DataFrame:
    """Return marks less the effect of their juror in their round.

    Raises
    ------
    ComparisonsError
        If the effects are not determined: some marks share no candidate with the others.
    """
    candidate, candidates = pd.factorize(marks["candidate"], sort=True)
    cell = marks.groupby(["juror", "round"], sort=True).ngroup().to_numpy()
    size = (len(candidates), int(cell.max()) + 1)
    _refuse_apart(marks, candidate, cell, size)
    counts = coo_array((np.ones(len(marks)), (candidate, cell)), shape=size).toarray()
    mark = marks["mark"].to_numpy(dtype=float)
    mark = mark - mark.mean()
    sums = np.bincount(candidate, mark, size[0]), np.bincount(cell, mark, size[1])
    if size[1] <= size[0]:  # the fewer effects are solved for
        effects = _column_effects(counts, *sums)
    else:
        own = _column_effects(counts.T, *sums[::-1])
        effects = (sums[1] - counts.T @ own) / counts.sum(axis=0)
    return marks.assign(mark=mark - effects[cell])


def _column_effects(counts: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Effects of columns in row + column, by the normal equations without those of rows.

    ``counts`` has the number of marks in each row and column, the others their sums.
    """
    share = counts / counts.sum(axis=1, keepdims=True)
    normal = np.diag(counts.sum(axis=0)) - counts.T @ share
    effects: np.ndarray = np.linalg.lstsq(normal, columns - share.T @ rows)[0]
    return effects


def pool_best(marks: pd.DataFrame) -> pd.DataFrame:
    """Return the marks of each candidate's best round."""
    runs = marks.groupby("candidate")["round"].transform("nunique")
    marked = marks.groupby(["candidate", "juror"])["round"].transform("nunique")
    whole = marked == runs
    fair = marks[whole | ~whole.groupby(marks["candidate"]).transform("any")]
    order = {name: at for at, name in enumerate(dict.fromkeys(marks["round"]))}
    means = fair.groupby(["candidate", "round"])["mark"].mean().reset_index()
    means["mark"] = means["mark"].round(9)  # sums of decimals
    means = means.assign(at=means["round"].map(order))
    best = means.sort_values(["mark", "at"], ascending=[False, True]).drop_duplicates("candidate")
    chosen = marks["candidate"].map(best.set_index("candidate")["round"])
    return marks[marks["round"] == chosen]


def pool_sum(marks: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of each juror's marks of each candidate.

    Raises
    ------
    ComparisonsError
        If candidates differ in the rounds in which they have marks.
    """
    rounds = marks["round"].nunique()
    played = marks.groupby("candidate")["round"].nunique()
    if (played < rounds).any():
        fewer = played.index[played < rounds]
        raise ComparisonsError(
            Given(pool="sum"),
            f"{len(fewer)} of {len(played)} candidates were not in all of these rounds, the first "
            f"{fewer[0]}",
            "pool them as additive, which allows for that, or choose fewer rounds",
            key="pool-additive",
        )
    expected = marks.groupby("juror")["round"].transform("nunique")
    there = marks.groupby(["juror", "candidate"])["round"].transform("nunique")
    whole = marks[there == expected]
    return whole.groupby(["juror", "candidate"])["mark"].sum().reset_index()


POOLINGS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "additive": pool_additive,
    "best": pool_best,
    "sum": pool_sum,
}


def _refuse_apart(
    marks: pd.DataFrame, candidate: np.ndarray, cell: np.ndarray, size: tuple[int, int]
) -> None:
    """Refuse marks of jurors in rounds that no candidate joins with the others."""
    links = coo_array((np.ones(len(marks)), (candidate, size[0] + cell)), shape=(sum(size),) * 2)
    parts, part = connected_components(links, directed=False)
    if parts == 1:
        return
    own = part[candidate]
    first, second = (marks[own == at].iloc[0] for at in range(2))
    raise ComparisonsError(
        Given(pool="additive"),
        f"no candidate joins {first['round']} by {first['juror']} with {second['round']} by "
        f"{second['juror']}, so their marks cannot be compared",
        "choose rounds that share candidates",
    )


def _with_ties(marks: np.ndarray, scale: float) -> np.ndarray:
    """Marks, those that are equal but for rounding made equal."""
    order = np.argsort(marks, kind="stable")
    steps = np.diff(marks[order], prepend=marks[order][:1]) > TOLERANCE * scale
    level = np.zeros(len(marks), dtype=int)
    level[order] = np.cumsum(steps)
    smallest = np.full(level.max() + 1, np.inf)
    np.minimum.at(smallest, level, marks)
    return smallest[level]
