"""Any sound file → blocks of mono samples, or a named error; never zeros for what cannot be read.

Conventions
-----------
FFmpeg's libraries, carried inside PyAV's wheel, decode: wav, flac, mp3, ogg, opus, m4a, webm and
video containers, of which the first sound stream is taken. Mono is the mean of the channels, or on
request the left channel, the first.
Samples are float32, full scale ±1, at the file's own sample rate. Blocks stream: memory does not
grow with the length.

A file is refused if it is damaged or ends before the length it declares, holds values that are no
numbers, is silent throughout (no sample above -80 dB of full scale) or clipped (more than 1 % of
samples at full scale). Length and level are known only at the end, so an error may come last.
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Self

import av
import numpy as np
from av.container import InputContainer

from ranking.errors import AudioError

MIN_PEAK = 1e-4  # -80 dB of full scale; below, a file is silent
FULL_SCALE = 0.9999
MAX_CLIPPED_SHARE = 0.01  # of the samples
MAX_GAP_SECONDS = 0.05  # between time stamps; a longer one means that a packet was lost
MAX_MISSING_SECONDS = 1.0  # at the end; more means that a file was cut off
FORMATS_WITHOUT_LENGTH = ("mp3", "aac")  # their headers may lack a length; FFmpeg guesses one
BLOCK_SECONDS = 4.0
INTEGERS = {"s16": 2.0**-15, "s16p": 2.0**-15, "s32": 2.0**-31, "s32p": 2.0**-31}
"""Formats of whole numbers, by FFmpeg's name, and what makes full scale one: FFmpeg's own bytes."""


class _Frame(NamedTuple):
    """Samples that were decoded together."""

    format: str
    """FFmpeg's name of how they are stored; one that ends in p is planar."""
    channels: int
    length: int
    stored: np.ndarray
    """Shape (channels, length); (1, length · channels) where they are packed."""

    @classmethod
    def of(cls, frame: av.AudioFrame) -> Self:
        """Return the samples of a frame."""
        channels = frame.layout.nb_channels
        return cls(frame.format.name, channels, frame.samples, frame.to_ndarray())


class SoundFile:
    """An open sound file; iterate over ``blocks()`` once.

    Parameters
    ----------
    container : the file, as PyAV opened it
    path : the file, for errors
    left_channel : whether to take the left channel instead of the mean of all channels

    Raises
    ------
    AudioError
        If it cannot be opened, or holds no sound.
    """

    def __init__(self, container: InputContainer, path: Path, left_channel: bool = False) -> None:
        self.path = path
        self._left = left_channel
        self._container = container
        self._stream = next(iter(container.streams.audio), None)
        if self._stream is None:
            raise AudioError(str(path), "there is no sound in this file", "give a recording")
        if self._stream.codec_context is None or not self._stream.rate:
            raise AudioError(
                str(path),
                "its codec is not known",
                "convert it to flac, for example",
            )
        self._stream.codec_context.thread_type = "AUTO"
        if self._stream.codec_context.name == "flac":  # the one codec with a checksum per frame
            self._stream.codec_context.options = {"err_detect": "crccheck+explode"}
        self.sample_rate = int(self._stream.rate)
        """Sample rate of the file in Hz."""
        self._samples = 0
        self._peak = 0.0
        self._clipped = 0

    @property
    def seconds(self) -> float:
        """Length in seconds of what has been read."""
        return self._samples / self.sample_rate

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield mono samples, float32 arrays of about four seconds.

        Raises
        ------
        AudioError
            As soon as the file proves to be damaged; at its end, if it is cut off, silent or
            clipped.
        """
        buffer: list[_Frame] = []
        held = 0
        for frame in self._decoded():
            buffer.append(frame)
            held += frame.length
            if held >= BLOCK_SECONDS * self.sample_rate:
                yield self._checked(self._mono(buffer))
                buffer, held = [], 0
        if buffer:
            yield self._checked(self._mono(buffer))
        self._check_end()

    def _mono(self, frames: Sequence["_Frame"]) -> np.ndarray:
        """Samples (n,) of frames in a row; of those that are alike at once."""
        mono = []
        for (kind, count), alike in groupby(frames, lambda one: (one.format, one.channels)):
            stored = np.concatenate([one.stored for one in alike], axis=1)
            if not kind.endswith("p"):  # packed: the channels of a sample side by side
                stored = stored.reshape(-1, count).T
            values = stored[:1] if self._left else stored
            values = values.astype(np.float32, order="C")
            if kind in INTEGERS:
                values *= np.float32(INTEGERS[kind])
            mono.append(values[0] if self._left else values.mean(axis=0))
        return mono[0] if len(mono) == 1 else np.concatenate(mono)

    def _decoded(self) -> Iterator["_Frame"]:
        """Frames as they are stored, or in planar float where that is no format of INTEGERS."""
        planar = av.AudioResampler(format="fltp")
        end: float | None = None  # of the frame before, by its time stamp
        for frame in self._frames():
            if frame.time is not None:
                if end is not None and frame.time > end + MAX_GAP_SECONDS:
                    raise self._damaged(f"there is nothing until {frame.time:.1f} s")
                end = frame.time + frame.samples / frame.sample_rate
            if frame.format.name in INTEGERS:
                yield _Frame.of(frame)
                continue
            if planar.format is not None and frame.layout != planar.layout:
                planar = av.AudioResampler(format="fltp")  # the channels change on the way
            yield from map(_Frame.of, planar.resample(frame))

    def _frames(self) -> Iterator[av.AudioFrame]:
        frames = self._container.decode(self._stream)
        while True:
            try:
                frame = next(frames, None)
            except av.FFmpegError as error:
                raise self._damaged(_reason(error)) from None
            if not isinstance(frame, av.AudioFrame):
                return
            yield frame

    def _damaged(self, what: str) -> AudioError:
        return AudioError(
            str(self.path),
            f"it is damaged after {self.seconds:.0f} s ({what})",
            "get the file again, or leave it out",
        )

    def _checked(self, samples: np.ndarray) -> np.ndarray:
        peak = float(np.maximum(samples.max(), -samples.min()))
        if not np.isfinite(peak):
            at = self.seconds + float(np.argmax(~np.isfinite(samples))) / self.sample_rate
            raise AudioError(
                str(self.path), f"its sample at {at:.1f} s is no number", "export the file again"
            )
        self._peak = max(self._peak, peak)
        if peak >= FULL_SCALE:
            self._clipped += int(np.count_nonzero(np.abs(samples) >= FULL_SCALE))
        self._samples += len(samples)
        return samples

    def _check_end(self) -> None:
        """Refuse what only the whole file shows."""
        where, share = str(self.path), self._clipped / max(1, self._samples)
        declared = self._declared_seconds()
        if declared is not None and self.seconds < declared - MAX_MISSING_SECONDS:
            raise AudioError(
                where,
                f"it is cut off: {self.seconds:.1f} s of sound, where it declares {declared:.1f} s",
                "get the file again",
            )
        if self._samples == 0:
            raise AudioError(where, "there is no sound in this file", "give a recording")
        if self._peak < MIN_PEAK:
            raise AudioError(where, "it is silent throughout", "is this the right file or channel?")
        if share > MAX_CLIPPED_SHARE:
            raise AudioError(
                where,
                f"it is clipped: {100 * share:.0f} % of its samples are at full scale",
                "find a cleaner copy",
            )

    def _declared_seconds(self) -> float | None:
        """The length that the file gives, if it gives one."""
        if self._container.format.name in FORMATS_WITHOUT_LENGTH and not _has_length(self.path):
            return None
        if self._container.format.name == "wav":  # FFmpeg would believe the file's size instead
            return _wav_seconds(self.path)
        stream = self._stream
        if stream is not None and stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        if self._container.duration is not None:
            return float(self._container.duration) / av.time_base
        return None


@contextmanager
def open_mono_sound(path: Path, left_channel: bool = False) -> Iterator[SoundFile]:
    """Open a sound file for reading: the mean of its channels, or its left channel.

    Raises
    ------
    AudioError
        If it cannot be opened, or holds no sound.
    """
    container = _open_container(path)
    try:
        yield SoundFile(container, path, left_channel)
    finally:
        container.close()


def measure_peak(path: Path, left_channel: bool = False) -> float:
    """Return the largest absolute value of a sound file's samples.

    Raises
    ------
    AudioError
        If the file cannot be read, is damaged, silent or clipped.
    """
    with open_mono_sound(path, left_channel) as sound:
        return max(float(np.abs(block).max()) for block in sound.blocks())


def _open_container(path: Path) -> InputContainer:
    where = str(path)
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except IsADirectoryError:
        raise AudioError(where, "this is a folder", "name a file in it") from None
    except FileNotFoundError:
        raise AudioError(where, "there is no such file", "check the path") from None
    except PermissionError:
        raise AudioError(where, "no permission to read it", "change its permissions") from None
    except OSError as error:
        raise AudioError(where, f"it cannot be read ({error.strerror})", "check the disk") from None
    if empty:
        raise AudioError(where, "the file is empty", "get it again")
    try:
        return av.open(where, mode="r", metadata_errors="replace")
    except av.FFmpegError as error:
        raise AudioError(
            where,
            f"it is no sound file that can be read ({_reason(error)})",
            "try to play it, or convert it to flac",
        ) from None


def _reason(error: av.FFmpegError) -> str:
    return (error.strerror or "unknown").lower()


def _has_length(path: Path) -> bool:
    """Whether an mp3 has a header with its number of frames."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":  # size in four bytes of seven bits
            size = sum(
                byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)
            )
            file.seek(10 + size)
        else:
            file.seek(0)
        first_frame = file.read(512)
    return any(mark in first_frame for mark in (b"Xing", b"Info", b"VBRI"))


def _wav_seconds(path: Path) -> float | None:
    """Length by a wav's own header, None where it gives none (a stream, or over 4 GB)."""
    with path.open("rb") as file:
        file.seek(12)  # RIFF, size, WAVE
        bytes_per_second = 0
        while len(header := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", header)
            if name == b"data":
                whole = 0 < size < 2**32 - 1 and bytes_per_second > 0
                return size / bytes_per_second if whole else None
            if name == b"fmt ":
                bytes_per_second = struct.unpack("<I", file.read(12)[8:12])[0]
                size -= 12
            file.seek(size + size % 2, 1)
    return None
