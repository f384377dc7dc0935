"""Columns under their own names, and those that were not used."""

import pytest

from ranking.errors import TableError
from ranking.files.columns import column_map, rename_columns, unused_columns
from ranking.files.table_reader import read_csv


def test_columns_are_renamed_and_give_way(tmp_path):
    """A column that has the program's name, but is not the one that is meant, is left out."""
    path = tmp_path / "mine.csv"
    path.write_text("winner,Model_A,b,best\nx,a,b,a\n")
    called = {"first": "model_a", "second": "B", "winner": "best"}
    rows = rename_columns(read_csv(path, ()), called).rows
    assert rows.iloc[0].to_dict() == {"first": "a", "second": "b", "winner": "a"}


def test_a_column_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("model_a,winner\na,a\n")
    with pytest.raises(TableError, match="no column 'modell_a', which is to be 'first'"):
        rename_columns(read_csv(path, ()), {"first": "modell_a"})


def test_columns_that_were_not_used_are_named():
    assert unused_columns(["first", "venue", ""], ["first"]) == "; column not used: venue"
    assert unused_columns(["a\x1b", "b"], []) == "; columns not used: a\\x1b, b"
    assert unused_columns(["first"], ["first", "second"]) == ""


def test_a_map_of_columns_is_read_from_text():
    known = ("first", "second", "winner")
    assert column_map("first=Model A, second = b,", known) == {"first": "Model A", "second": "b"}
    for text, words in (
        ("first", "'first' is not NAME=COLUMN"),
        ("first=", "'first=' is not NAME=COLUMN"),
        ("frist=a", "'frist' is no column that is read"),
        ("first=a,first=b", "'first' is there twice"),
    ):
        with pytest.raises(TableError, match=words):
            column_map(text, known)
