"""Pairs that tell most of all strengths, by their posterior.

Conventions
-----------
Strengths are normal a priori, and their posterior is taken as normal
(:mod:`ranking.uncertainty.normal_prior`). A comparison of i and j lowers the entropy of the
posterior by half the logarithm of 1 + p (1 - p) v, where p is the probability that i wins and v the
variance of their difference: by D-optimality the next pair has the largest p (1 - p) v [1]_. Pairs
of one round are chosen one after the other, each as if those before were compared and had changed
variances, not means.

References
----------
.. [1] M. E. Glickman, S. T. Jensen, "Adaptive paired comparison design", Journal of Statistical
   Planning and Inference 2005.
"""

from collections.abc import Collection

import numpy as np
from scipy.special import expit

from ranking.selection.compared_pairs import PRIOR_VARIANCE, ComparedPairs
from ranking.uncertainty.normal_prior import posterior_given

MAX_ACTIVE = 500
"""Candidates up to whom pairs are chosen so: the time of a round grows with the cube."""


class Posterior:
    """What is known of strengths, and which pair would tell most of them.

    Parameters
    ----------
    compared : comparisons so far
    """

    def __init__(self, compared: ComparedPairs) -> None:
        self._n = compared.n
        mean, self._covariance = posterior_given(compared.wins, PRIOR_VARIANCE)
        p = expit(mean[:, np.newaxis] - mean)
        self._information = p * (1 - p)
        variance = self._covariance.diagonal()
        self._spread = variance[:, np.newaxis] + variance - 2 * self._covariance

    def most_informative(self, barred: Collection[int]) -> tuple[int, int]:
        """Return the pair that tells most, and take it as compared.

        Parameters
        ----------
        barred : codes of pairs that must not be chosen, :func:`ranking.selection.pairing.pair_code`
        """
        gain = np.triu(self._information * self._spread, 1)
        gain.ravel()[np.fromiter(barred, dtype=int, count=len(barred))] = 0.0
        i, j = (int(at) for at in np.unravel_index(np.argmax(gain), gain.shape))
        along = self._covariance[:, i] - self._covariance[:, j]
        information = self._information[i, j]
        weight = information / (1 + information * self._spread[i, j])
        self._covariance -= weight * np.outer(along, along)
        self._spread -= weight * (along[:, np.newaxis] - along) ** 2
        return i, j
