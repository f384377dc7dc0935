"""Atomic writes: a file is there complete, or as it was before."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from ranking.errors import RunError


@contextmanager
def open_atomic(path: Path) -> Iterator[BufferedRandom]:
    """Open a file for an atomic write: it replaces ``path`` when the block ends without error.

    Until then it has another name in the same folder, which is made; it is flushed to the disk
    before it is renamed. It can be read, too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(text: str, path: Path) -> None:
    """Write a UTF-8 file atomically, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    write_bytes(text.encode(), path)


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
