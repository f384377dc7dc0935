"""Embeddings in a folder or at an address: written atomically, found by a cache key.

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
At an address (:mod:`ranking.storage.objects`) there are the same files, and copies of those that
were read or written on this disk. The record is read anew each time, and an array is fetched again
where it is not what its record says. Locks are of one machine: two that embed a recording at a time
write the same bytes, if they compute alike, and else one of two embeddings that are as good.
"""

import errno
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.on_disk import SegmentArray, SegmentsOnDisk, damaged, load_record
from ranking.embeddings.writer import EmbeddingWriter
from ranking.errors import StoreError
from ranking.files.atomic import open_atomic, write_error
from ranking.files.hashing import file_sha256, json_sha256
from ranking.files.records import map_array
from ranking.storage.addresses import StoreAddress, StorePlace
from ranking.storage.locks import lock, visible_file
from ranking.storage.objects import open_storage

CACHE_KEY_FILE = "cache-key.json"
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
    fetch_again: Callable[[], Path] | None = None
    """Fetches the array anew, where what is on this disk is a copy."""

    @property
    def length(self) -> float:
        """Length of the sound file in seconds, silence at its end included where it is known."""
        return float(self.seconds.sum()) if self.file_seconds is None else self.file_seconds


class EmbeddingStore:
    """Embeddings in a folder or at an address; any number of processes may read and write them.

    Attribute ``folder`` is where their files are on this disk; those of an address are copies.

    Parameters
    ----------
    place : the folder, or the address

    Raises
    ------
    StoreError
        If it is an address that cannot be used.
    """

    def __init__(self, place: StorePlace) -> None:
        self._place, self._storage = place, open_storage(place)
        self.folder = self._storage.folder
        self._copies = isinstance(place, StoreAddress)  # which may be older or damaged

    def holds(self, cache_key: CacheKey) -> bool:
        """Whether any embedding of this key, or of an earlier segmentation, is in the store."""
        keys = filter(None, (cache_key, cache_key.earlier))
        names = (name for key in keys for name in self._storage.names(key.folder))
        return any(name.endswith(".npy") for name in names)

    def contains(self, cache_key: CacheKey, recording: str) -> bool:
        """Whether the embedding of a recording, by its SHA-256, is in the store."""
        return self._storage.size(_record(cache_key, recording)) is not None

    def known_cut(self, cache_keys: Sequence[CacheKey], recording: str) -> str | None:
        """Return what a sound file lacks, as stored with an embedding of it; None if none says."""
        for key in cache_keys:
            with suppress(OSError, StoreError):
                facts = self._load_record(_record(key, recording))
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
        name = _array(cache_key, recording)
        try:
            facts = self._load_record(_record(cache_key, recording), fresh=True)
        except FileNotFoundError:
            raise StoreError(
                str(self._place),
                f"no {cache_key.encoder} embedding of recording {recording[:12]}…",
                "embed this recording",
                key="embed-with",
                encoder=cache_key.encoder,
            ) from None
        except OSError as error:
            raise self._unreadable(name, error) from None
        values = self._map(name, facts)
        return Embedding(
            values,
            np.asarray(facts["seconds"]),
            facts.get("computation", dict(ON_CPU)),
            facts.get("file_seconds"),
            facts["sha256"],
            facts.get("checks", ()),
            partial(self._storage.fetch, name, fresh=True) if self._copies else None,
        )

    def _map(self, name: str, facts: Mapping[str, Any]) -> np.memmap:
        """The array of an embedding; a copy that is not what its record says is fetched anew."""
        for fresh in (False, True) if self._copies else (False,):
            try:
                values = map_array(self._storage.fetch(name, fresh))
            except (OSError, ValueError) as error:
                wrong = self._unreadable(name, error)
                continue
            own = (list(values.shape), values.dtype.name, values.shape[0])
            if own == (facts["shape"], facts["dtype"], len(facts["seconds"])):
                return values
            wrong = damaged(self._storage.located(name), "it is not the array that was written")
        raise wrong

    def _unreadable(self, name: str, error: OSError | ValueError) -> StoreError:
        where = self._storage.located(name)
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            what = "too many files are open to read it"
            remedy = "raise the limit on open files (ulimit -n), and run it again"
            return StoreError(where, what, remedy)
        return damaged(where, str(error))

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
            name, record = _array(cache_key, recording), _record(cache_key, recording)
            key_file = f"{cache_key.folder}/{CACHE_KEY_FILE}"
            if self._storage.size(key_file) is None:
                _write_json(self.folder / key_file, cache_key.record)
                self._storage.publish(key_file)
            _write_json(self.folder / record, {**facts, "check": json_sha256(facts)})
            for one in (name, record):
                self._storage.publish(one)
        except OSError as error:
            raise self._unwritable(error) from None

    def find_damaged(self) -> Iterator[tuple[Path, str]]:
        """Read the whole store; yield the array of each damaged embedding, and what is wrong."""
        for record in self._storage.names():
            folder, _, last = record.rpartition("/")
            if not last.endswith(".json") or last in (CACHE_KEY_FILE, *RENAMED_FILES):
                continue
            if not folder or "/" in folder:  # of votes and rankers
                continue
            name = f"{record.removesuffix('.json')}.npy"
            try:
                facts = self._load_record(record, fresh=True)
                found = file_sha256(self._storage.fetch(name, fresh=True))
            except StoreError as error:
                yield self.folder / name, error.what
            except OSError as error:
                yield self.folder / name, f"it cannot be read ({error.strerror})"
            else:
                if found != facts["sha256"]:
                    yield self.folder / name, "its bytes are not those that were written"

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
            for path in (array.with_suffix(".json"), array):
                self._storage.remove(path.relative_to(self.folder).as_posix())
        except OSError as error:
            raise self._unwritable(error) from None

    @contextmanager
    def lock(self, recording: str) -> Iterator[bool]:
        """Lock a recording while the block runs; yield whether no other process had locked it.

        Raises
        ------
        StoreError
            If the store cannot be written.
        """
        with ExitStack() as stack:
            try:
                acquired = stack.enter_context(lock(self.folder, recording))
            except OSError as error:
                raise self._unwritable(error) from None
            yield acquired

    @contextmanager
    def visible_file(self) -> Iterator[str]:
        """Yield the name of a file that is in the store while the block runs.

        Raises
        ------
        StoreError
            If the store cannot be written.
        """
        with ExitStack() as stack:
            try:
                name = stack.enter_context(visible_file(self._storage))
            except OSError as error:
                raise self._unwritable(error) from None
            yield name

    def sees(self, name: str) -> bool:
        """Whether a file of :meth:`visible_file` is in the store: who sees it shares the store."""
        return self._storage.size(name) is not None

    def array(self, cache_key: CacheKey, recording: str) -> Path:
        """Return where the array of an embedding is on this disk, or would be."""
        return self.folder / _array(cache_key, recording)

    def located(self, array: Path) -> str:
        """Return where an array is, as messages name it: in the folder, or at the address."""
        return self._storage.located(array.relative_to(self.folder).as_posix())

    def _load_record(self, name: str, fresh: bool = False) -> dict[str, Any]:
        return load_record(self._storage.fetch(name, fresh), self._storage.located(name))

    def _unwritable(self, error: OSError) -> StoreError:
        path = Path(str(error.filename)) if error.filename else self.folder
        kept = "what is embedded is not embedded again"
        return write_error(StoreError, path, error, kept, key="other-store")


def read_on_demand(embedding: Embedding) -> Embedding:
    """Return the embedding, its file closed until segments are read."""
    if not isinstance(embedding.segments, np.memmap):
        return embedding
    on_disk = SegmentsOnDisk(
        embedding.segments, embedding.sha256, embedding.checks, embedding.fetch_again
    )
    return replace(embedding, segments=on_disk)


def _array(cache_key: CacheKey, recording: str) -> str:
    return f"{cache_key.folder}/{recording}.npy"


def _record(cache_key: CacheKey, recording: str) -> str:
    return f"{cache_key.folder}/{recording}.json"


def _write_json(path: Path, facts: Mapping[str, Any]) -> None:
    with open_atomic(path) as file:
        file.write(json.dumps(facts).encode())
