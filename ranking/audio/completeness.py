"""Whether a sound file is whole, or was cut off.

Conventions
-----------
A file is cut off if its sound ends more than a second before the length that it states itself,
from the time of its first packet on: packets are read for this, and not decoded. Where a header has
the size of the sound, that of the file is compared with it. An Ogg file is cut off if its last page
does not end the stream. Where a file states no length, all that can be seen is that its last packet
is no whole one.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from ranking.audio import mpeg
from ranking.audio.containers import UNREADABLE, open_container
from ranking.audio.declared import declared_bytes, ends_its_stream
from ranking.errors import AudioError

MAX_MISSING_SECONDS = 1.0  # at the end; more means that a file was cut off
STATED = ("ape", "dsf", "flac", "mov", "mpc", "mpc8", "tak", "tta", "wv")
"""Formats in whose headers FFmpeg finds the length of the sound; of others it makes a guess."""
WITH_PICTURE = ("matroska,webm", "flv")
"""Formats that state one length for all streams, of sound and picture; matroska from time 0."""
COMPRESSED = ("asf", "avi")
"""Formats of which the size of the whole file is known, and so the length roughly."""
LAST_PACKETS = 16  # that are decoded: one of mp3 needs some of those before it


class _Packets(NamedTuple):
    """What reading all packets shows; times in seconds."""

    first: float
    """When the sound begins."""
    last: float
    """When the sound ends."""
    picture_end: float
    """When the picture ends, if its packets were read."""
    whole: bool
    """Whether the last packet of the sound can be decoded."""


def refuse_cut_off(path: Path, allow_cut: bool = False, missing: str | None = None) -> str:
    """Refuse a sound file that was cut off; where that is allowed, return what it lacks.

    Parameters
    ----------
    path : the sound file
    allow_cut : whether to take a file that was cut off
    missing : what :func:`describe_cut` said of it before; None: it is asked

    Raises
    ------
    AudioError
        If it was cut off, and that is not allowed, or it cannot be opened.
    """
    missing = describe_cut(path) if missing is None else missing
    if missing and not allow_cut:
        raise AudioError(
            str(path),
            f"it is cut off: {missing}",
            "get the file again, or allow recordings that are cut off",
            key="allow-cut",
        )
    return missing


def sound_seconds(path: Path) -> float:
    """Return how long the sound of a file is, in seconds, from its packets; none is decoded.

    Raises
    ------
    AudioError
        If it cannot be opened, or there is no sound in it.
    """
    with open_container(path) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None or stream.codec_context is None:
            raise AudioError(str(path), "there is no sound in it", "give a recording")
        packets = _read_packets(container)
    return packets.last - packets.first


def describe_cut(path: Path) -> str:
    """Return what a sound file lacks, as a clause; empty if it is whole, as far as can be seen.

    Raises
    ------
    AudioError
        If it cannot be opened.
    """
    with open_container(path) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None or stream.codec_context is None:
            return ""
        if container.format.name == "ogg":
            return "" if ends_its_stream(path) else "its last page does not end the stream"
        declared, size = declared_bytes(path), path.stat().st_size
        if declared is not None and size >= declared.start + declared.size:
            return ""
        packets = _read_packets(container)
        seconds = packets.last - packets.first
        if declared is not None:
            share = max(1, size - declared.start) / declared.size
            return _missing(seconds, seconds / share, container.format.name in COMPRESSED)
        if container.format.name in WITH_PICTURE and not _own_duration(container):
            seconds = max(packets.last, packets.picture_end) - packets.first
        stated = _stated_seconds(container, path, packets.first)
    if stated is None:
        return "" if packets.whole else "its last packet is no whole one"
    return _missing(seconds, stated)


def _missing(seconds: float, stated: float, roughly: bool = False) -> str:
    if seconds >= stated - MAX_MISSING_SECONDS:
        return ""
    about = "about " if roughly else ""
    return f"{seconds:.1f} s of sound, where it declares {about}{stated:.1f} s"


def _stated_seconds(container: InputContainer, path: Path, first: float) -> float | None:
    """The length that a file states, from its first packet on; None if it states none."""
    stream, name = container.streams.audio[0], container.format.name
    if name == "mp3":
        return mpeg.stated_seconds(path)
    if name in WITH_PICTURE:
        own = _own_duration(container)
        whole = None if container.duration is None else container.duration / av.time_base
        stated = own or whole
        return None if stated is None else stated - (0 if name == "flv" else first)
    if name.partition(",")[0] in STATED and stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return None


def _own_duration(container: InputContainer) -> float:
    """The length of the sound in a matroska by its tag HH:MM:SS, 0 if it has none."""
    tags = container.streams.audio[0].metadata
    tag = next((value for name, value in tags.items() if name.startswith("DURATION")), "")
    try:
        hours, minutes, seconds = map(float, tag.split(":"))
    except ValueError:
        return 0.0
    return 3600 * hours + 60 * minutes + seconds


def _read_packets(container: InputContainer) -> _Packets:
    """Read all packets of the sound, and of the picture where one length is stated for both."""
    sound = container.streams.audio[0]
    pictures = container.streams.video if container.format.name in WITH_PICTURE else ()
    ticks = {one.index: float(one.time_base or 0) for one in container.streams}
    lasts_if_short = sound.codec_context.name.startswith("pcm_")  # a packet that was cut off
    first, last, picture_end = inf, 0.0, 0.0
    kept: deque[av.Packet[Any]] = deque(maxlen=LAST_PACKETS)
    with suppress(*UNREADABLE):  # what was read before counts
        for packet in container.demux(sound, *pictures):
            if not packet.size:  # of which the last is made
                continue
            tick = ticks[packet.stream_index]
            start = last if packet.pts is None else packet.pts * tick
            seconds = (packet.duration or 0) * tick
            if packet.stream_index != sound.index:
                picture_end = max(picture_end, start + seconds)
            else:
                seconds = 0 if packet.is_corrupt and not lasts_if_short else seconds
                first, last = min(first, start), max(last, start + seconds)
                kept.append(packet)
    whole = _decodes_to_the_end(sound, kept)
    return _Packets(min(first, last), last, picture_end, whole)


def _decodes_to_the_end(stream: AudioStream, packets: "Iterable[av.Packet[Any]]") -> bool:
    """Whether the last packet can be decoded; those before it may lack what came before them."""
    whole = True
    for packet in packets:
        try:
            stream.codec_context.decode(packet)
            whole = True
        except av.FFmpegError:
            whole = False
    return whole
