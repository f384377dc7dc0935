"""Is the tournament coherent: does the judge contradict itself?

Conventions
-----------
*Order agreement*: the share of pairs, heard in both orders, where the same candidate won both
times (a coin: one half). *Position*: a term added to the log-odds of whoever is heard first, fitted
together with the Bradley-Terry strengths; its standard error is a jackknife over candidates, to
first order. *Circular triad*: A beat B, B beat C, C beat A, by the majority of each two's
comparisons; a coin makes a quarter of all triads circular, with variance 3/16 each [1]_ (triads
that share a pair are uncorrelated). *Zeta*: Kendall's coefficient of consistence, 1 without
circular triads; if some pairs are undecided, 1 − 4 × the circular share, which is 0 for a coin.
*Back-arc*: a pair won by the one who stands lower in the ranking.

References
----------
.. [1] J. W. Moon, "Topics on Tournaments", 1968, sec. 5.
.. [2] M. G. Kendall, B. Babington Smith, "On the method of paired comparisons", Biometrika 1940.
"""

import numpy as np
from scipy.special import expit

from ranking.comparisons.tally import Tally
from ranking.evaluation.resampling import Estimate, pair_share


def order_agreement(tally: Tally, seed: int = 0) -> Estimate:
    """Return the share of pairs judged alike in both orders; no pairs if none was."""
    both = (tally.comparisons > 0) & (tally.comparisons.T > 0)
    share = np.divide(
        tally.first_wins, tally.comparisons, out=np.zeros_like(tally.comparisons), where=both
    )
    alike = share * (1 - share.T) + (1 - share) * share.T
    return pair_share(np.triu(alike * both), np.triu(both.astype(float)), seed)


def first_position_share(tally: Tally, seed: int = 0) -> Estimate:
    """Return the share of comparisons won by whoever came first."""
    return pair_share(tally.first_wins, tally.comparisons, seed)


def position_term(tally: Tally) -> Estimate:
    """Return the log-odds that being heard first adds, with a 95 % interval.

    Ties between every two candidates, worth one comparison per candidate in all, keep the fit
    finite, and draw the term a little towards 0.
    """
    n = len(tally.candidates)
    spread = (0.5 / (n - 1)) * (1 - np.eye(n))
    comparisons, won = tally.comparisons + spread, tally.first_wins + spread / 2
    theta = np.zeros(n + 1)  # strengths, then the position term
    for _ in range(100):
        residual, information = _position_fit(comparisons, won, theta)
        step = np.linalg.solve(information, _gradient(residual))
        theta += step
        if np.abs(step).max() < 1e-10:
            break
    without = np.linalg.solve(information, _deleted(residual))[-1]  # (n,) change of the term
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    low, high = theta[-1] - 1.96 * error, theta[-1] + 1.96 * error
    return Estimate(float(theta[-1]), float(low), float(high), pairs=float(tally.comparisons.sum()))


def _position_fit(
    comparisons: np.ndarray, won: np.ndarray, theta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Residual wins of the first, (n, n), and the information matrix, (n + 1, n + 1)."""
    strength, position = theta[:-1], theta[-1]
    expected = expit(strength[:, np.newaxis] - strength[np.newaxis, :] + position)
    weight = comparisons * expected * (1 - expected)
    n = len(strength)
    between = weight + weight.T
    information = np.empty((n + 1, n + 1))
    information[:n, :n] = np.diag(between.sum(axis=1)) - between + 1 / n  # fixes the mean
    information[n, :n] = information[:n, n] = weight.sum(axis=1) - weight.sum(axis=0)
    information[n, n] = weight.sum()
    return won - comparisons * expected, information


def _gradient(residual: np.ndarray) -> np.ndarray:
    """Slope of the log-likelihood, shape (n + 1,)."""
    return np.append(residual.sum(axis=1) - residual.sum(axis=0), residual.sum())


def _deleted(residual: np.ndarray) -> np.ndarray:
    """Slope that each candidate's comparisons bring, shape (n + 1, n), a column per candidate."""
    slope = residual.T - residual  # [j, c]: what comparisons with c add to the slope of j
    np.fill_diagonal(slope, residual.sum(axis=1) - residual.sum(axis=0))
    return np.vstack([-slope * (1 - 2 * np.eye(len(slope))), residual.sum(1) + residual.sum(0)])
