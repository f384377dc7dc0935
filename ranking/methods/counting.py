"""Wins and win rate: counting, without a model."""

import numpy as np


def count_wins(wins: np.ndarray) -> np.ndarray:
    """Comparisons won."""
    return wins.sum(axis=1)


def win_rate(wins: np.ndarray) -> np.ndarray:
    """Share of comparisons won."""
    return wins.sum(axis=1) / (wins + wins.T).sum(axis=1)
