"""Bradley-Terry: the odds of winning are the ratio of two strengths [1]_.

Conventions
-----------
Strengths are log-strengths, so that a difference of log 3 is odds of 3 to 1. If candidates have
weights, a comparison counts by the product of its two weights. Where wins connect all candidates
both ways, the fit is maximum likelihood by choix, of mean 0: in a round robin, the order of wins.

Elsewhere wins between *groups* run one way only, and the likelihood has no maximum: differences
between groups are infinite. The fit is then the limit of a vanishing penalty, by which each
candidate ties ever less often with a *ghost* of strength 0, compared with nobody else. Differences
in a group are exactly those of its own maximum likelihood, whoever else was compared; those between
groups are finite only because the weight of the ghost is, :data:`VANISHING`, and mean no more than
an order. The mean of the largest group is 0. Each component of candidates whom comparisons join is
fitted by itself, a large one of whom few pairs were compared by
:mod:`ranking.methods.sparse_bradley_terry`.

References
----------
.. [1] R. A. Bradley, M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 1952.
"""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from scipy.special import expit

from ranking.comparisons.graph.components import (
    strongly_connected_components,
    weakly_connected_components,
)
from ranking.comparisons.graph.counts import Counts, all_counts, counts_among
from ranking.comparisons.tally import WinMatrix
from ranking.methods.method import Method, Start, Weights
from ranking.methods.newton import (
    CONVERGED,
    MAX_STEPS,
    NEARLY_CONVERGED,
    SHORT,
    damped_share,
    log_likelihood,
    newton_direction,
    newton_direction_by_gradients,
    unfinished_fit,
)
from ranking.methods.sparse_bradley_terry import is_sparse, sparse_log_strengths

VANISHING = 1e-6
"""Weight of the ghost where wins do not connect all candidates both ways."""


def bradley_terry_log_strengths(
    wins: WinMatrix, weights: Weights = None, start: Start = None
) -> np.ndarray:
    """Return log-strengths, fitted, or one Newton step on from a start.

    The step is that of the likelihood itself, finite whether or not wins connect all candidates.

    Parameters
    ----------
    wins : wins of n candidates
    weights : float array, shape (n,), or None
        Weight of each candidate; None: all alike.
    start : float array, shape (n,), or None
        Log-strengths near those of the fit; None: fit from scratch.

    Returns
    -------
    float array, shape (n,)

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    if start is None:
        start = fit_components(wins.wins)
        if weights is None:
            return start
    return newton_step(wins.wins, start, weights)


def fit_components(wins: Counts) -> np.ndarray:
    """Return the log-strengths (n,) of wins (n, n) of row over column, each component by itself.

    Raises
    ------
    RankingError
        If a fit does not converge.
    """
    strength = np.zeros(wins.shape[0])
    for members in weakly_connected_components(wins + wins.T):
        part = counts_among(wins, members)
        sparse = is_sparse(part)
        strength[members] = (
            sparse_log_strengths(part, VANISHING) if sparse else _fit_groups(all_counts(part))
        )
    return strength


def ghost_fit(wins: np.ndarray, weight: float, start: np.ndarray | None = None) -> np.ndarray:
    """Return the log-strengths (n,) that are most likely if everyone also ties with a ghost.

    The ghost is one more candidate, of strength 0, whom nobody else is compared with; it keeps all
    strengths finite. Their mean is not 0, unless the weight is.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    weight : float
        How many ties each candidate has with the ghost; 0 for wins that connect all candidates
        both ways.
    start : float array, shape (n,), or None
        Log-strengths near those of the fit; None: start from 0.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    strength = np.zeros(len(wins)) if start is None else np.array(start, dtype=float)
    strength = _climb(wins, weight, strength, np.ones(len(wins), dtype=int))
    return strength if weight else strength - strength.mean()


def maximum_likelihood_log_strengths(wins: np.ndarray) -> np.ndarray:
    """Return the log-strengths (n,) that are most likely, of wins that connect all both ways.

    Choix finds them to 1e-8; Newton steps go on from there, since equals must come out equal.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    import choix  # loads scipy.stats, which is slow

    start = np.zeros(len(wins))
    with np.errstate(all="ignore"), suppress(RuntimeError):  # steps run out where wins are few
        start = choix.ilsr_pairwise_dense(wins, max_iter=100) if len(wins) > 1 else start
    return ghost_fit(wins, 0, start if np.isfinite(start).all() else None)


def _fit_groups(wins: np.ndarray) -> np.ndarray:
    """Return the log-strengths (n,) of one component: groups fitted, then moved apart."""
    groups = strongly_connected_components(wins)
    strength = np.empty(len(wins))
    for group in groups:
        strength[group] = maximum_likelihood_log_strengths(wins[np.ix_(group, group)])
    return groups_moved_apart(wins, groups, strength)


def groups_moved_apart(
    wins: np.ndarray, groups: Sequence[list[int]], within: np.ndarray
) -> np.ndarray:
    """Return log-strengths (n,) of one component, its groups moved apart by wins between them.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    groups : candidates (indices) of each group, better ones first
    within : float array, shape (n,)
        Strengths, each group of mean 0; differences within a group stay.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    if len(groups) == 1:
        return within
    order, sizes = np.concatenate(groups), np.array([len(group) for group in groups])
    label = np.repeat(np.arange(len(groups)), sizes)
    between = wins[np.ix_(order, order)] * (label[:, np.newaxis] != label)
    strength = np.empty(len(wins))
    strength[order] = _climb(between, VANISHING, within[order], sizes)
    centred: np.ndarray = strength - strength[max(groups, key=len)].mean()
    return centred


def _climb(wins: np.ndarray, weight: float, strength: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the most likely log-strengths (n,), by damped Newton steps that move groups whole.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column, candidates of a group side by side.
    weight : float
        How many ties each candidate has with the ghost.
    strength : float array, shape (n,)
        Log-strengths to start from; differences within a group stay.
    sizes : int array, shape (groups,)
        Number of candidates of each group.
    """
    first = np.cumsum(sizes) - sizes
    for _ in range(MAX_STEPS):
        gradient = np.add.reduceat(_gradient(wins, weight, strength), first)
        curvature = _penalised_curvature(wins, weight, strength)
        if len(sizes) < len(wins):
            curvature = np.add.reduceat(np.add.reduceat(curvature, first, axis=0), first, axis=1)
        step = np.repeat(newton_direction(curvature, gradient), sizes)
        if np.ptp(step) < CONVERGED and abs(step.mean()) < NEARLY_CONVERGED:
            return strength + step
        strength = strength + _share_of_step(wins, weight, strength, step) * step
    raise unfinished_fit()


def newton_step(
    wins: np.ndarray, strength: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return log-strengths (n,) after one Newton step of the weighted likelihood.

    From the maximum under one set of weights, one step reaches that under others up to the square
    of the change: enough for an interval, at a hundredth of the cost of a fit.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    strength : float array, shape (n,)
        Log-strengths to start from.
    weights : float array, shape (n,), or None
        Weight of each candidate: a pair counts by the product of its two. None: all alike.
    """
    weighted = wins if weights is None else wins * np.outer(weights, weights)
    pair_counts, probability = weighted + weighted.T, _win_probability(strength)
    gradient = (weighted - pair_counts * probability).sum(axis=1)  # (n,)
    step = newton_direction_by_gradients(_curvature(pair_counts, probability), gradient)
    moved: np.ndarray = strength + step
    return moved - moved.mean()


def fisher_information(wins: np.ndarray, strength: np.ndarray, ghost: float = 0.0) -> np.ndarray:
    """Return the Fisher information (n, n) of log-strengths, with their mean held at 0.

    The diagonal of its inverse, less 1 / n, holds the squared standard errors.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    strength : float array, shape (n,)
        Log-strengths.
    ghost : float
        How many ties each candidate has with a ghost, as in :func:`ghost_fit`.
    """
    information = _curvature(wins + wins.T, _win_probability(strength))
    return information + np.diag(ghost * expit(strength) * expit(-strength))


def _gradient(wins: np.ndarray, weight: float, strength: np.ndarray) -> np.ndarray:
    """Return the slope (n,) of the log-likelihood with ties with a ghost.

    Each term is computed by itself, not as a difference, so that small ones stay exact.
    """
    loss = expit(strength[np.newaxis, :] - strength[:, np.newaxis])  # of row to column
    pull = wins * loss
    slope: np.ndarray = pull.sum(axis=1) - pull.sum(axis=0)
    return slope - 0.5 * weight * np.tanh(strength / 2)


def _penalised_curvature(wins: np.ndarray, weight: float, strength: np.ndarray) -> np.ndarray:
    """Return the negative Hessian (n, n) of the log-likelihood with ties with a ghost."""
    probability = expit(strength[:, np.newaxis] - strength[np.newaxis, :])
    between = (wins + wins.T) * probability * probability.T
    curvature = np.diag(between.sum(axis=1) + weight * expit(strength) * expit(-strength)) - between
    return curvature if weight else curvature + 1 / len(wins)


def _share_of_step(
    wins: np.ndarray, weight: float, strength: np.ndarray, step: np.ndarray
) -> float:
    """Return how much of a Newton step to take.

    A short step always gains, since curvature changes by no more than the odds do.
    """
    if np.abs(step).max() < SHORT:
        return 1.0
    winner, loser = np.nonzero(wins)
    amount = wins[winner, loser]

    def likelihood(at: np.ndarray) -> float:
        return log_likelihood(winner, loser, amount, at, weight)

    ahead = float(step @ _gradient(wins, weight, strength))
    return damped_share(likelihood, strength, step, np.abs(step).max(), ahead)


def _curvature(pair_counts: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the negative Hessian (n, n) of the log-likelihood, with the mean held at 0."""
    between = pair_counts * probability * (1 - probability)
    between[np.diag_indices_from(between)] -= between.sum(axis=1)
    return 1 / len(pair_counts) - between


def _win_probability(strength: np.ndarray) -> np.ndarray:
    """Return the probability (n, n) that row wins over column."""
    with np.errstate(over="ignore"):  # an infinite exp is a probability of 0
        return 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))


BRADLEY_TERRY = Method(
    "bradley-terry",
    bradley_terry_log_strengths,
    sparse=True,
    format_spec=".2f",
    unit="a log-odds: one more is odds of 2.7 to 1",
    disconnected_remark="Strengths of different groups are infinitely far apart: only those within "
    "a group can be compared.",
)
