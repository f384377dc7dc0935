"""The files of a stored embedding: its record, and its segments, read when they are asked for.

Conventions
-----------
No file stays open between two reads, however many recordings there are: an operating system may
allow a process no more than 256 open files. Segments lie one after another in an ``.npy`` file.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import xxhash

from ranking.errors import StoreError
from ranking.files.hashing import file_sha256, json_sha256
from ranking.files.records import check_values, read_record

RECORD = {
    "shape": list[int],
    "dtype": str,
    "seconds": list[float],
    "file_seconds": float,
    "sha256": str,
    "checks": list[str],
    "cut_off": str,
    "computation": Mapping[str, Any],
}
"""Types of what the record of an embedding says."""
LATER = {"file_seconds", "computation", "checks", "cut_off"}  # not in every record


class SegmentArray(Protocol):
    """What is stored of each segment, shape (S, F, ...), in memory or on disk."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole array."""

    @property
    def nbytes(self) -> int:
        """Size of the whole array."""

    def __getitem__(self, segments: slice, /) -> Any:
        """Return the segments of a slice."""

    def __array__(self, dtype: Any = None, /) -> np.ndarray:
        """Return the whole array in memory."""


class SegmentsOnDisk:
    """The segments of an embedding on disk; those of a slice are read when it is taken.

    What is read must be what was written. Segments have a check each; an array of version 0.1.0 has
    the hash of its file alone, which is read as a whole the first time.

    Parameters
    ----------
    mapped : the array, memory-mapped
    sha256 : hash of the file
    checks : check of each segment, from :func:`segment_check`; empty where there are none
    fetch_again : fetches the file anew, where it is a copy that may be damaged or an older one
    """

    def __init__(
        self,
        mapped: np.memmap,
        sha256: str,
        checks: Sequence[str],
        fetch_again: Callable[[], Path] | None = None,
    ) -> None:
        self._sha256, self._checks, self._fetch_again = sha256, checks, fetch_again
        self.path = Path(str(mapped.filename))
        self.shape: tuple[int, ...] = mapped.shape
        self.dtype = mapped.dtype
        self.nbytes = mapped.nbytes
        self._start = mapped.offset

    def __getitem__(self, segments: slice, /) -> np.ndarray:
        """Return the segments of a slice, a new array.

        Raises
        ------
        StoreError
            If the file cannot be read, or has other bytes than were written.
        """
        try:
            return self._read(segments)
        except StoreError:
            if self._fetch_again is None:
                raise
        self._fetch_again()
        return self._read(segments)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return the whole array in memory."""
        return self[:] if dtype is None else self[:].astype(dtype)

    def _read(self, segments: slice) -> np.ndarray:
        first, stop, _ = segments.indices(self.shape[0])
        out = np.empty((stop - first, *self.shape[1:]), self.dtype)
        try:
            with self.path.open("rb") as file:
                file.seek(self._start + first * (self.nbytes // self.shape[0]))
                read = file.readinto(out.view(np.uint8).data)
        except OSError as error:
            what = f"it cannot be read ({error.strerror})"
            raise StoreError(str(self.path), what, "run it again") from None
        if read != out.nbytes:
            raise StoreError(str(self.path), "it has become shorter", "run it again")
        self._refuse_damaged(out, first)
        return out

    def _refuse_damaged(self, segments: np.ndarray, first: int) -> None:
        if self._checks:
            found = list(map(segment_check, segments))
            sound = found == list(self._checks[first : first + len(segments)])
        else:
            sound = self._sha256 in ("", file_sha256(self.path))
            if sound:
                self._sha256 = ""  # known now
        if not sound:
            raise damaged(str(self.path), "its bytes are not those that were written")


def segment_check(segment: np.ndarray) -> str:
    """Return the XXH3 hash, 64 bits, of a segment's bytes: as fast as they come from memory."""
    return xxhash.xxh3_64_hexdigest(np.ascontiguousarray(segment).view(np.uint8).data)


def load_record(path: Path, where: str) -> dict[str, Any]:
    """Return what the record of an embedding says.

    Parameters
    ----------
    path : the file
    where : where it is, as messages name it

    Raises
    ------
    OSError
        If it cannot be read.
    StoreError
        If it is not what was written.
    """
    try:
        facts = read_record(path)
        check = facts.pop("check")
        known = {name: value for name, value in facts.items() if name in RECORD}
        check_values(known, RECORD, RECORD.keys() - LATER)
    except (ValueError, KeyError):
        raise damaged(where, "its record is not what was written") from None
    if check != json_sha256(facts):
        raise damaged(where, "its record is not what was written")
    return facts


def damaged(where: str, what: str) -> StoreError:
    """Return the error of a damaged file of the store."""
    return StoreError(where, what, "remove it and embed the recording again", key="verify-store")
