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
from scipy.special import stdtrit

from ranking.comparisons.tally import Tally
from ranking.evaluation.resampling import QUANTILES, Estimate
from ranking.evaluation.shares import bounded_share
from ranking.methods.models.fit import Fitted, gradient_and_information, likelihood_at, maximise
from ranking.methods.models.order_effect import connected_part, penalised, why_no_order_effect

NO_EFFECT = 1e-6  # log-odds that rounding may leave where there is no effect


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


def order_effect_log_odds(tally: Tally) -> Estimate:
    """Return what being first in a pair adds to the log-odds of winning, with a 95 % interval.

    A tenth of a tie for each candidate, spread over all others, keeps the fit finite. An effect
    that only rounding parts from 0 is 0; one of the first who always won is infinite. It is missing
    where :func:`why_no_order_effect` gives a reason.
    """
    if why_no_order_effect(tally):
        return Estimate(float("nan"))
    part = connected_part(tally)
    n, total = len(part.candidates), float(part.comparisons.sum())
    share = float(part.first_wins.sum()) / total
    if share in (0, 1):
        return Estimate(np.inf if share else -np.inf, pairs=total)
    together = np.zeros(n, dtype=int)
    model = penalised(part.comparisons, part.first_wins, together)
    fitted = maximise(model, Fitted(np.zeros(n)), together, "order effect")
    found = likelihood_at(model, np.append(fitted.strength, fitted.parameter))
    information = gradient_and_information(found, together)[1]
    changes = np.linalg.solve(information, _candidate_gradients(found.slope))[-1]  # (n,)
    error = np.sqrt((n - 1) / n * ((changes - changes.mean()) ** 2).sum())
    half = error * stdtrit(n - 1, QUANTILES[1])
    value = 0.0 if abs(fitted.parameter) < NO_EFFECT else fitted.parameter
    return Estimate(value, float(value - half), float(value + half), pairs=total)


def _candidate_gradients(residual: np.ndarray) -> np.ndarray:
    """Return the gradient from the comparisons of each candidate (columns), shape (n + 1, n)."""
    gradient = residual.T - residual  # [j, c]: what comparisons with c add to the gradient of j
    np.fill_diagonal(gradient, residual.sum(axis=1) - residual.sum(axis=0))
    signed = -gradient * (1 - 2 * np.eye(len(gradient)))
    return np.vstack([signed, residual.sum(1) + residual.sum(0)])
