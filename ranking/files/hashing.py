"""SHA-256 of files and of values, in hexadecimal; and what is written with its own, to be checked.

Conventions
-----------
Hashes of the files of a folder are in ``SHA256SUMS``, a line each, as ``sha256sum`` writes them and
``sha256sum -c`` checks them. A record has the hash of its other values as ``check``; bytes have
their hash behind them.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ranking.files.atomic import write_text
from ranking.files.text import is_pipe, read_bytes

SUMS_FILE = "SHA256SUMS"
CHECK = "check"
NAME = re.compile(rb"[\w-][\w.-]*")
HASH_BYTES = hashlib.sha256().digest_size
NO_SUMS: Mapping[str, str] = MappingProxyType({})


def file_sha256(path: Path) -> str:
    """Return the hash of a file's bytes, read block by block, or of those that a pipe gave."""
    if is_pipe(path):
        return hashlib.sha256(read_bytes(path)).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_sha256(values: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return the hash of a JSON value; the order of its keys does not count."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def with_check(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a record with their hash."""
    return {**values, CHECK: json_sha256(values)}


def without_check(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a record that was written with their hash.

    Raises
    ------
    ValueError
        If they are others than were written.
    """
    values = {name: value for name, value in record.items() if name != CHECK}
    if record.get(CHECK) != json_sha256(values):
        raise ValueError("it is not what was written")
    return values


def with_hash(content: bytes) -> bytes:
    """Return bytes with their hash behind them."""
    return content + hashlib.sha256(content).digest()


def without_hash(content: bytes) -> bytes:
    """Return the bytes that were written with their hash behind them.

    Raises
    ------
    ValueError
        If they are others than were written.
    """
    own, found = content[:-HASH_BYTES], content[-HASH_BYTES:]
    if hashlib.sha256(own).digest() != found:
        raise ValueError("it is not what was written")
    return own


def write_sums(folder: Path, earlier: Mapping[str, str] = NO_SUMS) -> None:
    """Write the hashes of the files in a folder as ``sha256sum`` does, sorted by name.

    Hidden files are left out, and so are names with other signs than letters, digits, ``-_.``.

    Parameters
    ----------
    folder
        The folder.
    earlier
        Hashes by name of files that are not in it.

    Raises
    ------
    OSError
        If a file cannot be read.
    RunError
        If they cannot be written.
    """
    files = [path for path in folder.iterdir() if NAME.fullmatch(path.name.encode())]
    own = {path.name: file_sha256(path) for path in files if path.is_file()}
    sha256 = {name: one for name, one in {**earlier, **own}.items() if name != SUMS_FILE}
    write_text(_lines(sha256), folder / SUMS_FILE)


def read_sums(path: Path) -> dict[str, str]:
    """Return the hashes of a file that :func:`write_sums` wrote, by file name.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If a line is none of these.
    """
    sha256: dict[str, str] = {}
    content = path.read_bytes()
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        found = re.fullmatch(rb"([0-9a-f]{64})  (.*)", line)
        if found is None or not NAME.fullmatch(found[2]):
            raise ValueError(f"line {number} is no hash of a file")
        sha256[found[2].decode()] = found[1].decode()
    if _lines(sha256).encode() != content:
        raise ValueError("it is not what was written")
    return sha256


def file_states(folder: Path, sha256: Mapping[str, str]) -> dict[str, str]:
    """Return what became of each file of a folder: unchanged, changed, missing or added.

    Hidden files are left out.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    states = {
        name: "missing"
        if name not in there
        else "unchanged"
        if file_sha256(folder / name) == one
        else "changed"
        for name, one in sha256.items()
    }
    return dict.fromkeys((name for name in there if name != SUMS_FILE), "added") | states


def _lines(sha256: Mapping[str, str]) -> str:
    return "".join(f"{sha256[name]}  {name}\n" for name in sorted(sha256))
