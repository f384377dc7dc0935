"""Wins, and the share of comparisons won: counting, without a model.

Methods
-------
* :data:`WINS`: number of comparisons won, as in the paper [1]_. Fair only where every candidate
  was compared equally often.
* :data:`WIN_RATE`: share of a candidate's comparisons that it won.

The number or share is the strength. A tie is half a win.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 5.1.1.
"""

import numpy as np

from ranking.comparisons.tally import WinMatrix
from ranking.methods.method import Method, Start, Weights


def count_wins(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the wins (n,) of each candidate, each counted by the weight of the other one."""
    return _weighted(wins.wins, weights).sum(axis=1)


def win_rates(wins: WinMatrix, weights: Weights = None, _start: Start = None) -> np.ndarray:
    """Return the share (n,) of comparisons won, each counted by the weight of the other one."""
    return _weighted(wins.wins, weights).sum(axis=1) / _weighted(wins.pair_counts, weights).sum(
        axis=1
    )


def _weighted(counts: np.ndarray, weights: Weights) -> np.ndarray:
    return counts if weights is None else counts * weights


WINS = Method(
    "wins",
    count_wins,
    needs_even_schedule=True,
    strength_column="wins",
    format_spec="g",
    sparse=True,
)
WIN_RATE = Method("win-rate", win_rates, strength_column="win_rate", format_spec=".3f", sparse=True)
