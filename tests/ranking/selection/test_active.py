"""Active pairs: no other tells more of the posterior."""

import numpy as np
import pytest
from scipy.special import expit

from ranking.selection.active import Posterior
from ranking.selection.compared_pairs import PRIOR_VARIANCE, ComparedPairs, nothing_compared
from ranking.selection.pairing import pair_code
from ranking.selection.rules import select_pairs
from ranking.uncertainty.normal_prior import posterior_given


def entropies(precision: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Log-determinant of the precision after one more comparison of row and column."""
    n = len(mean)
    out = np.full((n, n), -np.inf)
    for i in range(n):
        for j in range(i + 1, n):
            p = expit(mean[i] - mean[j])
            apart = np.zeros(n)
            apart[[i, j]] = 1, -1
            more = precision + p * (1 - p) * np.outer(apart, apart)
            out[i, j] = np.linalg.slogdet(more)[1]
    return out


@pytest.mark.parametrize("seed", range(3))
def test_each_pair_lowers_the_entropy_most_of_all_that_may_be_chosen(seed):
    rng = np.random.default_rng(seed)
    pairs = select_pairs(nothing_compared(8), 10, "random", seed)
    compared = ComparedPairs(8, pairs, rng.integers(0, 2, 10).astype(float))
    mean, covariance = posterior_given(compared.wins, PRIOR_VARIANCE)
    precision, posterior = np.linalg.inv(covariance), Posterior(compared)
    barred: set[int] = {pair_code(*pair, 8) for pair in pairs.tolist()}
    for _ in range(5):
        gains = entropies(precision, mean)
        gains.ravel()[list(barred)] = -np.inf
        chosen = posterior.most_informative(barred)
        assert gains[chosen] == pytest.approx(gains.max())
        barred.add(pair_code(*chosen, 8))
        p = expit(mean[chosen[0]] - mean[chosen[1]])
        apart = np.zeros(8)
        apart[list(chosen)] = 1, -1
        precision = precision + p * (1 - p) * np.outer(apart, apart)
