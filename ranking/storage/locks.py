"""Locks of what is being made, and a file that shows who shares a storage.

Conventions
-----------
A lock is a file in a hidden folder on this disk. The operating system releases it when its process
ends, however it ends. Other machines do not see it, unless the folder is theirs too: what two of
them make at a time is the same, or as good, and the later one replaces the earlier.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ranking.files.atomic import open_atomic
from ranking.storage.folders import Storage

LOCKS = ".claims"  # folder of what is gone when processes have ended


@contextmanager
def lock(folder: Path, name: str) -> Iterator[bool]:
    """Lock a name in a folder while the block runs; yield whether no other process had locked it.

    Temporary files that a killed process left of it are removed.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    own = FileLock(folder / LOCKS / name)
    try:
        (folder / LOCKS).mkdir(parents=True, exist_ok=True)
        own.acquire(timeout=0)
        for temporary in folder.glob(f"*/.{name}.*"):
            temporary.unlink(missing_ok=True)
    except Timeout:
        yield False
        return
    except OSError:
        own.release()
        raise
    try:
        yield True
    finally:
        own.release()


@contextmanager
def visible_file(storage: Storage) -> Iterator[str]:
    """Yield the name of a file that is in a storage while the block runs: who sees it shares it.

    Raises
    ------
    OSError, StoreError
        If the storage cannot be written.
    """
    name = f"{LOCKS}/cluster-{secrets.token_hex(8)}"
    with open_atomic(storage.folder / name):
        pass
    try:
        storage.publish(name)
        yield name
    finally:
        storage.remove(name)
