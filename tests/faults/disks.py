"""Disks that are full or read-only, and users without rights, for the processes of a test.

Conventions
-----------
What needs the rights of root is mounted for this process and its children alone, and is gone with
them. Where there are no such rights, :func:`can_mount` says so.
"""

import ctypes
import os
import resource
import shutil
import signal
import stat
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

NEW_NAMESPACE = 0x20000
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18
NOBODY = 65534


@cache
def can_mount() -> bool:
    """Whether file systems can be mounted for this process alone; from then on they are."""
    if not hasattr(os, "setresuid") or os.geteuid() != 0:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(NEW_NAMESPACE):
        return False
    return library.mount(b"none", b"/", None, RECURSIVE | PRIVATE, None) == 0


def can_change_user() -> bool:
    """Whether processes can be those of a user without rights, who can read the packages."""
    if not hasattr(os, "setresuid") or os.geteuid() != 0:
        return False
    read = Path(sysconfig.get_path("purelib")), Path(__file__)
    folders = {folder for path in read for folder in (path, *path.parents) if folder.is_dir()}
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def _mount(source: Path, target: Path, kind: str | None, flags: int, options: str = "") -> None:
    library = ctypes.CDLL(None, use_errno=True)
    given = [os.fsencode(source), os.fsencode(target), kind.encode() if kind else None]
    if library.mount(*given, flags, options.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def _unmount(target: Path) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.umount2(os.fsencode(target), 2):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder a disk that is read-only while the block runs."""
    _mount(folder, folder, None, BIND)
    try:
        _mount(folder, folder, None, BIND | REMOUNT | READ_ONLY)
        yield
    finally:
        _unmount(folder)


@contextmanager
def nearly_full(folder: Path, room: int) -> Iterator[None]:
    """Make a folder a disk with so many bytes of room while the block runs; what it holds stays."""
    held = folder.with_name(f"{folder.name}-held")
    shutil.copytree(folder, held)
    used = sum(4096 * (1 + path.stat().st_size // 4096) for path in held.rglob("*"))
    pages = (used + room) // 4096 + 1
    _mount(Path("tmpfs"), folder, "tmpfs", 0, f"size={pages * 4096},mode=755")
    try:
        shutil.copytree(held, folder, dirs_exist_ok=True)
        shutil.rmtree(held)
        yield
        shutil.copytree(folder, held)
    finally:
        _unmount(folder)
    shutil.rmtree(folder)
    held.rename(folder)


def limit_files(size: int) -> None:
    """Let this process write no file larger than so many bytes; it gets an error, no signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def become_nobody() -> None:
    """Give up all rights of this process."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
