"""Shares of votes that a candidate won in each window, over the length of a recital.

Conventions
-----------
A *window* is five minutes; those of a recording are counted from 0, so window i begins at minute
5 i. A candidate wins a vote if its probability is above one half; if it is exactly one half, each
of the two wins half a vote. The probability of the second of a pair is 1 − ``p_first``.
"""

import numpy as np
import pandas as pd

from ranking.tables import VOTES, check_table

WINDOW_MINUTES = 5


def vote_shares_by_window(votes: pd.DataFrame) -> pd.DataFrame:
    """Return the share of votes that each candidate won in each window of a VOTES table.

    Returns
    -------
    table, in order of candidate and window
        ``candidate``; ``window``; ``votes`` number of votes; ``share`` of them won; ``p`` mean
        probability that the candidate plays better; ``minute`` at which the window begins.

    Raises
    ------
    TableError
        If a column is missing or there are no votes.
    """
    check_table(votes, VOTES, "votes")
    cast = pd.concat(
        pd.DataFrame({"candidate": votes[place], "window": votes[f"{place}_window"], "p": p})
        for place, p in (("first", votes["p_first"]), ("second", 1 - votes["p_first"]))
    )
    cast["share"] = np.sign((cast["p"] - 0.5).where((cast["p"] - 0.5).abs() > 1e-12, 0)) / 2 + 0.5
    table = (
        cast.groupby(["candidate", "window"], sort=True)
        .agg(votes=("p", "size"), share=("share", "mean"), p=("p", "mean"))
        .reset_index()
    )
    return table.assign(minute=table["window"] * WINDOW_MINUTES)


def best_and_worst_windows(shares_by_window: pd.DataFrame) -> pd.DataFrame:
    """Return the ``best`` and ``worst`` window of each candidate, by id; by p where shares tie.

    Candidates with votes on one window only are left out.
    """
    ordered = shares_by_window.sort_values(["candidate", "share", "p", "window"])
    own = ordered.groupby("candidate")["window"]
    several = own.size() > 1
    return pd.DataFrame({"best": own.last(), "worst": own.first()})[several]


def vote_shares_by_group_and_window(
    shares_by_window: pd.DataFrame, group: pd.Series
) -> pd.DataFrame:
    """Return the mean share won of each group of candidates in each window.

    Parameters
    ----------
    shares_by_window : table of :func:`vote_shares_by_window`
    group : Series by candidate

    Returns
    -------
    table with ``group``, ``window``, ``minute``, ``candidates`` number of them, ``share`` mean
    """
    named = shares_by_window.assign(group=shares_by_window["candidate"].map(group))
    table = named.groupby(["group", "window", "minute"], sort=True)["share"]
    return table.agg(candidates="size", share="mean").reset_index()
