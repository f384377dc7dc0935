"""PageRank: losers vote for those who beat them [1]_.

The strength is the stationary probability of a walk from losers to winners, damping 0.85, as
networkx defines it.

References
----------
.. [1] L. Page et al., "The PageRank citation ranking", 1998.
"""

import numpy as np

from ranking.comparisons.tally import WinMatrix
from ranking.methods.method import Method, Start, Weights

DAMPING = 0.85


def walk_from_losers(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the probabilities of the walk.

    A candidate of weight 2 counts as two, and gets the probability of each.
    """
    n = len(wins)
    m = np.ones(n) if weights is None else weights
    start = m / m.sum()
    votes = wins.wins * m[:, np.newaxis]
    losses = votes.sum(axis=0)
    walk = np.divide(votes, losses, out=np.tile(start[:, np.newaxis], n), where=losses > 0)
    moved = start
    for _ in range(1000):
        rank, moved = moved, DAMPING * walk @ moved + (1 - DAMPING) * start
        if np.abs(moved - rank).sum() < 1e-12:
            break
    return moved / m


PAGERANK = Method("pagerank", walk_from_losers, misled_by_uneven_schedule=True)
