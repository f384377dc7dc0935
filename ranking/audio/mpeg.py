"""mp3 files that were joined: the tags between their parts, and how long the parts say they are.

Conventions
-----------
Programs join mp3s by writing one after another. The parts keep their tags, ID3 [1]_ or APE, which
may hold a picture: FFmpeg looks for sound in it, and loses what follows. They keep their headers
too, a first frame named Xing, Info or VBRI that holds the number of frames. Offsets are in bytes
from the start of the file.

References
----------
.. [1] M. Nilsson, "ID3 tag version 2.4.0 - Main Structure", 2000, sec. 3.
"""

import mmap
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SAMPLE_RATES = {
    3: (44_100, 48_000, 32_000),
    2: (22_050, 24_000, 16_000),
    0: (11_025, 12_000, 8_000),
}
"""Sample rates in Hz by the version in a frame's header: MPEG 1, 2 and 2.5."""
ID3_HEADER_BYTES = 10
APE_HEADER_BYTES = 32
FRAME_HEADER_BYTES = 4
VBRI_OFFSET = 36  # of the header, from the start of its frame


class FileWithoutTags:
    """An open file from which some ranges of bytes are left out.

    Parameters
    ----------
    path : the file
    tags : what is left out, in order
    """

    def __init__(self, path: Path, tags: Sequence[range]) -> None:
        self._file = path.open("rb")
        ends = [0, *(tag.stop for tag in tags)]
        starts = [*(tag.start for tag in tags), path.stat().st_size]
        self._parts = [range(*one) for one in zip(ends, starts, strict=True) if one[0] < one[1]]
        self._size = sum(map(len, self._parts))
        self._at = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes, as many as there are at once; empty at the end."""
        before = 0
        for part in self._parts:
            place = self._at - before
            if place < len(part):
                self._file.seek(part.start + place)
                found = self._file.read(min(size, len(part) - place))
                self._at += len(found)
                return found
            before += len(part)
        return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to an offset in what is left, and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the offset in what is left."""
        return self._at

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def find_inner_tags(path: Path) -> list[range]:
    """Return where the tags after the start of an mp3 lie, in order and apart from each other."""
    with _mapped(path) as data:
        found = sorted([*_id3_tags(data), *_ape_tags(data)], key=lambda tag: tag.start)
        first_end = found[0].stop if found and not found[0].start else 0
    tags: list[range] = []
    for tag in found:
        if tag.start >= max(1, tags[-1].stop if tags else first_end):
            tags.append(tag)
    return tags


def stated_seconds(path: Path) -> float | None:
    """Return how long the parts of an mp3 say that they are, None if none of them does."""
    with _mapped(path) as data:
        seconds = sum(
            _seconds_of_header(data, at)
            for name in (b"Xing", b"Info", b"VBRI")
            for at in _places(data, name)
        )
    return seconds or None


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _places(data: mmap.mmap, what: bytes) -> Iterator[int]:
    at = data.find(what)
    while at >= 0:
        yield at
        at = data.find(what, at + 1)


def _id3_tags(data: mmap.mmap) -> Iterator[range]:
    """Tags of version 2; their size is in four bytes of seven bits."""
    for at in _places(data, b"ID3"):
        header = data[at : at + ID3_HEADER_BYTES]
        size = header[6:]
        if len(size) == 4 and header[3] in (2, 3, 4) and header[4] == 0 and max(size) < 128:
            length = sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
            yield range(at, at + ID3_HEADER_BYTES + length)


def _ape_tags(data: mmap.mmap) -> Iterator[range]:
    """APE tags; their size leaves out the header."""
    for at in _places(data, b"APETAGEX"):
        size = int.from_bytes(data[at + 12 : at + 16], "little")
        is_header = bool(int.from_bytes(data[at + 20 : at + 24], "little") & 1 << 29)
        start = at if is_header else at + APE_HEADER_BYTES - size
        yield range(start, at + APE_HEADER_BYTES + (size if is_header else 0))


def _seconds_of_header(data: mmap.mmap, at: int) -> float:
    """Length by a header that may begin at ``at``; 0 if none does, or it does not say."""
    if data[at : at + 4] == b"VBRI":
        frames = data[at + 14 : at + 18]
        return _seconds(data[at - VBRI_OFFSET :][:FRAME_HEADER_BYTES], frames, None)
    flags, frames = data[at + 7 : at + 8], data[at + 8 : at + 12]
    if not flags or not flags[0] & 1:
        return 0.0
    offsets = [FRAME_HEADER_BYTES + side for side in (9, 17, 32)]
    return max(
        _seconds(data[max(0, at - one) :][:FRAME_HEADER_BYTES], frames, one) for one in offsets
    )


def _seconds(frame_header: bytes, frames: bytes, offset: int | None) -> float:
    """Length of so many frames like this one, 0 if it is none of layer III."""
    if len(frame_header) < FRAME_HEADER_BYTES or len(frames) < 4:
        return 0.0
    first, second, third, fourth = frame_header
    version, layer, rate = second >> 3 & 3, second >> 1 & 3, third >> 2 & 3
    if first != 0xFF or second < 0xE0 or version == 1 or layer != 1 or rate == 3:
        return 0.0
    mono, mpeg_1 = fourth >> 6 == 3, version == 3
    side = (17 if mono else 32) if mpeg_1 else (9 if mono else 17)
    if offset not in (None, FRAME_HEADER_BYTES + side):
        return 0.0
    samples = 1152 if mpeg_1 else 576
    return float(struct.unpack(">I", frames)[0]) * samples / SAMPLE_RATES[version][rate]
