"""Comparisons from a file: each fault by its line, each outcome as it was."""

import pandas as pd
import pytest

from ranking.comparisons.reading import read_comparisons
from ranking.errors import ComparisonsError, TableError
from ranking.tables import COMPARISONS, TIE

CANDIDATES = pd.Index(["anna", "bo", "Zoë Łęcka", "kate-liu"])


def read(folder, *lines, header="first,second,winner"):
    path = folder / "my.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_comparisons(path, CANDIDATES).table


def test_comparisons_are_read_with_their_ties(tmp_path):
    table = read(tmp_path, "anna,bo,anna", "bo,anna,TIE", "Zoë Łęcka,bo,bo")
    assert tuple(table.columns) == COMPARISONS
    assert table["winner"].tolist() == ["anna", TIE, "bo"]
    assert table[["votes", "windows"]].to_numpy().tolist() == [[1, 1]] * 3


def test_votes_and_windows_are_read(tmp_path):
    header = "first,second,winner,votes,windows"
    table = read(tmp_path, "anna,bo,anna,4,6", header=header)
    assert table[["votes", "windows"]].to_numpy().tolist() == [[4, 6]]


def test_jurors_may_compare_the_same_pair(tmp_path):
    header = "juror,first,second,winner"
    table = read(tmp_path, "X,anna,bo,anna", "Y,anna,bo,bo", header=header)
    assert table["juror"].tolist() == ["X", "Y"]
    table = read(tmp_path, "X,anna,bo,anna", "X,anna,bo,bo", header=header)
    assert table["winner"].tolist() == ["anna", "bo"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["anna,anna,anna"], "line 2: 'anna' is compared with itself"),
        (["anna,bo,bo", "anna,boo,anna"], "line 3: 'second' is 'boo', who is not a candidate"),
        (["kate-lui,bo,bo"], "did you mean 'kate-liu'?"),
        (["anna,bo,kate-liu"], "line 2: the winner 'kate-liu' is not one of the pair 'anna'"),
        (["anna,bo,"], "my.csv: nobody was compared; row left out: 1 without a result"),
        (["anna,,anna"], "line 2: 'second' is '', who is not"),
        (["anna,bo,darw"], "write one of the two, or 'tie'"),
        (["anna,bo,\x1b[31mx"], r"the winner '\x1b[31mx' is not one of the pair"),
    ],
)
def test_faults_are_named_with_line_value_and_remedy(tmp_path, lines, words):
    with pytest.raises(ComparisonsError) as caught:
        read(tmp_path, *lines)
    assert words in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("votes", "windows"), [("7", "6"), ("-1", "6"), ("1.5", "6"), ("0", "0"), ("", "6")]
)
def test_votes_are_whole_and_at_most_the_windows(tmp_path, votes, windows):
    header = "first,second,winner,votes,windows"
    with pytest.raises(ComparisonsError, match=r"line 2: '(votes|windows)' is"):
        read(tmp_path, f"anna,bo,anna,{votes},{windows}", header=header)


def test_clusters_counts_and_weights_are_read(tmp_path):
    header = "match,count,rater,first,second,winner,weight"
    lines = ["1,9,R,anna,bo,anna,2.5", "1,2,R,anna,bo,bo,1e-3", "2,1,R,anna,bo,bo,1.23456789"]
    table = read(tmp_path, *lines, header=header)
    assert tuple(table.columns) == (*COMPARISONS, "rater", "match", "count", "weight")
    assert table["match"].tolist() == ["1", "1", "2"]
    assert table["count"].tolist() == [9, 2, 1]
    assert table["weight"].tolist() == [2.5, 0.001, 1.23457]  # as a run's files keep it


@pytest.mark.parametrize(
    ("column", "value", "remedy"),
    [
        ("count", "0", "whole number"),
        ("count", "1.5", "whole number"),
        ("count", "", "whole number"),
        ("count", "-3", "whole number"),
        ("count", "9223372036854775808", "up to 1,000,000,000"),
        ("weight", "0", "positive number"),
        ("weight", "-1", "positive number"),
        ("weight", "", "positive number"),
    ],
)
def test_faulty_counts_and_weights_are_named_with_line_and_remedy(tmp_path, column, value, remedy):
    with pytest.raises(ComparisonsError, match=f"line 3: '{column}' is '{value}'") as caught:
        read(
            tmp_path, "anna,bo,bo,1", f"bo,anna,bo,{value}", header=f"first,second,winner,{column}"
        )
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("column", ["juror", "rater", "session", "match"])
def test_a_cluster_without_a_name_is_refused(tmp_path, column):
    with pytest.raises(ComparisonsError, match=f"line 2: '{column}' is empty; name the {column}"):
        read(tmp_path, ",anna,bo,bo", header=f"{column},first,second,winner")


def test_an_outcome_with_a_count_may_not_come_twice(tmp_path):
    with pytest.raises(ComparisonsError, match="line 3: anna, bo, anna: compared on line 2"):
        read(tmp_path, "anna,bo,anna,2", "anna,bo,anna,1", header="first,second,winner,count")


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(TableError, match="line 1: no column 'winner'"):
        read(tmp_path, "anna,bo", header="first,second")


def test_both_orders_of_a_pair_are_two_comparisons(tmp_path):
    assert len(read(tmp_path, "anna,bo,anna", "bo,anna,bo")) == 2
