"""The first sound stream of an open file, packet by packet, decoded.

Conventions
-----------
A packet that cannot be decoded, or that is missing by the time stamps of those around it, is
damage, and named by the time of the sound before it. The last packet of all is not: what was cut
off mostly ends in half of one.
A wav in big-endian order (RIFX) is decoded by the codec of that order: FFmpeg opens it as if it
were little-endian, and gives noise.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.codec.codec import Properties
from av.container import InputContainer

from ranking.audio.completeness import describe_cut
from ranking.audio.containers import UNREADABLE, reason
from ranking.audio.declared import first_page_end
from ranking.audio.samples import INTEGERS, Frame, FrameReader
from ranking.errors import AudioError

MAX_GAP_SECONDS = 0.05  # between time stamps; a longer one means that a packet was lost
MIN_SAMPLE_RATE, MAX_SAMPLE_RATE = 1_000, 4_000_000  # Hz; DSD has 2,822,400
CLIPPED_FLOAT = 1.0001  # full scale, and what rounding adds to it


class SoundPackets:
    """The first sound stream of a file; iterate over ``frames()`` once.

    Parameters
    ----------
    container : the file, as PyAV opened it
    path : the file, for errors, and for what FFmpeg does not tell

    Raises
    ------
    AudioError
        If it holds no sound, or sound of an unknown codec or an impossible sample rate.
    """

    def __init__(self, container: InputContainer, path: Path) -> None:
        self._path, self._container = path, container
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            raise AudioError(str(path), "there is no sound in this file", "give a recording")
        if stream.codec_context is None or not stream.rate:
            raise AudioError(str(path), "its codec is not known", "convert it to flac, for example")
        if not MIN_SAMPLE_RATE <= stream.rate <= MAX_SAMPLE_RATE:
            raise AudioError(
                str(path),
                f"its sample rate is {stream.rate:,} Hz, which is none of sound",
                "export the file again",
            )
        self._stream = stream
        self._codec = _decoder(stream, container.format.name == "wav" and _is_big_endian(path))
        self.sample_rate = int(stream.rate)
        """Sample rate in Hz."""
        self._samples = 0
        self._end: float | None = None  # of the frame before, by its time stamp

    @property
    def clipped_level(self) -> float:
        """The largest level of a clipped sample: lossless floats beyond full scale are not."""
        lossless = bool(Properties(self._codec.codec.properties) & Properties.LOSSLESS)
        whole_numbers = self._codec.format.name in (*INTEGERS, "u8", "u8p")
        return CLIPPED_FLOAT if lossless and not whole_numbers else np.inf

    def frames(self) -> Iterator[Frame]:
        """Yield the samples of all packets.

        Raises
        ------
        AudioError
            As soon as the file proves to be damaged.
        """
        reader = FrameReader()
        for frame in self._decoded():
            if frame.time is not None:
                gap = self._end is not None and frame.time > self._end + MAX_GAP_SECONDS
                if gap and not self._begins_at(frame.time):
                    raise self._damaged(f"there is nothing until {frame.time:.1f} s")
                self._end = frame.time + frame.samples / frame.sample_rate
            self._samples += frame.samples
            try:
                yield from reader.read(frame)
            except av.FFmpegError as error:  # channels or rates that there are not
                raise self._damaged(reason(error)) from None

    def _decoded(self) -> Iterator[av.AudioFrame]:
        """Frames; an error, where a packet cannot be decoded that is not the last."""
        failed: AudioError | None = None
        for packet in self._demuxed():
            try:
                frames = self._codec.decode(packet)
            except av.FFmpegError as error:
                if failed is not None:
                    raise failed from None
                failed = self._damaged(reason(error))
                continue
            if frames and packet.size and failed is not None:  # without size it ends the stream
                raise failed
            yield from frames

    def _demuxed(self) -> "Iterator[av.Packet[AudioStream]]":
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except UNREADABLE as error:
                if describe_cut(self._path):
                    return
                raise self._damaged(reason(error)) from None
            if packet is None:
                return
            yield packet

    def _begins_at(self, time: float) -> bool:
        """Whether a FLAC in Ogg only seems to jump there: FFmpeg has its first page begin at 0."""
        if self._container.format.name != "ogg" or self._codec.name != "flac":
            return False
        return abs(time - first_page_end(self._path) / self.sample_rate) <= MAX_GAP_SECONDS

    def _damaged(self, what: str) -> AudioError:
        return AudioError(
            str(self._path),
            f"it is damaged after {self._samples / self.sample_rate:.0f} s ({what})",
            "get the file again, or leave it out",
        )


def _decoder(stream: AudioStream, big_endian: bool) -> AudioCodecContext:
    """The decoder of a stream; of a big-endian wav, that of its order."""
    codec = stream.codec_context
    if big_endian and codec.name.startswith("pcm_") and codec.name.endswith("le"):
        own = cast("AudioCodecContext", av.CodecContext.create(f"{codec.name[:-2]}be", "r"))
        own.sample_rate, own.layout = codec.sample_rate, codec.layout
        return own
    codec.thread_type = "AUTO"
    if codec.name == "flac":  # the one codec with a checksum per frame
        codec.options = {"err_detect": "crccheck+explode"}
    return codec


def _is_big_endian(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"RIFX"
