"""Upsets: who beat someone that got further.

Conventions
-----------
*Beat* means by the majority of two candidates' comparisons. ``gap`` is by how much the loser's
score is the larger.
"""

import numpy as np
import pandas as pd

from ranking.tally import Tally


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
