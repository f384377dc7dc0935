"""Samples to FLAC of 16 bits, and clips of recordings.

Conventions
-----------
A clip has the channels and the sample rate of its recording; of more than two channels it is their
mean. Its bounds are samples, counted from the first one of the sound: whole numbers of 16 bits stay
as they are, others are rounded to them.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np

from ranking.audio.containers import open_container
from ranking.audio.packets import SoundPackets
from ranking.audio.samples import INTEGERS, Frame, mix_to_mono
from ranking.errors import AudioError
from ranking.files.atomic import open_atomic

LAYOUTS = {1: "mono", 2: "stereo"}
"""FFmpeg's names of the channels that are written, by their number."""
FULL_SCALE = 2**15


def write_blocks(path: Path, blocks: Iterable[np.ndarray], sample_rate: int) -> int:
    """Write FLAC in an atomic write; return how many samples of each channel it has.

    Parameters
    ----------
    path : the file
    blocks : int16, shape (channels, n) each, of one channel or two
    sample_rate : Hz

    Raises
    ------
    OSError
        If it cannot be written.
    """
    count, stream = 0, None
    with open_atomic(path) as file, av.open(file, "w", format="flac") as container:
        for block in blocks:
            layout = LAYOUTS[len(block)]
            if stream is None:
                stream = container.add_stream("flac", rate=sample_rate, layout=layout)
            packed = np.ascontiguousarray(block.T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
            frame.sample_rate = sample_rate
            container.mux(stream.encode(frame))
            count += block.shape[1]
        if stream is not None:
            container.mux(stream.encode(None))
    return count


def cut_clip(recording: Path, start: float, end: float | None, path: Path) -> float:
    """Write a clip of a recording as FLAC, and return its length in seconds.

    Parameters
    ----------
    recording : the sound file that it is cut from
    start : where it begins, in seconds
    end : where it ends; None: with the recording
    path : the file of the clip

    Raises
    ------
    AudioError
        If the recording is damaged, or ends before the clip begins.
    OSError
        If the clip cannot be written.
    """
    with open_container(recording) as container:
        packets = SoundPackets(container, recording)
        rate = packets.sample_rate
        first = round(start * rate)
        last = None if end is None else round(end * rate)
        blocks = _between(packets.frames(), first, last)
        one = next(blocks, None)
        if one is None:
            raise AudioError(
                str(recording),
                f"it ends before {start:g} s, where the clip begins",
                "correct the bounds of the clip",
            )
        return write_blocks(path, chain([one], blocks), rate) / rate


def _between(frames: Iterable[Frame], first: int, last: int | None) -> Iterator[np.ndarray]:
    """Samples from one to another, int16 of shape (channels, n), frame by frame."""
    at = 0
    for frame in frames:
        begin, at = at, at + frame.length
        if last is not None and begin >= last:
            return
        if at <= first:
            continue
        stop = None if last is None else last - begin
        yield _samples(frame)[:, max(0, first - begin) : stop]


def _samples(frame: Frame) -> np.ndarray:
    """Samples of a frame, int16 of shape (channels, n)."""
    stored = frame.stored
    if frame.channels not in LAYOUTS:
        stored, kind = mix_to_mono([frame])[np.newaxis], "fltp"
    else:
        kind = frame.format
        if not kind.endswith("p"):  # packed
            stored = stored.reshape(-1, frame.channels).T
    if stored.dtype == np.int16:
        return stored
    scaled = stored.astype(np.float64) * INTEGERS.get(kind, 1.0) * FULL_SCALE
    return np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
