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
    return read_comparisons(path, CANDIDATES)


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
    with pytest.raises(ComparisonsError, match="line 3: X, anna, bo: compared on line 2 already"):
        read(tmp_path, "X,anna,bo,anna", "X,anna,bo,bo", header=header)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["anna,bo,anna", "anna,bo,bo"], "line 3: anna, bo: compared on line 2 already"),
        (["anna,anna,anna"], "line 2: 'anna' is compared with itself"),
        (["anna,bo,bo", "anna,boo,anna"], "line 3: 'second' is 'boo', who is not a candidate"),
        (["kate-lui,bo,bo"], "did you mean 'kate-liu'?"),
        (["anna,bo,kate-liu"], "line 2: the winner 'kate-liu' is not one of the pair 'anna'"),
        (["anna,bo,"], "line 2: the winner '' is not one of the pair"),
        (["anna,,anna"], "line 2: 'second' is '', who is not"),
        (["anna,bo,draw"], "write one of the two, or 'tie'"),
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


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(TableError, match="line 1: no column 'winner'"):
        read(tmp_path, "anna,bo", header="first,second")


def test_both_orders_of_a_pair_are_two_comparisons(tmp_path):
    assert len(read(tmp_path, "anna,bo,anna", "bo,anna,bo")) == 2
