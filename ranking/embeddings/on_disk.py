"""The segments of a stored embedding, read when they are asked for.

Conventions
-----------
No file stays open between two reads, however many recordings there are: an operating system may
allow a process no more than 256 open files. Segments lie one after another in an ``.npy`` file.
"""

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ranking.errors import StoreError


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

    Parameters
    ----------
    mapped : the array, memory-mapped
    """

    def __init__(self, mapped: np.memmap) -> None:
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
            If the file cannot be read, or has become shorter.
        """
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
        return out

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return the whole array in memory."""
        return self[:] if dtype is None else self[:].astype(dtype)
