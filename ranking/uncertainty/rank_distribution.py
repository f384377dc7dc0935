"""How probable each rank is: draws of strengths, and what follows from their order.

Conventions
-----------
A *draw* is one vector of strengths that the candidates may have, given the data; its ranks are
ranks that they may have. Draws have shape (draws, n), larger is better, and of a draw only the
order counts. Ranges of ranks are 2.5 and 97.5 % quantiles, widened to hold the rank observed.

Estimates of strength are spread wider than strengths are, by their errors: a field of equals has a
first and a last as well. Draws around the estimates would add the errors a second time. So
:func:`empirical_bayes_draws` pulls the estimates together first, by as much as their errors account
for their spread (James and Stein; Morris 1983 [1]_), and draws both variances as well, since
neither is known: where the spread may be error alone, the order of a draw is random.

Coverage in simulation is 95 % or more, as an average over the candidates. In fields of near equals
the one who is truly best is covered less often than that: nothing in the data tells who it is.

References
----------
.. [1] C. N. Morris, "Parametric empirical Bayes inference: theory and applications", Journal of the
   American Statistical Association 1983.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ranking.evaluation.resampling import QUANTILES
from ranking.methods.method import TIE_TOLERANCE

DRAWS = 2000
"""Number of draws of strengths."""


@dataclass(frozen=True)
class RankDistribution:
    """Draws of the ranks of n candidates, and the probabilities that follow."""

    candidates: pd.Index
    """Ids of the candidates, in the order of the columns."""
    ranks: np.ndarray
    """Rank of each candidate in each draw, 1 is best, none shared; int, shape (draws, n)."""

    @cached_property
    def ranges(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the 95 % range of each rank; int, shape (n,) each."""
        low, high = np.quantile(self.ranks, QUANTILES, axis=0)
        return np.floor(low).astype(int), np.ceil(high).astype(int)

    def probabilities(self) -> pd.DataFrame:
        """Return the probability of each rank (columns, from 1) of each candidate (rows)."""
        n = len(self.candidates)
        shares = [np.bincount(own, minlength=n + 1)[1:] / len(self.ranks) for own in self.ranks.T]
        return pd.DataFrame(shares, index=self.candidates, columns=range(1, n + 1))

    def above_cut(self, places: int) -> pd.Series:
        """Return the probability, by candidate, of one of the first so many ranks."""
        return pd.Series((self.ranks <= places).mean(axis=0), index=self.candidates)

    def better(self) -> pd.DataFrame:
        """Return the probability that the candidate of the row is better than that of the column.

        It is missing on the diagonal.

        Examples
        --------
        Of four draws, ``a`` is ahead of ``b`` in three:

        >>> import numpy as np
        >>> import pandas as pd
        >>> from ranking.uncertainty.rank_distribution import RankDistribution
        >>> ranks = np.array([[1, 2, 3], [1, 3, 2], [1, 2, 3], [2, 1, 3]])
        >>> RankDistribution(pd.Index(["a", "b", "c"]), ranks).better()
              a     b     c
        a   NaN  0.75  1.00
        b  0.25   NaN  0.75
        c  0.00  0.25   NaN
        """
        n = len(self.candidates)
        shares = np.full((n, n), np.nan)
        for i in range(n):
            others = np.arange(n) != i
            ahead = self.ranks[:, [i]] < self.ranks[:, others]
            shares[i, others] = ahead.mean(axis=0)
        return pd.DataFrame(shares, index=self.candidates, columns=self.candidates)


def rank_distribution(candidates: pd.Index, drawn: np.ndarray) -> RankDistribution:
    """Return the distribution of ranks by draws of strengths, shape (draws, n)."""
    order = np.argsort(-drawn, axis=1)
    ranks = np.empty(drawn.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, drawn.shape[1] + 1, dtype=np.int32)[None], axis=1)
    return RankDistribution(candidates, ranks)


def empirical_bayes_draws(
    strength: np.ndarray, variance: float, freedom: float, seed: int = 0, draws: int = DRAWS
) -> np.ndarray:
    """Return draws of strengths given their estimates, shape (draws, n).

    Estimates are normal around the strengths, with one error variance for all, and the strengths
    are normal around their mean. Each draw takes an error variance and a variance of estimates that
    the data allow, a chi-squared draw each; their ratio is the part of the spread that is error.

    Parameters
    ----------
    strength : float array, shape (n,)
        Estimates of the strengths.
    variance : float
        Mean of their error variances.
    freedom : float
        Degrees of freedom of that mean.
    seed : seed of the draws
    draws : number of draws
    """
    rng = np.random.default_rng(seed)
    n, mean = len(strength), strength.mean()
    error = variance * freedom / rng.chisquare(freedom, draws)
    spread = strength.var(ddof=1) * (n - 1) / rng.chisquare(n - 1, draws)
    signal = 1 - np.divide(error, spread, out=np.ones(draws), where=spread > 0)
    kept = np.maximum(signal, 0)[:, np.newaxis]
    noise = rng.standard_normal((draws, n))
    spreads = np.sqrt(kept * error[:, np.newaxis]) + TIE_TOLERANCE  # equals are in random order
    return np.where(kept > 0, mean + kept * (strength - mean) + spreads * noise, noise)


def normal_draws(
    strength: np.ndarray, covariance: np.ndarray, seed: int = 0, draws: int = DRAWS
) -> np.ndarray:
    """Return draws of strengths from a normal posterior, shape (draws, n).

    Parameters
    ----------
    strength : float array, shape (n,)
        Mean of the posterior.
    covariance : float array, shape (n, n)
        Covariance of the posterior.
    seed : seed of the draws
    draws : number of draws
    """
    noise = np.random.default_rng(seed).standard_normal((draws, len(strength)))
    drawn: np.ndarray = strength + noise @ np.linalg.cholesky(covariance).T
    return drawn
