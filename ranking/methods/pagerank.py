"""PageRank: each candidate points to those who beat it [1]_.

The strength is the stationary probability of a random walk from losers to winners, with a damping
factor of 0.85, as networkx defines it.

References
----------
.. [1] L. Page et al., "The PageRank citation ranking", 1998.
"""

import numpy as np

from ranking.comparisons.tally import WinMatrix
from ranking.methods.method import Method, Start, Weights

DAMPING = 0.85


def pagerank_strengths(
    wins: WinMatrix, weights: Weights = None, _start: Start = None
) -> np.ndarray:
    """Return the stationary probability (n,) of each candidate.

    A candidate of weight 2 counts as two, and gets the probability of each.
    """
    n = len(wins)
    m = np.ones(n) if weights is None else weights
    restart = m / m.sum()
    links = wins.wins * m[:, np.newaxis]
    losses = links.sum(axis=0)
    walk = np.divide(links, losses, out=np.tile(restart[:, np.newaxis], n), where=losses > 0)
    moved = restart
    for _ in range(1000):
        before, moved = moved, DAMPING * walk @ moved + (1 - DAMPING) * restart
        if np.abs(moved - before).sum() < 1e-12:
            break
    return moved / m


PAGERANK = Method("pagerank", pagerank_strengths, needs_even_schedule=True)
