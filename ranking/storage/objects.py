"""A storage at an address: S3, Google Cloud and whatever else fsspec [1]_ reads.

Conventions
-----------
A file is an object, whose name follows the address. Object stores write objects as a whole; other
file systems, such as ``file`` and ``sftp``, have a file under a hidden name first, which is renamed
when it is complete. So an upload that is interrupted leaves no object, whatever else is left.

What is read lies in a folder of this disk afterwards, one for each address, and what was written
does so too: it crosses the network once. Everything in it is a copy, and may be removed at any
time. Who reads a copy checks it, and fetches it anew where it is damaged or an older one.

How an address is reached (endpoint, region, credentials) is the business of fsspec's configuration
and of the package that reads the protocol: nothing of it is asked for or written here.

References
----------
.. [1] fsspec developers, "Filesystem interfaces for Python",
   https://filesystem-spec.readthedocs.io.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from ranking.errors import StoreError
from ranking.files.atomic import FULL, safe_file_name, write_error
from ranking.storage.addresses import StoreAddress, StorePlace
from ranking.storage.failures import no_bucket, no_file_system, remote_errors, storage_error
from ranking.storage.folders import FolderStorage, Storage

WRITES_WHOLE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"}
"""Protocols of object stores: an object appears when all of it is there, in a bucket."""
INCOMING = ".incoming"
"""Folder of a cache where copies are until they are complete."""


class ObjectStorage:
    """A storage at an address, with copies on this disk.

    Parameters
    ----------
    address : where it is, and where copies are kept

    Raises
    ------
    StoreError
        If there is no such protocol or bucket, or it cannot be reached or read.
    """

    def __init__(self, address: StoreAddress) -> None:
        self._address = address
        self.folder = cache_folder(address)
        with self._remote():
            self._system, self._root = _open_system(address.url, address.protocol)

    def located(self, name: str) -> str:
        """Return the address of a file."""
        return f"{self._address}/{name}"

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None if there is none."""
        with self._remote(), suppress(FileNotFoundError, NotADirectoryError):
            found = self._system.info(self._path(name))
            if found["type"] == "file":
                return int(found["size"])
        return None

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files in a folder of it, or of all, in order."""
        found: list[str] = []
        with self._remote(), suppress(FileNotFoundError, NotADirectoryError):
            found = self._system.find(self._path(prefix).rstrip("/"))
        names = (path.removeprefix(self._root).lstrip("/") for path in sorted(found))
        yield from (one for one in names if not f"/{one}".count("/."))

    def fetch(self, name: str, fresh: bool = False) -> Path:
        """Return the copy of a file on this disk, made now if there is none, or if ``fresh``."""
        path = self.folder / name
        if fresh or not path.is_file():
            temporary = self.folder / INCOMING / secrets.token_hex(8)
            with self._remote():
                try:
                    temporary.parent.mkdir(parents=True, exist_ok=True)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    self._system.get_file(self._path(name), str(temporary))
                    temporary.replace(path)
                finally:
                    temporary.unlink(missing_ok=True)
        return path

    def publish(self, name: str) -> None:
        """Write the file of this name in :attr:`folder` to the address, complete or not at all."""
        own, path = self.folder / name, self._path(name)
        with self._remote():
            if self._address.protocol in WRITES_WHOLE:
                self._system.put_file(str(own), path)
                return
            folder, _, last = path.rpartition("/")
            temporary = f"{folder}/.{last}.{secrets.token_hex(8)}"
            self._system.makedirs(folder, exist_ok=True)
            try:
                self._system.put_file(str(own), temporary)
                self._system.mv(temporary, path)
            except BaseException:
                with suppress(*remote_errors()):
                    self._system.rm_file(temporary)
                raise

    def remove(self, name: str) -> None:
        """Remove a file and its copy, if it is there."""
        with self._remote(), suppress(FileNotFoundError):
            self._system.rm_file(self._path(name))
        (self.folder / name).unlink(missing_ok=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _remote(self) -> Iterator[None]:
        """Say what is wrong with the address; of this disk, when it is full."""
        try:
            yield
        except FileNotFoundError:
            raise
        except remote_errors() as error:
            if isinstance(error, OSError) and self._of_this_disk(error):
                kept = "files there are copies, and may be removed"
                raise write_error(StoreError, self.folder, error, kept, "store-cache") from None
            raise storage_error(self._address, error) from None

    def _of_this_disk(self, error: OSError) -> bool:
        return error.errno in FULL or str(error.filename).startswith(str(self.folder))


def open_storage(place: StorePlace) -> Storage:
    """Return the storage at a place.

    Raises
    ------
    StoreError
        If it is an address that cannot be used.
    """
    return ObjectStorage(place) if isinstance(place, StoreAddress) else FolderStorage(place)


def cache_folder(address: StoreAddress) -> Path:
    """Return the folder of this disk that has the copies of an address.

    Raises
    ------
    StoreError
        If none is named, and the user has no home folder.
    """
    folder = address.cache
    if folder is None:
        from platformdirs import user_cache_path

        folder = user_cache_path("judge") / "stores"
        if not folder.is_absolute():  # it would be a folder of the name ~
            raise StoreError(
                str(address),
                "you have no home folder to keep copies in",
                "name a folder of copies",
                key="store-cache",
            )
    key = hashlib.sha256(address.url.encode()).hexdigest()[:16]
    return folder / f"{safe_file_name(address.url, 'store')}-{key}"


@lru_cache(maxsize=16)
def _open_system(url: str, protocol: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it; a bucket is looked for, once a process."""
    from fsspec.core import url_to_fs

    try:
        system, root = url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise no_file_system(url, protocol, error) from None
    root = root.rstrip("/")
    if protocol in WRITES_WHOLE:
        try:
            system.info(root.partition("/")[0])
        except FileNotFoundError:
            raise no_bucket(url, root.partition("/")[0]) from None
    return system, root
