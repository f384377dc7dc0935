"""How many bytes of sound files declare, where FFmpeg does not tell.

Conventions
-----------
FFmpeg takes the size of a file for the length of its sound where a header declares more. So headers
are read here: the chunks of wav, AIFF, CAF and Wave64, the head of AVI and au, and the object of
ASF (wma) that has the size of the file. Some programs write a header before they know how much
will follow, and never correct it: 0, -1, nearly 2 GiB or nearly 4 GiB mean an unknown length.

An Ogg file declares no length; its last page has a flag that ends the stream [1]_. Each page says
at which position it ends.

References
----------
.. [1] S. Pfeiffer, "The Ogg Encapsulation Format Version 0", RFC 3533, sec. 6.
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

GIB = 2**30
ASF = b"0&\xb2u"
ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
MAX_HEADER_BYTES = 1 << 16  # of ASF
MAX_PAGE_BYTES = 27 + 255 + 255 * 255  # of Ogg
END_OF_STREAM = 4  # flag of an Ogg page


class Declared(NamedTuple):
    """Where sound lies in a file by its header."""

    start: int
    """First byte."""
    size: int
    """Number of bytes."""


def declared_bytes(path: Path) -> Declared | None:
    """Return where the sound of a file lies by its header; None if it does not say, or is Ogg."""
    with path.open("rb") as file:
        found = _by_header(file, file.read(12))
    return None if found is None or is_unknown(found.size) else found


def is_unknown(size: int) -> bool:
    """Whether a size in bytes stands for one that was not known when it was written."""
    nearly_2 = 2 * GIB - 2**24 <= size < 2 * GIB + 2**16
    return size <= 0 or nearly_2 or 4 * GIB - 2**16 <= size < 4 * GIB


def ends_its_stream(path: Path) -> bool:
    """Whether the last page of an Ogg file is whole, and says that it is the last."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2 * MAX_PAGE_BYTES))
        end = file.read()
    at = end.rfind(b"OggS\x00")
    if at < 0 or len(end) < at + 27:
        return False
    lengths = end[at + 27 : at + 27 + end[at + 26]]
    whole = len(end) >= at + 27 + end[at + 26] + sum(lengths)
    return whole and bool(end[at + 5] & END_OF_STREAM)


def first_page_end(path: Path) -> int:
    """Return the position, in samples, at which the first page of sound in an Ogg file ends."""
    with path.open("rb") as file:
        while len(header := file.read(27)) == 27 and header.startswith(b"OggS"):
            position = int.from_bytes(header[6:14], "little", signed=True)
            if position > 0:
                return position
            file.seek(sum(file.read(header[26])), os.SEEK_CUR)
    return 0


def _by_header(file: BinaryIO, head: bytes) -> Declared | None:
    magic, kind = head[:4], head[8:12]
    if magic == b"RIFF" and kind == b"AVI ":
        return Declared(8, int.from_bytes(head[4:8], "little"))
    if magic in (b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM"):
        return _in_chunks(file, ">" if magic in (b"RIFX", b"FORM") else "<")
    if magic == b"caff":
        file.seek(8)
        return _in_chunks(file, ">", "q")
    if magic == b"riff":
        return _in_wave64(file)
    if magic == b".snd":
        return Declared(*struct.unpack(">II", head[4:]))
    return _in_asf(file) if magic == ASF else None


def _in_chunks(file: BinaryIO, order: str, size_format: str = "I") -> Declared | None:
    """Of chunks (name, size, content): the one with sound, from where the file stands."""
    form = struct.Struct(f"{order}4s{size_format}")
    padded, wide, end = size_format == "I", None, _size(file)
    while len(header := file.read(form.size)) == form.size:
        name, size = form.unpack(header)
        if name in (b"data", b"SSND"):
            return Declared(file.tell(), size if wide is None else wide)
        if size < 0:
            return None
        after = file.tell() + size + (size % 2 if padded else 0)
        if name == b"ds64":  # of RF64, whose other sizes have too few bits
            wide = int.from_bytes(file.read(16)[8:], "little")
        if after > end:
            return None
        file.seek(after)
    return None


def _in_wave64(file: BinaryIO) -> Declared | None:
    """Chunks named by 16 bytes, their sizes with these headers, at multiples of eight."""
    file.seek(40)
    end = _size(file)
    while len(header := file.read(24)) == 24:
        size = int.from_bytes(header[16:], "little")
        if header[:4] == b"data":
            return Declared(file.tell(), size - 24)
        after = file.tell() - 24 + size + -size % 8
        if size < 24 or after > end:
            return None
        file.seek(after)
    return None


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _in_asf(file: BinaryIO) -> Declared | None:
    """The whole file, whose size is in its header."""
    header = file.read(MAX_HEADER_BYTES)
    at = header.find(ASF_FILE_PROPERTIES)
    size = header[at + 40 : at + 48] if at >= 0 else b""
    return Declared(0, int.from_bytes(size, "little")) if size else None
