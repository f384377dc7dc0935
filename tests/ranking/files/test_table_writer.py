"""Writes are atomic, and spreadsheets and terminals can open what is written."""

import os

import pandas as pd
import pytest

from ranking.errors import RunError
from ranking.files.atomic import write_bytes, write_text
from ranking.files.table_writer import to_csv


@pytest.mark.parametrize("formula", ['=HYPERLINK("x")', "+1+1", "-2+3", "@SUM(A1)"])
def test_formulas_are_disarmed(formula):
    line = to_csv(pd.DataFrame({"name": [formula]})).splitlines()[1]
    assert line.strip('"').startswith("'")


def test_numbers_are_not_taken_for_formulas_and_missing_ones_are_empty():
    table = pd.DataFrame({"a": [-1.0, float("nan")], "b": [-3, 4], "c": ["x", None]})
    assert to_csv(table) == "a,b,c\n-1,-3,x\n,4,\n"


def test_control_characters_are_escaped():
    text = to_csv(pd.DataFrame({"name": ["\x1b[31mred\x07", "a\u202eb", "two\nlines"]}))
    assert text == "name\n\\x1b[31mred\\x07\na\\u202eb\ntwo\\nlines\n"


def test_the_table_itself_is_left_as_it_was():
    table = pd.DataFrame({"name": ["=1"]})
    to_csv(table)
    assert table["name"][0] == "=1"


def test_a_file_is_replaced_whole_with_its_folder_made(tmp_path):
    path = tmp_path / "a" / "b" / "out.csv"
    write_text("one\n", path)
    write_text("zwölf\n", path)
    assert path.read_bytes() == "zwölf\n".encode()
    assert [entry.name for entry in path.parent.iterdir()] == ["out.csv"]


def test_a_failure_leaves_the_old_file_and_nothing_half_written(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    write_text("old\n", path)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(RunError, match=r"cannot be written \(No space left on device\)"):
        write_bytes(b"new", path)
    assert path.read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_where_a_folder_should_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="choose another place"):
        write_text("x", tmp_path / "file" / "out.csv")
