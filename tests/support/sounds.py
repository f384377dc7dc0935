"""Sounds for tests: a plain piano, and files of it in every format."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile

FORMATS = ("wav", "flac", "mp3", "ogg", "opus", "m4a", "webm", "mkv")
CODECS = {
    "wav": ("pcm_s16le", "s16"),
    "flac": ("flac", "s16"),
    "mp3": ("libmp3lame", "fltp"),
    "opus": ("libopus", "flt"),
    "m4a": ("aac", "fltp"),
    "webm": ("libopus", "flt"),
    "mkv": ("flac", "s16"),
}


def piano(seconds: float, rate: int = 44100, seed: int = 0) -> np.ndarray:
    """Notes at random, two a second: harmonics that die away. float32, shape (n,), peak 0.5."""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate)
    sound = np.zeros(n + rate)
    time = np.arange(rate) / rate
    for onset in np.arange(0, seconds, 0.5):
        pitch = 440 * 2 ** ((int(rng.integers(40, 80)) - 69) / 12)
        at = round(onset * rate)
        sound[at : at + rate] += rng.uniform(0.4, 1) * note(time, pitch)
    sound = sound[:n]
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def note(time: np.ndarray, pitch: float) -> np.ndarray:
    """One struck string: ten harmonics, the higher the weaker and the sooner gone."""
    attack = 1 - np.exp(-time / 0.003)
    harmonics = [
        0.7**k * np.exp(-time * (2 + k)) * np.sin(2 * np.pi * (k + 1) * pitch * time)
        for k in range(10)
        if (k + 1) * pitch < 10_000
    ]
    return attack * np.sum(harmonics, axis=0)


def write_sound(
    path: Path,
    samples: np.ndarray,
    rate: int = 44100,
    codec: tuple[str, str] | None = None,
    layout: str = "mono",
) -> Path:
    """Encode float32 samples, shape (n,) or (channels, n); format and codec by the suffix."""
    if path.suffix == ".ogg":  # PyAV encodes no Vorbis
        soundfile.write(path, np.atleast_2d(samples).T, rate, format="OGG", subtype="VORBIS")
        return path
    name, sample_format = codec or CODECS[path.suffix[1:]]
    channels = np.atleast_2d(samples).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(name, rate=rate)
        stream.layout = layout
        stream.codec_context.format = sample_format
        stream.codec_context.time_base = Fraction(1, rate)
        mixer = av.AudioResampler(format=sample_format, layout=layout, rate=rate)
        interleaved = np.ascontiguousarray(channels.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout=layout)
        frame.rate = rate
        frame.pts = 0
        for part in (*mixer.resample(frame), *mixer.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path
