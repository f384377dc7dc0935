"""How well strengths explain the comparisons: the deviance, and the pairs that fit worst.

Conventions
-----------
A pair of candidates compared n times, of which the first won w (a tie is half a win), where
strengths give it the share p, has the deviance

    2 (w ln (w / (n p)) + (n - w) ln ((n - w) / (n (1 - p))))

and the residual (w - n p) / sqrt(n p (1 - p)) [1]_. The sum over pairs is the deviance of the
model. That of equal strengths, p = 1/2, stands beside it.

There is no p: a chi-squared distribution takes independent comparisons, many of each pair. Those of
a panel, or of one ranker, depend on each other, and most pairs are compared once or twice.

References
----------
.. [1] P. McCullagh, J. A. Nelder, "Generalized Linear Models", 2nd ed. 1989, sec. 2.4 and 4.4.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, xlogy

from ranking.comparisons.graph.components import find_bridges
from ranking.comparisons.tally import Tally


@dataclass(frozen=True)
class ModelFit:
    """How well Bradley-Terry strengths explain comparisons."""

    pairs: pd.DataFrame
    """Every compared pair, the one that fits worst first: ``candidate``, the stronger; ``other``;
    ``comparisons``; ``won`` by the candidate; ``expected`` share of them; ``residual``, below 0
    where the candidate won fewer; ``deviance``; ``bridge`` whether the field would fall into two
    without these comparisons."""
    equal_deviance: float
    """Deviance of equal strengths."""

    @property
    def deviance(self) -> float:
        """Deviance of the strengths: the sum of that of all pairs."""
        return float(self.pairs["deviance"].sum())

    @property
    def explained(self) -> float:
        """Share of the deviance of equal strengths that the strengths explain; NaN of none."""
        return 1 - self.deviance / self.equal_deviance if self.equal_deviance else float("nan")


def model_fit(tally: Tally, strength: np.ndarray) -> ModelFit:
    """Return how well strengths explain a tally.

    Parameters
    ----------
    tally : counted comparisons of n candidates
    strength : float array, shape (n,)
        Log-strengths, in the order of the tally.
    """
    wins, counts = tally.matrix.wins, tally.matrix.pair_counts
    first, second = np.nonzero(np.triu(counts, k=1))
    ahead = strength[first] >= strength[second]
    first, second = np.where(ahead, [first, second], [second, first])
    won, compared = wins[first, second], counts[first, second]
    expected = expit(strength[first] - strength[second])
    variance = compared * expected * (1 - expected)
    off = won - compared * expected
    joins = np.zeros(counts.shape, dtype=bool)
    for one, other in find_bridges(tally.pair_counts):
        joins[one, other] = joins[other, one] = True
    pairs = pd.DataFrame(
        {
            "candidate": tally.candidates[first],
            "other": tally.candidates[second],
            "comparisons": compared,
            "won": won,
            "expected": expected,
            "residual": np.divide(off, np.sqrt(variance), out=0 * off, where=variance > 0),
            "deviance": _deviance(won, compared, expected),
            "bridge": joins[first, second],
        }
    )
    order = ["deviance", "candidate", "other"]
    worst_first = pairs.sort_values(order, ascending=[False, True, True], ignore_index=True)
    return ModelFit(worst_first, float(_deviance(won, compared, 0.5).sum()))


def _deviance(won: np.ndarray, compared: np.ndarray, expected: np.ndarray | float) -> np.ndarray:
    """The deviance of each pair, 0 where it cannot be told from 0."""
    lost = compared - won
    found = 2 * (
        xlogy(won, won)
        - xlogy(won, compared * expected)
        + xlogy(lost, lost)
        - xlogy(lost, compared * (1 - expected))
    )
    return np.maximum(found, 0.0)
