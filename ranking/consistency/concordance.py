"""How far the jurors of a panel agree among themselves: Kendall's W, beside that of shuffled marks.

Conventions
-----------
*W*, the coefficient of concordance, is 1 if all jurors rank alike, and near 0 if their orders have
nothing in common. Equal marks share a rank, and W is corrected for them [1]_. Jurors who gave all
equal marks ordered nobody and are left out.

Of J jurors who marked the same candidates without ties, W is ((J − 1) r + 1) / J, where r is the
mean of Spearman's correlation over all pairs of jurors [1]_. Where jurors did not all mark the same
candidates, this is the definition: two jurors are correlated over the candidates that both marked,
ranked anew among these. W can then be slightly below 0.

An order takes no marks: comparisons of a juror that contain every pair and no contradiction are as
good. Without agreement, each juror's marks are shuffled over the candidates whom that juror marked
(:mod:`ranking.consistency.null_transitivity`).

References
----------
.. [1] M. G. Kendall, J. D. Gibbons, "Rank Correlation Methods", 1990, ch. 6.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.comparisons.tally import compared_candidates, wins_by_juror
from ranking.consistency.null_transitivity import DRAWS, MIN_DRAWS, shuffle_within_jurors
from ranking.evaluation.resampling import affordable_draws

LEAST = 1e-9  # sum of squares that rounding may leave


@dataclass(frozen=True)
class Concordance:
    """How far a panel's jurors agree."""

    w: float
    """Kendall's W; NaN if no two jurors ordered the same candidates."""
    shuffled: np.ndarray
    """W of each draw, with marks shuffled within each juror; float, shape (draws,)."""
    jurors: int
    """Number of jurors who ordered candidates."""
    without_order: tuple[str, ...]
    """Jurors who gave all equal marks, and who are left out."""
    complete: bool
    """Whether all jurors marked the same candidates."""


def panel_concordance(comparisons: pd.DataFrame, seed: int = 0) -> Concordance | None:
    """Return Kendall's W of the jurors who made comparisons; None if one of them has no order.

    Parameters
    ----------
    comparisons : table of COMPARISONS with a column ``juror``
    seed : seed of the shuffling
    """
    ids = compared_candidates(comparisons)
    points = [_points_of_order(own) for own in wins_by_juror(comparisons, ids)]
    orders = [own for own in points if own is not None]
    if len(orders) < len(points):
        return None
    marks = np.stack(orders)
    ordered = _ordered(marks)
    w = kendall_w(marks)
    draws = affordable_draws(DRAWS, len(ids), MIN_DRAWS)
    jurors = sorted(comparisons["juror"].unique())
    return Concordance(
        w=w,
        shuffled=np.empty(0) if np.isnan(w) else _shuffled_w(marks, draws, seed),
        jurors=int(ordered.sum()),
        without_order=tuple(str(jurors[at]) for at in np.flatnonzero(~ordered)),
        complete=_is_complete(marks[ordered]),
    )


def kendall_w(marks: np.ndarray) -> float:
    """Return Kendall's W of marks, shape (jurors, n), larger is better, NaN where there is none.

    It is NaN if no two jurors ordered the same candidates.
    """
    marks = marks[_ordered(marks)]
    if len(marks) < 2:
        return float("nan")
    if _is_complete(marks):
        return _w_of_rank_sums(marks[:, ~np.isnan(marks).all(axis=0)])
    correlation = mean_spearman(marks)
    return ((len(marks) - 1) * correlation + 1) / len(marks)


def mean_spearman(marks: np.ndarray) -> float:
    """Return the mean of Spearman's correlation over all pairs of jurors.

    Two jurors are correlated over the candidates that both marked. Pairs in which one of them
    ordered none of these are left out; NaN if all are.

    Parameters
    ----------
    marks : float array, shape (jurors, n)
        Larger is better; NaN where a juror gave none.
    """
    marked = ~np.isnan(marks)
    common = marked[:, np.newaxis] & marked[np.newaxis]  # (J, J, n)
    above = marks[:, :, np.newaxis] > marks[:, np.newaxis, :]  # (J, n, n), not above a NaN
    sign = above.astype(np.float32) - above.transpose(0, 2, 1)
    lead = sign @ marked.T.astype(np.float32)  # (J, n, J): twice the rank, from the mean
    lead = lead.transpose(0, 2, 1).astype(float) * common  # [a, b]: of a, among those of both
    squares = (lead**2).sum(axis=2)
    product = (lead * lead.transpose(1, 0, 2)).sum(axis=2)
    first, second = np.triu_indices(len(marks), 1)
    scale = np.sqrt(squares[first, second] * squares[second, first])
    known = scale > LEAST
    correlations = product[first, second][known] / scale[known]
    return float(correlations.mean()) if known.any() else float("nan")


def _w_of_rank_sums(marks: np.ndarray) -> float:
    """Kendall's W of complete marks: 12 S / (J² (n³ − n) − J Σ (t³ − t)), t equal marks of a juror.

    The squares of a juror's ranks, from their mean, sum to (n³ − n − Σ (t³ − t)) / 12.
    """
    from scipy.stats import rankdata  # half a second to load

    ranks = rankdata(marks, axis=1)
    ranks -= ranks.mean()
    return float((ranks.sum(axis=0) ** 2).sum() / (len(ranks) * (ranks**2).sum()))


def _shuffled_w(marks: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Kendall's W of each draw, shape (draws,), each juror's marks shuffled."""
    members = [np.flatnonzero(~np.isnan(own)) for own in marks]
    drawn = []
    for shuffles in shuffle_within_jurors(members, draws, seed):
        shuffled = marks.copy()
        for own, mark, at, source in zip(shuffled, marks, members, shuffles, strict=True):
            own[at] = mark[source]
        drawn.append(kendall_w(shuffled))
    return np.array(drawn)


def _points_of_order(wins: np.ndarray) -> np.ndarray | None:
    """A juror's wins over all others, shape (n,), NaN if not compared; None if they are no order.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column by this juror.
    """
    times = wins + wins.T
    marked = times.any(axis=1)
    share = np.divide(wins, times, out=np.zeros_like(wins), where=times > 0)
    points = share.sum(axis=1)
    expected = (np.sign(points[:, np.newaxis] - points[np.newaxis, :]) + 1) / 2
    others = marked[:, np.newaxis] & marked[np.newaxis, :] & ~np.eye(len(wins), dtype=bool)
    ordered = bool((share == expected * others).all())
    return np.where(marked, points, np.nan) if ordered else None


def _ordered(marks: np.ndarray) -> np.ndarray:
    """Whether each juror gave different marks; bool, shape (jurors,)."""
    return np.fmax.reduce(marks, axis=1) > np.fmin.reduce(marks, axis=1)


def _is_complete(marks: np.ndarray) -> bool:
    marked = ~np.isnan(marks)
    return bool((marked == marked.any(axis=0)).all())
