"""Opening sound files: which kinds are read, and what a file seems to be that is not.

Conventions
-----------
The kind of a file is found from its content, never from its name. :data:`FORMATS` are the kinds
that FFmpeg reads here: none of them names other files or addresses, as playlists do. FFmpeg gets an
absolute path, so that no name is taken for an address; and regular files only, since a pipe would
be waited for.
"""

import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from ranking.audio.mpeg import FileWithoutTags, find_inner_tags
from ranking.errors import AudioError

FORMATS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dts", "eac3"),
    *("flac", "flv", "loas", "matroska", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts"),
    *("ogg", "oma", "rm", "tak", "tta", "voc", "w64", "wav", "wv"),
)
"""Kinds of containers that are read, by FFmpeg's name."""
ONLY_THESE = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
UNREADABLE = (av.FFmpegError, IndexError)
"""What PyAV raises of packets that cannot be read; the latter of one of a stream that is new."""
HEAD_BYTES = 512
BEGINNINGS = (
    *(b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b".snd", b"caff", b"fLaC", b"OggS", b"ID3"),
    *(b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11", b"riff.\x91\xcf\x11", b"wvpk", b"MAC ", b"TTA1"),
    *(b"MPCK", b"MP+", b"tBaK", b"DSD ", b"FLV", b"#!AMR", b"\x0bw", b"\x7f\xfe\x80\x01"),
    *(b"Creative Voice File", b"\x00\x00\x01\xba", b".RMF", b"ea3", b"EA3"),
)
"""How files of these kinds begin, mp3, AAC and transport streams aside."""
TS_PACKET_BYTES = 188
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")  # of mov, after their length

OTHER_FILES = (
    (
        (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<asx", b"<?xml", b"v=0"),
        "it names other files, or describes them",
        "give the sound files themselves",
    ),
    (
        (b"MThd",),
        "it is a MIDI file: notes, no sound",
        "give a recording",
    ),
    (
        (b"<!doctype", b"<html"),
        "it is a page of the web, no sound file",
        "get the recording itself",
    ),
    (
        (b"version https://git-lfs",),
        "it stands for a file that was not fetched",
        "fetch it with git lfs pull",
    ),
    (
        (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"),
        "it is an archive",
        "unpack it, and give the recordings in it",
    ),
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF"),
        "it is a picture or a document: there is no sound in this file",
        "give a recording",
    ),
)
"""How files begin that are given by mistake; what is wrong, and what would be right."""


@contextmanager
def open_container(path: Path) -> Iterator[InputContainer]:
    """Open a sound file by FFmpeg's libraries; tags between joined mp3s are left out.

    Raises
    ------
    AudioError
        If it is no regular file, cannot be read, or is of no kind that is read here.
    """
    with ExitStack() as stack:
        container = stack.enter_context(_open_by_content(path))
        if container.format.name == "mp3" and (tags := find_inner_tags(path)):
            file = stack.enter_context(closing(FileWithoutTags(path, tags)))
            container = stack.enter_context(_open(file))
        yield container


def is_sound_file(path: Path) -> bool:
    """Whether a file's content is of a kind that is read here, with sound in it."""
    try:
        head = _read_head(path)
        if not _begins_like_sound(head):
            return False
        with open_container(path) as container:
            return bool(container.streams.audio)
    except AudioError:
        return False


def reason(error: av.FFmpegError | IndexError) -> str:
    """Return what FFmpeg says of an error, in lower case."""
    if isinstance(error, IndexError):
        return "another stream begins within it"
    return (error.strerror or "unknown").lower()


def _open_by_content(path: Path) -> InputContainer:
    head = _read_head(path)
    _refuse_other_files(path, head)
    try:
        container = _open(f"file:{path.absolute()}")
    except av.FFmpegError as error:
        raise _unknown_kind(path, head, reason(error)) from None
    if not _begins_like_sound(head) and not any(one.rate for one in container.streams.audio):
        container.close()  # FFmpeg took it for what its name says
        raise _unknown_kind(path, head)
    return container


def _open(file: str | FileWithoutTags) -> InputContainer:
    return av.open(file, mode="r", metadata_errors="replace", container_options=ONLY_THESE)


def _read_head(path: Path) -> bytes:
    """The first bytes of a regular file."""
    where = str(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise AudioError(where, "this is a folder", "name a file in it")
        if not stat.S_ISREG(mode):
            raise AudioError(where, "it is a pipe or a device, no file", "copy it to one")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise AudioError(where, "there is no such file", "check the path") from None
    except PermissionError:
        raise AudioError(where, "no permission to read it", "change its permissions") from None
    except OSError as error:
        raise AudioError(where, f"it cannot be read ({error.strerror})", "check the disk") from None
    if not head:
        raise AudioError(where, "the file is empty", "get it again")
    return head


def _begins_like_sound(head: bytes) -> bool:
    mpeg_frame = head[0] == 0xFF and head[1:2] >= b"\xe0"
    transport = head[:1] == b"G" and head[TS_PACKET_BYTES : TS_PACKET_BYTES + 1] == b"G"
    return head.startswith(BEGINNINGS) or head[4:8] in BOXES or mpeg_frame or transport


def _refuse_other_files(path: Path, head: bytes) -> None:
    """Refuse what is no sound by how it begins."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for beginnings, what, remedy in OTHER_FILES:
        if start.startswith(tuple(one.lower() for one in beginnings)):
            raise AudioError(str(path), what, remedy)


def _unknown_kind(path: Path, head: bytes, why: str = "") -> AudioError:
    """What is wrong with a file that FFmpeg did not open."""
    if head[4:8] in BOXES and not _has_index(path):
        return AudioError(
            str(path),
            "its index (moov) is missing: it was cut off while it was written or copied",
            "get the file again",
        )
    if not _begins_like_sound(head):
        why = "its kind is not known"
    return AudioError(
        str(path),
        f"it is no sound file that can be read ({why})",
        "try to play it, or convert it to flac",
    )


def _has_index(path: Path) -> bool:
    """Whether a mov, mp4 or m4a has its box moov."""
    at = 0
    with path.open("rb") as file:
        while len(header := file.read(16)) >= 8:
            size = int.from_bytes(header[:4])
            if header[4:8] == b"moov":
                return True
            size = int.from_bytes(header[8:]) if size == 1 else size
            at += size
            if size < 8 or at > path.stat().st_size:  # the last box goes on to the end
                return False
            file.seek(at)
    return False
