"""Tournaments simulated by the Bradley-Terry model."""

import numpy as np


def random_wins(n: int, seed: int, comparisons: int = 6, spread: float = 0.7) -> np.ndarray:
    """Return the wins (n, n) of a round robin simulated by the Bradley-Terry model."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, spread, n)
    probability = 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))
    upper = np.triu(rng.binomial(comparisons, probability), 1)
    return (upper + np.tril(comparisons - upper.T, -1)).astype(float)
