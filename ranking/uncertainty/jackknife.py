"""Jackknife over clusters of comparisons: how much strengths depend on who made them.

Conventions
-----------
A *cluster* is what is resampled as a whole: a juror, a rater, a session, a match. The jackknife
[1]_ ranks the candidates again without each cluster in turn; the J strengths without a cluster give
the variance of the strength from all, and a *pseudo-value* per cluster, J times the strength from
all less J - 1 times that without it, which stands for what that cluster adds. So the mean of
pseudo-values can be tested like that of J independent values, by Student's t with J - 1 degrees of
freedom. More than :data:`MAX_CLUSTERS` clusters are put together at random, into so many groups of
equal number, and a group is left out at a time [2]_.

Bradley-Terry strengths are finite only where wins connect all candidates both ways. Where that
fails for any of the J + 1 fits, all of them are penalised alike: every candidate ties once with a
ghost, a further candidate of strength 0.

References
----------
.. [1] J. W. Tukey, "Bias and confidence in not-quite large samples", Ann. Math. Statist. 1958.
.. [2] P. S. Kott, "The delete-a-group jackknife", Journal of Official Statistics 2001.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ranking.comparisons.tally import (
    WinMatrix,
    count_wins_of,
    row_counts,
    row_weights,
    total_wins,
)
from ranking.evaluation.resampling import QUANTILES, affordable_draws
from ranking.methods.bradley_terry import BRADLEY_TERRY, ghost_fit
from ranking.methods.method import Method

MAX_CLUSTERS = 100
"""Largest number of clusters, or groups of them, that are left out one at a time."""
MIN_CLUSTERS = 3
"""Smallest number of clusters that says how much they differ."""
GHOST_WEIGHT = 1.0
"""Number of ties of each candidate with the ghost, in a penalised fit."""
RESIDUE = 1e-9
"""Counts smaller than this are 0: what rounding leaves of a weighted cluster that is taken out."""


@dataclass(frozen=True)
class Jackknife:
    """Strengths from all clusters, and without each of them."""

    strength: np.ndarray
    """Strengths from all clusters; float, shape (n,)."""
    left_out: np.ndarray
    """Strengths without each cluster; float, shape (J, n)."""
    penalised: bool = False
    """Whether all of these are penalised fits."""

    @property
    def clusters(self) -> int:
        """Number J of clusters."""
        return len(self.left_out)

    @property
    def t_quantile(self) -> float:
        """Quantile of Student's t at the upper end of an interval, J - 1 degrees of freedom."""
        return float(stdtrit(self.clusters - 1, QUANTILES[1]))

    @cached_property
    def pseudo_values(self) -> np.ndarray:
        """What each cluster adds to the strengths; float, shape (J, n)."""
        return self.clusters * self.strength - (self.clusters - 1) * self.left_out

    @cached_property
    def variance(self) -> np.ndarray:
        """Jackknife variance of each strength; float, shape (n,)."""
        return self.pseudo_values.var(axis=0, ddof=1) / self.clusters

    @cached_property
    def error_variance(self) -> float:
        """Mean error variance of the strengths, beside their own spread.

        With fewer clusters strengths are estimated wider apart, not only less surely, which the
        jackknife takes for error as well. If strengths without a cluster are c times as wide as
        those from all, their spread is c² (σ² + e / (J - 1)), that from all is σ² + e / J, and the
        jackknife variance is c² e / J; so c² follows from the three, and with it e / J.
        """
        error, spread = float(self.variance.mean()), float(self.strength.var(ddof=1))
        left_out = float(self.left_out.var(axis=1, ddof=1).mean())
        wider = left_out - error / (self.clusters - 1)
        return error * spread / wider if wider > 0 else error


def jackknife_strengths(clusters: Sequence[WinMatrix], method: Method) -> Jackknife:
    """Return the strengths of n candidates from all clusters, and without each of them.

    Raises
    ------
    ValueError
        If there are fewer than :data:`MIN_CLUSTERS` clusters.
    RankingError
        If a fit does not converge.
    """
    if len(clusters) < MIN_CLUSTERS:
        raise ValueError(f"{len(clusters)} clusters; the jackknife needs {MIN_CLUSTERS}")
    total = total_wins(clusters)
    if not method.unbounded or all(one.connected for one in (total, *_left_out(total, clusters))):
        fits = [method.strengths(one, None, None) for one in _left_out(total, clusters, grow=True)]
        return Jackknife(method.strengths(total, None, None), np.stack(fits))
    strength = penalised_strengths(total, method)
    fits = [penalised_strengths(one, method, strength) for one in _left_out(total, clusters)]
    return Jackknife(strength, np.stack(fits), penalised=True)


def penalised_strengths(
    wins: WinMatrix, method: Method, start: np.ndarray | None = None
) -> np.ndarray:
    """Return the strengths (n,) of a penalised fit, less their mean.

    Parameters
    ----------
    wins : wins of n candidates
    method : how they are ranked; its differences of strength may be infinite
    start : float array, shape (n,), or None
        Strengths near those of the fit.
    """
    if method.name == BRADLEY_TERRY.name:
        strength = ghost_fit(wins.wins, GHOST_WEIGHT, start)
    else:
        strength = method.strengths(with_ghost(wins), None, None)[:-1]
    return strength - strength.mean()


def with_ghost(wins: WinMatrix) -> WinMatrix:
    """Return the wins of n candidates and of a ghost, the last one, with whom each tied once.

    Each tie is half a win, and none of the ties that are counted by themselves.
    """
    n = len(wins)
    ghost = np.zeros((n + 1, n + 1))
    ghost[-1, :-1] = ghost[:-1, -1] = GHOST_WEIGHT / 2
    padded = wins.each(lambda counts: np.pad(counts, (0, 1)))
    first_wins = None if padded.first_wins is None else padded.first_wins + ghost / 2
    return WinMatrix(padded.wins + ghost, padded.ties, first_wins)


def cluster_wins(
    comparisons: pd.DataFrame, column: str, candidates: pd.Index, seed: int = 0
) -> list[WinMatrix]:
    """Return the wins of n candidates in each cluster, in order of its name.

    Clusters without an outcome other than ties are among them. More than :data:`MAX_CLUSTERS` are
    put together into so many groups, into fewer where candidates are many.

    Parameters
    ----------
    comparisons : table of COMPARISONS
    column : column that names the cluster of each row
    candidates : ids of the candidates, sorted
    seed : seed of the groups
    """
    names = np.array(sorted(comparisons[column].unique()))
    groups = affordable_draws(MAX_CLUSTERS, len(candidates), min_draws=20)
    group = np.arange(len(names))
    if len(names) > groups:
        group = np.random.default_rng(seed).permutation(len(names)) % groups
    of_row = group[np.searchsorted(names, comparisons[column].to_numpy())]
    amounts = row_counts(comparisons) * row_weights(comparisons)
    return [
        count_wins_of(comparisons[of_row == number], candidates, amounts[of_row == number])
        for number in range(group.max() + 1)
    ]


def _left_out(
    total: WinMatrix, clusters: Sequence[WinMatrix], *, grow: bool = False
) -> Iterator[WinMatrix]:
    """Yield the wins without each cluster; many large matrices do not fit in memory together.

    If they are to grow they are as many as from all: numbers of wins are then alike.
    """
    for own in clusters:
        left = total.without(own).each(lambda counts: np.where(counts < RESIDUE, 0.0, counts))
        scale = total.wins.sum() / left.wins.sum() if grow else 1.0
        yield left.each(partial(np.multiply, scale))
