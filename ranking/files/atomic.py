"""Atomic writes: a file is there complete, or as it was before; names and paths of files.

Conventions
-----------
An ``OSError`` of writing names its file, and becomes an error for people by :func:`write_error`
alone: what cannot be written, why, what is kept, and what goes on.
What comes from others, such as a roster that was downloaded, is not to say which other files of
this machine are read. A path is followed through symbolic links before it is judged.
"""

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

from ranking.errors import JudgeError, RunError
from ranking.files.text import normalised

O_BINARY: int = getattr(os, "O_BINARY", 0)  # of Windows
LONGEST_MADE_NAME = 100
"""Bytes of a file name that is made of a text; file systems take 255, with every ending."""
LONGEST_PATH, LONGEST_NAME = 4_000, 255
"""Bytes of a path, and of each name in it, that operating systems take."""
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{at}" for port in ("com", "lpt") for at in range(10)),
}
"""Names that are devices on Windows."""
FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full (quota)",
    errno.EFBIG: "it would be larger than files may be here (ulimit -f, or the file system)",
}
"""What is wrong where there is no room, by the system's number of the error."""
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
"""Numbers of the errors where nothing may be written."""
E = TypeVar("E", bound=JudgeError)


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
    name = name.encode()[:LONGEST_MADE_NAME].decode(errors="ignore").rstrip(".-")
    return f"{name}-" if name.partition(".")[0].lower() in RESERVED else name or otherwise


def is_path(written: str) -> bool:
    """Return whether a text can be the path of a file: some other texts would be errors."""
    raw = written.encode(errors="surrogatepass")
    names = raw.replace(b"\\", b"/").split(b"/")
    return b"\0" not in raw and len(raw) <= LONGEST_PATH and max(map(len, names)) <= LONGEST_NAME


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether a file is in a folder or below it, wherever symbolic links lead."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a name too long; links that lead to each other
        return False


@contextmanager
def open_atomic(path: Path) -> Iterator[BufferedRandom]:
    """Open a file for an atomic write: it replaces ``path`` when the block ends without error.

    Until then it has another name in the same folder, which is made; it is flushed to the disk
    before it is renamed. It can be read, too. An ``OSError`` names ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    # unlike tempfile's, the mode is what the user's umask leaves of it
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | O_BINARY, 0o666)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(temporary)):
            error.filename, error.filename2 = str(path), None
        raise


def check_can_be_written(path: Path, kind: type[JudgeError], out: bool = False) -> None:
    """Refuse a file in a folder where none can be written, before there is anything to write.

    Parameters
    ----------
    path
        The file; its folder is made.
    kind
        Class of the error.
    out
        Whether it is what a command puts out: then it names another.

    Raises
    ------
    JudgeError
        Of that class, naming the file.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise write_error(kind, path, error, key="other-out" if out else "") from None


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
        raise write_error(RunError, path, error, key="other-out") from None


def write_error(
    kind: type[E],
    path: Path,
    error: OSError,
    kept: str = "what was finished is kept",
    key: str = "",
) -> E:
    """Return the error of a file or folder that cannot be written.

    Parameters
    ----------
    kind : the class of the error
    path : the file or folder
    error : what the operating system says
    kept : what there still is of the work, in a clause
    key : name of the remedy where another place would do
    """
    if error.errno in FULL:
        remedy = f"make room, and give the same command again: {kept}"
        return kind(str(path), FULL[error.errno], remedy)
    what = f"it cannot be written ({error.strerror or error})"
    return kind(str(path), what, "choose another place", key=key)
