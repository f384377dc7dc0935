"""Who beat whom, and whether the order of the pair decided: square tables.

Conventions
-----------
Row and column labels are candidate ids in the order asked for. [i, j] is about i compared with j,
and is missing where the two were not compared.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally


def win_share_matrix(tally: Tally, candidate_order: Sequence[str]) -> pd.DataFrame:
    """Return the share of comparisons of row and column that the row won; a tie is half a win.

    Parameters
    ----------
    tally : counted comparisons
    candidate_order : ids of the rows and columns
    """
    return _ordered(tally, tally.wins, tally.pair_counts, candidate_order)


def order_flip_share_matrix(tally: Tally, candidate_order: Sequence[str]) -> pd.DataFrame:
    """Return how often the outcome of a pair changes when its order is reversed, symmetric.

    0 where the same candidate won in both orders, 1 where the first (or the second) won both times;
    between the two where an order was compared repeatedly or tied. Missing where the two were
    compared in one order only.

    Parameters
    ----------
    tally : counted comparisons
    candidate_order : ids of the rows and columns
    """
    comparisons, won = tally.comparisons, tally.first_wins
    both = (comparisons > 0) & (comparisons.T > 0)
    share = np.divide(won, comparisons, out=np.zeros_like(won), where=both)
    flipped = share * share.T + (1 - share) * (1 - share.T)
    return _ordered(tally, flipped, both.astype(float), candidate_order, divide=False)


def _ordered(
    tally: Tally,
    above: np.ndarray,
    pair_counts: np.ndarray,
    candidate_order: Sequence[str],
    *,
    divide: bool = True,
) -> pd.DataFrame:
    filled = np.full(pair_counts.shape, np.nan)
    np.divide(
        above,
        pair_counts if divide else np.ones_like(pair_counts),
        out=filled,
        where=pair_counts > 0,
    )
    at = tally.candidates.get_indexer(candidate_order)
    return pd.DataFrame(
        filled[np.ix_(at, at)], index=list(candidate_order), columns=list(candidate_order)
    )
