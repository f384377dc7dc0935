"""Decoded sound → mono samples.

Conventions
-----------
Frames come packed: the channels of a sample side by side. What FFmpeg does not store as packed
whole numbers becomes packed float32; planar frames of many channels cannot be read safely by PyAV.
Mono is the mean of the channels, or on request the left channel, the first. Full scale is ±1.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, Self

import av
import numpy as np

INTEGERS = {"s16": 2.0**-15, "s32": 2.0**-31}
"""Formats of whole numbers, by FFmpeg's name, and what makes full scale one: FFmpeg's own bytes."""
FLOAT = "flt"


class Frame(NamedTuple):
    """Samples that were decoded together."""

    format: str
    """FFmpeg's name of how they are stored: one of INTEGERS, or FLOAT."""
    channels: int
    length: int
    stored: np.ndarray
    """Shape (1, length · channels)."""

    @classmethod
    def of(cls, frame: av.AudioFrame) -> Self:
        """Return the samples of a packed frame."""
        channels = frame.layout.nb_channels
        return cls(frame.format.name, channels, frame.samples, frame.to_ndarray())


class Packer:
    """Turns frames as FFmpeg decodes them into packed ones."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format=FLOAT)

    def pack(self, frame: av.AudioFrame) -> Iterator[Frame]:
        """Yield the samples of a frame."""
        if frame.format.name in INTEGERS:
            yield Frame.of(frame)
            return
        if self._resampler.format is not None and frame.layout != self._resampler.layout:
            self._resampler = av.AudioResampler(format=FLOAT)  # the channels change on the way
        yield from map(Frame.of, self._resampler.resample(frame))


def mix_to_mono(frames: Sequence[Frame], left_channel: bool = False) -> np.ndarray:
    """Return samples (n,) of frames in a row, float32.

    Parameters
    ----------
    frames : one at least
    left_channel : whether to take the left channel instead of the mean of all channels
    """
    mono = []
    for (kind, count), alike in groupby(frames, lambda one: (one.format, one.channels)):
        stored = np.concatenate([one.stored for one in alike], axis=1).reshape(-1, count).T
        values = (stored[:1] if left_channel else stored).astype(np.float32, order="C")
        if kind in INTEGERS:
            values *= np.float32(INTEGERS[kind])
        mono.append(values[0] if left_channel else values.mean(axis=0))
    return mono[0] if len(mono) == 1 else np.concatenate(mono)
