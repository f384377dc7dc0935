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


def win_shares(tally: Tally, order: Sequence[str]) -> pd.DataFrame:
    """Share of the comparisons of row and column that the row won; a tie is half a win."""
    return _ordered(tally, tally.wins, tally.pair_counts, order)


def order_flips(tally: Tally, order: Sequence[str]) -> pd.DataFrame:
    """How much the verdict on two candidates hangs on the order of hearing, symmetric.

    0 where the same one won in both orders, 1 where whoever was heard first (or second) won both
    times; shares between where an order was judged repeatedly or tied. Missing where only one order
    was judged.
    """
    comparisons, won = tally.comparisons, tally.first_wins
    both = (comparisons > 0) & (comparisons.T > 0)
    share = np.divide(won, comparisons, out=np.zeros_like(won), where=both)
    flipped = share * share.T + (1 - share) * (1 - share.T)
    return _ordered(tally, flipped, both.astype(float), order, divide=False)


def _ordered(
    tally: Tally,
    above: np.ndarray,
    pair_counts: np.ndarray,
    order: Sequence[str],
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
    at = tally.candidates.get_indexer(order)
    return pd.DataFrame(filled[np.ix_(at, at)], index=list(order), columns=list(order))


def upsets(tally: Tally, score: np.ndarray) -> pd.DataFrame:
    """Return every upset, the widest and clearest first.

    Parameters
    ----------
    score : float array, shape (n,)
        Results in the order of the tally; may be missing.

    Returns
    -------
    table with ``winner``, ``loser``, ``won``, ``comparisons``, ``gap``
    """
    wins, pair_counts = tally.wins, tally.pair_counts
    gap = score[np.newaxis, :] - score[:, np.newaxis]
    winner, loser = np.nonzero((wins > wins.T) & (gap > 0))
    table = pd.DataFrame(
        {
            "winner": tally.candidates[winner],
            "loser": tally.candidates[loser],
            "won": wins[winner, loser],
            "comparisons": pair_counts[winner, loser].astype(int),
            "gap": gap[winner, loser],
        }
    )
    clear = table.assign(share=table["won"] / table["comparisons"])
    order = clear.sort_values(
        ["gap", "share", "comparisons", "winner", "loser"],
        ascending=[False, False, False, True, True],
    )
    return table.loc[order.index].reset_index(drop=True)
