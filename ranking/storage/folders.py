"""What a store is kept in, as everything that uses one sees it; and the folder of this machine.

Conventions
-----------
A storage holds files by name, such as ``dac-272d3ae21831b6ad/RECORDING.npy``. A file is there
complete, or not at all. Names are keys of what is in them, so that whoever writes one writes the
same bytes: two machines that write a file at a time do no harm.

Files are made in :attr:`Storage.folder`, on this disk, and read from there, memory-mapped. In a
folder that is all; other storages copy them there when they are first read, and back by
:meth:`Storage.publish`. Locks are files of that folder, and bind the processes of one machine.
Names with a part that begins with a point belong to this machine alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from ranking.files.hashing import file_sha256


class Storage(Protocol):
    """Files by name, complete or not at all."""

    @property
    def folder(self) -> Path:
        """Folder of this disk where files are made, and lie to be read."""

    def located(self, name: str) -> str:
        """Return where a file is, as messages name it."""

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None if there is none."""

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files in a folder of the storage, or of all, in order."""

    def fetch(self, name: str, fresh: bool = False) -> Path:
        """Return where a file is on this disk, copied there if it is not yet, or if ``fresh``.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        """

    def publish(self, name: str) -> None:
        """Write the file of this name in :attr:`folder` to the storage."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises
        ------
        OSError
            If it cannot be removed.
        """


class FolderStorage:
    """A folder of this machine, or that several machines share.

    Parameters
    ----------
    folder : the folder, which need not be there yet
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def located(self, name: str) -> str:
        """Return the path of a file."""
        return str(self.folder / name)

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None if there is none."""
        path = self.folder / name
        return path.stat().st_size if path.is_file() else None

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files in a folder of it, or of all, in order."""
        found = (path.relative_to(self.folder) for path in (self.folder / prefix).rglob("*"))
        visible = (one for one in found if not any(part.startswith(".") for part in one.parts))
        yield from sorted(one.as_posix() for one in visible if (self.folder / one).is_file())

    def fetch(self, name: str, fresh: bool = False) -> Path:  # noqa: ARG002
        """Return the path of a file, which is there already or nowhere."""
        return self.folder / name

    def publish(self, name: str) -> None:
        """Do nothing: what is in the folder is in the storage."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.folder / name).unlink(missing_ok=True)


@contextmanager
def published(storage: Storage | None, path: Path) -> Iterator[None]:
    """Let a file of a storage grow on this disk while the block runs, however the block ends.

    It begins as the longer one of what the storage has and what is on this disk, and is written to
    the storage if it has changed, or is longer than what is there.

    Parameters
    ----------
    storage : None, where the file is in no storage
    path : the file, in the storage's folder on this disk
    """
    if storage is None:
        yield
        return
    name = path.relative_to(storage.folder).as_posix()
    there = storage.size(name) or 0
    if there > _size(path):
        storage.fetch(name, fresh=True)
    before = _sha256(path)
    try:
        yield
    finally:
        if path.is_file() and (_sha256(path) != before or _size(path) > there):
            storage.publish(name)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _sha256(path: Path) -> str:
    return file_sha256(path) if path.is_file() else ""
