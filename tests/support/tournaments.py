"""Tournaments drawn by Bradley-Terry's own model."""

import numpy as np


def random_wins(n: int, seed: int, comparisons: int = 6, spread: float = 0.7) -> np.ndarray:
    """Wins of a round robin by Bradley-Terry's own model."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, spread, n)
    chance = 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))
    upper = np.triu(rng.binomial(comparisons, chance), 1)
    return (upper + np.tril(comparisons - upper.T, -1)).astype(float)
