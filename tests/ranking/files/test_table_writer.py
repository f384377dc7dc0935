"""Writes are atomic, and spreadsheets and terminals can open what is written."""

import os
import stat

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import RunError
from ranking.files.atomic import safe_file_name, write_bytes, write_text
from ranking.files.table_writer import to_csv
from ranking.files.text import escape_field, unescape_field

AWKWARD = st.text(st.sampled_from("a'=＝\\u{}51bx\x1b\n\u202e\udce9 \u3000"), max_size=12)


@pytest.mark.parametrize(
    "formula", ['=HYPERLINK("x")', "+1+1", "-2+3", "@SUM(A1)", "＝1", "＋1", "－1"]
)
def test_formulas_are_disarmed(formula):
    line = to_csv(pd.DataFrame({"name": [formula]})).splitlines()[1]
    assert line.strip('"').startswith("'")


def test_numbers_are_not_taken_for_formulas_and_missing_ones_are_empty():
    table = pd.DataFrame({"a": [-1.0, float("nan")], "b": [-3, 4], "c": ["x", None]})
    assert to_csv(table) == "a,b,c\n-1,-3,x\n,4,\n"


def test_control_characters_are_escaped():
    text = to_csv(pd.DataFrame({"name": ["\x1b[31mred\x07", "a\u202eb", "two\nlines"]}))
    assert text == "name\n\\u{1b}[31mred\\u{7}\na\\u{202e}b\ntwo\\u{a}lines\n"


@given(text=st.text() | AWKWARD)
def test_what_is_written_as_a_field_is_read_back(text):
    text = text.replace("\0", "")
    field = escape_field(text)
    assert unescape_field(field.strip()) == text
    field.encode()


def test_a_backslash_of_a_user_s_own_is_no_escape():
    for own in (r"C:\new\u1b", r"\x1b", r"AC\DC", r"\u{g}", r"\u{0}"):
        assert unescape_field(own) == own == escape_field(own)


def test_the_table_itself_is_left_as_it_was():
    table = pd.DataFrame({"name": ["=1"]})
    to_csv(table)
    assert table["name"][0] == "=1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("icpc2015", "icpc2015"),
        ("Żółć 2015", "Żółć-2015"),
        ("../../..", "run"),
        ("/etc/passwd", "etc-passwd"),
        ("C:\\x", "C-x"),
        (".hidden", "hidden"),
        ("", "run"),
        ("a\0b\nc", "a-b-c"),
        ("nul.txt", "nul.txt-"),
        ("\udce9t", "t"),
    ],
)
def test_a_text_becomes_the_name_of_one_file(text, name):
    assert safe_file_name(text, "run") == name


@given(text=st.text())
def test_no_text_leaves_its_folder(text, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    path = folder / safe_file_name(text * 40, "run")
    assert path.parent == folder
    assert path.name not in {"", ".", ".."}
    assert not path.name.startswith(".")
    assert len(path.name.encode()) <= 255


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_a_file_has_the_mode_that_the_umask_leaves(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_text("private\n", tmp_path / "out.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == mode


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
    with pytest.raises(RunError, match=r"out\.csv: the disk is full; make room, and give the"):
        write_bytes(b"new", path)
    assert path.read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_where_a_folder_should_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="choose another place"):
        write_text("x", tmp_path / "file" / "out.csv")
