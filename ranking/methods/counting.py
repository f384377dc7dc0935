"""Wins, and the share of comparisons won: counting, without a model.

Methods
-------
* :data:`WINS`: their number, as in the paper [1]_. Fair only where everyone plays equally often.
* :data:`WIN_RATE`: the share of one's comparisons won.

Each is its own strength. A tie is half a win.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 5.1.1.
"""

import numpy as np

from ranking.comparisons.tally import WinMatrix
from ranking.methods.method import Method, Start, Weights


def count_wins(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the comparisons won, each counted by the weight of the opponent."""
    return _weighted(wins.wins, weights).sum(axis=1)


def win_rates(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the share of comparisons won, each counted by the weight of the opponent."""
    return _weighted(wins.wins, weights).sum(axis=1) / _weighted(wins.pair_counts, weights).sum(
        axis=1
    )


def _weighted(counts: np.ndarray, weights: Weights) -> np.ndarray:
    return counts if weights is None else counts * weights


WINS = Method("wins", count_wins, misled_by_uneven_schedule=True, same_as="wins", form="g")
WIN_RATE = Method("win-rate", win_rates, same_as="win_rate", form=".3f")
