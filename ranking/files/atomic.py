"""Atomic writes: a file is there complete, or as it was before; and names that files may have."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from ranking.errors import RunError
from ranking.files.text import normalised

O_BINARY: int = getattr(os, "O_BINARY", 0)  # of Windows
LONGEST_NAME = 100
"""Bytes of a file name that is made of a text; file systems take 255, with every ending."""
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{at}" for port in ("com", "lpt") for at in range(10)),
}
"""Names that are devices on Windows."""


def safe_file_name(text: str, otherwise: str) -> str:
    """Return a text as the name of one file or folder: no path, hidden file or device.

    Letters, digits, points, hyphens and underscores stay, others become hyphens.

    Parameters
    ----------
    text : any text
    otherwise : the name where nothing of the text can stay

    Examples
    --------
    >>> safe_file_name("../Chopin 2015", "run")
    'Chopin-2015'
    """
    name = re.sub(r"[^\w.-]+", "-", normalised(text)).strip(".-")
    name = name.encode()[:LONGEST_NAME].decode(errors="ignore").rstrip(".-")
    return f"{name}-" if name.partition(".")[0].lower() in RESERVED else name or otherwise


@contextmanager
def open_atomic(path: Path) -> Iterator[BufferedRandom]:
    """Open a file for an atomic write: it replaces ``path`` when the block ends without error.

    Until then it has another name in the same folder, which is made; it is flushed to the disk
    before it is renamed. It can be read, too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    # unlike tempfile's, the mode is what the user's umask leaves of it
    handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | O_BINARY, 0o666)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(text: str, path: Path) -> None:
    """Write a UTF-8 file atomically, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    write_bytes(text.encode(errors="backslashreplace"), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file atomically, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    try:
        with open_atomic(path) as file:
            file.write(content)
    except OSError as error:
        raise RunError(
            str(path),
            f"it cannot be written ({error.strerror})",
            "choose another place",
            key="other-out",
        ) from None
