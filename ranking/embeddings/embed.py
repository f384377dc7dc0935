"""Recordings → embeddings in a store, each file decoded once for all encoders.

Conventions
-----------
A recording is known by the SHA-256 of its file. While one batch of segments is encoded, a thread
decodes the next. Networks run in the precision that their cache key names: bfloat16 by autocast,
which turns the weights once a batch, or float32, which on a CPU gains nothing by batches but takes
their memory. Beside sound and key, the bytes of an embedding depend on what is stored with it
(:func:`ranking.devices.capabilities.computation_facts`): they are equal where that is.
An encoder that needs the whole recording reads the file by itself first; if some take the left
channel and some the mean of all channels, the file is decoded once for either.
Of an embedding in an earlier segmentation all but the last segment is taken over.
A device other than the CPU encodes as many segments at a time as its memory holds, fewer after it
did not suffice; one thread at a time gives it work, while others decode, read and write.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from ranking.audio.completeness import refuse_cut_off
from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import MIN_SEGMENT_SECONDS, SEGMENT_SECONDS
from ranking.audio.segments import Segment, stream_segments
from ranking.devices.capabilities import computation_facts
from ranking.devices.memory import BatchLimit, batch_that_fits, peak_bytes
from ranking.devices.precision import full_float32
from ranking.devices.transfer import begin_fetch, to_device
from ranking.embeddings.choice import LoadedEncoder
from ranking.embeddings.decoders import Batches, BatchSource, in_batches
from ranking.embeddings.store import Embedding, EmbeddingStore, read_on_demand
from ranking.embeddings.writer import EmbeddingWriter
from ranking.encoders.base import EncodeBatch, Encoder
from ranking.errors import AudioError, EncoderError, StoreError
from ranking.files.hashing import file_sha256

COPIED_SEGMENTS = 32  # at a time, from an embedding of an earlier segmentation
PREFETCHED_BATCHES = 2  # decoded while the ones before are encoded
DEVICE_BATCH = 16  # segments, if the device's memory allows
_DEVICE = Lock()  # a device computes for one thread at a time


@dataclass(frozen=True)
class EmbeddingOutcome:
    """What became of one recording."""

    path: Path
    recording: str
    """SHA-256 of the file; empty if the recording is invalid."""
    status: Literal["embedded", "cached", "busy", "invalid"]
    """Embedded now; in the store before; being embedded by another process; or refused."""
    seconds: float = 0.0
    """Length of the file that was embedded now."""
    error: AudioError | None = None
    """Why the recording was refused; None if it was not."""
    batch_sizes: Mapping[str, int] = field(default_factory=dict)
    """Segments encoded at a time by encoder, where the memory of a device decides."""
    cut_off: str = ""
    """What the file lacks, where it was cut off and that was allowed."""


def embed_recording(
    path: Path,
    encoders: Sequence[LoadedEncoder],
    store: EmbeddingStore,
    min_seconds: float = MIN_SEGMENT_SECONDS,
    batch_size: int = 8,
    batches: BatchSource | None = None,
    allow_cut: bool = False,
) -> EmbeddingOutcome:
    """Embed a recording by those encoders whose embeddings the store lacks, and store them.

    Parameters
    ----------
    path : the sound file
    encoders : as :func:`load_encoders` returns them
    store : where embeddings are looked up and written
    min_seconds : minimum length of a recording in seconds
    batch_size : segments encoded at a time
    batches : decodes the file into batches; by default a thread of this process
    allow_cut : whether to take a file that was cut off

    Raises
    ------
    AudioError
        If the file cannot be decoded, is damaged, cut off, silent, clipped or too short.
    StoreError
        If the store cannot be written.
    """
    with open_mono_sound(path):  # says what is wrong with a file that cannot be read at all
        recording = file_sha256(path)
    keys = [one.cache_key for one in encoders]
    cut_off = refuse_cut_off(path, allow_cut, store.known_cut(keys, recording))
    if all(store.contains(key, recording) for key in keys):  # also where nothing can be written
        return EmbeddingOutcome(path, recording, "cached", cut_off=cut_off)
    with store.lock(recording) as acquired:
        missing = [one for one in encoders if not store.contains(one.cache_key, recording)]
        if not missing:
            return EmbeddingOutcome(path, recording, "cached", cut_off=cut_off)
        if not acquired:
            return EmbeddingOutcome(path, recording, "busy", cut_off=cut_off)
        seconds, source = 0.0, batches or partial(_decode_ahead, batch_size)
        for left_channel in (False, True):
            same_channel = [one for one in missing if one.left_channel == left_channel]
            if same_channel:
                seconds = _encode(
                    path, recording, same_channel, store, min_seconds, source, cut_off
                )
    sizes = {one.encoder.spec.name: one.limit.size for one in missing if one.limit.size}
    return EmbeddingOutcome(path, recording, "embedded", seconds, None, sizes, cut_off)


def _encode(
    path: Path,
    recording: str,
    encoders: Sequence[LoadedEncoder],
    store: EmbeddingStore,
    min_seconds: float,
    source: BatchSource,
    cut_off: str,
) -> float:
    """Encode a whole recording by encoders that take the same channel; return its length."""
    left_channel = encoders[0].left_channel
    if not all(one.tails for one in encoders):
        min_seconds = max(min_seconds, SEGMENT_SECONDS)  # else nothing would be left
    sample_rates = [one.encoder.sample_rate for one in encoders]
    seconds = 0.0
    with ExitStack() as stack:
        works = [stack.enter_context(_open_work(one, path, recording, store)) for one in encoders]
        encoded: list[Callable[[], None]] = []  # and not yet written
        coming = stack.enter_context(closing(source(path, sample_rates, min_seconds, left_channel)))
        for segments in coming:
            before, encoded = (
                encoded,
                [_encode_batch(work, run) for work in works for run in work.wanted(segments)],
            )
            for write in before:
                write()
            seconds = segments[-1].file_seconds or seconds
        for write in encoded:
            write()
        for work in works:
            work.writer.file_seconds, work.writer.cut_off = seconds, cut_off
    for one in encoders:
        store.remove_earlier(one.cache_key, recording)
    return seconds


@dataclass
class _Work:
    """A recording that an encoder is encoding."""

    loaded: LoadedEncoder
    encode: EncodeBatch
    writer: EmbeddingWriter
    next: int
    """Number of the next segment to encode: those before were taken from an earlier embedding."""

    def wanted(self, segments: Sequence[Segment]) -> list[list[Segment]]:
        """Segments that are to be encoded, in runs without a gap."""
        last = segments[-1] if segments[-1].file_seconds is not None else None
        runs = [[one for one in segments if one is not last and one.index >= self.next]]
        self.next = max([self.next, *(one.index + 1 for one in runs[0])])
        if last is not None and last.index == self.next and self._takes(last):
            runs[0].append(last)
        elif last is not None and self.loaded.tails:
            runs.append([last])  # in the place of one before
        return list(filter(None, runs))

    def _takes(self, last: Segment) -> bool:
        return self.loaded.tails or last.seconds == SEGMENT_SECONDS


@contextmanager
def _open_work(
    loaded: LoadedEncoder, path: Path, recording: str, store: EmbeddingStore
) -> Iterator[_Work]:
    """Begin to encode a recording; whole segments of an earlier segmentation are taken over."""
    earlier = _earlier_embedding(loaded, recording, store)
    computation: dict[str, Any] = {**computation_facts(device_of(loaded.encoder))}
    if earlier is not None and earlier.computation != computation:
        computation["whole_segments"] = dict(earlier.computation)
    with encoding_mode(loaded):
        encode = loaded.encoder.for_recording(path, loaded.left_channel)
    with store.open_writer(
        loaded.cache_key, recording, loaded.encoder.stored_dtype, computation
    ) as writer:
        if earlier is not None:
            whole = int(np.count_nonzero(earlier.seconds == SEGMENT_SECONDS))
            for first in range(0, whole, COPIED_SEGMENTS):
                taken = np.asarray(earlier.segments[first : min(first + COPIED_SEGMENTS, whole)])
                writer.add(taken, [SEGMENT_SECONDS] * len(taken))
        yield _Work(loaded, encode, writer, len(writer.seconds))


def _earlier_embedding(
    loaded: LoadedEncoder, recording: str, store: EmbeddingStore
) -> Embedding | None:
    """The embedding in an earlier segmentation, None where none was computed on such a device."""
    key = loaded.cache_key.earlier
    if key is None or not store.contains(key, recording):
        return None
    try:
        earlier = read_on_demand(store.load(key, recording))
        np.asarray(earlier.segments[:1])  # reads all of the file, where it has no checks
    except StoreError:
        return None
    return earlier if earlier.computation["device"] == device_of(loaded.encoder).type else None


def _encode_batch(work: _Work, segments: Sequence[Segment]) -> Callable[[], None]:
    """Begin to encode segments; what is returned waits for them, and writes them."""
    loaded, encode, first = work.loaded, work.encode, segments[0].index
    samples = np.stack([segment.samples[loaded.encoder.sample_rate] for segment in segments])
    sound, device = torch.from_numpy(samples), device_of(loaded.encoder)
    starts = [segment.start for segment in segments]

    def encode_some(chosen: slice) -> Tensor:
        return encode(to_device(sound[chosen], device), starts[chosen])

    if device.type == "cpu":
        limit = BatchLimit(len(sound) if loaded.cache_key.precision == "bfloat16" else 1)
        with encoding_mode(loaded):
            stored = torch.cat(limit.each(len(sound), encode_some))
        fetched = begin_fetch(stored.float() if stored.is_floating_point() else stored)
    else:
        with _DEVICE, encoding_mode(loaded):
            fetched = begin_fetch(_on_device(loaded, encode_some, len(sound)))
    seconds = [segment.seconds for segment in segments]
    return lambda: work.writer.add(fetched(), seconds, first)


def _on_device(loaded: LoadedEncoder, encode: Callable[[slice], Tensor], count: int) -> Tensor:
    """What is stored of segments, in batches that fit into the device's memory."""
    encoder, limit, device = loaded.encoder, loaded.limit, device_of(loaded.encoder)
    try:
        if not limit.size:
            needed = peak_bytes(device, lambda: encode(slice(0, 1)))
            limit.size = batch_that_fits(device, needed, DEVICE_BATCH)
        stored = torch.cat(limit.each(count, encode))
    except torch.OutOfMemoryError:
        raise EncoderError(
            encoder.spec.name,
            "the memory of the GPU does not hold one segment",
            "end what else uses it, or compute on the CPU",
        ) from None
    as_stored = stored.is_floating_point()
    return stored.to(getattr(torch, encoder.stored_dtype)) if as_stored else stored


@contextmanager
def encoding_mode(loaded: LoadedEncoder) -> Iterator[None]:
    """Without gradients, in the precision that the cache key names."""
    bf16, device = loaded.cache_key.precision == "bfloat16", device_of(loaded.encoder)
    autocast = torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16)
    with torch.inference_mode(), full_float32(), autocast:
        yield


def device_of(encoder: Encoder) -> torch.device:
    """Return the device of an encoder's weights; the CPU if it has none."""
    weight = next(encoder.parameters(), next(encoder.buffers(), None))
    return torch.device("cpu") if weight is None else weight.device


def _decode_ahead(
    batch_size: int,
    path: Path,
    sample_rates: Sequence[int],
    min_seconds: float,
    left_channel: bool,
) -> Batches:
    """The segments of a recording in batches, decoded by a thread."""
    coming = stream_segments(path, sample_rates, min_seconds, left_channel)
    return _prefetch(in_batches(coming, batch_size))


def _prefetch(items: Iterator[list[Segment]]) -> Batches:
    """The items, made by a thread while the ones before are worked on."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = deque(thread.submit(next, items, None) for _ in range(PREFETCHED_BATCHES))
        while (item := coming.popleft().result()) is not None:
            coming.append(thread.submit(next, items, None))
            yield item
