"""Which files of a folder are opened while a block runs, by any library or process: inotify(7)."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_ACCESS, IN_OPEN = 0x01, 0x20
HEADER = struct.Struct("iIII")  # watch, what was done, cookie, length of the name


@contextmanager
def opened_files(folder: Path) -> Iterator[list[str]]:
    """Give a list that holds, after the block, the names of files that were opened or read."""
    library, opened = ctypes.CDLL(None, use_errno=True), []
    handle = library.inotify_init1(os.O_NONBLOCK)
    try:
        if library.inotify_add_watch(handle, os.fsencode(folder), IN_ACCESS | IN_OPEN) < 0:
            raise OSError(ctypes.get_errno(), "no watch", str(folder))
        yield opened
        opened += _names(handle)
    finally:
        os.close(handle)


def _names(handle: int) -> Iterator[str]:
    try:
        events = os.read(handle, 1 << 16)
    except BlockingIOError:  # there were none
        return
    while events:
        *_, length = HEADER.unpack_from(events)
        stop = HEADER.size + length
        yield events[HEADER.size : stop].rstrip(b"\0").decode(errors="replace") or "the folder"
        events = events[stop:]
