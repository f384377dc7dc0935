"""Sound files of kinds that people have, written by PyAV, libsndfile and by hand."""

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from sounds import piano

RATE = 16_000
KINDS: dict[str, tuple[str, str, str]] = {  # container, codec and sample format by file name
    "a.3gp": ("3gp", "aac", "fltp"),
    "a.aac": ("adts", "aac", "fltp"),
    "a.aifc": ("aiff", "pcm_f32be", "flt"),
    "a.aiff": ("aiff", "pcm_s16be", "s16"),
    "a.au": ("au", "pcm_s16be", "s16"),
    "a.avi": ("avi", "libmp3lame", "fltp"),
    "pcm.avi": ("avi", "pcm_s16le", "s16"),
    "a.caf": ("caf", "pcm_s16le", "s16"),
    "alac.m4a": ("ipod", "alac", "s16p"),
    "a.flac": ("flac", "flac", "s16"),
    "a.flv": ("flv", "aac", "fltp"),
    "a.m4a": ("ipod", "aac", "fltp"),
    "a.m4b": ("ipod", "aac", "fltp"),
    "a.mka": ("matroska", "flac", "s16"),
    "a.mkv": ("matroska", "aac", "fltp"),
    "a.mov": ("mov", "pcm_s16le", "s16"),
    "a.mp2": ("mp2", "mp2", "s16"),
    "a.mp3": ("mp3", "libmp3lame", "fltp"),
    "a.mp4": ("mp4", "aac", "fltp"),
    "a.mpg": ("mpeg", "mp2", "s16"),
    "a.oga": ("ogg", "flac", "s16"),
    "a.opus": ("opus", "libopus", "flt"),
    "a.ts": ("mpegts", "aac", "fltp"),
    "a.tta": ("tta", "tta", "s16"),
    "a.w64": ("w64", "pcm_s16le", "s16"),
    "a.wav": ("wav", "pcm_s16le", "s16"),
    "a.webm": ("webm", "libopus", "flt"),
    "a.wma": ("asf", "wmav2", "fltp"),
    "a.wv": ("wv", "wavpack", "s16p"),
}
"""Container, codec and sample format by the name of a file."""


def write_kind(
    path: Path,
    samples: np.ndarray,
    rate: int = RATE,
    kind: tuple[str, str, str] | None = None,
    start: float = 0.0,
    picture_seconds: float = 0.0,
    options: dict[str, str] | None = None,
    bit_rate: int = 64_000,
) -> Path:
    """Write sound (n,) as the kind of its file name.

    The sound begins at ``start`` seconds, as that of a live stream does; a picture, if there is
    one, goes on for ``picture_seconds``.
    """
    container_name, codec, sample_format = kind or KINDS[path.name]
    with av.open(str(path), "w", format=container_name, options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        stream.codec_context.format = sample_format
        stream.codec_context.bit_rate = bit_rate
        stream.codec_context.time_base = Fraction(1, rate)
        pictures = _add_picture(container, container_name) if picture_seconds else None
        frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None], "flt", "mono")
        frame.rate, frame.pts = rate, 0
        mixer = av.AudioResampler(format=sample_format, layout="mono", rate=rate)
        for part in (*mixer.resample(frame), *mixer.resample(None), None):
            for packet in stream.encode(part):
                if start:
                    offset = round(start / packet.time_base)
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                container.mux(packet)
        for number in range(round(5 * picture_seconds) if pictures else 0):
            still = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            still.pts = number
            container.mux(pictures.encode(still.reformat(format=pictures.format.name)))
        if pictures:
            container.mux(pictures.encode(None))
    return path


def _add_picture(container: Any, name: str) -> Any:
    codec, pixels = {
        "webm": ("libvpx", "yuv420p"),
        "matroska": ("mjpeg", "yuvj420p"),
        "mp4": ("mpeg4", "yuv420p"),
        "mov": ("mjpeg", "yuvj420p"),
        "flv": ("flv", "yuv420p"),
    }[name]
    stream = container.add_stream(codec, rate=5)
    stream.width = stream.height = 64
    stream.pix_fmt = pixels
    return stream


def wav_with_length(samples: np.ndarray, length: int, rate: int = RATE) -> bytes:
    """A wav of 16 bits whose header gives a length in bytes, right or not."""
    content = (samples * 32767).astype("<i2").tobytes()
    layout = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + layout + b"data" + struct.pack("<I", length)
    return b"RIFF" + struct.pack("<I", min(length + 36, 2**32 - 1)) + chunks + content


def id3_tag(size: int) -> bytes:
    """An ID3 tag with a picture of so many random bytes."""
    body = b"APIC" + struct.pack(">I", size) + bytes(2) + np.random.default_rng(1).bytes(size)
    return b"ID3\x03\x00\x00" + bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0)) + body


def mp3(samples: np.ndarray, path: Path, rate: int = RATE, bit_rate: int = 64_000) -> bytes:
    """An mp3 with its header and no tag, of a bit rate."""
    write_kind(
        path, samples, rate, KINDS["a.mp3"], options={"id3v2_version": "0"}, bit_rate=bit_rate
    )
    return path.read_bytes()


def cut(path: Path, share: float = 0.5) -> Path:
    """Keep the first part of a file."""
    raw = path.read_bytes()
    path.write_bytes(raw[: round(share * len(raw))])
    return path


def write_float(path: Path, samples: np.ndarray, kind: Sequence[str]) -> Path:
    """Write sound as libsndfile's format, subtype and order of bytes."""
    form, subtype, *order = kind
    soundfile.write(path, samples, RATE, format=form, subtype=subtype, endian=(*order, "FILE")[0])
    return path


SOUND = piano(4, RATE)
