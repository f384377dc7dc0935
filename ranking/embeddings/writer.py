"""An embedding on its way to the disk, batch by batch.

Conventions
-----------
The array is an ``.npy`` file. :meth:`EmbeddingWriter.finish` returns what belongs beside it: shape,
type, seconds, the SHA-256 of the file, and a check of each segment, which is made anew whenever the
segment is read.
"""

import hashlib
from collections.abc import Sequence
from io import BufferedRandom
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ranking.embeddings.on_disk import segment_check


class EmbeddingWriter:
    """Writes an embedding batch by batch, so that its length need not be known in advance."""

    def __init__(self, file: BufferedRandom, dtype: str) -> None:
        self._file = file
        self._dtype = np.dtype(dtype)
        self._shape: tuple[int, ...] = ()
        self._header_bytes = 0
        self.seconds: list[float] = []
        self._checks: list[str] = []
        self.file_seconds: float | None = None
        """Length of the sound file; None: that of all segments."""
        self.cut_off = ""
        """What the sound file lacks, if it was cut off."""

    def add(self, values: np.ndarray, seconds: Sequence[float], first: int | None = None) -> None:
        """Append segments, or write them in the place of earlier ones, which end there.

        Parameters
        ----------
        values : segments, shape (B, F, ...)
        seconds : new sound in each, in seconds
        first : number of the first of them; None: the next

        Raises
        ------
        ValueError
            If segments are missing before ``first``, or values do not fit the type.
        """
        if not self._shape:
            self._shape = values.shape[1:]
            self._header_bytes = _write_header(self._file, (0, *self._shape), self._dtype)
        with np.errstate(over="ignore"):
            stored = np.ascontiguousarray(values.astype(self._dtype))
        if stored.dtype.kind == "f" and not np.isfinite(stored).all():
            raise ValueError(f"values that {self._dtype.name} cannot hold")
        if first is not None and first > len(self.seconds):
            raise ValueError(f"segments from {len(self.seconds)} to {first} are missing")
        if first is not None and first < len(self.seconds):
            del self.seconds[first:], self._checks[first:]
            self._file.seek(self._header_bytes + first * stored[0].nbytes)
            self._file.truncate()
        self._file.write(stored.tobytes())
        self.seconds += [round(float(one), 6) for one in seconds]
        self._checks += map(segment_check, stored)

    def finish(self) -> dict[str, Any]:
        """Write the true length into the header; return the record of the array."""
        shape = (len(self.seconds), *self._shape)
        self._file.seek(0)
        if _write_header(self._file, shape, self._dtype) != self._header_bytes:
            raise ValueError("the header is longer than before")
        self._file.seek(0)
        sha256 = hashlib.file_digest(self._file, "sha256").hexdigest()
        return {
            "shape": list(shape),
            "dtype": self._dtype.name,
            "seconds": self.seconds,
            "file_seconds": round(self.file_seconds or sum(self.seconds), 6),
            "sha256": sha256,
            "checks": self._checks,
            "cut_off": self.cut_off,
        }


def _write_header(file: BufferedRandom, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Write an .npy header, which leaves room for a longer first axis; return its size."""
    facts = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(file, facts)
    return file.tell()
