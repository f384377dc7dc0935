"""Votes on disk as they are computed, so that a process may be killed at any moment.

Conventions
-----------
A log is one file, named by a hash of what its votes depend on, the classes of device that computed
embeddings and votes among it: one record after another, each of some float32 values and their
CRC-32. The length of each record is known to whoever opens the log. A record that is incomplete, as
a killed process leaves it, or damaged ends the log: it and those that follow are computed again.
Where a log cannot be written, as on a disk that is read-only, what it holds is used, and the rest
is computed without being kept.
At an address, the longer of two logs is used, the one there or the one on this disk, to which votes
are appended; it is written to the address, whole, when it is closed. So votes of a process that was
killed are known to its machine alone, until the same is done there again.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import SEEK_END, BufferedRandom, BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ranking.errors import StoreError
from ranking.files.atomic import READ_ONLY, write_error
from ranking.files.hashing import json_sha256
from ranking.storage.folders import Storage, published

CHECKSUM_BYTES = 4


class VoteLog:
    """An open log; ``records`` are those that it holds, in order, ``damaged`` whether one was.

    Parameters
    ----------
    file
        Open for reading and writing.
    lengths
        Number of values of each record, in order.
    kept
        Whether what is written stays on disk.
    """

    def __init__(
        self, file: BufferedRandom | BytesIO, lengths: Sequence[int], kept: bool = True
    ) -> None:
        self._file, self.kept = file, kept
        self.records = list(_valid_records(file, lengths))
        end = sum(record.nbytes + CHECKSUM_BYTES for record in self.records)
        following = 4 * sum(lengths[len(self.records) :][:1]) + CHECKSUM_BYTES
        self.damaged = file.seek(0, SEEK_END) - end >= following
        file.seek(end)
        file.truncate()

    def append(self, record: np.ndarray) -> None:
        """Write a record, and hand it to the operating system at once."""
        values = record.astype("<f4").ravel()
        self._file.write(_with_checksum(values))
        self._file.flush()
        self.records.append(values)


@contextmanager
def open_vote_log(
    folder: Path,
    facts: Mapping[str, Any],
    lengths: Sequence[int],
    storage: Storage | None = None,
) -> Iterator[VoteLog]:
    """Open the log of some votes, at its end; an empty one if there is none.

    Parameters
    ----------
    folder
        Where logs are.
    facts
        All that the votes depend on, as JSON can hold it; the file is named by their hash.
    lengths
        Number of values of each record, in order.
    storage
        Storage whose folder on this disk ``folder`` is in; by default this is a folder by itself.

    Raises
    ------
    StoreError
        If there is no room for it, a file is in the place of the folder, or the storage fails.
    """
    path = folder / f"{json_sha256(facts)}.votes"
    try:
        with published(storage, path), _opened(path) as file:
            yield VoteLog(file, lengths, kept=not isinstance(file, BytesIO))
    except OSError as error:
        kept = "votes that were written are used"
        raise write_error(StoreError, path, error, kept, key="other-store") from None


def _opened(path: Path) -> BufferedRandom | BytesIO:
    """The file; what it holds, in memory, where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path.open("r+b")
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise
    content = b""
    with suppress(OSError):
        content = path.read_bytes()
    return BytesIO(content)


def _valid_records(file: BinaryIO, lengths: Sequence[int]) -> Iterator[np.ndarray]:
    for length in lengths:
        size = 4 * length
        raw = file.read(size + CHECKSUM_BYTES)
        values = np.frombuffer(raw[:size], dtype="<f4") if len(raw) > size else np.empty(0)
        if len(values) != length or _with_checksum(values) != raw:
            return
        yield values


def _with_checksum(values: np.ndarray) -> bytes:
    content = values.tobytes()
    return content + zlib.crc32(content).to_bytes(CHECKSUM_BYTES, "little")
