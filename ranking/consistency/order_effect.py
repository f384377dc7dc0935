"""Order effect: whether the first or the second place in a pair is preferred.

Conventions
-----------
*Order agreement* is the share of pairs, compared in both orders, in which the same candidate won
both times: one half for a coin, 1 for a ranker that never contradicts itself when the order is
reversed. The *order effect* [1]_ is a constant added to the log-odds of the first of a pair, fitted
together with the Bradley-Terry strengths, from the comparisons of candidates whom wins connect both
ways: strengths explain all others. Most pairs may have been compared in one order only; the effect
is *identified* unless differences of strength could explain the order of every comparison. Its
standard error is a jackknife over candidates, to first order, its interval that of Student's t with
n − 1 degrees of freedom.

In simulation (10 to 40 candidates; both orders, one at random, or the better one oftener first)
there are 0 to 5 % false alarms at 5 %: few where all comparisons are independent, since the chance
of a pair counts with both of its candidates. With fewer than 10 candidates there are up to a third:
there, and with few comparisons, the effect is not estimated.

References
----------
.. [1] R. R. Davidson, R. J. Beaver, "On extending the Bradley-Terry model to incorporate
   within-pair order effects", Biometrics 1977.
"""

import numpy as np
from scipy.special import expit, stdtrit

from ranking.comparisons.components import strongly_connected_components
from ranking.comparisons.tally import Tally
from ranking.evaluation.resampling import QUANTILES, Estimate
from ranking.evaluation.shares import bounded_share

MIN_CANDIDATES = 10
"""Number of candidates below which an order effect is not estimated."""
MIN_COMPARISONS = 6
"""Comparisons of each candidate below which it is not estimated, on average."""
NO_EFFECT = 1e-6  # log-odds that rounding may leave where there is no effect
RIDGE = 1e-10  # of the mean number of comparisons, keeps the equations regular
PENALTY = 0.1  # ties of each candidate that keep the fit finite
LONGEST_STEP = 2.0  # of a strength, in one step of the fit
UNEXPLAINED = 1e-6  # share of the order that strengths must leave unexplained


def same_winner_rate_in_both_orders(tally: Tally, seed: int = 0) -> Estimate:
    """Return the share of pairs, compared in both orders, that the same candidate won twice.

    The estimate has 0 pairs if no pair was compared in both orders.
    """
    both = (tally.comparisons > 0) & (tally.comparisons.T > 0)
    share = np.divide(
        tally.first_wins, tally.comparisons, out=np.zeros_like(tally.comparisons), where=both
    )
    same = share * (1 - share.T) + (1 - share) * share.T
    return bounded_share(np.triu(same * both), np.triu(both.astype(float)), seed)


def first_win_rate(tally: Tally, seed: int = 0) -> Estimate:
    """Return the share of comparisons that the first of the pair won, a tie half, with interval."""
    return bounded_share(tally.first_wins, tally.comparisons, seed)


def is_identified(tally: Tally) -> bool:
    """Whether an order effect can be told from differences of strength.

    It cannot where the comparisons could be explained as well by strengths alone: where every
    candidate of an earlier group came first against those of a later one, say.
    """
    comparisons = tally.comparisons
    pair_counts, n = tally.pair_counts, len(comparisons)
    total = comparisons.sum()
    laplacian = np.diag(pair_counts.sum(axis=1)) - pair_counts
    oftener_first = comparisons.sum(axis=1) - comparisons.sum(axis=0)
    ridge = RIDGE * np.eye(n) * pair_counts.sum() / n
    explained = oftener_first @ np.linalg.solve(laplacian + ridge, oftener_first)
    return bool(total - explained > UNEXPLAINED * total)


def order_effect_log_odds(tally: Tally) -> Estimate:
    """Return what being first in a pair adds to the log-odds of winning, with a 95 % interval.

    A tenth of a tie for each candidate, spread over all others, keeps the fit finite. An effect
    that only rounding parts from 0 is 0; one of the first who always won is infinite. It is missing
    where :func:`why_no_order_effect` gives a reason.
    """
    if why_no_order_effect(tally):
        return Estimate(float("nan"))
    part = _connected(tally)
    n, total = len(part.candidates), float(part.comparisons.sum())
    share = float(part.first_wins.sum()) / total
    if share in (0, 1):
        return Estimate(np.inf if share else -np.inf, pairs=total)
    spread = (0.5 * PENALTY / (n - 1)) * (1 - np.eye(n))
    theta, residual, information = _fit(part.comparisons + spread, part.first_wins + spread / 2)
    changes = np.linalg.solve(information, _candidate_gradients(residual))[-1]  # (n,)
    error = np.sqrt((n - 1) / n * ((changes - changes.mean()) ** 2).sum())
    half = error * stdtrit(n - 1, QUANTILES[1])
    value = 0.0 if abs(theta[-1]) < NO_EFFECT else float(theta[-1])
    return Estimate(value, float(value - half), float(value + half), pairs=total)


def why_no_order_effect(tally: Tally) -> str:
    """Return why the order effect is not estimated, in words; empty if it is."""
    part = _connected(tally)
    n, total = len(part.candidates), float(part.comparisons.sum())
    if n < MIN_CANDIDATES:
        return f"wins connect {n or 'no'} candidates both ways, and it takes {MIN_CANDIDATES}"
    if 2 * total < MIN_COMPARISONS * n:
        return (
            f"candidates whom wins connect were compared {2 * total / n:.1f} times each on "
            f"average, and it takes {MIN_COMPARISONS}"
        )
    if not is_identified(part):
        return "differences of strength could explain who came first in every comparison"
    return ""


def _connected(tally: Tally) -> Tally:
    """The comparisons of candidates whom wins connect both ways."""
    within = np.zeros(tally.comparisons.shape, dtype=bool)
    for members in strongly_connected_components(tally.wins):
        within[np.ix_(members, members)] = len(members) > 1
    kept = np.flatnonzero((within & (tally.pair_counts > 0)).any(axis=1))
    at = np.ix_(kept, kept)
    return Tally(
        tally.candidates[kept],
        (tally.comparisons * within)[at],
        (tally.first_wins * within)[at],
    )


def _fit(comparisons: np.ndarray, won: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return strengths and effect (n + 1,), residual wins (n, n) and information at the maximum.

    No step is longer than :data:`LONGEST_STEP`: whole ones leap too far where wins are one-sided.
    """
    theta = np.zeros(len(comparisons) + 1)  # strengths, then the order effect
    for _ in range(200):
        residual, information = _residual_and_information(comparisons, won, theta)
        step = np.linalg.solve(information, _gradient(residual))
        length = np.abs(step).max()
        theta += step * min(1, LONGEST_STEP / max(length, LONGEST_STEP))
        if length < 1e-10:
            break
    return theta, residual, information


def _residual_and_information(
    comparisons: np.ndarray, won: np.ndarray, theta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the residual wins of the first (n, n) and the Fisher information (n + 1, n + 1)."""
    strength, order_effect = theta[:-1], theta[-1]
    expected = expit(strength[:, np.newaxis] - strength[np.newaxis, :] + order_effect)
    weight = comparisons * expected * (1 - expected)
    n = len(strength)
    between = weight + weight.T
    information = np.empty((n + 1, n + 1))
    information[:n, :n] = np.diag(between.sum(axis=1)) - between + 1 / n  # fixes the mean
    information[n, :n] = information[:n, n] = weight.sum(axis=1) - weight.sum(axis=0)
    information[n, n] = weight.sum()
    return won - comparisons * expected, information


def _gradient(residual: np.ndarray) -> np.ndarray:
    """Return the gradient of the log-likelihood, shape (n + 1,)."""
    return np.append(residual.sum(axis=1) - residual.sum(axis=0), residual.sum())


def _candidate_gradients(residual: np.ndarray) -> np.ndarray:
    """Return the gradient from the comparisons of each candidate (columns), shape (n + 1, n)."""
    gradient = residual.T - residual  # [j, c]: what comparisons with c add to the gradient of j
    np.fill_diagonal(gradient, residual.sum(axis=1) - residual.sum(axis=0))
    signed = -gradient * (1 - 2 * np.eye(len(gradient)))
    return np.vstack([signed, residual.sum(1) + residual.sum(0)])
