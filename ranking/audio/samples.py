"""Decoded sound → mono samples.

Conventions
-----------
Frames come as FFmpeg decodes them where they hold whole numbers of 16 or 32 bits, or float32, else
in float32. Planar frames of more than seven channels cannot be read safely by PyAV: they come
packed, the channels of a sample side by side.
Mono is the mean of the channels, or on request the left channel, the first. Full scale is ±1.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import av
import numpy as np

INTEGERS = {"s16": 2.0**-15, "s16p": 2.0**-15, "s32": 2.0**-31, "s32p": 2.0**-31}
"""Formats of whole numbers, by FFmpeg's name, and what makes full scale one: FFmpeg's own bytes."""
FLOATS = ("flt", "fltp")
"""Formats of float32, packed and planar."""
AS_STORED = frozenset([*INTEGERS, *FLOATS])
MAX_PLANES = 7  # channels of a planar frame


class Frame(NamedTuple):
    """Samples that were decoded together."""

    format: str
    """FFmpeg's name of how they are stored; one that ends in p is planar."""
    channels: int
    length: int
    stored: np.ndarray
    """Shape (channels, length); (1, length · channels) where they are packed."""


class FrameReader:
    """Reads the samples of frames as FFmpeg decodes them."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler()
        self._setup: tuple[str, str, int, int] | None = None

    def read(self, frame: av.AudioFrame) -> Iterator[Frame]:
        """Yield the samples of a frame."""
        name, channels = frame.format.name, frame.layout.nb_channels
        planar = channels <= MAX_PLANES
        if name in AS_STORED and (planar or not name.endswith("p")):
            yield Frame(name, channels, frame.samples, frame.to_ndarray())
            return
        wanted = FLOATS[planar]
        setup = (name, frame.layout.name, channels, frame.sample_rate)
        if setup != self._setup:  # which may change within a file
            self._resampler, self._setup = av.AudioResampler(wanted, frame.layout), setup
        for one in self._resampler.resample(frame):
            yield Frame(wanted, channels, one.samples, one.to_ndarray())


def mix_to_mono(frames: Sequence[Frame], left_channel: bool = False) -> np.ndarray:
    """Return samples (n,) of frames in a row, float32.

    Parameters
    ----------
    frames : one at least
    left_channel : whether to take the left channel instead of the mean of all channels
    """
    mono = []
    for (kind, count), alike in groupby(frames, lambda one: (one.format, one.channels)):
        stored = np.concatenate([one.stored for one in alike], axis=1)
        if not kind.endswith("p"):  # packed
            stored = stored.reshape(-1, count).T
        values = (stored[:1] if left_channel else stored).astype(np.float32, order="C")
        if kind in INTEGERS:
            values *= np.float32(INTEGERS[kind])
        with np.errstate(over="ignore", invalid="ignore"):  # of floats that are no sound
            mono.append(values[0] if left_channel else values.mean(axis=0))
    return mono[0] if len(mono) == 1 else np.concatenate(mono)
