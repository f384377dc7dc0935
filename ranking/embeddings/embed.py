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
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import MIN_SEGMENT_SECONDS, SEGMENT_SECONDS
from ranking.audio.segments import Segment, stream_segments
from ranking.devices.capabilities import computation_facts
from ranking.devices.memory import BatchLimit, batch_that_fits, peak_bytes
from ranking.devices.precision import full_float32
from ranking.devices.transfer import begin_fetch, to_device
from ranking.embeddings.decoders import Batches, BatchSource, in_batches
from ranking.embeddings.store import CacheKey, EmbeddingStore, EmbeddingWriter, make_cache_key
from ranking.encoders import load_encoder, spec_of
from ranking.encoders.base import EncodeBatch, Encoder
from ranking.encoders.precision import default_precision
from ranking.encoders.spec import FrontEndOptions, Precision
from ranking.encoders.weights_hash import weights_sha256
from ranking.errors import AudioError, EncoderError
from ranking.files.hashing import file_sha256

PREFETCHED_BATCHES = 2  # decoded while the ones before are encoded
DEVICE_BATCH = 16  # segments, if the device's memory allows
_DEVICE = Lock()  # a device computes for one thread at a time


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder with its weights and front end, as the user chose them; nothing is loaded."""

    encoder: str
    """Name in the registry of encoders."""
    weights: Path | None = None
    """File of trained weights; None for an encoder that has none."""
    front_end: tuple[tuple[str, bool | float], ...] = ()
    """Options of the front end that differ from the default, as (name, value)."""
    precision: Precision | None = None
    """Precision of its arithmetic; None is what suits the device."""

    @property
    def options(self) -> FrontEndOptions:
        """All options of the front end, defaults among them."""
        return {**spec_of(self.encoder).options, **dict(self.front_end)}


@dataclass(frozen=True)
class EmbeddingOutcome:
    """What became of one recording."""

    path: Path
    recording: str
    """SHA-256 of the file; empty if the recording is invalid."""
    status: Literal["embedded", "cached", "busy", "invalid"]
    """Embedded now; in the store before; being embedded by another process; or refused."""
    seconds: float = 0.0
    """Length of the sound that was embedded now."""
    error: AudioError | None = None
    """Why the recording was refused; None if it was not."""
    batch_sizes: Mapping[str, int] = field(default_factory=dict)
    """Segments encoded at a time by encoder, where the memory of a device decides."""


@dataclass(frozen=True)
class LoadedEncoder:
    """An encoder on its device, and the key under which its embeddings are stored."""

    encoder: Encoder
    cache_key: CacheKey
    """Key of its embeddings in a store."""
    left_channel: bool = False
    """Whether it encodes the left channel instead of the mean of all channels."""
    tails: bool = True
    """Whether it encodes a last segment of less than 10 s."""
    limit: BatchLimit = field(default_factory=lambda: BatchLimit(0), compare=False)
    """Segments at a time on a device; 0 as long as that is not known."""


def load_encoders(choices: Sequence[EncoderChoice], device: str = "cpu") -> list[LoadedEncoder]:
    """Return encoders with their weights, on a device.

    Raises
    ------
    EncoderError, WeightsError
        If an encoder or its weights cannot be loaded.
    """
    return [
        LoadedEncoder(
            load_encoder(one.encoder, one.weights, dict(one.front_end)).to(device),
            cache_key_with_weights_hash(one, device),
            left_channel=bool(one.options["left_channel"]),
            tails=bool(one.options["tails"]),
        )
        for one in choices
    ]


def cache_key_with_weights_hash(choice: EncoderChoice, device: str = "cpu") -> CacheKey:
    """Return the cache key of an encoder's embeddings, without loading its network.

    The weights file is hashed; the hash of a large one is kept beside it. The device only matters
    where no precision was chosen.

    Raises
    ------
    WeightsError
        If the weights cannot be read.
    """
    spec = spec_of(choice.encoder)
    sha256 = "" if choice.weights is None else weights_sha256(choice.weights)
    precision = choice.precision or default_precision(spec, device)
    return make_cache_key(spec.name, precision, sha256, choice.options)


def embed_recording(
    path: Path,
    encoders: Sequence[LoadedEncoder],
    store: EmbeddingStore,
    min_seconds: float = MIN_SEGMENT_SECONDS,
    batch_size: int = 8,
    batches: BatchSource | None = None,
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

    Raises
    ------
    AudioError
        If the file cannot be decoded, is damaged, silent, clipped or too short.
    StoreError
        If the store cannot be written.
    """
    with open_mono_sound(path):  # says what is wrong with a file that cannot be read at all
        recording = file_sha256(path)
    with store.lock(recording) as acquired:
        missing = [one for one in encoders if not store.contains(one.cache_key, recording)]
        if not missing:
            return EmbeddingOutcome(path, recording, "cached")
        if not acquired:
            return EmbeddingOutcome(path, recording, "busy")
        seconds, source = 0.0, batches or partial(_decode_ahead, batch_size)
        for left_channel in (False, True):
            same_channel = [one for one in missing if one.left_channel == left_channel]
            if same_channel:
                seconds = _encode(path, recording, same_channel, store, min_seconds, source)
    sizes = {one.encoder.spec.name: one.limit.size for one in missing if one.limit.size}
    return EmbeddingOutcome(path, recording, "embedded", seconds, batch_sizes=sizes)


def _encode(
    path: Path,
    recording: str,
    encoders: Sequence[LoadedEncoder],
    store: EmbeddingStore,
    min_seconds: float,
    source: BatchSource,
) -> float:
    """Encode a whole recording by encoders that take the same channel; return its length."""
    left_channel = encoders[0].left_channel
    if not all(one.tails for one in encoders):
        min_seconds = max(min_seconds, SEGMENT_SECONDS)  # else nothing would be left
    encodes = [_encode_for(one, path, left_channel) for one in encoders]
    sample_rates = [one.encoder.sample_rate for one in encoders]
    seconds = 0.0
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                store.open_writer(
                    one.cache_key,
                    recording,
                    one.encoder.stored_dtype,
                    computation_facts(device_of(one.encoder)),
                )
            )
            for one in encoders
        ]
        encoded: list[Callable[[], None]] = []  # and not yet written
        coming = stack.enter_context(closing(source(path, sample_rates, min_seconds, left_channel)))
        for segments in coming:
            before, encoded = encoded, []
            for one, encode, writer in zip(encoders, encodes, writers, strict=True):
                wanted = segments if one.tails else _full(segments)
                if wanted:
                    encoded.append(_encode_batch(one, encode, wanted, writer))
            for write in before:
                write()
            seconds += sum(segment.seconds for segment in segments)
        for write in encoded:
            write()
    return seconds


def _full(segments: Sequence[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment.seconds == SEGMENT_SECONDS]


def _encode_for(loaded: LoadedEncoder, path: Path, left_channel: bool) -> EncodeBatch:
    with _inference(loaded):
        return loaded.encoder.for_recording(path, left_channel)


def _encode_batch(
    loaded: LoadedEncoder,
    encode: EncodeBatch,
    segments: Sequence[Segment],
    writer: EmbeddingWriter,
) -> Callable[[], None]:
    """Begin to encode segments; what is returned waits for them, and writes them."""
    samples = np.stack([segment.samples[loaded.encoder.sample_rate] for segment in segments])
    sound, device, first = torch.from_numpy(samples), device_of(loaded.encoder), segments[0].index

    def encode_some(chosen: slice) -> Tensor:
        return encode(to_device(sound[chosen], device), first + chosen.start)

    if device.type == "cpu":
        limit = BatchLimit(len(sound) if loaded.cache_key.precision == "bfloat16" else 1)
        with _inference(loaded):
            stored = torch.cat(limit.each(len(sound), encode_some))
        fetched = begin_fetch(stored.float() if stored.is_floating_point() else stored)
    else:
        with _DEVICE, _inference(loaded):
            fetched = begin_fetch(_on_device(loaded, encode_some, len(sound)))
    seconds = [segment.seconds for segment in segments]
    return lambda: writer.add(fetched(), seconds)


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
def _inference(loaded: LoadedEncoder) -> Iterator[None]:
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
