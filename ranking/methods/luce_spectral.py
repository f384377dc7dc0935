"""Log-strengths by iterated Luce spectral ranking, in few steps near the most likely ones.

Conventions
-----------
The strengths are the stationary distribution of a Markov chain that leaves a loser for a winner,
at a rate of wins over the sum of both strengths; the chain is made anew from each estimate [1]_. It
takes wins that connect all candidates both ways. Choix does the same, number for number, and loads
a second longer.

References
----------
.. [1] L. Maystre, M. Grossglauser, "Fast and accurate inference of Plackett-Luce models",
   NeurIPS 2015.
"""

import warnings

import numpy as np
from scipy.linalg import lu_factor, solve_triangular

MAX_STEPS = 100
TOLERANCE = 1e-8
"""Mean change of a log-strength that ends the iteration."""


def luce_spectral_log_strengths(wins: np.ndarray) -> np.ndarray | None:
    """Return the log-strengths (n,) of wins (n, n) of row over column, None where steps run out."""
    weights, before = np.ones(len(wins)), None
    for _ in range(MAX_STEPS):
        chain = wins.T / (weights + weights[:, np.newaxis])
        chain -= np.diag(chain.sum(axis=1))
        strengths = np.log(_stationary(chain))
        strengths -= strengths.mean()
        centred = strengths - strengths.mean()
        if before is not None and np.abs(before - centred).sum() <= TOLERANCE * len(centred):
            return np.asarray(strengths)
        before, weights = centred, np.exp(centred)
        weights *= len(weights) / weights.sum()
    return None


def _stationary(generator: np.ndarray) -> np.ndarray:
    """Return the stationary distribution (n,), of mean 1, of a chain by its rates (n, n)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a generator is singular
        factors, _ = lu_factor(generator.T, check_finite=False)
    others = solve_triangular(factors[:-1, :-1], -factors[:-1, -1], check_finite=False)
    weights = np.append(others, 1.0)
    return (len(generator) / weights.sum()) * weights
