"""Fuzz targets of sound files: one for each kind of container and codec.

What is read of a changed file must be numbers in segments of ten seconds, the same each time.
"""

import re
import tempfile
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from fuzzing import Target
from media import KINDS, RATE, wav_with_length, write_float, write_kind
from mutations import with_other_bytes
from sounds import piano, write_sound

from ranking.audio.completeness import describe_cut
from ranking.audio.containers import is_sound_file
from ranking.audio.segments import stream_segments

SECONDS, HEADER_BYTES = 1.2, 200
PAGE_HEADER_BYTES = 27  # of Ogg
OTHERS = {
    "a.ac3": ("ac3", "ac3", "fltp"),
    "a.eac3": ("eac3", "eac3", "fltp"),
    "a.voc": ("voc", "pcm_s16le", "s16"),
    "a.rm": ("rm", "ac3", "fltp"),
    "a.loas": ("latm", "aac", "fltp"),
    "adpcm.wav": ("wav", "adpcm_ms", "s16p"),
    "mulaw.wav": ("wav", "pcm_mulaw", "s16"),
    "f64.wav": ("wav", "pcm_f64le", "dbl"),
    "mp3.wav": ("wav", "libmp3lame", "fltp"),
    "alac.caf": ("caf", "alac", "s16p"),
    "nelly.flv": ("flv", "nellymoser", "flt"),
}
"""Kinds beside those of the other tests."""
HIGHER_RATE = {"ac3": 48_000, "eac3": 48_000}  # by codec
AT_HEADER = r"no sound|is empty|codec is not|sample rate|names other|moov|archive|stands for|MIDI"
"""What errors say of a file that was not opened, or whose sound was not found."""


def read_sound(path: Path) -> list[np.ndarray]:
    """Return the segments of a file, as the program does; refuse what is no sound.

    Raises
    ------
    ValueError
        If what is read cannot be right.
    """
    is_sound_file(path)
    segments = list(stream_segments(path, (RATE, RATE // 2), min_seconds=1))
    for segment in segments:
        for rate, samples in segment.samples.items():
            if samples.shape != (10 * rate,) or not np.isfinite(samples).all():
                raise ValueError(f"no segment: {samples.shape}")
        if not 0 < segment.seconds <= 10:
            raise ValueError(f"{segment.seconds} s of sound in a segment")
    if not (segments and (segments[-1].file_seconds or 0) >= 1):
        raise ValueError("no segments, or no length")
    describe_cut(path)
    return [segment.samples[RATE] for segment in segments]


@cache
def targets() -> dict[str, Target]:
    """Return the targets by name."""
    found, kinds = {}, {**KINDS, **OTHERS}
    sound = piano(SECONDS, RATE)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for kind, facts in kinds.items():
            rate = HIGHER_RATE.get(facts[1], RATE)
            found[kind] = write_kind(folder / kind, piano(SECONDS, rate), rate, facts)
        found["ogg"] = write_sound(folder / "b.ogg", sound, RATE)
        found["rifx"] = write_float(folder / "c.wav", sound, ("WAV", "PCM_16", "BIG"))
        found["rf64"] = write_float(folder / "d.wav", sound, ("RF64", "FLOAT"))
        found["7.1"] = write_sound(folder / "e.flac", np.tile(sound, (8, 1)), RATE, layout="7.1")
        found["length 0"] = folder / "f.wav"
        found["length 0"].write_bytes(wav_with_length(sound, 0))
        contents = {key: (path.name, path.read_bytes()) for key, path in found.items()}
    made = partial(Target, read=read_sound, at_header=AT_HEADER, changed=with_other_bytes)
    return {
        f"sound {key}": made(
            raw,
            name,
            header=HEADER_BYTES / len(raw),
            repaired=with_page_checksums if raw.startswith(b"OggS") else bytes,
        )
        for key, (name, raw) in contents.items()
    }


def with_page_checksums(content: bytes) -> bytes:
    """Return a file with the checksums of its Ogg pages (RFC 3533, sec. 6) made anew."""
    starts = [match.start() for match in re.finditer(b"OggS", content)]
    whole = bytearray(content)
    for start, stop in pairwise([*starts, len(content)]):
        if stop - start > PAGE_HEADER_BYTES:
            whole[start + 22 : start + 26] = bytes(4)
            whole[start + 22 : start + 26] = _checksum(whole[start:stop]).to_bytes(4, "little")
    return bytes(whole)


def _checksum(page: bytearray) -> int:
    """CRC-32 of the polynomial 0x04c11db7, most significant bit first, from 0."""
    register = 0
    for byte in page:
        register = (register << 8) & 0xFFFFFFFF ^ CRC_TABLE[register >> 24 ^ byte]
    return register


def _remainder(value: int) -> int:
    for _ in range(8):
        value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        value &= 0xFFFFFFFF
    return value


CRC_TABLE = [_remainder(byte << 24) for byte in range(256)]
