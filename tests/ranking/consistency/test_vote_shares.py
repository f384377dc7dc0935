"""Shares of votes won in each window of a recital."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.consistency.vote_shares import (
    WINDOW_MINUTES,
    best_and_worst_windows,
    vote_shares_by_group_and_window,
    vote_shares_by_window,
)
from ranking.errors import TableError
from ranking.tables import VOTES

ROWS = [
    ("a", "b", 0, 0, 0.9),
    ("a", "b", 1, 1, 0.2),
    ("b", "a", 0, 0, 0.3),
    ("b", "c", 0, 0, 0.5),
]


def table(rows):
    return pd.DataFrame(rows, columns=list(VOTES))


def test_shares_by_hand():
    shares = vote_shares_by_window(table(ROWS)).set_index(["candidate", "window"])
    assert shares.loc[("a", 0), "votes"] == 2
    assert shares.loc[("a", 0), "share"] == 1
    assert shares.loc[("a", 0), "p"] == pytest.approx(0.8)
    assert shares.loc[("a", 1), "share"] == 0
    assert shares.loc[("b", 0), "share"] == pytest.approx(0.5 / 3)
    assert shares.loc[("c", 0), "share"] == 0.5
    assert shares.loc[("b", 1), "minute"] == 5


def test_where_all_windows_are_compared_a_vote_is_on_one_window_of_each():
    """Three windows of one, two of the other: nothing begins after minute ten."""
    rows = [("a", "b", i, j, (i + 1) / 4) for i in range(3) for j in range(2)]
    shares = vote_shares_by_window(table(rows)).set_index(["candidate", "window"])
    assert shares.loc["a", "minute"].tolist() == [0, 5, 10]
    assert shares.loc["a", "share"].tolist() == [0, 0.5, 1]
    assert shares.loc["a", "votes"].tolist() == [2, 2, 2]
    assert shares.loc["b", "minute"].tolist() == [0, 5]
    assert shares.loc["b", "votes"].tolist() == [3, 3]


def test_best_and_worst_leave_out_candidates_of_one_window():
    windows = vote_shares_by_window(table(ROWS))
    named = best_and_worst_windows(windows)
    assert named.loc["a"].to_dict() == {"best": 0, "worst": 1}
    assert named.loc["b"].to_dict() == {"best": 1, "worst": 0}
    assert "c" not in named.index


def test_groups_are_means_of_candidates():
    windows = vote_shares_by_window(table(ROWS))
    groups = vote_shares_by_group_and_window(
        windows, pd.Series({"a": "final", "b": "final", "c": "first"})
    )
    at = groups.set_index(["group", "window"])
    assert at.loc[("final", 0), "share"] == pytest.approx((1 + 0.5 / 3) / 2)
    assert at.loc[("final", 0), "candidates"] == 2
    assert at.loc[("first", 0), "share"] == 0.5


@pytest.mark.slow
@given(st.integers(0, 10_000))
def test_every_vote_is_one_win_for_the_two_of_it(seed):
    rng = np.random.default_rng(seed)
    rows = [
        (*rng.permutation(list("abcd"))[:2], *rng.integers(3, size=2), rng.random())
        for _ in range(20)
    ]
    windows = vote_shares_by_window(table(rows))
    assert windows["votes"].sum() == 40
    assert (windows["share"] * windows["votes"]).sum() == pytest.approx(20)
    assert (windows["p"] * windows["votes"]).sum() == pytest.approx(20)


def test_a_window_is_as_long_as_recordings_are_cut():
    from ranking.audio.lengths import WINDOW_SECONDS

    assert WINDOW_SECONDS == 60 * WINDOW_MINUTES


def test_no_votes_are_refused():
    with pytest.raises(TableError, match="no rows"):
        vote_shares_by_window(table([]))
