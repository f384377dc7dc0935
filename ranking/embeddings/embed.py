"""Recordings → embeddings in a store, each file decoded once for all encoders.

Conventions
-----------
A recording is known by the SHA-256 of its file. While one batch of segments is encoded, a thread
decodes the next. Networks run in the precision of their spec: bfloat16 by autocast, or float32.
For encoders that want sound scaled to the peak of its file, a first pass finds the peak.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ranking.audio import Segment, stream_segments
from ranking.decoding import open_sound
from ranking.embeddings.store import EmbeddingStore, EmbeddingWriter, Making, making_of
from ranking.encoders import load_encoder, spec_of
from ranking.encoders.base import Encoder
from ranking.encoders.weights import file_sha256
from ranking.errors import AudioError

AHEAD = 2  # batches decoded before they are asked for


@dataclass(frozen=True)
class Choice:
    """An encoder as the user chose it."""

    encoder: str
    weights: Path | None = None
    as_published: bool = False


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
    made: Making


def load_chosen(choices: Sequence[Choice], device: str = "cpu") -> list[Loaded]:
    """Return the encoders on a device.

    Raises
    ------
    EncoderError, WeightsError
        If one cannot be had.
    """
    return [
        Loaded(
            load_encoder(one.encoder, one.weights, one.as_published).to(device), making_chosen(one)
        )
        for one in choices
    ]


def making_chosen(choice: Choice) -> Making:
    """Return what a choice makes, without loading its network."""
    spec = spec_of(choice.encoder)
    options = {**spec.front_end, **(spec.as_published if choice.as_published else {})}
    digest = "" if choice.weights is None else file_sha256(choice.weights)
    return making_of(spec.name, spec.precision, digest, options)


def embed_recording(
    path: Path,
    loaded: Sequence[Loaded],
    store: EmbeddingStore,
    least_seconds: float = 1.0,
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
        missing = [one for one in loaded if not store.has(one.made, recording)]
        if not missing:
            return Outcome(path, recording, "kept")
        if not mine:
            return Outcome(path, recording, "busy")
        seconds = _encode(path, recording, missing, store, least_seconds, batch)
    return Outcome(path, recording, "made", seconds)


def _encode(
    path: Path,
    recording: str,
    loaded: Sequence[Loaded],
    store: EmbeddingStore,
    least_seconds: float,
    batch: int,
) -> float:
    """Encode a whole recording by all; return its length."""
    gain = 1 / _peak(path) if any(one.encoder.spec.whole_file_peak for one in loaded) else 1.0
    rates = [one.encoder.rate for one in loaded]
    heard = 0.0
    with ExitStack() as stack:
        writers = [
            stack.enter_context(store.writing(one.made, recording, one.encoder.stored_dtype))
            for one in loaded
        ]
        for segments in _ahead(_batches(stream_segments(path, rates, least_seconds), batch)):
            for one, writer in zip(loaded, writers, strict=True):
                scale = gain if one.encoder.spec.whole_file_peak else 1.0
                _encode_batch(one.encoder, segments, writer, scale)
            heard += sum(segment.seconds for segment in segments)
    return heard


def _encode_batch(
    encoder: Encoder, segments: Sequence[Segment], writer: EmbeddingWriter, scale: float
) -> None:
    samples = np.stack([segment.samples[encoder.rate] for segment in segments])
    device = device_of(encoder)
    half = encoder.spec.precision == "bfloat16"
    with (
        torch.inference_mode(),
        torch.autocast(device.type, dtype=torch.bfloat16, enabled=half),
    ):
        stored = encoder.encode(torch.from_numpy(samples * np.float32(scale)).to(device))
    values = (stored.float() if stored.is_floating_point() else stored).cpu().numpy()
    writer.add(values, [segment.seconds for segment in segments])


def device_of(encoder: Encoder) -> torch.device:
    """Where an encoder works; the CPU if it has no numbers of its own."""
    held = next(encoder.parameters(), next(encoder.buffers(), None))
    return torch.device("cpu") if held is None else held.device


def _peak(path: Path) -> float:
    with open_sound(path) as sound:
        return max(float(np.abs(block).max()) for block in sound.blocks())


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
