"""Encodings that people's tables have, and files that are no table: read right, or named."""

import io
import zipfile

import pytest

from ranking.errors import TableError
from ranking.files.contents import decode_table, is_workbook

CENTRAL = (
    *("Łęcka", "Dvořák, Jiří", "Gergő Győr", "Wierciński", "Kovačević", "Čapek", "Jędrzej"),
    *("Żółkiewski", "Ďurček", "Růžička", "Fűzfa", "Anđela", "Ţepeş", "Němcová", "Mihăiţă"),
)
WESTERN = (
    *("Hélène", "Irène", "Muñoz", "João Magalhães", "Sørensen", "Håkan Åsa", "Nicolò", "Loïc"),
    *("Lærke Bæk", "Cœur", "Núñez", "Þór", "Müller", "François", "Davíð", "Crème brûlée"),
)


@pytest.mark.parametrize(
    ("name", "encoding", "title"),
    [(name, "cp1250", "Windows-1250") for name in CENTRAL]
    + [(name, "cp1252", "Windows-1252") for name in WESTERN],
)
def test_names_in_windows_encodings_are_read_right_and_one_is_shown(name, encoding, title):
    text, remark = decode_table("in.csv", f"candidate\n{name}\n".encode(encoding))
    assert text == f"candidate\n{name}\n"
    assert remark.startswith(f"not in UTF-8: read as {title}") or "Müller François" in name
    assert "for example" in remark


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("name", ["Zoë", "王小明", "Петров"])
def test_unicode_is_certain_with_or_without_a_mark(name, encoding):
    table = f"candidate,mark\n{name},5\n"
    assert decode_table("in.csv", table.encode(encoding)) == (table, "")


def zipped(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            own = zipfile.ZipInfo(
                name.replace("__", "/").replace("_", ".")
            )  # of no time: ids have it
            archive.writestr(own, text)
    return held.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ODS = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (OLE + "Workbook".encode("utf-16-le"), r"an Excel workbook of before 2007 \(.xls\)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "an Excel workbook with a password"),
        (OLE + "WordDocument".encode("utf-16-le"), "a Word document"),
        (OLE, "a file of Microsoft Office before 2007"),
        (zipped(mimetype=ODS), "an OpenDocument spreadsheet"),
        (zipped(xl__workbook_bin=""), "a binary Excel workbook"),
        (zipped(word__document_xml=""), "a Word document"),
        (zipped(Index__Document_iwa=""), "a Numbers document"),
        (zipped(marks_csv=""), "a ZIP archive; unpack it|a ZIP archive"),
        (zipped(xl__workbook_xml="x" * 99)[:60], "a damaged Excel workbook or ZIP archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"RIFF\x00\x00", r"a recording \(WAV\)"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b" <html><table>", "a web page"),
        (b"<?xml version='1.0'?>\n<Workbook>", r"an Excel workbook as XML \(2003\)"),
        (b"<?xml version='1.0'?>\n<a/>", "an XML file"),
        (b'[{"candidate": "a"}]', "JSON"),
        (b"{\\rtf1 a}", "a Rich Text document"),
    ],
)
def test_a_file_that_is_no_table_is_named(raw, what):
    with pytest.raises(TableError, match=f"in.csv: this is ({what})"):
        assert is_workbook("in.csv", raw) or decode_table("in.csv", raw)


def test_a_workbook_that_unpacks_to_more_than_a_table_is_refused(monkeypatch):
    monkeypatch.setattr("ranking.files.contents.LARGEST_BYTES", 1 << 20)
    raw = zipped(xl__workbook_xml="0" * (1 << 21))
    with pytest.raises(TableError, match=r"in.xlsx: unpacked it is larger than 1 MiB"):
        is_workbook("in.xlsx", raw)
