"""Recordings → embeddings in a store, each file decoded once for all encoders.

Conventions
-----------
A recording is known by the SHA-256 of its file. While one batch of segments is encoded, a thread
decodes the next. Networks run in the precision of their spec: bfloat16 by autocast, which turns the
weights once a batch, or float32, which on a CPU gains nothing by batches but takes their memory.
An encoder that needs the whole recording hears the file by itself first; if some hear the left
channel and some the mean of all, the file is decoded for each.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ranking.audio.decoding import open_sound
from ranking.audio.lengths import SEGMENT_SECONDS, SHORTEST_SECONDS
from ranking.audio.segments import Segment, stream_segments
from ranking.embeddings.store import CacheKey, EmbeddingStore, EmbeddingWriter, make_cache_key
from ranking.encoders import load_encoder, spec_of
from ranking.encoders.base import Encode, Encoder
from ranking.encoders.spec import Options
from ranking.encoders.weights_hash import weights_sha256
from ranking.errors import AudioError
from ranking.files.hashing import file_sha256

AHEAD = 2  # batches decoded before they are asked for


@dataclass(frozen=True)
class Choice:
    """An encoder as the user chose it."""

    encoder: str
    weights: Path | None = None
    front_end: tuple[tuple[str, bool | float], ...] = ()
    """Options that differ from the default."""

    @property
    def options(self) -> Options:
        """All options of the front end."""
        return {**spec_of(self.encoder).options, **dict(self.front_end)}


@dataclass(frozen=True)
class Outcome:
    """What became of one recording."""

    path: Path
    recording: str
    """SHA-256 of the file; empty if it is bad."""
    status: Literal["made", "kept", "busy", "bad"]
    """Made now, there before, another process is at it, or refused."""
    seconds: float = 0.0
    error: AudioError | None = None


@dataclass(frozen=True)
class Loaded:
    """An encoder ready to work, and what it makes."""

    encoder: Encoder
    cache_key: CacheKey
    left_channel: bool = False
    """Whether it hears the left channel alone."""
    tails: bool = True
    """Whether it hears a last segment of less than 10 s."""


def load_chosen(choices: Sequence[Choice], device: str = "cpu") -> list[Loaded]:
    """Return the encoders on a device.

    Raises
    ------
    EncoderError, WeightsError
        If one cannot be had.
    """
    return [
        Loaded(
            load_encoder(one.encoder, one.weights, dict(one.front_end)).to(device),
            cache_key_of(one),
            left_channel=bool(one.options["left_channel"]),
            tails=bool(one.options["tails"]),
        )
        for one in choices
    ]


def cache_key_of(choice: Choice) -> CacheKey:
    """Return the cache key of what a choice makes, without loading its network."""
    spec = spec_of(choice.encoder)
    digest = "" if choice.weights is None else weights_sha256(choice.weights)
    return make_cache_key(spec.name, spec.precision, digest, choice.options)


def embed_recording(
    path: Path,
    loaded: Sequence[Loaded],
    store: EmbeddingStore,
    min_seconds: float = SHORTEST_SECONDS,
    batch: int = 8,
) -> Outcome:
    """Put what is missing of a recording into the store.

    Raises
    ------
    AudioError
        If the recording cannot be read, or is not what it should be.
    StoreError
        If the store cannot be written.
    """
    with open_sound(path):  # says what is wrong with a file that cannot be read at all
        recording = file_sha256(path)
    with store.claimed(recording) as mine:
        missing = [one for one in loaded if not store.has(one.cache_key, recording)]
        if not missing:
            return Outcome(path, recording, "kept")
        if not mine:
            return Outcome(path, recording, "busy")
        seconds = 0.0
        for left_channel in (False, True):
            alike = [one for one in missing if one.left_channel == left_channel]
            if alike:
                seconds = _encode(path, recording, alike, store, min_seconds, batch)
    return Outcome(path, recording, "made", seconds)


def _encode(
    path: Path,
    recording: str,
    loaded: Sequence[Loaded],
    store: EmbeddingStore,
    min_seconds: float,
    batch: int,
) -> float:
    """Encode a whole recording by all, who hear the same channel; return its length."""
    left_channel = loaded[0].left_channel
    if not all(one.tails for one in loaded):
        min_seconds = max(min_seconds, SEGMENT_SECONDS)  # else nothing would be left
    encodes = [_begun(one.encoder, path, left_channel) for one in loaded]
    sample_rates = [one.encoder.sample_rate for one in loaded]
    heard = 0.0
    with ExitStack() as stack:
        writers = [
            stack.enter_context(store.writing(one.cache_key, recording, one.encoder.stored_dtype))
            for one in loaded
        ]
        coming = stream_segments(path, sample_rates, min_seconds, left_channel)
        for segments in _ahead(_batches(coming, batch)):
            for one, encode, writer in zip(loaded, encodes, writers, strict=True):
                wanted = segments if one.tails else _whole(segments)
                if wanted:
                    _encode_batch(one.encoder, encode, wanted, writer)
            heard += sum(segment.seconds for segment in segments)
    return heard


def _whole(segments: Sequence[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment.seconds == SEGMENT_SECONDS]


def _begun(encoder: Encoder, path: Path, left_channel: bool) -> Encode:
    with _arithmetic(encoder):
        return encoder.begin(path, left_channel)


def _encode_batch(
    encoder: Encoder, encode: Encode, segments: Sequence[Segment], writer: EmbeddingWriter
) -> None:
    samples = np.stack([segment.samples[encoder.sample_rate] for segment in segments])
    sound, device = torch.from_numpy(samples), device_of(encoder)
    together = encoder.spec.precision == "bfloat16" or device.type != "cpu"
    parts = torch.split(sound, len(sound) if together else 1)
    with _arithmetic(encoder):
        first = segments[0].index
        stored = torch.cat(
            [encode(part.to(device), first + number) for number, part in enumerate(parts)]
        )
    values = (stored.float() if stored.is_floating_point() else stored).cpu().numpy()
    writer.add(values, [segment.seconds for segment in segments])


@contextmanager
def _arithmetic(encoder: Encoder) -> Iterator[None]:
    """Without gradients, in the precision of the encoder."""
    half, device = encoder.spec.precision == "bfloat16", device_of(encoder)
    with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        yield


def device_of(encoder: Encoder) -> torch.device:
    """Where an encoder works; the CPU if it has no numbers of its own."""
    held = next(encoder.parameters(), next(encoder.buffers(), None))
    return torch.device("cpu") if held is None else held.device


def _batches(segments: Iterator[Segment], size: int) -> Iterator[list[Segment]]:
    held: list[Segment] = []
    for segment in segments:
        held.append(segment)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


def _ahead(items: Iterator[list[Segment]]) -> Iterator[list[Segment]]:
    """The items, made by a thread while the ones before are worked on."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = deque(thread.submit(next, items, None) for _ in range(AHEAD))
        while (item := coming.popleft().result()) is not None:
            coming.append(thread.submit(next, items, None))
            yield item
