"""Files that appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from ranking.errors import RunError


@contextmanager
def replacing(path: Path) -> Iterator[BufferedRandom]:
    """Open a file for reading and writing that gets its name only when the block ends well.

    It lies in the same folder, which is made, and is on the disk before it is renamed.
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
    """Write a UTF-8 file whole or not at all, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole or not at all, making its folder.

    Raises
    ------
    RunError
        If the folder or the file cannot be written.
    """
    try:
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise RunError(
            str(path),
            f"it cannot be written ({error.strerror})",
            "choose another place",
            key="other-out",
        ) from None
