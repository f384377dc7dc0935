"""Copeland: the share of others whom a candidate beats by majority, a tie half [1]_.

It does not matter by how much, nor how often two were compared; others are those with whom one was
compared. One comparison may turn a majority: shares of other samples do not lie evenly around
these, so that ranks have no intervals.

References
----------
.. [1] A. H. Copeland, "A reasonable social welfare function", University of Michigan, 1951.
"""

import numpy as np

from ranking.comparisons.tally import WinMatrix
from ranking.methods.method import TIE_TOLERANCE, Method, Start, Weights


def copeland_shares(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the share (n,) of others who are beaten, each counted by its weight."""
    margin, compared = wins.wins - wins.wins.T, (wins.pair_counts > 0).astype(float)
    beaten = np.where(np.abs(margin) <= TIE_TOLERANCE, 0.5, margin > 0) * compared
    if weights is not None:
        beaten, compared = beaten * weights, compared * weights
    shares: np.ndarray = beaten.sum(axis=1) / compared.sum(axis=1)
    return shares


COPELAND = Method("copeland", copeland_shares, ordinal=True, format_spec=".3f")
