"""Embeddings on disk: written whole, found by what they were made from.

Conventions
-----------
One folder per *cache key*: an encoder, the hash of its weights, its precision and the options of
its front end, written in its ``making.json``. In it one ``.npy`` per recording, named by the
SHA-256 of the sound file, with a ``.json`` beside it: how long each segment is, and checksums. The
array has shape (S, F, ...) and the encoder's type: float16 for most, uint16 for codes.
Files appear by rename, the ``.json`` last: without it there is no embedding. So a process may be
killed at any moment, and several may share a store. Arrays are memory-mapped when read.
"""

import errno
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from io import BufferedRandom
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.lib import format as npy

from ranking.errors import StoreError
from ranking.files.atomic import replacing
from ranking.files.hashing import file_sha256, json_sha256

MAKING = "making.json"
FIRST_NAMES = {"left_channel": "left", "sample_rate": "rate"}
"""Options of front ends under the names that the hashes of folders know."""


@dataclass(frozen=True)
class CacheKey:
    """What an embedding depends on, beside the sound."""

    encoder: str
    precision: str = "float32"
    weights_sha256: str = ""
    front_end: tuple[tuple[str, bool | float], ...] = ()
    """Options as pairs, in order of their names."""

    @cached_property
    def folder(self) -> str:
        """Name of its folder: the encoder, and a hash of the whole.

        Of these names, whatever the fields are called: what is on disk lies under it.
        """
        facts = {
            "encoder": self.encoder,
            "precision": self.precision,
            "weights_sha256": self.weights_sha256,
            "front_end": sorted((FIRST_NAMES.get(name, name), v) for name, v in self.front_end),
        }
        return f"{self.encoder}-{json_sha256(facts)[:16]}"


@dataclass(frozen=True)
class Embedding:
    """One recording's, memory-mapped."""

    segments: np.ndarray
    """Shape (S, F, ...)."""
    seconds: np.ndarray
    """Shape (S,): length of the sound in each segment."""


class EmbeddingWriter:
    """Takes an embedding piece by piece, so that its length need not be known or held."""

    def __init__(self, file: BufferedRandom, dtype: str) -> None:
        self._file = file
        self._dtype = np.dtype(dtype)
        self._shape: tuple[int, ...] = ()
        self._room = 0
        self.seconds: list[float] = []

    def add(self, values: np.ndarray, seconds: Sequence[float]) -> None:
        """Take segments, shape (B, F, ...), and how long the sound in each is."""
        if not self._shape:
            self._shape = values.shape[1:]
            self._room = _header(self._file, (0, *self._shape), self._dtype)
        with np.errstate(over="ignore"):
            piece = np.ascontiguousarray(values.astype(self._dtype))
        if piece.dtype.kind == "f" and not np.isfinite(piece).all():
            raise ValueError(f"values that {self._dtype.name} cannot hold")
        self._file.write(piece.tobytes())
        self.seconds += [round(float(one), 6) for one in seconds]

    def finish(self) -> dict[str, Any]:
        """Write the true length into the header; return the facts of the array."""
        shape = (len(self.seconds), *self._shape)
        self._file.seek(0)
        if _header(self._file, shape, self._dtype) != self._room:
            raise ValueError("the header has outgrown its place")
        self._file.seek(0)
        digest = hashlib.file_digest(self._file, "sha256").hexdigest()
        return {
            "shape": list(shape),
            "dtype": self._dtype.name,
            "seconds": self.seconds,
            "sha256": digest,
        }


class EmbeddingStore:
    """A folder of embeddings; any number of processes may read and write it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, cache_key: CacheKey, recording: str) -> bool:
        """Whether a recording, by its SHA-256, is embedded."""
        return self._record(cache_key, recording).is_file()

    def read(self, cache_key: CacheKey, recording: str) -> Embedding:
        """Return an embedding.

        Raises
        ------
        StoreError
            If it is not there, or its files cannot be read.
        """
        record, path = self._record(cache_key, recording), self._array(cache_key, recording)
        if not record.is_file():
            raise StoreError(
                str(self.folder),
                f"no {cache_key.encoder} embedding of recording {recording[:12]}…",
                "embed the recording",
                key="embed-with",
                encoder=cache_key.encoder,
            )
        facts = _read_facts(record)
        try:
            values = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise _damaged(path, str(error)) from None
        if list(values.shape) != facts["shape"] or values.dtype != facts["dtype"]:
            raise _damaged(path, "not the array that was written")
        return Embedding(values, np.asarray(facts["seconds"]))

    @contextmanager
    def writing(self, cache_key: CacheKey, recording: str, dtype: str) -> Iterator[EmbeddingWriter]:
        """Keep an embedding that the block adds piece by piece; nothing if the block fails.

        Raises
        ------
        StoreError
            If the disk is full or cannot be written. The store is then as it was before.
        """
        try:
            with replacing(self._array(cache_key, recording)) as file:
                writer = EmbeddingWriter(file, dtype)
                yield writer
                facts = writer.finish()
            told = self.folder / cache_key.folder / MAKING
            if not told.is_file():
                _write_json(told, asdict(cache_key))
            _write_json(self._record(cache_key, recording), {**facts, "check": json_sha256(facts)})
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise StoreError(
                str(self.folder),
                "the disk is full" if full else f"it cannot be written ({error.strerror})",
                "make room and go on: what is there is kept" if full else "choose another folder",
                key="" if full else "other-store",
            ) from None

    def damaged(self) -> Iterator[tuple[Path, str]]:
        """Read everything, and yield each embedding's array whose bytes are wrong, and why."""
        for record in sorted(self.folder.glob("*/*.json")):
            if record.name == MAKING:
                continue
            array = record.with_suffix(".npy")
            try:
                facts = _read_facts(record)
                found = file_sha256(array)
            except StoreError as error:
                yield array, error.what
            except OSError as error:
                yield array, f"it cannot be read ({error.strerror})"
            else:
                if found != facts["sha256"]:
                    yield array, "its bytes are not those that were written"

    def forget(self, array: Path) -> None:
        """Remove an embedding, so that it is made anew."""
        array.with_suffix(".json").unlink(missing_ok=True)
        array.unlink(missing_ok=True)

    @contextmanager
    def claimed(self, recording: str) -> Iterator[bool]:
        """Whether this process may embed a recording now: no other one is at it.

        The operating system lets go of the claim when its process ends, however it ends.
        """
        folder = self.folder / ".claims"
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / recording)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            for left in self.folder.glob(f"*/.{recording}.*"):  # by a process that was killed
                left.unlink(missing_ok=True)
            yield True
        finally:
            lock.release()

    def _array(self, cache_key: CacheKey, recording: str) -> Path:
        return self.folder / cache_key.folder / f"{recording}.npy"

    def _record(self, cache_key: CacheKey, recording: str) -> Path:
        return self.folder / cache_key.folder / f"{recording}.json"


def make_cache_key(
    encoder: str, precision: str, weights_sha256: str, front_end: Mapping[str, bool | float]
) -> CacheKey:
    """Return the cache key with its options in order."""
    return CacheKey(encoder, precision, weights_sha256, tuple(sorted(front_end.items())))


def _header(file: BufferedRandom, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Write an .npy header, which leaves room for a longer first axis; return its size."""
    facts = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(file, facts)
    return file.tell()


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        check = facts.pop("check")
    except (ValueError, KeyError, AttributeError):
        raise _damaged(path, "its record is not what was written") from None
    if check != json_sha256(facts):
        raise _damaged(path, "its record is not what was written")
    return facts


def _write_json(path: Path, facts: Mapping[str, Any]) -> None:
    with replacing(path) as file:
        file.write(json.dumps(facts).encode())


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(str(path), what, "remove it and embed the recording", key="verify-store")
