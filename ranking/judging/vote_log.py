"""Verdicts on disk as they come, so that a process may be killed at any moment.

Conventions
-----------
A log is one file, named by a hash of what is judged: one record after another, each some float32
and their CRC-32. How long each record is follows from what is judged. A record that is cut off or
damaged ends the log: it and what follows are judged anew.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from typing import Any

import numpy as np

from ranking.errors import StoreError
from ranking.files.hashing import json_sha256

CHECK_BYTES = 4


class Log:
    """An open log; ``records`` are those that it holds, in order."""

    def __init__(self, file: BufferedRandom, lengths: Sequence[int]) -> None:
        self._file = file
        self.records = list(_whole_records(file, lengths))
        file.seek(sum(one.nbytes + CHECK_BYTES for one in self.records))
        file.truncate()

    def append(self, record: np.ndarray) -> None:
        """Write a record, and leave it to the operating system at once."""
        values = record.astype("<f4").ravel()
        self._file.write(_sealed(values))
        self._file.flush()
        self.records.append(values)


@contextmanager
def open_log(folder: Path, facts: Mapping[str, Any], lengths: Sequence[int]) -> Iterator[Log]:
    """Open the log of what ``facts`` name, where it ended.

    Parameters
    ----------
    lengths : values in each record, in order

    Raises
    ------
    StoreError
        If it cannot be read or written.
    """
    digest = json_sha256(facts)
    path = folder / f"{digest}.votes"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
        with path.open("r+b") as file:
            yield Log(file, lengths)
    except OSError as error:
        raise StoreError(
            str(path),
            f"votes cannot be written ({error.strerror})",
            "make room and go on: what is there is kept",
        ) from None


def _whole_records(file: BufferedRandom, lengths: Sequence[int]) -> Iterator[np.ndarray]:
    for length in lengths:
        size = 4 * length
        raw = file.read(size + CHECK_BYTES)
        values = np.frombuffer(raw[:size], dtype="<f4") if len(raw) > size else np.empty(0)
        if len(values) != length or _sealed(values) != raw:
            return
        yield values


def _sealed(values: np.ndarray) -> bytes:
    content = values.tobytes()
    return content + zlib.crc32(content).to_bytes(CHECK_BYTES, "little")
