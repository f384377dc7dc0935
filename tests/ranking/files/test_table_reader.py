"""CSV files as people have them: read right, or refused with the line."""

import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ranking.errors import TableError
from ranking.files import sheets
from ranking.files.sheets import MAX_COLUMNS
from ranking.files.table_reader import read_csv
from ranking.files.table_writer import to_csv
from ranking.files.text import did_you_mean, escape_controls, read_text

PLAIN = "candidate,name,score\na,Zoë Łęcka,1.5\nb,Bo,2\n"


def write(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "in.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(folder: Path, text: str | bytes, encoding: str = "utf-8"):
    return read_csv(write(folder, text, encoding), ("candidate",))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN, "utf-8"),
        (PLAIN, "utf-8-sig"),
        (PLAIN, "utf-16"),  # with a byte-order mark
        ("\ufeff" + PLAIN, "utf-16-be"),
        ("\ufeff" + PLAIN, "utf-16-le"),
        (PLAIN, "utf-16-be"),  # without
        (PLAIN, "utf-16-le"),
        (PLAIN, "cp1250"),
        ("sep=;\r\n" + PLAIN.replace(",", ";"), "utf-8"),
        ("The Cup, Warsaw 2025\n\n" + PLAIN, "utf-8"),
        (PLAIN.replace("\nb", ",,\nb"), "utf-8"),
        (PLAIN.replace("\n", "\r\n"), "utf-8"),
        (PLAIN.replace("\n", "\r"), "utf-8"),
        (PLAIN.replace(",", ";"), "utf-8"),
        (PLAIN.replace(",", "\t"), "utf-8"),
        (PLAIN.replace(",", ";").replace("1.5", "1,5"), "utf-8"),
        (PLAIN.replace(",", "\t").replace("1.5", "1,5"), "utf-8"),
        (PLAIN.replace("\n", "\n\n"), "utf-8"),
        ("\n\n" + PLAIN, "utf-8"),
        (PLAIN.replace("b,", " , , \nb,"), "utf-8"),
        (PLAIN.replace(",", " , "), "utf-8"),
        (PLAIN.replace("candidate,name", "Candidate,NAME"), "utf-8"),
        (PLAIN.replace("Zoë Łęcka", '"Zoë Łęcka"'), "utf-8"),
        (PLAIN.rstrip("\n"), "utf-8"),
        (unicodedata.normalize("NFD", PLAIN), "utf-8"),
    ],
)
def test_one_table_in_many_forms(tmp_path, text, encoding):
    file = read(tmp_path, text, encoding)
    assert file.rows[["candidate", "name"]].to_numpy().tolist() == [["a", "Zoë Łęcka"], ["b", "Bo"]]
    assert file.numbers("score").tolist() == [1.5, 2.0]


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_breaks(tmp_path):
    file = read(tmp_path, 'candidate,name\na,"one, ""two""\nthree"\nb,x\n')
    assert file.rows["name"].tolist() == ['one, "two"\nthree', "x"]
    assert file.lines.tolist() == [3, 4]


def test_a_delimiter_in_a_quoted_header_does_not_decide(tmp_path):
    assert read(tmp_path, 'candidate;"a,b,c"\nx;y\n').rows["a,b,c"].tolist() == ["y"]


def test_an_apostrophe_before_a_formula_is_undone_and_others_stay(tmp_path):
    rows = read(tmp_path, "candidate,name\n'=a,'tHooft\n'-b,O'Neill\n").rows
    assert rows.to_numpy().tolist() == [["=a", "'tHooft"], ["-b", "O'Neill"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "in.csv: the file is empty; its first line must be candidate"),
        (b" \n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b",,\n", "the file is empty"),
        (b"candidate,name\n", "there is a header, but no row below it"),
        (b"candidate,name\na\n", "line 2: the header has 2 fields, this line has 1"),
        (b"candidate\na\n\nb,c\n", "line 4: the header has 1 fields, this line has 2"),
        (b"candidate,name,name\na,b,c\n", "line 1: there are two columns 'name'"),
        (b"candidat,name\na,b\n", "line 1: no column 'candidate' (did you mean 'candidat'?)"),
        (b'candidate,name\na,"b\n', "line 2: this is no row of a CSV file"),
        (b'candidate,name\na,"b"c\n', "line 2: this is no row of a CSV file"),
        ("candidate\nb\nПетров\n".encode("cp1251"), "line 3: byte 0xcf is not UTF-8"),
        ("candidate\nb\n王小明\n".encode("gbk"), "line 3: byte 0xcd is not UTF-8"),
        ("candidate\nŁęcka,Dvořák\nb\n".encode() + b"\xb3", "line 4: byte 0xb3 is not UTF-8"),
        (b"candidate\nb\x00\x01c\n", "line 2: it holds a zero byte"),
        (b"\xff\xfec\x00a", "line 1: byte 0x61 is not UTF-16"),
        (b"\n\nname\na\n", "line 3: no column 'candidate'"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "this is a PNG picture"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, content, words):
    with pytest.raises(TableError) as caught:
        read(tmp_path, content)
    assert words in str(caught.value)
    assert "in.csv" in caught.value.where
    assert caught.value.remedy


def test_a_missing_file_a_folder_and_a_locked_file_have_errors_of_their_own(tmp_path, monkeypatch):
    with pytest.raises(TableError, match="there is no such file"):
        read_text(tmp_path / "none.csv")
    with pytest.raises(TableError, match="this is a folder"):
        read_text(tmp_path)

    def locked(self, _mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(TableError, match="no permission to read it; change its permissions"):
        read_text(tmp_path / "locked.csv")


@pytest.mark.slow
def test_one_bad_row_in_a_million_is_found_by_its_line(tmp_path):
    lines = np.char.add("c", np.arange(1_000_000).astype(str)).tolist()
    lines[765_430] += ",surplus"
    with pytest.raises(TableError, match="line 765432: the header has 1 fields, this line has 2"):
        read(tmp_path, "candidate\n" + "\n".join(lines))


def test_numbers_must_be_finite_and_name_their_line(tmp_path):
    for text in ("one", "inf", "-inf", "1e999", "1.5.2", "0x10", "1 000"):
        file = read(tmp_path, f"candidate,score\na,1\nb,{text}\n")
        with pytest.raises(TableError, match="line 3: 'score' is "):
            file.numbers("score")
    assert np.isnan(read(tmp_path, "candidate,score\na,\n").numbers("score")[0])


def test_a_quoted_decimal_comma_is_read_unless_it_may_mean_thousands(tmp_path):
    file = read(tmp_path, 'candidate,score\na,"18,5"\nb,"-0,25"\nc,7\n')
    assert file.numbers("score").tolist() == [18.5, -0.25, 7]
    with pytest.raises(TableError, match="line 2: 'score' is '1,250', which is not a number"):
        read(tmp_path, 'candidate,score\na,"1,250"\n').numbers("score")


def test_flags_are_yes_or_no(tmp_path):
    file = read(tmp_path, "candidate,exempt\na,yes\nb,No\nc,TRUE\nd,0\ne,\n")
    assert file.flags("exempt").tolist() == [True, False, True, False, False]
    with pytest.raises(TableError, match="line 2: 'exempt' is 'maybe'; write yes or no"):
        read(tmp_path, "candidate,exempt\na,maybe\n").flags("exempt")


@pytest.mark.parametrize(
    "nasty", ["\x1b[31m", "\x07", "\u202e", "\x9b", "\u2066", "a\nb", "\u2028"]
)
def test_text_that_steers_a_terminal_is_escaped(nasty):
    shown = escape_controls(nasty)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in shown)
    assert escape_controls("Zoë 🎹 [red]") == "Zoë 🎹 [red]"


def test_the_most_similar_known_word_is_suggested():
    assert did_you_mean("szymon-nehrign", ["szymon-nehring", "kate-liu"]) == (
        " (did you mean 'szymon-nehring'?)"
    )
    assert did_you_mean("xyz", ["szymon-nehring"]) == ""


@pytest.mark.slow
@settings(max_examples=150)
@example(rows=[("'=a", "''-b", 1), ("'c", "=d", 2)])
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1),
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp", "Zs"))),
            st.integers(-(10**5), 10**5),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_is_read_again(tmp_path_factory, rows):
    table = pd.DataFrame(rows, columns=["candidate", "name", "score"])
    for column in ("candidate", "name"):
        composed = [unicodedata.normalize("NFC", text) for text in table[column]]
        table[column] = composed
    path = write(tmp_path_factory.mktemp("round"), to_csv(table))
    file = read_csv(path, ("candidate", "name", "score"))
    assert (
        file.rows[["candidate", "name"]].to_numpy().tolist()
        == table[["candidate", "name"]].to_numpy().tolist()
    )
    assert file.numbers("score").tolist() == table["score"].tolist()


def test_a_table_is_no_wider_than_a_spreadsheet(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("candidate" + ",x" * MAX_COLUMNS + "\n")
    with pytest.raises(TableError, match=r"wide.csv, line 1: 16,385 fields; a table has at most"):
        read_csv(path, ("candidate",))


@pytest.mark.parametrize("ending", ["\n", "\r"])
def test_a_line_without_end_is_refused_before_it_is_taken_apart(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(sheets, "LONGEST_LINE", 1000)
    path = tmp_path / "long.csv"
    path.write_text(f"candidate{ending}" + f"anna{ending}" * 999, newline="")
    assert len(read_csv(path, ("candidate",)).rows) == 999
    path.write_text(f"candidate{ending}" + f"anna{ending}" * 999 + "x" * 1001, newline="")
    with pytest.raises(TableError, match=r"a line is longer than 1,000 characters"):
        read_csv(path, ("candidate",))
