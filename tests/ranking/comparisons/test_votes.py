"""Votes on windows become comparisons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.votes import read_votes, votes_to_comparisons
from ranking.deprecation import RenamedWarning
from ranking.errors import ComparisonsError, TableError
from ranking.tables import COMPARISONS, TIE, VOTES


def votes(*p_first):
    windows = range(len(p_first))
    values = ("a", "b", windows, windows, p_first)
    return pd.DataFrame(dict(zip(VOTES, values, strict=True)))


@pytest.mark.parametrize(
    ("p_first", "majority", "mean"),
    [
        ((0.9, 0.4, 0.4), ("b", 2), ("a", 1)),
        ((0.6, 0.6, 0.1), ("a", 2), ("b", 1)),
        ((0.9, 0.2), ("a", 1), ("a", 1)),  # even: the larger mean decides
        ((0.1, 0.8), ("b", 1), ("b", 1)),
        ((0.7, 0.3), (TIE, 1), (TIE, 1)),
        ((0.5, 0.5), (TIE, 0), (TIE, 0)),
        ((0.5, 0.6), ("a", 1), ("a", 1)),
    ],
)
def test_winners_by_hand(p_first, majority, mean):
    for rule, expected in (("majority", majority), ("mean", mean)):
        table = votes_to_comparisons(votes(*p_first), rule)
        assert tuple(table.columns) == COMPARISONS
        row = table.iloc[0]
        assert (row["winner"], row["votes"]) == expected
        assert row["windows"] == len(p_first)


@pytest.mark.slow
@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), min_size=1, max_size=9))
def test_swapping_the_two_swaps_the_winner(p_first):
    for rule in ("majority", "mean"):
        straight = votes_to_comparisons(votes(*p_first), rule).iloc[0]
        swapped = votes_to_comparisons(votes(*(1 - p for p in p_first)), rule).iloc[0]
        assert {"a": "b", "b": "a", TIE: TIE}[straight["winner"]] == swapped["winner"]
        assert straight["votes"] == swapped["votes"] or straight["winner"] == TIE


def test_the_two_orders_of_a_pair_are_two_comparisons():
    table = pd.concat([votes(0.9), votes(0.2).assign(first="b", second="a")])
    assert votes_to_comparisons(table)["winner"].tolist() == ["a", "a"]


def test_an_unknown_rule_is_a_programming_error():
    with pytest.raises(ValueError, match="no rule 'loudest': choose majority, mean"):
        votes_to_comparisons(votes(0.9), "loudest")


def read(folder, *rows, columns=VOTES):
    path = folder / "votes.csv"
    path.write_text("\n".join([",".join(columns), *rows]) + "\n")
    return read_votes(path, pd.Index(["a", "b"])).table


def test_votes_are_read(tmp_path):
    table = read(tmp_path, "a,b,0,2,0.25", "a,b,1,0,1")
    assert tuple(table) == VOTES
    assert table["p_first"].tolist() == [0.25, 1.0]
    assert table["first_window"].tolist() == [0, 1]
    assert table["second_window"].tolist() == [2, 0]
    assert table["first_window"].dtype == np.int64


@pytest.mark.parametrize("name", ["position", "window"])
def test_one_column_of_windows_is_read_as_the_number_of_both(tmp_path, name):
    with pytest.warns(RenamedWarning, match=f"{name}' is now 'first_window' and 'second_window'"):
        table = read(
            tmp_path, "a,b,3,0.25", "b,a,3,0.5", columns=("first", "second", name, "p_first")
        )
    assert tuple(table) == VOTES
    assert table[["first_window", "second_window"]].to_numpy().tolist() == [[3, 3], [3, 3]]


def test_a_file_with_one_of_the_two_columns_is_refused(tmp_path):
    with pytest.raises(TableError, match="no column 'second_window'"):
        read(tmp_path, "a,b,3,0.25", columns=("first", "second", "first_window", "p_first"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,b,1,1,1.2", "line 3: 'p_first' is '1.2'; give a probability from 0 to 1"),
        ("a,b,1,1,", "line 3: 'p_first' is ''"),
        ("a,b,-1,1,0.5", "line 3: 'first_window' is '-1'; count from 0"),
        ("a,b,1,0.5,0.5", "line 3: 'second_window' is '0.5'"),
        ("a,b,0,1,0.5", "line 3: a second vote on window 0 of 'a' and window 1 of 'b'"),
        ("a,c,1,1,0.5", "line 3: 'second' is 'c', who is not a candidate"),
        ("a,a,1,1,0.5", "line 3: 'a' is compared with itself"),
    ],
)
def test_faulty_votes_are_named_with_their_line(tmp_path, row, words):
    with pytest.raises(ComparisonsError) as caught:
        read(tmp_path, "a,b,0,1,0.25", row)
    assert words in str(caught.value)
