"""Intervals of candidates whom comparisons join, by each unit that may be resampled.

Conventions
-----------
:func:`by_clusters` takes clusters of comparisons as the sample (jurors, raters, sessions, matches),
:func:`by_candidates` the candidates, and :func:`by_likelihood` single comparisons. Where wins do
not connect all candidates both ways, some differences of Bradley-Terry strengths are infinite:
ranks then come from penalised fits, and strengths are measured from the mean of the largest set
whom wins connect (:mod:`ranking.uncertainty.profile_likelihood`).

A candidate bootstrap gives every candidate a random weight (Bayesian bootstrap [1]_), a comparison
counts by the product of its two weights, and all candidates are ranked again.

References
----------
.. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 1981.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from ranking.comparisons.tally import WinMatrix
from ranking.evaluation.resampling import QUANTILES, affordable_draws, bayesian_bootstrap_weights
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import TIE_TOLERANCE, Method
from ranking.uncertainty.jackknife import (
    MIN_CLUSTERS,
    Jackknife,
    jackknife_strengths,
    penalised_strengths,
    with_ghost,
)
from ranking.uncertainty.joint_ranks import difference_p, sign_p
from ranking.uncertainty.normal_prior import laplace_posterior
from ranking.uncertainty.profile_likelihood import (
    profile_intervals,
    reference_group,
    unbounded_ends,
)
from ranking.uncertainty.rank_distribution import (
    DRAWS,
    RankDistribution,
    empirical_bayes_draws,
    normal_draws,
    rank_distribution,
)

FEW = 10
"""Number of candidates below which a bootstrap over them is too narrow."""


@dataclass(frozen=True)
class Field:
    """Candidates whom comparisons join, and how they were ranked."""

    candidates: pd.Index
    """Ids of the candidates, sorted; the order of all arrays."""
    matrix: WinMatrix
    """Their wins over each other."""
    printed: np.ndarray
    """Strengths as the ranking has them; shape (n,)."""
    method: Method
    """How they were ranked."""
    seed: int
    information: float = 1.0
    """Number of equally weighted comparisons that tell as much, divided by their number."""

    @property
    def infinite(self) -> bool:
        """Whether some differences of strength are infinite."""
        return self.method.unbounded and not self.matrix.connected

    @property
    def has_likelihood(self) -> bool:
        """Whether the likelihood of the strengths is known: that of Bradley-Terry."""
        return self.method.name == BRADLEY_TERRY.name


@dataclass(frozen=True)
class ComponentIntervals:
    """Intervals of n candidates whom comparisons join."""

    candidates: pd.Index
    """Ids of the candidates, sorted; the order of all arrays."""
    low: np.ndarray
    """Lower ends of the intervals of strength, -inf where there is none; float, shape (n,)."""
    high: np.ndarray
    """Upper ends of the intervals of strength, inf where there is none; float, shape (n,)."""
    strength: np.ndarray
    """Strengths whose differences are tested, penalised where need be; float, shape (n,)."""
    covariance: np.ndarray
    """Covariance of their errors; float, shape (n, n)."""
    freedom: float
    """Degrees of freedom of the covariance."""
    distribution: RankDistribution
    """Draws of the ranks."""
    smallest_p: np.ndarray | None = None
    """Smallest p that the number of comparisons allows each difference; None: any."""

    @cached_property
    def p(self) -> np.ndarray:
        """Two-sided p of each difference of two strengths; float, shape (n, n)."""
        p = difference_p(self.strength, self.covariance, self.freedom)
        return p if self.smallest_p is None else np.maximum(p, self.smallest_p)


def by_clusters(field: Field, clusters: list[WinMatrix]) -> ComponentIntervals:
    """Intervals by the jackknife over clusters."""
    active = [own for own in clusters if own.wins.any()]
    if len(active) < MIN_CLUSTERS:
        return _nothing_known(field)
    found = jackknife_strengths(active, field.method)
    n, freedom = len(field.candidates), found.clusters - 1
    drawn = empirical_bayes_draws(
        found.strength, found.error_variance, (n - 1) * freedom, field.seed
    )
    return ComponentIntervals(
        field.candidates,
        *_jackknife_ends(field, active, found),
        found.pseudo_values.mean(axis=0),
        np.cov(found.pseudo_values.T) / found.clusters,
        freedom,
        rank_distribution(field.candidates, drawn),
        sign_p([own.wins for own in active]),
    )


def _jackknife_ends(
    field: Field, clusters: list[WinMatrix], found: Jackknife
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of intervals by the jackknife; none for candidates of a single cluster.

    A penalised fit draws strengths together, and their errors; both are as wide as without penalty
    in the largest set whom wins connect both ways.
    """
    half = found.t_quantile * np.sqrt(found.variance)
    reference = reference_group(field.matrix.wins)
    if found.penalised and len(reference) > 1:
        narrow = max(found.strength[reference].std(), TIE_TOLERANCE)
        half *= max(1.0, field.printed[reference].std() / narrow)
    centre = field.printed
    below = above = np.zeros(len(centre), dtype=bool)
    if field.infinite:
        centre = found.strength + (field.printed - found.strength)[reference].mean()
        below, above = unbounded_ends(field.matrix.wins, reference)
    single = np.sum([(own.wins + own.wins.T).any(axis=1) for own in clusters], axis=0) < 2
    return (
        np.where(below | single, -np.inf, centre - half),
        np.where(above | single, np.inf, centre + half),
    )


def by_candidates(field: Field, draws: int) -> ComponentIntervals:
    """Intervals by the bootstrap over candidates, of a penalised fit where some are infinite.

    With fewer than :data:`FEW` candidates, or equal ones, those of the likelihood widen them, where
    it is known. What two candidates did against each other is the same in every draw, so that the
    bootstrap finds too little error in the difference of two who are far above all others:
    differences are tested by the likelihood of independent comparisons as well.
    """
    n = len(field.candidates)
    weights = bayesian_bootstrap_weights(n, affordable_draws(draws, n, min_draws=100), field.seed)
    if field.infinite:
        strength = penalised_strengths(field.matrix, field.method)
        drawn = np.stack([_penalised_step(field, strength, own) for own in weights])
        low, high = _infinite_ends(field, strength, drawn)
    else:
        strength = field.printed
        drawn = np.stack([field.method.strengths(field.matrix, own, strength) for own in weights])
        ends = np.quantile(drawn, QUANTILES, axis=0)
        low, high = strength + _widening(n) * (ends - strength)
        if field.has_likelihood and (n < FEW or np.ptp(drawn) < TIE_TOLERANCE):
            at_random = _likelihood_ends(field)
            low, high = np.minimum(low, at_random[0]), np.maximum(high, at_random[1])
    ranks = empirical_bayes_draws(strength, _order_variance(drawn, strength), n - 1, field.seed)
    return ComponentIntervals(
        field.candidates,
        low,
        high,
        strength,
        np.cov(drawn.T) * n / (n - 1),
        n - 1,
        rank_distribution(field.candidates, ranks),
        _likelihood_p(field),
    )


def _likelihood_p(field: Field) -> np.ndarray:
    """Return the p (n, n) of differences of strength, were comparisons independent."""
    return difference_p(*laplace_posterior(field.information * field.matrix.wins), np.inf)


def _order_variance(drawn: np.ndarray, strength: np.ndarray) -> float:
    """Return the mean variance of drawn strengths (draws, n) that can change their order.

    Draws that only spread all strengths (n,) wider change none; that part is taken out, but for few
    candidates, of whose draws it would leave too little.
    """
    n, centred = len(strength), strength - strength.mean()
    moved = drawn - drawn.mean(axis=1, keepdims=True)
    if n < FEW or np.ptp(strength) < TIE_TOLERANCE:
        return float(moved.var(axis=0).mean())
    wider = moved @ centred / (centred @ centred)
    rest = moved - wider[:, np.newaxis] * centred
    return float(rest.var(axis=0).mean()) * (n - 1) / (n - 2)


def _widening(n: int) -> float:
    """Return by how much intervals of n resampled candidates are too narrow.

    A bootstrap of n divides by n and takes normal quantiles, where Student's t divides by n - 1.
    """
    wider = stdtrit(n - 1, QUANTILES[1]) / ndtri(QUANTILES[1])
    return float(wider * np.sqrt(n / (n - 1)))


def by_likelihood(field: Field) -> ComponentIntervals:
    """Intervals from the likelihood of independent comparisons."""
    mean, covariance = laplace_posterior(field.information * field.matrix.wins)
    drawn = normal_draws(mean, covariance, field.seed)
    return ComponentIntervals(
        field.candidates,
        *_likelihood_ends(field),
        mean,
        covariance,
        np.inf,
        rank_distribution(field.candidates, drawn),
    )


def _nothing_known(field: Field) -> ComponentIntervals:
    """Intervals that hold everything, where too few clusters compared these candidates."""
    n = len(field.candidates)
    anything = np.random.default_rng(field.seed).standard_normal((DRAWS, n))
    return ComponentIntervals(
        field.candidates,
        np.full(n, -np.inf),
        np.full(n, np.inf),
        np.zeros(n),
        np.eye(n),
        1,
        rank_distribution(field.candidates, anything),
    )


def _likelihood_ends(field: Field) -> tuple[np.ndarray, np.ndarray]:
    """Ends of intervals by the profile likelihood, measured as the ranking's strengths are."""
    low, high = profile_intervals(field.information * field.matrix.wins)
    at = field.printed[reference_group(field.matrix.wins)].mean()
    return low + at, high + at


def _infinite_ends(
    field: Field, strength: np.ndarray, drawn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of intervals where some strengths are infinite.

    They are those of the likelihood, or, where it is not known, of penalised strengths (n,) and
    draws (draws, n) of them, infinite where no wins bound a strength.
    """
    if field.has_likelihood:
        return _likelihood_ends(field)
    reference = reference_group(field.matrix.wins)
    moved = (field.printed - strength)[reference].mean()
    low, high = (
        strength
        + moved
        + _widening(len(strength)) * (np.quantile(drawn, QUANTILES, axis=0) - strength)
    )
    below, above = unbounded_ends(field.matrix.wins, reference)
    return np.where(below, -np.inf, low), np.where(above, np.inf, high)


def _penalised_step(field: Field, strength: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the penalised strengths (n,) under weights (n,), one step on.

    The ghost is one more candidate, of weight 1.
    """
    start = np.append(strength, 0.0)
    moved = field.method.strengths(with_ghost(field.matrix), np.append(weights, 1.0), start)
    return moved[:-1] - moved[:-1].mean()
