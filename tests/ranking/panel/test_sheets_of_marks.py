"""Sheets of marks as people have them, by kind: each is read right, or refused with what it is.

The panel is one of four jurors and five candidates; whatever the file looks like, the marks are
those of :data:`MARKS`.
"""

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sheets import by_openpyxl, by_xlsxwriter, transposed, write_text

from ranking.errors import JudgeError
from ranking.files.names import Names
from ranking.panel.options import MarkOptions
from ranking.panel.reading import read_marks

ROSTER = Names(
    ["zoe", "lucja", "bo", "ewa", "dov"],
    ["Zoë Müller", "Łucja Krzyżowska", "Bo Li", "Ewa Lis", "Dov Adler"],
)
JURORS = ("J1", "J2", "María Núñez", "J4")
CELLS = {
    "Zoë Müller": (22.5, 21.0, 24.0, 19.5),
    "Łucja Krzyżowska": (20.0, "s", 18.5, 23.0),
    "Bo Li": (20.0, 19.0, 21.5, 22.0),
    "Ewa Lis": (24.5, 23.0, 20.5, 21.0),
    "Dov Adler": (18.0, 22.0, 19.0, "s"),
}
WIDE = [["Name", *JURORS], *([name, *marks] for name, marks in CELLS.items())]
LONG = [["juror", "candidate", "mark"]]
LONG += [[juror, row[0], row[at]] for row in WIDE[1:] for at, juror in enumerate(JURORS, 1)]
MARKS = pd.DataFrame(
    [
        (juror, own, None if row[at] == "s" else row[at], row[at] == "s")
        for own, row in zip(ROSTER.ids, WIDE[1:], strict=True)
        for at, juror in enumerate(JURORS, 1)
    ],
    columns=["juror", "candidate", "mark", "recused"],
)


def in_order(marks: pd.DataFrame) -> pd.DataFrame:
    return marks.sort_values(["juror", "candidate"]).reset_index(drop=True)


def without(name: str, text: str = "") -> list[list[object]]:
    """The wide sheet, a word of its header written otherwise."""
    return [[text if cell == name else cell for cell in WIDE[0]], *WIDE[1:]]


def shuffled(rows):
    rest = [*rows[1:]]
    random.Random(1).shuffle(rest)
    return [rows[0], *rest]


def with_around(total: str = "Total", average: str = "Average") -> list[list[object]]:
    """The wide sheet with titles, numbers, countries, totals and notes."""
    numbers = [
        [at, row[0], "PL", *row[1:], sum(mark for mark in row[1:] if mark != "s"), None, at]
        for at, row in enumerate(WIDE[1:], 1)
    ]
    return [
        ["The Cup, Warsaw 2025"],
        ["First stage"],
        [],
        ["No.", *WIDE[0][:1], "Country", *JURORS, total, "Średnia ocen", "Place"],
        *numbers,
        [None, average, None, 21, 21.25, 20.7, 21.375, 84.3, None, None],
        [],
        ["Chairman: N. N."],
    ]


Write = Callable[[Path], Path]


def csv(rows, encoding="utf-8", **form) -> Write:
    return lambda path: write_text(path.with_suffix(".csv"), rows, encoding, **form)


def raw(content: bytes, suffix: str = ".csv") -> Write:
    def write(path: Path) -> Path:
        path = path.with_suffix(suffix)
        path.write_bytes(content)
        return path

    return write


def xlsx(write=by_openpyxl, **sheets) -> Write:
    return lambda path: write(path.with_suffix(".xlsx"), **sheets)


def text(rows, delimiter=",") -> str:
    return "".join(
        delimiter.join("" if cell is None else str(cell) for cell in row) + "\r\n" for row in rows
    )


READ: dict[str, dict[str, tuple[Write, str]]] = {
    "a row per mark": {
        "comma": (csv(LONG), "4 jurors × 5 candidates, higher is better, 2 cells 's': recused"),
        "in any order": (csv(shuffled(LONG)), "higher is better"),
        "words of their own": (
            csv([["Judge", "Pianist", "Points"], *LONG[1:]]),
            "read 'judge' as juror, 'pianist' as candidate, 'points' as mark",
        ),
        "ids": (
            csv([LONG[0], *([j, ROSTER.meant(name)[0], m] for j, name, m in LONG[1:])]),
            "4 jurors",
        ),
        "title above": (csv([["Warsaw 2025", "", ""], *LONG]), "above it, not used: Warsaw 2025"),
        "further columns": (
            csv([[*row, "x"] for row in [LONG[0][:3], *LONG[1:]]]),
            "column not used: x",
        ),
        "Excel": (xlsx(Marks=LONG), "4 jurors"),
    },
    "a row per candidate": {
        "comma": (csv(WIDE), "a row per candidate ('Name'), a column per juror"),
        "semicolons, decimal commas": (csv(WIDE, delimiter=";", decimal_comma=True), "4 jurors"),
        "tabs": (csv(WIDE, delimiter="\t"), "4 jurors"),
        "first cell empty": (csv(without("Name")), "a row per candidate, a column per juror"),
        "names in two columns": (
            csv([["First name", "Surname", *JURORS], *([*r[0].split(), *r[1:]] for r in WIDE[1:])]),
            "a row per candidate ('First name Surname')",
        ),
        "Polish": (csv(without("Name", "Imię i nazwisko")), "('Imię i nazwisko')"),
    },
    "a row per juror": {
        "comma": (csv(transposed(WIDE)), "a row per juror ('Name'), a column per candidate"),
        "juror in the first cell": (csv(transposed(without("Name", "Juror"))), "('Juror')"),
        "semicolons": (csv(transposed(WIDE), delimiter=";", decimal_comma=True), "a row per juror"),
        "Excel": (xlsx(by_xlsxwriter, Marks=transposed(WIDE)), "a row per juror"),
    },
    "encodings": {
        "UTF-8 with a mark": (csv(WIDE, "utf-8-sig"), "4 jurors"),
        "UTF-16 with a mark": (csv(WIDE, "utf-16"), "4 jurors"),
        "UTF-16, little-endian": (csv(WIDE, "utf-16-le"), "4 jurors"),
        "UTF-16, big-endian": (csv(WIDE, "utf-16-be", delimiter="\t"), "4 jurors"),
        "sep= before UTF-8": (raw(b"sep=;\r\n" + text(WIDE, ";").encode()), "4 jurors"),
    },
    "Excel": {
        "openpyxl": (xlsx(Sheet1=WIDE), "4 jurors"),
        "xlsxwriter": (xlsx(by_xlsxwriter, Sheet1=WIDE), "4 jurors"),
        "a sheet of notes": (
            xlsx(Notes=[["written by", "N. N."]], Marks=WIDE),
            "sheet not used: 'Notes'",
        ),
        "a roster beside": (
            xlsx(
                Roster=[["candidate", "name", "seconds", "place"], ["zoe", "Zoë Müller", 1200, 1]],
                Marks=WIDE,
            ),
            "sheet not used: 'Roster'",
        ),
        "a hidden sheet": (
            xlsx(Marks=WIDE, Draft=WIDE, hidden=["Draft"]),
            "sheet not used: 'Draft' (hidden)",
        ),
        "titles, totals, notes": (
            xlsx(Stage_1=with_around()),
            "columns not used: 'No.', 'Country'",
        ),
        "sums never calculated": (
            xlsx(
                Marks=[
                    [*row, "Sum" if at == 0 else f"=SUM(B{at}:E{at})"]
                    for at, row in enumerate(WIDE)
                ]
            ),
            "column not used: 'Sum'",
        ),
        "decimal commas as text": (
            xlsx(Marks=[[str(c).replace(".", ",") for c in row] for row in WIDE]),
            "4 jurors",
        ),
    },
    "totals and titles": {
        "around": (csv(with_around()), "'Total', 'Średnia ocen', 'Place'"),
        "rows": (csv(with_around()), "rows not used: 'Average' (line 10), 'Chairman: N. N.'"),
        "titles": (csv(with_around()), "above it, not used: The Cup, Warsaw 2025 / First stage"),
        "German": (csv(with_around("Gesamtpunkte", "Durchschnitt")), "'Gesamtpunkte'"),
        "sums without words": (
            csv(
                [[*WIDE[0], "Fazit"]] + [[*r, sum(m for m in r[1:] if m != "s")] for r in WIDE[1:]]
            ),
            "column not used: 'Fazit', the sum or mean of those before",
        ),
        "header again": (csv([*WIDE[:3], WIDE[0], *WIDE[3:]]), "row not used: 'Name' (line 4)"),
    },
    "columns that are no jurors": {
        "a place before the names": (
            csv([["FPl.", *WIDE[0]], *([at, *row] for at, row in enumerate(WIDE[1:], 1))]),
            "column not used: 'FPl.'",
        ),
        "numbers without a word": (
            csv([["Konto", *WIDE[0]], *([at * 7, *row] for at, row in enumerate(WIDE[1:], 1))]),
            "column not used: 'Konto'",
        ),
        "vintages": (
            csv([[*WIDE[0], "Vintage"], *([*row, 1970 + at] for at, row in enumerate(WIDE[1:]))]),
            "column not used: 'Vintage'",
        ),
        "remarks": (csv([[*row, "good"] for row in without("")]), "not used: 'good'"),
    },
    "words for no mark": {
        "recused": (
            csv([["recused" if cell == "s" else cell for cell in row] for row in WIDE]),
            "2 cells 'recused': recused",
        ),
        "absent": (
            csv([["abs" if cell == "s" else cell for cell in row] for row in WIDE]),
            "2 cells 'abs': absent, as recused",
        ),
        "in Polish": (
            csv([["uczeń" if cell == "s" else cell for cell in row] for row in WIDE]),
            "2 cells 'uczeń': recused",
        ),
        "a column recused": (
            csv(
                [[*LONG[0], "recused"]]
                + [
                    [j, c, "" if m == "s" else m, "yes" if m == "s" else "no"]
                    for j, c, m in LONG[1:]
                ]
            ),
            "2 recused",
        ),
    },
}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, files in READ.items() for name in files]
)
def test_marks_are_read_right_and_what_was_understood_is_said(tmp_path, kind, name):
    write, sentence = READ[kind][name]
    path = write(tmp_path / "marks")
    if name == "further columns":
        path.write_text(path.read_text().replace("mark,x", "mark,venue"))
        sentence = "column not used: venue"
    read = read_marks(path, ROSTER)
    pd.testing.assert_frame_equal(in_order(read.table), in_order(MARKS), check_dtype=False)
    assert sentence in "\n".join(read.understood)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def an_ods(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return path


def half_a_workbook(path: Path) -> Path:
    path.write_bytes(by_openpyxl(path, Marks=WIDE).read_bytes()[:2000])
    return path


SQUARE = [["", "Zoë Müller", "Bo Li"], ["Zoë Müller", 1.5, 2], ["Bo Li", 3, 4]]
REFUSED: dict[str, dict[str, tuple[Write, str]]] = {
    "other files": {
        "old Excel": (
            raw(OLE + "Workbook".encode("utf-16-le"), ".xls"),
            "before 2007 (.xls), and no",
        ),
        "password": (
            raw(OLE + "EncryptedPackage".encode("utf-16-le"), ".xlsx"),
            "an Excel workbook with a password, and no table that can be read; save a copy without",
        ),
        "OpenDocument": (an_ods, "an OpenDocument spreadsheet (.ods), and no table"),
        "half a workbook": (half_a_workbook, "a damaged Excel workbook or ZIP archive"),
        "a web page": (
            raw(b"<html><table></table>", ".xls"),
            "a web page (HTML), whatever its name",
        ),
        "Cyrillic": (raw("имя;J1\nПётр;5\n".encode("cp1251")), "byte 0xe8 is not UTF-8"),
    },
    "other tables": {
        "comparisons": (
            csv([["first", "second", "winner"], ["zoe", "bo", "bo"]]),
            "this is not the marks of a panel: it seems to be comparisons of two candidates each",
        ),
        "roster": (
            csv([["candidate", "country", "reached"], ["zoe", "PL", "final"]]),
            "it seems to be a roster of candidates; name it as what it is",
        ),
        "results": (
            csv([["Name", "Points", "Place"], ["Bo Li", 20, 1], ["Ewa Lis", 18, 2]]),
            "line 1: the marks in column 'Points' are of no juror; give columns juror, candidate",
        ),
        "nothing but text": (
            csv([["a", "b"], ["c", "d"]]),
            "no marks by jurors in it; give columns",
        ),
        "nothing": (raw(b""), "the file is empty"),
    },
    "sheets that say too little": {
        "one as likely as the other": (
            csv(SQUARE),
            "nothing says which of them are the candidates",
        ),
        "no header": (csv(WIDE[1:]), "line 1: marks without a header above them; name the columns"),
        "a juror without a name": (csv(without("J2")), "line 1: column C has marks, and no name"),
        "two jurors of a name": (csv(without("J2", "J1")), "line 1: there are two columns 'J1'"),
        "a line too short": (
            csv([*WIDE[:2], ["Bo Li", 20]]),
            "line 3: the header has 5 fields, this line has 2; add fields",
        ),
        "a column missing": (csv([row[:2] for row in LONG]), "no column 'mark'"),
    },
    "numbers that are no marks": {
        "years": (
            csv([[*WIDE[0], "Rok"], *([*row, 1970 + at] for at, row in enumerate(WIDE[1:]))]),
            "line 1: numbers from 1970 to 1974 in column 'Rok', and none above 24.5 in the others",
        ),
        "per cent": (
            csv([WIDE[0], *([row[0], *(f"{mark} %" for mark in row[1:])] for row in WIDE[1:])]),
            "line 2, column 'J1': 'mark' is '22.5 %', which is not a number",
        ),
        "with a footnote": (
            csv([WIDE[0], ["Bo Li", "20*", 19, 20, 21], *WIDE[1:3]]),
            "line 2, column 'J1': 'mark' is '20*'",
        ),
        "yes and no": (
            csv([WIDE[0], *([row[0], "yes", "no", "no", "yes"] for row in WIDE[1:])]),
            "votes of yes and no, and no numbers; write 1 for yes and 0 for no",
        ),
    },
    "cells that are no marks": {
        "in a CSV": (
            csv([*WIDE[:-1], ["Dov Adler", 18, "much", 19, 20]]),
            "line 6, column 'J2': 'mark' is 'much', which is not a number",
        ),
        "in Excel": (
            xlsx(Stage_1=[*WIDE[:-1], ["Dov Adler", 18, "much", 19, 20]]),
            "sheet 'Stage 1', cell C6: 'mark' is 'much', which is not a number",
        ),
        "a stranger": (
            csv([*WIDE, ["N. N.", 1, 2, 3, 4]]),
            "line 7, column 'J1': 'N. N.' is not a",
        ),
        "twice": (csv([*WIDE, WIDE[1]]), "line 7, column 'J1': a second mark of 'J1' for 'zoe'"),
        "a formula": (
            xlsx(Marks=[*WIDE[:-1], ["Dov Adler", "=1+1", 1, 2, 3]]),
            "sheet 'Marks', cell B6: 'mark' is '=1+1', which is not a number; a formula that was",
        ),
    },
}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, files in REFUSED.items() for name in files]
)
def test_what_cannot_be_read_is_refused_with_what_it_seems_to_be(tmp_path, kind, name):
    write, words = REFUSED[kind][name]
    with pytest.raises(JudgeError) as caught:
        read_marks(write(tmp_path / "marks.csv"), ROSTER)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_each_kind_has_four_files_or_more():
    assert min(len(files) for kinds in (READ, REFUSED) for files in kinds.values()) >= 4


@pytest.mark.parametrize("encoding", ["cp1250", "cp1252"])
def test_windows_encodings_are_read_right_and_said(tmp_path, encoding):
    """Names of one half of Europe: those of the other have no letters there."""
    names = {"cp1250": ("Łucja Krzyżowska", "Jiří Němec"), "cp1252": ("María Núñez", "Zoë Müller")}
    rows = [["Name", "J1", "J2"], *([name, 5, 4] for name in names[encoding])]
    read = read_marks(write_text(tmp_path / "in.csv", rows, encoding, delimiter=";"), None)
    assert set(read.table["candidate"]) == {*names[encoding]}
    assert f"read as Windows-{encoding[2:]}, for example" in "\n".join(read.understood)


@pytest.mark.parametrize(
    ("header", "by_row"),
    [
        (["Pianist", "Anna", "Jan"], True),
        (["Juror", "Anna", "Jan"], False),
        (["", "Juror A", "Juror B"], True),
        (["", "Candidate 1", "Candidate 2"], False),
        (["", "J1", "J2"], True),
        (["No.", "Anna", "Jan"], True),
    ],
)
def test_without_a_roster_words_say_which_are_candidates(tmp_path, header, by_row):
    path = write_text(tmp_path / "in.csv", [header, ["Ewa", 1.5, 2], ["Iga", 3, 3.5]])
    marks = read_marks(path, None).table
    assert set(marks["candidate" if by_row else "juror"]) == {"Ewa", "Iga"}
    assert set(marks["juror" if by_row else "candidate"]) == {*header[1:]}


def test_a_song_may_be_called_total_and_a_total_not_a_song(tmp_path):
    rows = [["Song", "J1", "J2"], ["Total Eclipse", 7, 8], ["Waterloo", 12, 10], ["Total", 1, 2]]
    read = read_marks(write_text(tmp_path / "in.csv", [*rows, ["Average mark", 3, 4]]), None)
    assert set(read.table["candidate"]) == {"Total Eclipse", "Waterloo"}
    assert "in.csv: rows not used: 'Total' (line 4), 'Average mark' (line 5)" in read.understood


def test_marks_of_a_hidden_sheet_are_read_where_it_is_named(tmp_path):
    path = by_openpyxl(tmp_path / "in.xlsx", ["Draft"], Draft=WIDE, Marks=WIDE[:3])
    assert len(read_marks(path, ROSTER, MarkOptions(round="draft")).table) == 20
    assert len(read_marks(path, ROSTER).table) == 8


WORDS = (
    *("", "1", "2.5", "1,5", "0", "s", "-", "abs", "25*", "yes", "inf", "\u202e", "'=a", "tie"),
    *("Name", "Juror", "J1", "J2", "Total", "Run", "No.", "Ana", "Bo", "mark", "first", "winner"),
)


def test_any_cells_are_read_or_refused_with_a_sentence(tmp_path):
    for seed in range(80):
        drawn = random.Random(seed)
        size = drawn.randint(0, 6), drawn.randint(1, 6)
        rows = [[drawn.choice(WORDS) for _ in range(size[1])] for _ in range(size[0])]
        path = write_text(tmp_path / "in.csv", rows, delimiter=drawn.choice(",;\t"))
        pool = drawn.choice([None, "additive", "best", "sum"])
        try:
            read_marks(path, drawn.choice([None, ROSTER]), MarkOptions(pool=pool))
        except JudgeError as error:
            assert error.where and error.what and error.remedy
