"""Upsets: pairs whose majority went to the one who got less far."""

import numpy as np
import pandas as pd

from ranking.comparisons.tally import Tally

MOST = 24
"""Upsets that a figure shows."""
MOST_EACH = 5
"""Upsets of one candidate that a figure shows, as winner and as loser."""


def find_upsets(tally: Tally, score: np.ndarray) -> pd.DataFrame:
    """Return every upset: a pair whose majority went to the one of lower score.

    Parameters
    ----------
    tally : counted comparisons of n candidates
    score : float array, shape (n,)
        Results in the order of the tally; may be missing.

    Returns
    -------
    table, the largest difference of scores and the clearest majority first
        ``winner`` and ``loser`` of the pair; ``won`` comparisons that the winner won;
        ``comparisons`` of the two; ``gap`` score of the loser less that of the winner.
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
    majority = table.assign(share=table["won"] / table["comparisons"])
    order = majority.sort_values(
        ["gap", "share", "comparisons", "winner", "loser"],
        ascending=[False, False, False, True, True],
    )
    return table.loc[order.index].reset_index(drop=True)


def widest_upsets(
    upsets: pd.DataFrame, most: int = MOST, most_each: int = MOST_EACH
) -> pd.DataFrame:
    """Return the first upsets of a table of :func:`find_upsets`, as a figure can show them.

    Parameters
    ----------
    upsets : table of :func:`find_upsets`
    most : rows, at most
    most_each
        Rows in which the same candidate won, at most, and in which the same lost: one who was
        beaten by everybody would be all that is seen.
    """
    won, lost = (upsets.groupby(column).cumcount() for column in ("winner", "loser"))
    return upsets[(won < most_each) & (lost < most_each)].head(most).reset_index(drop=True)


def upset_columns(
    upsets: pd.DataFrame, score: pd.Series, rank: pd.Series
) -> tuple[list[str], list[str]]:
    """Return the winners and the losers of a table of upsets, as two columns from the top.

    Losers are ordered by result, then by rank; winners by the middle of those they beat, so that
    few arrows cross, then by rank.

    Parameters
    ----------
    upsets : table of :func:`find_upsets`
    score : results by id
    rank : ranks by id
    """
    losers = sorted(upsets["loser"].unique(), key=lambda one: (-score[one], rank[one], one))
    height = upsets["loser"].map({one: at for at, one in enumerate(losers)})
    middle = height.groupby(upsets["winner"]).mean()
    return sorted(middle.index, key=lambda one: (middle[one], rank[one], one)), losers
