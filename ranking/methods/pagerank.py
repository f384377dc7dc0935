"""PageRank."""

import numpy as np

DAMPING = 0.85  # of PageRank


def pagerank(wins: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Stationary probabilities of a walk from losers to winners, as networkx defines it.

    A candidate of weight 2 counts as two, and gets the probability of each.
    """
    n = len(wins)
    m = np.ones(n) if weights is None else weights
    start = m / m.sum()
    votes = wins * m[:, np.newaxis]
    losses = votes.sum(axis=0)
    walk = np.divide(votes, losses, out=np.tile(start[:, np.newaxis], n), where=losses > 0)
    moved = start
    for _ in range(1000):
        rank, moved = moved, DAMPING * walk @ moved + (1 - DAMPING) * start
        if np.abs(moved - rank).sum() < 1e-12:
            break
    return moved / m
