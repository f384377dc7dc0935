"""What the bytes of a table's file are: text in some encoding, or another kind of file.

Conventions
-----------
Text is UTF-8 or UTF-16, with or without a byte-order mark, or else Windows-1250 (Central European)
or Windows-1252 (Western European). Of these two the one is taken in which more of the bytes that
differ are letters of a word; where they are letters in both, the one in which they stand as in the
languages that are written so: "è" between consonants, "ñ" before a vowel. The same bytes are always
read the same way, and a remark shows an example, since no rule is right of every name.
"""

import codecs
import io
import json
import re
import unicodedata
import zipfile

from ranking.errors import TableError
from ranking.files.records import parse_record
from ranking.files.text import BOMS, LARGEST_BYTES, decode_unicode, escape_controls

SAVE_AS = 'open it in a spreadsheet and save it as .xlsx or "CSV UTF-8"'
MAGIC = (
    (b"%PDF", "a PDF document", "copy its table into a spreadsheet"),
    (b"\x89PNG", "a PNG picture", "type its table into a spreadsheet"),
    (b"\xff\xd8\xff", "a JPEG picture", "type its table into a spreadsheet"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"PAR1", "a Parquet file", "export the table as CSV"),
    (b"RIFF", "a recording (WAV)", "name a table"),
    (b"fLaC", "a recording (FLAC)", "name a table"),
    (b"OggS", "a recording (Ogg)", "name a table"),
    (b"ID3\x03", "a recording (MP3)", "name a table"),
    (b"ID3\x04", "a recording (MP3)", "name a table"),
    (b"{\\rtf", "a Rich Text document", "copy its table into a spreadsheet"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of the files of Microsoft Office before 2007, and of encrypted ones since."""
IN_OLE = (
    ("EncryptedPackage", "an Excel workbook with a password", "save a copy without the password"),
    ("Workbook", "an Excel workbook of before 2007 (.xls)", SAVE_AS),
    ("Book", "an Excel workbook of before 1997 (.xls)", SAVE_AS),
    ("WordDocument", "a Word document (.doc)", "copy its table into a spreadsheet"),
)
ZIP = b"PK\x03\x04"
WORKBOOK = "xl/workbook.xml"
IN_ZIP = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", SAVE_AS),
    ("word/document.xml", "a Word document (.docx)", "copy its table into a spreadsheet"),
    ("ppt/presentation.xml", "a PowerPoint presentation", "copy its table into a spreadsheet"),
    ("Index/Document.iwa", "a Numbers document of macOS", "export it as .xlsx or CSV"),
)
MARKUP = (
    (r"<!doctype html|<html|<table", "a web page (HTML), whatever its name", SAVE_AS),
    (r"<\?xml.*<workbook", "an Excel workbook as XML (2003)", SAVE_AS),
    (r"<\?xml", "an XML file", SAVE_AS),
)
EAST, WEST = "cp1250", "cp1252"
TITLES = {EAST: "Windows-1250", WEST: "Windows-1252"}
VOWELS = "aeiouyäëïöüáéíóúýâêîôûàèìòùåæøœãõ"
WESTERN = re.compile(
    f"(?<![{VOWELS}])[àåæèòø](?![{VOWELS}])|(?<=[{VOWELS}])ï|ñ(?=[{VOWELS}])|[ìù](?!\\w)|õ(?=e)"
    f"|ã(?=[oe])|(?<!\\w)þ|œ(?=u)|(?<=[{VOWELS}])ð",
    re.IGNORECASE,
)
"""Letters that are Windows-1252 where they stand; elsewhere their bytes are Windows-1250."""


def is_workbook(name: str, raw: bytes) -> bool:
    """Return whether bytes are an Excel workbook (.xlsx), False if they may be text.

    Parameters
    ----------
    name : name of the file, for an error
    raw : its bytes

    Raises
    ------
    TableError
        If they are another kind of file, which it names.
    """
    if raw.startswith(ZIP):
        return _is_zipped_workbook(name, raw)
    found = next(((what, remedy) for start, what, remedy in MAGIC if raw.startswith(start)), None)
    if raw.startswith(OLE):
        held = [(what, do) for stream, what, do in IN_OLE if stream.encode("utf-16-le") in raw]
        found = held[0] if held else ("a file of Microsoft Office before 2007", SAVE_AS)
    if found:
        raise TableError(name, f"this is {found[0]}, and no table that can be read", found[1])
    return False


def decode_table(name: str, raw: bytes) -> tuple[str, str]:
    """Return the text of a table's bytes, and a remark on its encoding where it is not certain.

    Parameters
    ----------
    name : name of the file
    raw : its bytes

    Raises
    ------
    TableError
        If they are no text, or markup or JSON instead of a table.
    """
    text, remark = _decode(name, raw)
    start = text[:2000].lstrip()
    for pattern, what, remedy in MARKUP:
        if re.match(pattern, start, re.IGNORECASE | re.DOTALL):
            raise TableError(name, f"this is {what}, and no table that can be read", remedy)
    if start[:1] in {"{", "["} and _is_json(text):
        raise TableError(name, "this is JSON, and no table that can be read", "write it as CSV")
    return text, remark


def _decode(name: str, raw: bytes) -> tuple[str, str]:
    marked = any(raw.startswith(bom) for bom, _ in BOMS)
    if not marked and b"\0" in raw:
        text = _utf16(raw)
        return (text, "") if text is not None else (decode_unicode(name, raw), "")
    try:
        return decode_unicode(name, raw), ""
    except TableError:
        page = None if marked or _is_damaged_utf8(raw) or not _is_latin(raw) else _code_page(raw)
        if page is None:
            raise
    text = raw.decode(page)
    word = re.search(r"[^\W\d_]*[^\x00-\x7f\W\d_][^\W\d_]*", text)
    example = f", for example {escape_controls(word[0])!r}" if word else ""
    return text, f"not in UTF-8: read as {TITLES[page]}{example}"


def _is_zipped_workbook(name: str, raw: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = {*archive.namelist()}
            size = sum(part.file_size for part in archive.infolist())
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise TableError(
            name, "this is a damaged Excel workbook or ZIP archive", "copy or export it again"
        ) from None
    if size > LARGEST_BYTES:
        raise TableError(
            name, f"unpacked it is larger than {LARGEST_BYTES >> 20:,} MiB", "name a smaller file"
        )
    if WORKBOOK in names:
        return True
    found = next(
        ((what, remedy) for inner, what, remedy in IN_ZIP if inner in names),
        ("a ZIP archive", "unpack it"),
    )
    if b"opendocument.spreadsheet" in kind:
        found = ("an OpenDocument spreadsheet (.ods)", SAVE_AS)
    raise TableError(name, f"this is {found[0]}, and no table that can be read", found[1])


def _utf16(raw: bytes) -> str | None:
    """The text of bytes that are UTF-16 without a byte-order mark; None if they are not."""
    readings = []
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = codecs.decode(raw, encoding)
        except UnicodeDecodeError:
            continue
        ascii_characters = len(re.findall("[\t\r\n -~]", text))
        if "\0" not in text and ascii_characters * 10 > len(text):
            readings.append((ascii_characters, text))
    return max(readings)[1] if readings else None


def _is_damaged_utf8(raw: bytes) -> bool:
    """Whether most that is not ASCII is UTF-8, so that another encoding would garble it."""
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return len(re.findall("[^\x00-\x7f]", text)) - bad > bad


def _is_latin(raw: bytes) -> bool:
    """Whether words with letters beyond ASCII are mostly ASCII, as in Latin script."""
    words = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", raw)
    high = sum(len(re.findall(rb"[\x80-\xff]", word)) for word in words)
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", raw) and 10 * high <= 7 * sum(map(len, words))


def _code_page(raw: bytes) -> str | None:
    """Windows-1250 or Windows-1252, whichever suits the letters of words; None if neither can."""
    east, west = (raw.decode(page, "replace") for page in (EAST, WEST))
    possible = [page for page, text in ((WEST, west), (EAST, east)) if "\ufffd" not in text]
    if len(possible) < len(TITLES):
        return possible[0] if possible else None
    votes = 0
    western = {match.start() for match in WESTERN.finditer(west)}
    for at in (match.start() for match in re.finditer("[^\x00-\x7f]", west)):
        if _is_letter(east[at]) != _is_letter(west[at]):
            beside = west[max(at - 1, 0) : at] + west[at + 1 : at + 2]
            votes += (10 if _is_letter(east[at]) else -10) * any(map(_is_letter, beside))
        elif _is_letter(east[at]) and east[at] != west[at]:
            votes += -1 if at in western else 1
    return EAST if votes > 0 else WEST


def _is_letter(char: str) -> bool:
    return unicodedata.category(char) in {"Ll", "Lu"}


def _is_json(text: str) -> bool:
    try:
        parse_record(text)
    except ValueError as error:
        return not isinstance(error, json.JSONDecodeError)
    return True
