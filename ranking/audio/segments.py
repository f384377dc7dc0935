"""Sound file → segments of ten seconds at every sample rate that encoders take, in one pass.

Conventions
-----------
Segments follow each other from the start of the file without overlap. The last one may be shorter:
it is kept from one second on, padded with zeros, and its true length goes with it, so that the
padding can be masked.
A file is decoded once however many sample rates are asked for. Segments are the mean of its
channels, or on request the left one. The soxr library resamples the stream at its high quality
(aliases below -140 dB).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import MIN_SEGMENT_SECONDS, SEGMENT_SECONDS, WINDOW_SECONDS
from ranking.errors import AudioError


@dataclass(frozen=True)
class Segment:
    """Ten seconds of a recording."""

    index: int
    """Number of the segment in its recording, from 0."""
    seconds: float
    """Length of the sound in it in seconds; the rest is zeros."""
    samples: Mapping[int, np.ndarray]
    """Samples by sample rate in Hz: float32, shape (10 · sample_rate,)."""


def stream_segments(
    path: Path,
    sample_rates: Sequence[int],
    min_seconds: float = MIN_SEGMENT_SECONDS,
    left_channel: bool = False,
) -> Iterator[Segment]:
    """Yield the segments of a sound file, each at all the sample rates.

    Parameters
    ----------
    path : the sound file
    sample_rates : in Hz
    min_seconds : minimum length of the recording in seconds
    left_channel : whether to take the left channel instead of the mean of all channels

    Raises
    ------
    AudioError
        If the file cannot be read, is damaged, silent, clipped, or shorter than ``min_seconds``.
        Segments that were yielded before are then not to be trusted.
    """
    with open_mono_sound(path, left_channel) as sound:
        cutters = {
            sample_rate: _Cutter(sound.sample_rate, sample_rate)
            for sample_rate in dict.fromkeys(sample_rates)
        }
        index = 0
        for block in sound.blocks():
            for cutter in cutters.values():
                cutter.add(block)
            while all(cutter.full for cutter in cutters.values()):
                yield _segment(index, float(SEGMENT_SECONDS), cutters)
                index += 1
        if sound.seconds < min_seconds:
            raise _too_short(path, sound.seconds, min_seconds)
        for cutter in cutters.values():
            cutter.end()
        while (rest := sound.seconds - index * SEGMENT_SECONDS) >= MIN_SEGMENT_SECONDS:
            yield _segment(index, min(rest, float(SEGMENT_SECONDS)), cutters)
            index += 1


def _too_short(path: Path, seconds: float, min_seconds: float) -> AudioError:
    wanted = (
        f"a window needs {WINDOW_SECONDS} s: is this the whole recital?"
        if min_seconds == WINDOW_SECONDS
        else f"at least {min_seconds:g} s are needed"
    )
    return AudioError(str(path), f"{seconds:.3g} s of sound", wanted)


def _segment(index: int, seconds: float, cutters: Mapping[int, "_Cutter"]) -> Segment:
    return Segment(
        index, seconds, {sample_rate: cutter.cut() for sample_rate, cutter in cutters.items()}
    )


class _Cutter:
    """Turns blocks at one sample rate into segments at another."""

    def __init__(self, from_sample_rate: int, sample_rate: int) -> None:
        self._length = SEGMENT_SECONDS * sample_rate
        self._resampler = (
            None
            if from_sample_rate == sample_rate
            else soxr.ResampleStream(from_sample_rate, sample_rate, 1, dtype="float32")
        )
        self._buffer = np.empty(0, dtype=np.float32)

    @property
    def full(self) -> bool:
        """Whether a whole segment is there."""
        return len(self._buffer) >= self._length

    def add(self, block: np.ndarray, last: bool = False) -> None:
        """Add samples at the file's sample rate."""
        if self._resampler is not None:
            block = self._resampler.resample_chunk(block, last=last)
        self._buffer = np.concatenate([self._buffer, block])

    def end(self) -> None:
        """Add what the resampler still holds."""
        self.add(np.empty(0, dtype=np.float32), last=True)

    def cut(self) -> np.ndarray:
        """Take a segment off the front, padded with zeros if the sound has ended."""
        segment = np.zeros(self._length, dtype=np.float32)
        sound = self._buffer[: self._length]
        segment[: len(sound)] = sound
        self._buffer = self._buffer[self._length :]
        return segment
