"""Sound file → segments of ten seconds at every sample rate that encoders take, in one pass.

Conventions
-----------
Segments follow each other from the start of the file without overlap, as long as there is sound.
Where sound remains beyond the whole ones, from one second on, the last segment is the last ten
seconds of sound: a ranker takes zeros inside a segment for a fault of the playing. It overlaps
the one before; its ``seconds`` are the new sound only. Sound shorter than ten seconds is repeated
until they are full. Where sound ends: :mod:`ranking.audio.sound_end`.
A file is decoded once however many sample rates are asked for, and again only where it ends in a
minute of silence. Segments are the mean of its channels, or on request the left one. The soxr
library resamples the stream at its high quality (aliases below -140 dB).
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
import soxr

from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import MIN_SEGMENT_SECONDS, SEGMENT_SECONDS, WINDOW_SECONDS
from ranking.audio.sound_end import LevelMeter
from ranking.errors import AudioError

KEPT_SECONDS = 60  # of sound in memory: few files end in more silence


@dataclass(frozen=True)
class Segment:
    """Ten seconds of a recording."""

    index: int
    """Number of the segment in its recording, from 0."""
    seconds: float
    """How much of it is sound that no segment before it has."""
    samples: Mapping[int, np.ndarray]
    """Samples by sample rate in Hz: float32, shape (10 · sample_rate,)."""
    start: float
    """When it begins, in seconds from the start of the recording."""
    file_seconds: float | None = None
    """Length of the file; None in all but the last segment."""


def stream_segments(
    path: Path,
    sample_rates: Sequence[int],
    min_seconds: float = MIN_SEGMENT_SECONDS,
    left_channel: bool = False,
) -> Iterator[Segment]:
    """Yield the segments of a sound file, each at all the sample rates.

    The last may have the number of one before: it takes that one's place, and what was yielded
    after that is silence, no part of the recording.

    Parameters
    ----------
    path : the sound file
    sample_rates : in Hz
    min_seconds : minimum length of the file in seconds
    left_channel : whether to take the left channel instead of the mean of all channels

    Raises
    ------
    AudioError
        If the file cannot be read, is damaged, silent, clipped, or shorter than ``min_seconds``.
        Segments that were yielded before are then not to be trusted.
    """
    with open_mono_sound(path, left_channel, allow_cut=True) as sound:
        cutters, levels = _cutters(sound.sample_rate, sample_rates), LevelMeter(sound.sample_rate)
        index = 0
        for block in sound.blocks():
            levels.add(block)
            _feed(cutters, block)
            while _hold(cutters, (index + 2) * SEGMENT_SECONDS):  # one may be the last
                yield _segment(index, index * SEGMENT_SECONDS, cutters)
                index += 1
        seconds, sound_seconds = sound.seconds, levels.sound_seconds()
    if seconds < min_seconds or sound_seconds < MIN_SEGMENT_SECONDS:
        raise _too_short(path, min(seconds, sound_seconds), min_seconds)
    _feed(cutters, np.empty(0, dtype=np.float32), last=True)
    last, new_seconds, start = _last_of(sound_seconds)
    whole = int(seconds // SEGMENT_SECONDS)
    for held in range(index, whole - (last == whole - 1 and new_seconds == SEGMENT_SECONDS)):
        yield _segment(held, held * SEGMENT_SECONDS, cutters)
    if any(start < cutter.kept_from for cutter in cutters.values()):
        cutters = _decode_until(start + SEGMENT_SECONDS, path, sample_rates, left_channel)
    yield _segment(last, start, cutters, new_seconds, sound_seconds, seconds)


def count_segments(sound_seconds: float) -> int:
    """Return how many segments a recording has, by when its sound ends."""
    return _last_of(max(sound_seconds, MIN_SEGMENT_SECONDS))[0] + 1


def _last_of(sound_seconds: float) -> tuple[int, float, float]:
    """Number of the last segment, how much of it is new, and when it begins."""
    whole, rest = divmod(sound_seconds, SEGMENT_SECONDS)
    if rest >= MIN_SEGMENT_SECONDS:
        return int(whole), rest, max(0.0, sound_seconds - SEGMENT_SECONDS)
    return int(whole) - 1, float(SEGMENT_SECONDS), (whole - 1) * SEGMENT_SECONDS


def _too_short(path: Path, seconds: float, min_seconds: float) -> AudioError:
    wanted = f"at least {min_seconds:g} s are needed"
    if min_seconds <= SEGMENT_SECONDS:  # none may be shorter, or none without zeros
        return AudioError(str(path), f"{seconds:.3g} s of sound", wanted)
    if min_seconds == WINDOW_SECONDS:
        wanted = f"a window needs {WINDOW_SECONDS} s"
    remedy = f"{wanted}: is this the whole recital?"
    what = f"{seconds:.3g} s of sound"
    return AudioError(str(path), what, remedy, key="short-recording", wanted=wanted)


def _segment(
    index: int,
    start: float,
    cutters: Mapping[int, "_Cutter"],
    seconds: float = SEGMENT_SECONDS,
    stop: float | None = None,
    file_seconds: float | None = None,
) -> Segment:
    """The segment that begins at ``start``; sound that stops before it is full is repeated."""
    end = start + SEGMENT_SECONDS if stop is None else min(stop, start + SEGMENT_SECONDS)
    samples = {sample_rate: cutter.cut(start, end) for sample_rate, cutter in cutters.items()}
    return Segment(index, float(seconds), samples, float(start), file_seconds)


def _cutters(from_sample_rate: int, sample_rates: Sequence[int]) -> dict[int, "_Cutter"]:
    return {rate: _Cutter(from_sample_rate, rate) for rate in dict.fromkeys(sample_rates)}


def _feed(cutters: Mapping[int, "_Cutter"], block: np.ndarray, last: bool = False) -> None:
    for cutter in cutters.values():
        cutter.add(block, last)


def _hold(cutters: Mapping[int, "_Cutter"], seconds: float) -> bool:
    return all(cutter.seconds >= seconds for cutter in cutters.values())


def _decode_until(
    seconds: float, path: Path, sample_rates: Sequence[int], left_channel: bool
) -> dict[int, "_Cutter"]:
    """Cutters that have taken in a file as far as ``seconds``, and no more than a block further."""
    with open_mono_sound(path, left_channel, allow_cut=True) as sound:
        cutters = _cutters(sound.sample_rate, sample_rates)
        for block in takewhile(lambda _: not _hold(cutters, seconds), sound.blocks()):
            _feed(cutters, block)
    return cutters


class _Cutter:
    """Turns blocks at one sample rate into segments at another."""

    def __init__(self, from_sample_rate: int, sample_rate: int) -> None:
        self._rate = sample_rate
        self._resampler = (
            None
            if from_sample_rate == sample_rate
            else soxr.ResampleStream(from_sample_rate, sample_rate, 1, dtype="float32")
        )
        self._blocks: deque[np.ndarray] = deque()
        self._from = self._until = 0  # samples, from the start of the file

    @property
    def seconds(self) -> float:
        """Length of what has come in."""
        return self._until / self._rate

    @property
    def kept_from(self) -> float:
        """When the sound begins that is still held, in seconds."""
        return self._from / self._rate

    def add(self, block: np.ndarray, last: bool = False) -> None:
        """Add samples at the file's sample rate; with the last ones, what the resampler holds."""
        if self._resampler is not None:
            block = self._resampler.resample_chunk(block, last=last)
        self._blocks.append(block)
        self._until += len(block)
        while self._until - self._from - len(self._blocks[0]) >= KEPT_SECONDS * self._rate:
            self._from += len(self._blocks.popleft())

    def cut(self, start: float, stop: float) -> np.ndarray:
        """Return ten seconds: the sound from ``start`` to ``stop``, repeated as often as needed."""
        first = round(start * self._rate) - self._from
        last = min(first + round((stop - start) * self._rate), self._until - self._from)
        parts, at = [], 0
        for block in self._blocks:
            parts.append(block[max(0, first - at) : max(0, last - at)])
            at += len(block)
        return np.resize(np.concatenate(parts), SEGMENT_SECONDS * self._rate)
