"""Bradley-Terry of many candidates of whom few pairs were compared, without a matrix of all pairs.

Conventions
-----------
The same strengths as :mod:`ranking.methods.bradley_terry` fits, to rounding: of each *group*, whom
wins connect both ways, the maximum likelihood; between groups the limit of a vanishing penalty,
ties with a ghost. A win is an edge from winner to loser, with how often it happened. The curvature
of the likelihood is the Laplacian of a graph with these edges. Newton steps within groups are
solved by conjugate gradients [1]_, which take few iterations where everybody is near everybody in
the graph; where they take too many, it is near a path or a tree, and a sparse factor [2]_ has few
entries. Where a normal prior is asked for, it holds all strengths, and there are no groups.

References
----------
.. [1] M. R. Hestenes, E. Stiefel, "Methods of conjugate gradients for solving linear systems",
   Journal of Research of the National Bureau of Standards 1952.
.. [2] X. S. Li, "An overview of SuperLU", ACM Transactions on Mathematical Software 2005.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import LinearOperator, cg, splu
from scipy.special import expit

from ranking.comparisons.graph.components import number_of_set, strongly_connected_components
from ranking.comparisons.graph.counts import Counts, nonzero_counts, number_of_pairs
from ranking.methods.newton import (
    CONVERGED,
    MAX_STEPS,
    NEARLY_CONVERGED,
    RIDGE,
    SHORT,
    damped_share,
    log_likelihood,
    unfinished_fit,
)

MIN_CANDIDATES = 500
MAX_DENSITY = 0.05
"""Share of all ordered pairs with a win up to which wins are sparse."""
ACCURACY = 1e-10
"""Residual of a step that conjugate gradients may leave, relative to the gradient."""
ITERATIONS = 2_000
"""Conjugate gradients of a step, after which it is solved by a factor."""

LONGEST_UNDER_PRIOR = 3.0
"""A Newton step under a prior moves no log-strength by more than this."""


@dataclass(frozen=True)
class Edges:
    """Wins of candidates by index, each pair of winner and loser once."""

    winner: np.ndarray
    """Indices, shape (E,)."""
    loser: np.ndarray
    """Indices, shape (E,)."""
    amount: np.ndarray
    """How often the one won over the other; float, shape (E,)."""

    def among(self, chosen: np.ndarray) -> "Edges":
        """Return some of the edges."""
        return Edges(self.winner[chosen], self.loser[chosen], self.amount[chosen])


def is_sparse(wins: Counts) -> bool:
    """Return whether wins (n, n) are of many candidates, and few pairs of them."""
    n = wins.shape[0]
    return n >= MIN_CANDIDATES and number_of_pairs(wins) <= MAX_DENSITY * n * n


def sparse_log_strengths(wins: Counts, ghost: float) -> np.ndarray:
    """Return the log-strengths (n,) of wins whose candidates comparisons join.

    The mean of the largest group is 0.

    Parameters
    ----------
    wins : counts, shape (n, n)
        Wins of row over column.
    ghost : float
        How many ties each candidate has with the ghost, where there are several groups.

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    groups = strongly_connected_components(wins)
    edges = Edges(*nonzero_counts(wins))
    label = number_of_set(groups, wins.shape[0])
    inside = label[edges.winner] == label[edges.loser]
    strength = _climb_within(edges.among(inside), label)
    if len(groups) > 1:
        strength = _climb_between(edges.among(~inside), strength, label, ghost)
    centred: np.ndarray = strength - strength[max(groups, key=len)].mean()
    return centred


def strengths_under_prior(edges: Edges, n: int, variance: float) -> np.ndarray:
    """Return the log-strengths (n,) that are most likely where all are normal around 0 a priori.

    They are finite whomever comparisons join; those of who was not compared are 0.

    Parameters
    ----------
    edges : wins of n candidates
    n : number of candidates
    variance : variance of the prior, in squared log-odds

    Raises
    ------
    RankingError
        If the fit does not converge.
    """
    strength = np.zeros(n)
    for _ in range(MAX_STEPS):
        gradient = _gradient(edges, strength) - strength / variance
        curvature = _laplacian(edges, strength, np.arange(n)) + diags(np.full(n, 1 / variance))
        step, _ = cg(
            curvature,
            gradient,
            rtol=ACCURACY,
            maxiter=ITERATIONS,
            M=diags(1 / curvature.diagonal()),
        )
        longest = np.abs(step).max(initial=0.0)
        if longest < CONVERGED:
            return strength + step
        strength = strength + step / max(1.0, longest / LONGEST_UNDER_PRIOR)
    raise unfinished_fit()


def _climb_within(edges: Edges, label: np.ndarray) -> np.ndarray:
    """The most likely log-strengths, every group of mean 0."""
    strength, sizes = np.zeros(len(label)), np.bincount(label)
    for _ in range(MAX_STEPS):
        gradient = _gradient(edges, strength)
        step = _solve_within(edges, strength, gradient, label)
        step -= (np.bincount(label, step) / sizes)[label]
        if np.abs(step).max() < CONVERGED / 2:
            return strength + step
        strength = strength + _share_of_step(edges, strength, step, gradient, 0.0) * step
    raise unfinished_fit()


def _climb_between(
    edges: Edges, strength: np.ndarray, label: np.ndarray, ghost: float
) -> np.ndarray:
    """Log-strengths with groups moved whole, each candidate with ties with a ghost."""
    for _ in range(MAX_STEPS):
        gradient = _gradient(edges, strength) - 0.5 * ghost * np.tanh(strength / 2)
        held = np.bincount(label, ghost * expit(strength) * expit(-strength))
        curvature = _laplacian(edges, strength, label) + diags(held, format="csc")
        step = _solve_by_factor(curvature, np.bincount(label, gradient))[label]
        if np.ptp(step) < CONVERGED and abs(step.mean()) < NEARLY_CONVERGED:
            return strength + step
        strength = strength + _share_of_step(edges, strength, step, gradient, ghost) * step
    raise unfinished_fit()


def _gradient(edges: Edges, strength: np.ndarray) -> np.ndarray:
    """The slope (n,) of the log-likelihood."""
    pull = edges.amount * expit(strength[edges.loser] - strength[edges.winner])
    n = len(strength)
    slope: np.ndarray = np.bincount(edges.winner, pull, n) - np.bincount(edges.loser, pull, n)
    return slope


def _laplacian(edges: Edges, strength: np.ndarray, label: np.ndarray) -> csc_matrix:
    """The negative Hessian of the log-likelihood, of all who have a label together."""
    gap = strength[edges.winner] - strength[edges.loser]
    weight = edges.amount * expit(gap) * expit(-gap)
    ends = label[edges.winner], label[edges.loser]
    n = label.max() + 1
    between = csc_matrix((weight, ends), shape=(n, n))
    between = between + between.T
    return (diags(np.asarray(between.sum(axis=0)).ravel()) - between).tocsc()


def _solve_within(
    edges: Edges, strength: np.ndarray, gradient: np.ndarray, label: np.ndarray
) -> np.ndarray:
    """The Newton step (n,) within groups, up to a constant of each."""
    curvature = _laplacian(edges, strength, np.arange(len(strength)))
    diagonal = curvature.diagonal()
    unit = np.divide(1, diagonal, out=np.ones_like(diagonal), where=diagonal > 0)
    sizes = np.bincount(label)
    price = np.bincount(label, diagonal) / sizes**2

    def held(step: np.ndarray) -> np.ndarray:  # the curvature, the mean of each group held at 0
        means: np.ndarray = (price * np.bincount(label, step))[label]
        return curvature @ step + means

    operator = LinearOperator(curvature.shape, held, dtype=float)
    step, unfinished = cg(operator, gradient, rtol=ACCURACY, maxiter=ITERATIONS, M=diags(unit))
    if not unfinished:
        return np.asarray(step)
    free = np.ones(len(label), dtype=bool)
    free[np.unique(label, return_index=True)[1]] = False  # the first of each group stays
    step = np.zeros_like(strength)
    step[free] = _solve_by_factor(curvature[free][:, free].tocsc(), gradient[free])
    return step


def _solve_by_factor(curvature: csc_matrix, gradient: np.ndarray) -> np.ndarray:
    """The Newton step, solved in units of each one's own curvature."""
    unit = diags(1 / np.sqrt(curvature.diagonal()))
    scaled = (unit @ curvature @ unit + RIDGE * diags(np.ones(len(gradient)))).tocsc()
    return np.asarray(unit @ splu(scaled).solve(unit @ gradient))


def _share_of_step(
    edges: Edges, strength: np.ndarray, step: np.ndarray, gradient: np.ndarray, ghost: float
) -> float:
    """How much of a Newton step to take, by differences of those who were compared."""
    longest = float(np.abs(step[edges.winner] - step[edges.loser]).max(initial=0.0))
    if longest < SHORT:
        return 1.0

    def likelihood(at: np.ndarray) -> float:
        return log_likelihood(edges.winner, edges.loser, edges.amount, at, ghost)

    return damped_share(likelihood, strength, step, longest, float(step @ gradient))
