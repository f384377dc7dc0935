"""Order effect: whether the first or the second place in a pair is preferred.

Conventions
-----------
*Order agreement* is the share of pairs, compared in both orders, in which the same candidate won
both times: one half for a coin, 1 for a ranker that never contradicts itself when the order is
reversed. The *order effect* [1]_ is a constant added to the log-odds of the first of a pair, fitted
together with the Bradley-Terry strengths; its standard error is a jackknife over candidates, to
first order.

References
----------
.. [1] R. R. Davidson, R. J. Beaver, "On extending the Bradley-Terry model to incorporate
   within-pair order effects", Biometrics 1977.
"""

import numpy as np
from scipy.special import expit

from ranking.comparisons.tally import Tally
from ranking.evaluation.resampling import Estimate, bootstrap_pair_share


def same_winner_rate_in_both_orders(tally: Tally, seed: int = 0) -> Estimate:
    """Return the share of pairs, compared in both orders, that the same candidate won twice.

    The estimate has 0 pairs if no pair was compared in both orders.
    """
    both = (tally.comparisons > 0) & (tally.comparisons.T > 0)
    share = np.divide(
        tally.first_wins, tally.comparisons, out=np.zeros_like(tally.comparisons), where=both
    )
    same = share * (1 - share.T) + (1 - share) * share.T
    return bootstrap_pair_share(np.triu(same * both), np.triu(both.astype(float)), seed)


def first_win_rate(tally: Tally, seed: int = 0) -> Estimate:
    """Return the share of comparisons that the first of the pair won, a tie half, with interval."""
    return bootstrap_pair_share(tally.first_wins, tally.comparisons, seed)


def order_effect_log_odds(tally: Tally) -> Estimate:
    """Return what being first in a pair adds to the log-odds of winning, with a 95 % interval.

    Ties between every two candidates, worth one comparison per candidate in all, keep the fit
    finite, and shrink the effect a little towards 0.
    """
    n = len(tally.candidates)
    spread = (0.5 / (n - 1)) * (1 - np.eye(n))
    comparisons, won = tally.comparisons + spread, tally.first_wins + spread / 2
    theta = np.zeros(n + 1)  # strengths, then the order effect
    for _ in range(100):
        residual, information = _residual_and_information(comparisons, won, theta)
        step = np.linalg.solve(information, _gradient(residual))
        theta += step
        if np.abs(step).max() < 1e-10:
            break
    changes = np.linalg.solve(information, _candidate_gradients(residual))[-1]  # (n,)
    error = np.sqrt((n - 1) / n * ((changes - changes.mean()) ** 2).sum())
    low, high = theta[-1] - 1.96 * error, theta[-1] + 1.96 * error
    return Estimate(float(theta[-1]), float(low), float(high), pairs=float(tally.comparisons.sum()))


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
