"""Who beat whom, and who won by being heard first: square tables in a given order.

Conventions
-----------
Row and column labels are candidate ids in the order asked for. [i, j] speaks of i against j, and is
missing where the two never met.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally


def win_shares(counted: Tally, order: Sequence[str]) -> pd.DataFrame:
    """Share of the comparisons of row and column that the row won; a tie is half a win."""
    return _ordered(counted, counted.wins, counted.met, order)


def order_flips(counted: Tally, order: Sequence[str]) -> pd.DataFrame:
    """How much the verdict on two candidates hangs on the order of hearing, symmetric.

    0 where the same one won in both orders, 1 where whoever was heard first (or second) won both
    times; shares between where an order was judged repeatedly or tied. Missing where only one order
    was judged.
    """
    games, won = counted.games, counted.first_wins
    both = (games > 0) & (games.T > 0)
    share = np.divide(won, games, out=np.zeros_like(won), where=both)
    flipped = share * share.T + (1 - share) * (1 - share.T)
    return _ordered(counted, flipped, both.astype(float), order, divide=False)


def _ordered(
    counted: Tally,
    above: np.ndarray,
    met: np.ndarray,
    order: Sequence[str],
    *,
    divide: bool = True,
) -> pd.DataFrame:
    filled = np.full(met.shape, np.nan)
    np.divide(above, met if divide else np.ones_like(met), out=filled, where=met > 0)
    at = counted.candidates.get_indexer(order)
    return pd.DataFrame(filled[np.ix_(at, at)], index=list(order), columns=list(order))


def upsets(counted: Tally, score: np.ndarray) -> pd.DataFrame:
    """Return every upset, the widest and clearest first.

    Parameters
    ----------
    score : float array, shape (n,)
        Results in the order of the tally; may be missing.

    Returns
    -------
    table with ``winner``, ``loser``, ``won``, ``games``, ``gap``
    """
    wins, met = counted.wins, counted.met
    gap = score[np.newaxis, :] - score[:, np.newaxis]
    winner, loser = np.nonzero((wins > wins.T) & (gap > 0))
    table = pd.DataFrame(
        {
            "winner": counted.candidates[winner],
            "loser": counted.candidates[loser],
            "won": wins[winner, loser],
            "games": met[winner, loser].astype(int),
            "gap": gap[winner, loser],
        }
    )
    clear = table.assign(share=table["won"] / table["games"])
    order = clear.sort_values(
        ["gap", "share", "games", "winner", "loser"], ascending=[False, False, False, True, True]
    )
    return table.loc[order.index].reset_index(drop=True)
