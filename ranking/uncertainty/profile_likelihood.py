"""Intervals of Bradley-Terry strengths from the likelihood of independent comparisons.

Conventions
-----------
Comparisons are independent given the strengths. The interval of a candidate's strength holds the
values whose *profile likelihood*, the largest likelihood of any strengths with that value, is at
least exp(-1.92) of the largest of all: half the 95 % quantile of chi-squared with one degree of
freedom. Strengths are unpenalised and are measured from the mean of the *reference*, the largest
set of candidates whom wins connect both ways. A side is infinite where no chain of wins ends it:
nobody of the reference won, over however many others, against a candidate without an upper end.
With few comparisons each, this holds what it promises, where normal intervals (Wald) and those that
resample candidates are too narrow.

The ends are found for all candidates at once, each by Newton's method on strengths and likelihood
together (Venzon and Moolgavkar [1]_).

References
----------
.. [1] D. J. Venzon, S. H. Moolgavkar, "A method for computing profile-likelihood-based confidence
   intervals", Applied Statistics 1988.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaincinv

from ranking.comparisons.graph.components import paths_of_wins, strongly_connected_components
from ranking.evaluation.resampling import LEVEL, QUANTILES

MAX_PROFILED = 200
"""Largest number of candidates whose profile likelihood is computed: a second or two."""
DROP = float(gammaincinv(0.5, LEVEL))
"""Fall of the log-likelihood at the ends of an interval."""
RIDGE = 1e-6
"""Weight of the squares of strengths, which keeps infinite ones finite and changes no digit."""
MAX_CELLS = 4_000_000  # of the Hessians (n, n) that are solved at a time
MAX_STEPS = 100
ONE_SIDED = -float(np.log(QUANTILES[0]))
LONGEST_STEP = 2.0  # log-odds
TOLERANCE = 1e-3  # of the log-likelihood and of its slopes


@dataclass(frozen=True)
class _Likelihood:
    """The log-likelihood of comparisons, over pairs that were compared."""

    pairs: tuple[np.ndarray, np.ndarray]
    """The two candidates of each compared pair."""
    won: np.ndarray
    """Wins of the first of each pair."""
    lost: np.ndarray
    """Wins of the second of each pair."""

    def value(self, strengths: np.ndarray) -> np.ndarray:
        """Return the log-likelihood (m,) of strengths (m, n)."""
        gap = strengths[:, self.pairs[0]] - strengths[:, self.pairs[1]]
        logs = self.won * np.logaddexp(0, -gap) + self.lost * np.logaddexp(0, gap)
        return np.asarray(-logs.sum(axis=1) - 0.5 * RIDGE * (strengths**2).sum(axis=1))

    def slopes(self, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradients (m, n) and the negative Hessians (m, n, n) at strengths (m, n)."""
        m, n = strengths.shape
        from scipy.sparse import csr_matrix  # a third of a second to load

        one, other = self.pairs
        probability = expit(strengths[:, one] - strengths[:, other])
        pull = self.won - (self.won + self.lost) * probability
        information = (self.won + self.lost) * probability * (1 - probability)
        curvature = np.zeros((m, n, n))
        curvature[:, one, other] = curvature[:, other, one] = -information
        own = np.arange(n)
        curvature[:, own, own] = RIDGE - curvature.sum(axis=2)
        each = np.ones(len(one))
        signs = csr_matrix((each, (one, np.arange(len(one)))), (n, len(one)))
        signs -= csr_matrix((each, (other, np.arange(len(one)))), (n, len(one)))
        return (signs @ pull.T).T - RIDGE * strengths, curvature


def profile_intervals(wins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of 95 % intervals of log-strengths, given wins (n, n) of row over column.

    They are measured from the mean of :func:`reference_group`; a side may be infinite. Beyond
    :data:`MAX_PROFILED` candidates, finite ends are those of the normal interval (Wald).
    """
    n = len(wins)
    reference = reference_group(wins)
    contrasts = np.eye(n) - reference / reference.sum()
    likelihood = _likelihood(wins)
    peak = _maximum(likelihood, n)
    centre = contrasts @ peak
    ends = []
    for sign, infinite in zip((-1, 1), unbounded_ends(wins, reference), strict=True):
        end = np.where(infinite, sign * np.inf, centre)
        finite = np.flatnonzero(~infinite & np.abs(contrasts).any(axis=1))
        if n > MAX_PROFILED:
            end[finite] += sign * _wald_widths(likelihood, peak, contrasts[finite])
        else:
            batch = max(1, MAX_CELLS // n**2)
            for at in np.split(finite, range(batch, len(finite), batch)):
                fall = np.where(reference[at], DROP, ONE_SIDED)
                end[at] = _profile_ends(likelihood, peak, contrasts[at], sign * fall)
        ends.append(end)
    return ends[0], ends[1]


def reference_group(wins: np.ndarray) -> np.ndarray:
    """Return whose mean strength others are measured from, given wins (n, n); bool, shape (n,).

    It is the largest set of candidates whom wins connect both ways, the better one of several.
    """
    groups = strongly_connected_components(wins)
    inside = np.zeros(len(wins), dtype=bool)
    inside[max(groups, key=len)] = True
    return inside


def unbounded_ends(wins: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which lower and which upper ends are infinite; bool, shape (n,) each.

    Both of a candidate who is the reference alone: that strength is 0 by definition.

    Parameters
    ----------
    wins : float array, shape (n, n)
        Wins of row over column.
    reference : bool array, shape (n,)
        Candidates from whose mean the strengths of all are measured.
    """
    paths, one = paths_of_wins(wins), int(np.flatnonzero(reference)[0])
    alone = reference & (reference.sum() == 1)
    return ~paths[:, one] | alone, ~paths[one] | alone


def _likelihood(wins: np.ndarray) -> _Likelihood:
    one, other = np.nonzero(np.triu(wins + wins.T))
    return _Likelihood((one, other), wins[one, other], wins[other, one])


def _maximum(likelihood: _Likelihood, n: int) -> np.ndarray:
    """Return the strengths (n,) of the largest likelihood."""
    strength = np.zeros((1, n))
    for _ in range(MAX_STEPS):
        gradient, curvature = likelihood.slopes(strength)
        step = _cut(np.linalg.solve(curvature, gradient[..., np.newaxis])[..., 0])
        strength = strength + step
        if np.abs(gradient).max() < 1e-9:
            break
    return strength[0]


def _wald_widths(likelihood: _Likelihood, peak: np.ndarray, contrasts: np.ndarray) -> np.ndarray:
    """Return half the widths (m,) of the normal intervals of contrasts (m, n)."""
    _, curvature = likelihood.slopes(peak[np.newaxis])
    covered = np.linalg.solve(curvature[0], contrasts.T).T
    return np.sqrt(2 * DROP * (contrasts * covered).sum(axis=1))


def _profile_ends(
    likelihood: _Likelihood, peak: np.ndarray, contrasts: np.ndarray, fall: np.ndarray
) -> np.ndarray:
    """Return the lower (-1) or upper (1) ends (m,) of the intervals of contrasts (m, n).

    At an end the likelihood has fallen by :data:`DROP`, and its gradient is a multiple of the
    contrast. The step to where the likelihood's parabola fulfils both conditions is repeated.
    """
    target = likelihood.value(peak[np.newaxis])[0] - np.abs(fall)
    strengths = np.tile(peak, (len(contrasts), 1))
    moving = np.arange(len(contrasts))
    for _ in range(MAX_STEPS):
        at, contrast = strengths[moving], contrasts[moving]
        gradient, curvature = likelihood.slopes(at)
        solved = np.linalg.solve(curvature, np.stack([gradient, contrast], axis=2))
        to_peak, along = solved[..., 0], solved[..., 1]
        above = likelihood.value(at) - target[moving]
        left = above + 0.5 * (gradient * to_peak).sum(axis=1)
        reach = (contrast * along).sum(axis=1)
        multiplier = np.sign(fall[moving]) * np.sqrt(2 * np.maximum(left, 0) / reach)
        off = np.abs(gradient + multiplier[:, np.newaxis] * contrast).max(axis=1)
        going = (np.abs(above) > TOLERANCE) | (off > TOLERANCE)
        step = to_peak + multiplier[:, np.newaxis] * along
        strengths[moving[going]] += _cut(step[going])
        moving = moving[going]
        if not len(moving):
            break
    return (contrasts * strengths).sum(axis=1)


def _cut(step: np.ndarray) -> np.ndarray:
    """Return steps (m, n), shortened to the longest one allowed."""
    largest = np.abs(step).max(axis=1, keepdims=True)
    return step * np.minimum(1, LONGEST_STEP / np.maximum(largest, LONGEST_STEP))
