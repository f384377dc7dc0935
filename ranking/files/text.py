"""Text files and words: encodings, control characters, similar names.

Conventions
-----------
Text is UTF-8, with or without a byte-order mark, or UTF-16 with one. Tables may be in other
encodings too: :mod:`ranking.files.contents`.
"""

import codecs
import difflib
import itertools
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

from ranking.errors import TableError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LARGEST_BYTES = 1 << 30
"""Size of a table; one of ten million comparisons has a third of it."""
FORMULA_STARTS = tuple("=+-@＝＋－＠")
"""A spreadsheet runs text that begins with one of these."""
CONTROL_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, those that change the direction of text, and bytes that are no characters."""
MARKS = 30
"""Diacritics in a row, as many as Unicode's stream-safe text has; the time that more take to be
composed grows with their square."""
LONGEST_WORD, MOST_WORDS = 200, 5_000  # that similar words are looked for
FIELD_ESCAPE = re.compile(r"\\u\{([1-9a-f][0-9a-f]{0,4})\}")
"""A character by its number, as fields of CSV files have it."""


def read_bytes(path: Path) -> bytes:
    """Return what is in a file, or comes from a pipe, which can be read again.

    Raises
    ------
    TableError
        If it cannot be opened, or is larger than :data:`LARGEST_BYTES`.
    """
    try:
        return _read_pipe(path, path.stat().st_ino) if is_pipe(path) else _read(path)
    except FileNotFoundError:
        raise TableError(str(path), "there is no such file", "check the path") from None
    except IsADirectoryError:
        raise TableError(str(path), "this is a folder", "name a file in it") from None
    except PermissionError:
        raise TableError(
            str(path), "no permission to read it", "change its permissions, or copy it"
        ) from None
    except OSError as error:
        raise TableError(
            str(path), f"it cannot be read ({error.strerror})", "check the disk"
        ) from None


def shareable_path(path: Path) -> str:
    """Return a path as others may read it: relative, or its name alone, without home or user.

    Examples
    --------
    >>> shareable_path(Path("runs/mine")), shareable_path(Path("/home/ana/mine"))
    ('runs/mine', 'mine')
    """
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def is_pipe(path: Path) -> bool:
    """Return whether a path is of no file or folder, but a pipe or device."""
    return path.exists() and not path.is_file() and not path.is_dir()


def read_text(path: Path) -> str:
    """Return a text file as a string.

    Raises
    ------
    TableError
        If it cannot be opened, or is not Unicode text.
    """
    return decode_unicode(path.name, read_bytes(path))


def decode_unicode(name: str, raw: bytes) -> str:
    """Return the text of a file's bytes, if they are Unicode.

    Parameters
    ----------
    name : name of the file, for an error
    raw : its bytes

    Raises
    ------
    TableError
        If they are not.
    """
    encoding = next((name for bom, name in BOMS if raw.startswith(bom)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise TableError(
            f"{name}, line {line}",
            f"byte 0x{raw[error.start]:02x} is not {encoding.removesuffix('-sig').upper()}",
            'save the file as "CSV UTF-8"',
        ) from None
    if "\0" in text:
        raise TableError(
            f"{name}, line {text[: text.index(chr(0))].count(chr(10)) + 1}",
            "it holds a zero byte, so it is no text",
            'save the file as "CSV UTF-8"',
        )
    return text


def escape_controls(text: str) -> str:
    """Return a text with control characters as escapes, so that it cannot steer a terminal."""
    return CONTROL_CHARACTERS.sub(lambda match: _escaped(match[0]), text)


def escape_field(text: str) -> str:
    r"""Return a text as a field of a CSV that is safe to open; :func:`unescape_field` reads it.

    What a spreadsheet would run as a formula gets a leading apostrophe; control characters, and
    blanks around the text, are written by their number: ``\u{1b}``.
    """
    text = FIELD_ESCAPE.sub(r"\\u{5c}u{\1}", text)
    text = CONTROL_CHARACTERS.sub(_numbered, text)
    text = re.sub(r"^\s|\s$", _numbered, text)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unescape_field(field: str) -> str:
    """Return the text that :func:`escape_field` wrote as a field."""
    if field.startswith("'") and field.lstrip("'").startswith(FORMULA_STARTS):
        field = field[1:]
    return FIELD_ESCAPE.sub(lambda match: chr(int(match[1], 16)), field)


def normalised(text: str, form: Literal["NFC", "NFKD"] = "NFC") -> str:
    """Return a text in a normal form of Unicode; one of more than :data:`MARKS` in a row as it is.

    Parameters
    ----------
    text : any text
    form : composed (NFC), or taken apart with compatible characters as one (NFKD)
    """
    if len(text) > MARKS and not text.isascii():
        runs = itertools.groupby(text, lambda char: unicodedata.combining(char) > 0)
        if any(marks and len([*run]) > MARKS for marks, run in runs):
            return text
    return unicodedata.normalize(form, text)


def did_you_mean(word: str, known: list[str]) -> str:
    """Return " (did you mean '…'?)" with the most similar known word; "" if none is similar."""
    if len(word) > LONGEST_WORD:
        return ""
    short = [one for one in known[:MOST_WORDS] if len(one) <= LONGEST_WORD]
    near = difflib.get_close_matches(word, short, n=1, cutoff=0.7)
    return f" (did you mean {near[0]!r}?)" if near else ""


def list_some(names: Collection[str], most: int = 3) -> str:
    """Return some names in words, and how many there are more.

    Parameters
    ----------
    names : in the order in which they are shown
    most : how many are shown

    Examples
    --------
    >>> list_some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    first, more = list(names)[:most], len(names) - most
    listed = ", ".join(map(escape_controls, first))
    return f"{listed} and {more:,} more" if more > 0 else listed


def _read(path: Path) -> bytes:
    """What is in a file, if it is not too large; a device may have no end."""
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise TableError(
            str(path), f"it is larger than {LARGEST_BYTES >> 20:,} MiB", "name a smaller file"
        )
    return content


@cache
def _read_pipe(path: Path, _inode: int) -> bytes:
    """What came from a pipe: it comes once only."""
    return _read(path)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _numbered(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):x}}}"
