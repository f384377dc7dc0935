"""Maximum likelihood of models of pairs: strengths, and maybe one parameter of all pairs.

Conventions
-----------
A model gives the log-likelihood of comparisons as a function of the differences of strength (n, n),
row less column, and of its *parameter*; :class:`PairLikelihood` is its value and slopes there. It
is concave, so that damped Newton steps find the one maximum. Where wins do not connect all
candidates both ways, differences between groups are infinite, as in
:mod:`ranking.methods.bradley_terry`: groups are fitted by themselves, with one parameter, then
moved apart by Bradley-Terry, which means no more than an order. Of few comparisons the likelihood
may grow without end as the parameter does; then each candidate of a group gets a tenth of a tie
with the others, which keeps the fit finite.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ranking.comparisons.graph.components import (
    number_of_set,
    strongly_connected_components,
    weakly_connected_components,
)
from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import groups_moved_apart
from ranking.methods.newton import (
    CONVERGED,
    MAX_STEPS,
    SHORT,
    damped_share,
    newton_direction,
    unfinished_fit,
)

LARGEST = 10.0
"""A parameter beyond this is taken to have no finite value: odds of 22,000 to 1."""
MANY_STEPS = 60
"""Newton steps after which it is taken to have none as well."""
PENALTY = 0.1
"""Ties of each candidate, spread over the others of its group, that keep a fit finite."""
STEPS_FROM_START = 3
"""Largest number of Newton steps from a start."""
NEAR = 1e-3
"""A fit from a start ends with the step that moves nothing by more: its error is the square."""


@dataclass(frozen=True)
class PairLikelihood:
    """A log-likelihood of pairs at some differences of strength and a parameter, and its slopes."""

    value: float
    """The log-likelihood."""
    slope: np.ndarray
    """By difference; float, shape (n, n)."""
    curvature: np.ndarray
    """Negative second slope by difference; float, shape (n, n)."""
    parameter_slope: float = 0.0
    """By the parameter."""
    parameter_curvature: float = 0.0
    """Negative second slope by the parameter."""
    mixed: np.ndarray | None = None
    """Negative second slope by difference and parameter; float, shape (n, n). None: the model has
    no parameter."""


Model = Callable[[np.ndarray, float], PairLikelihood]
"""Function of differences (n, n) and a parameter."""


@dataclass(frozen=True)
class Fitted:
    """Strengths and parameter of the largest likelihood."""

    strength: np.ndarray
    """Strengths, each group of mean 0; float, shape (n,)."""
    parameter: float = 0.0
    """What else the model has: log ν of ties, say, or the order effect."""


def fit_groups(
    wins: WinMatrix, fit_within: Callable[[WinMatrix, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return the strengths (n,) of a model, components and groups by themselves.

    Parameters
    ----------
    wins : wins of n candidates
    fit_within : callable
        Function of the wins of a component within its groups and the number of each candidate's
        group that returns strengths, each group of mean 0.

    Raises
    ------
    RankingError
        If a fit does not converge.
    """
    strength = np.zeros(len(wins))
    for members in weakly_connected_components(wins.pair_counts):
        part = wins.part(members)
        groups = strongly_connected_components(part.wins)
        within, label = within_groups(part)
        strength[members] = groups_moved_apart(part.wins, groups, fit_within(within, label))
    return strength


def within_groups(wins: WinMatrix) -> tuple[WinMatrix, np.ndarray]:
    """Return the wins within groups whom wins connect both ways, and the group of each candidate.

    Of a round robin of wins both ways, these are all wins.
    """
    label = number_of_set(strongly_connected_components(wins.wins), len(wins))
    same = label[:, np.newaxis] == label
    return (wins if same.all() else wins.each(lambda counts: counts * same)), label


def spread_ties(label: np.ndarray) -> np.ndarray:
    """Return half of what each two of a group are to tie (n, n), that fits stay finite.

    Parameters
    ----------
    label : int array, shape (n,)
        Group of each candidate.
    """
    others = np.maximum(np.bincount(label)[label] - 1, 1)[:, np.newaxis]
    same = (label[:, np.newaxis] == label) & ~np.eye(len(label), dtype=bool)
    return np.asarray(0.5 * PENALTY / others * same)


def maximise(
    model: Model, start: Fitted, label: np.ndarray, name: str, penalised: Model | None = None
) -> Fitted:
    """Return the strengths and the parameter of the largest likelihood.

    Parameters
    ----------
    model : the log-likelihood, of comparisons within groups
    start : where the first step begins
    label : int array, shape (n,)
        Group of each candidate, whose mean is held at 0.
    name : name of the model, for errors
    penalised : what to maximise instead, if the parameter has no finite value

    Raises
    ------
    RankingError
        If it does not converge.
    """
    at = np.append(start.strength, start.parameter)
    for _ in range(MAX_STEPS if penalised is None else MANY_STEPS):
        step, moved = _step(model, at, label)
        if np.abs(step).max() < CONVERGED:
            return _fitted(moved, label)
        if penalised is not None and abs(moved[-1]) > LARGEST:
            break
        at = moved
    if penalised is None:
        raise unfinished_fit(name)
    return maximise(penalised, start, label, name)


def from_start(model: Model, start: Fitted) -> np.ndarray:
    """Return strengths (n,) of mean 0 after a few steps from others near them.

    They are finite whether or not wins connect all candidates.
    """
    at = np.append(start.strength, start.parameter)
    label = np.zeros(len(start.strength), dtype=int)
    for _ in range(STEPS_FROM_START):
        step, at = _step(model, at, label)
        if np.abs(step).max() < NEAR:
            break
    return _fitted(at, label).strength


def gradient_and_information(
    found: PairLikelihood, label: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slope of strengths and parameter, and its negative, groups' means held at 0.

    Parameters
    ----------
    found : the likelihood and its slopes
    label : int array, shape (n,)
        Group of each candidate.

    Returns
    -------
    float arrays, shapes (n + 1,) and (n + 1, n + 1)
        A parameter that the model does not have is held at 0.
    """
    n = len(label)
    between = found.curvature + found.curvature.T
    sizes = np.bincount(label)
    information = np.zeros((n + 1, n + 1))
    held = (label[:, np.newaxis] == label) / sizes[label]
    information[:n, :n] = np.diag(between.sum(axis=1)) - between + held
    slope = found.slope.sum(axis=1) - found.slope.sum(axis=0)
    if found.mixed is None:
        information[n, n] = 1.0
        return np.append(slope, 0.0), information
    information[n, :n] = information[:n, n] = found.mixed.sum(axis=1) - found.mixed.sum(axis=0)
    information[n, n] = found.parameter_curvature
    return np.append(slope, found.parameter_slope), information


def likelihood_at(model: Model, at: np.ndarray) -> PairLikelihood:
    """Return a model's likelihood at strengths and parameter (n + 1,)."""
    strength = at[:-1]
    return model(strength[:, np.newaxis] - strength, float(at[-1]))


def _step(model: Model, at: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A Newton step, and where it leads, as far as the likelihood gains."""
    slope, information = gradient_and_information(likelihood_at(model, at), label)
    step = newton_direction(information, slope)
    longest = float(np.abs(step).max())
    share = (
        1.0
        if longest < SHORT
        else damped_share(
            lambda there: likelihood_at(model, there).value, at, step, longest, float(step @ slope)
        )
    )
    return step, at + share * step


def _fitted(at: np.ndarray, label: np.ndarray) -> Fitted:
    means = np.bincount(label, at[:-1]) / np.bincount(label)
    return Fitted(at[:-1] - means[label], float(at[-1]))
