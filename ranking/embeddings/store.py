"""Embeddings on disk: written atomically, found by a cache key.

Conventions
-----------
One folder per *cache key*: an encoder, the hash of its weights, its precision and the options of
its front end, for people to read in its ``cache-key.json`` (``making.json`` where
version 0.1.0 wrote it).
In it one ``.npy`` per recording, named by the SHA-256 of the sound file, with a ``.json`` beside
it: how long each segment is, checksums, and what it was computed with (the class of the device, cpu
where nothing is said; torch, the CPU's capability, threads). The array has shape (S, F, ...) and
the encoder's type: float16 for most, uint16 for codes.
Files appear by rename, the ``.json`` last: without it there is no embedding. So a process may be
killed at any moment, and several may share a store. Arrays are memory-mapped when loaded.
"""

import errno
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.on_disk import SegmentArray, SegmentsOnDisk, damaged
from ranking.embeddings.writer import EmbeddingWriter
from ranking.errors import StoreError
from ranking.files.atomic import open_atomic, write_error
from ranking.files.hashing import file_sha256, json_sha256
from ranking.files.records import check_values, map_array, read_record

CACHE_KEY_FILE = "cache-key.json"
LOCKS = ".claims"  # folder of what is gone when processes have ended
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
ON_CPU = {"device": "cpu"}
"""What is known of embeddings that were stored before their computation was."""
RENAMED_FILES = {"making.json": CACHE_KEY_FILE}
"""Files of version 0.1.0 that may still lie in a store, and what they are called now."""


@dataclass(frozen=True)
class Embedding:
    """The embedding of one recording, memory-mapped."""

    segments: SegmentArray
    """What is stored of each segment, shape (S, F, ...)."""
    seconds: np.ndarray
    """New sound in each segment in seconds, shape (S,)."""
    computation: Mapping[str, Any] = field(default_factory=lambda: dict(ON_CPU))
    """What its bytes depend on beside sound and key; of earlier versions, the device alone."""
    file_seconds: float | None = None
    """Length of the sound file; of earlier versions, that of all segments."""
    sha256: str = ""
    """Hash of the array on disk; empty for one that is not."""
    checks: Sequence[str] = ()
    """Check of each segment, :func:`ranking.embeddings.on_disk.segment_check`, if there are any."""

    @property
    def length(self) -> float:
        """Length of the sound file in seconds, silence at its end included where it is known."""
        return float(self.seconds.sum()) if self.file_seconds is None else self.file_seconds


class EmbeddingStore:
    """A folder of embeddings; any number of processes may read and write it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def holds(self, cache_key: CacheKey) -> bool:
        """Whether any embedding of this key, or of an earlier segmentation, is in the store."""
        keys = filter(None, (cache_key, cache_key.earlier))
        return any(path for key in keys for path in (self.folder / key.folder).glob("*.npy"))

    def contains(self, cache_key: CacheKey, recording: str) -> bool:
        """Whether the embedding of a recording, by its SHA-256, is in the store."""
        return self._record(cache_key, recording).is_file()

    def known_cut(self, cache_keys: Sequence[CacheKey], recording: str) -> str | None:
        """Return what a sound file lacks, as stored with an embedding of it; None if none says."""
        for key in cache_keys:
            with suppress(OSError, StoreError):
                facts = _load_record(self._record(key, recording))
                if "cut_off" in facts:
                    return str(facts["cut_off"])
        return None

    def load(self, cache_key: CacheKey, recording: str) -> Embedding:
        """Return the embedding of a recording, by its SHA-256.

        Raises
        ------
        StoreError
            If it is not there, or its files cannot be read.
        """
        record, path = self._record(cache_key, recording), self.array(cache_key, recording)
        if not record.is_file():
            raise StoreError(
                str(self.folder),
                f"no {cache_key.encoder} embedding of recording {recording[:12]}…",
                "embed this recording",
                key="embed-with",
                encoder=cache_key.encoder,
            )
        try:
            facts = _load_record(record)
            values = map_array(path)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
                what = "too many files are open to read it"
                remedy = "raise the limit on open files (ulimit -n), and run it again"
                raise StoreError(str(path), what, remedy) from None
            raise damaged(path, str(error)) from None
        own = (list(values.shape), values.dtype.name, values.shape[0])
        if own != (facts["shape"], facts["dtype"], len(facts["seconds"])):
            raise damaged(path, "it is not the array that was written")
        return Embedding(
            values,
            np.asarray(facts["seconds"]),
            facts.get("computation", dict(ON_CPU)),
            facts.get("file_seconds"),
            facts["sha256"],
            facts.get("checks", ()),
        )

    @contextmanager
    def open_writer(
        self,
        cache_key: CacheKey,
        recording: str,
        dtype: str,
        computation: Mapping[str, Any] | None = None,
    ) -> Iterator[EmbeddingWriter]:
        """Open a writer whose embedding is in the store when the block has ended without error.

        Parameters
        ----------
        cache_key : key of the embedding
        recording : SHA-256 of the sound file
        dtype : type of the stored numbers, as numpy names it
        computation : what the bytes depend on beside sound and key, on a CPU if None

        Raises
        ------
        StoreError
            If the disk is full or cannot be written. The store is then as it was before.
        """
        try:
            with open_atomic(self.array(cache_key, recording)) as file:
                writer = EmbeddingWriter(file, dtype)
                yield writer
                facts = {**writer.finish(), "computation": dict(computation or ON_CPU)}
            key_file = self.folder / cache_key.folder / CACHE_KEY_FILE
            if not key_file.is_file():
                _write_json(key_file, cache_key.record)
            _write_json(self._record(cache_key, recording), {**facts, "check": json_sha256(facts)})
        except OSError as error:
            raise self._unwritable(error) from None

    def find_damaged(self) -> Iterator[tuple[Path, str]]:
        """Read the whole store; yield the array of each damaged embedding, and what is wrong."""
        for record in sorted(self.folder.glob("*/*.json")):
            if record.name in (CACHE_KEY_FILE, *RENAMED_FILES):
                continue
            array = record.with_suffix(".npy")
            try:
                facts = _load_record(record)
                found = file_sha256(array)
            except StoreError as error:
                yield array, error.what
            except OSError as error:
                yield array, f"it cannot be read ({error.strerror})"
            else:
                if found != facts["sha256"]:
                    yield array, "its bytes are not those that were written"

    def remove_earlier(self, cache_key: CacheKey, recording: str) -> None:
        """Remove the embedding of a recording in an earlier segmentation, if there is one."""
        if cache_key.earlier is not None:
            self.remove(self.array(cache_key.earlier, recording))

    def remove(self, array: Path) -> None:
        """Remove an embedding by its array, so that the recording is embedded anew.

        Raises
        ------
        StoreError
            If its files cannot be removed.
        """
        try:
            array.with_suffix(".json").unlink(missing_ok=True)
            array.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None

    @contextmanager
    def lock(self, recording: str) -> Iterator[bool]:
        """Lock a recording while the block runs; yield whether no other process had locked it.

        The operating system releases a lock when its process ends, however it ends.

        Raises
        ------
        StoreError
            If the store cannot be written.
        """
        lock = self._acquired(recording)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.release()

    @contextmanager
    def visible_file(self) -> Iterator[Path]:
        """Yield a file that is in the folder while the block runs: who sees it shares the folder.

        Raises
        ------
        StoreError
            If the store cannot be written.
        """
        folder = self.folder / LOCKS
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = NamedTemporaryFile(dir=folder, prefix="cluster-")  # noqa: SIM115
        except OSError as error:
            raise self._unwritable(error) from None
        with file:
            yield Path(file.name)

    def _acquired(self, recording: str) -> FileLock | None:
        """The lock of a recording, what killed processes left of it swept; None if it is taken."""
        folder = self.folder / LOCKS
        lock = FileLock(folder / recording)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            for temporary in self.folder.glob(f"*/.{recording}.*"):
                temporary.unlink(missing_ok=True)
        except Timeout:
            return None
        except OSError as error:
            lock.release()
            raise self._unwritable(error) from None
        return lock

    def _unwritable(self, error: OSError) -> StoreError:
        path = Path(str(error.filename)) if error.filename else self.folder
        kept = "what is embedded is not embedded again"
        return write_error(StoreError, path, error, kept, key="other-store")

    def array(self, cache_key: CacheKey, recording: str) -> Path:
        """Return where the array of an embedding is, or would be."""
        return self.folder / cache_key.folder / f"{recording}.npy"

    def _record(self, cache_key: CacheKey, recording: str) -> Path:
        return self.folder / cache_key.folder / f"{recording}.json"


def read_on_demand(embedding: Embedding) -> Embedding:
    """Return the embedding, its file closed until segments are read."""
    if not isinstance(embedding.segments, np.memmap):
        return embedding
    on_disk = SegmentsOnDisk(embedding.segments, embedding.sha256, embedding.checks)
    return replace(embedding, segments=on_disk)


def _load_record(path: Path) -> dict[str, Any]:
    try:
        facts = read_record(path)
        check = facts.pop("check")
        known = {name: value for name, value in facts.items() if name in RECORD}
        check_values(known, RECORD, RECORD.keys() - LATER)
    except (ValueError, KeyError):
        raise damaged(path, "its record is not what was written") from None
    if check != json_sha256(facts):
        raise damaged(path, "its record is not what was written")
    return facts


def _write_json(path: Path, facts: Mapping[str, Any]) -> None:
    with open_atomic(path) as file:
        file.write(json.dumps(facts).encode())
