"""What a file that came is: sound, how long, whole, and as long as it should be.

Conventions
-----------
A recording has the wrong length if it differs from that of the roster by more than
:data:`LENGTH_SECONDS` and by more than :data:`LENGTH_SHARE`. Lengths are those of the sound, not
what a file or a server says.
"""

from dataclasses import dataclass
from pathlib import Path

from icpc.competition.sound_files import SOUND_SUFFIXES
from icpc.fetching.index import CUT_OFF, FETCHED, OTHER_SUFFIX, WRONG_LENGTH, Entry
from icpc.fetching.wanted import Wanted
from ranking.audio.completeness import describe_cut, sound_seconds
from ranking.download.pages import LONGEST_SECONDS, Sound
from ranking.download.transfer import remove_part
from ranking.errors import AudioError, FetchError
from ranking.files.hashing import file_sha256

LENGTH_SECONDS = 2.0
LENGTH_SHARE = 0.01
SUFFIXES = {
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "audio/aac": ".aac",
    "audio/ogg": ".ogg",
    "audio/opus": ".opus",
    "audio/flac": ".flac",
    "audio/x-flac": ".flac",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/webm": ".webm",
    "video/webm": ".webm",
    "video/mp4": ".mp4",
    "application/ogg": ".ogg",
}
"""Ending of a file by its type of content."""


@dataclass(frozen=True)
class CheckedSound:
    """A file of sound."""

    seconds: float
    """Length of its sound."""
    sha256: str
    """Hash of the file."""
    problem: str = ""
    """State of a recording whose file may not be used as it is; empty if it may."""
    remark: str = ""
    """What is wrong with it, in words."""


def check_sound(path: Path, listed: float | None, address: str) -> CheckedSound:
    """Return what a file of sound is.

    Parameters
    ----------
    path : the file
    listed : how long it should be, in seconds; None if nobody says
    address : where it came from, for errors

    Raises
    ------
    FetchError
        If it is no sound, or too long.
    """
    try:
        seconds, missing = sound_seconds(path), describe_cut(path)
    except AudioError as error:
        raise FetchError(
            address, error.what, "give the address of the recording itself", state="refused"
        ) from None
    if seconds > LONGEST_SECONDS:
        raise FetchError(
            address,
            f"it is longer than {LONGEST_SECONDS / 3600:.0f} hours",
            "give the address of the recording alone",
            state="refused",
        )
    sha256 = file_sha256(path)
    if listed is not None and not _is_as_long(seconds, listed):
        remark = f"{seconds:.1f} s of sound, {listed:g} s are listed"
        return CheckedSound(seconds, sha256, WRONG_LENGTH, remark)
    return CheckedSound(seconds, sha256, CUT_OFF if missing else "", missing)


def entry_of_fetched(checked: CheckedSound, path: Path, sound: Sound | None) -> Entry:
    """Return what became of a recording whose file came, or was cut from what came.

    Parameters
    ----------
    checked : what the file is
    path : the file
    sound : the page that it came from; None if it is none
    """
    return Entry(
        checked.problem or FETCHED,
        path,
        checked.seconds,
        checked.sha256,
        sound.title if sound else "",
        sound.channel if sound else "",
        checked.remark,
    )


def check_part(part: Path, wanted: Wanted) -> CheckedSound:
    """Return what came from an address; remove it if it cannot be used at all.

    Raises
    ------
    FetchError
        If it is no sound, or too long.
    """
    try:
        return check_sound(part, wanted.seconds, wanted.address)
    except FetchError:
        remove_part(part)
        raise


def suffix_of(url: str, content_type: str) -> str:
    """Return the ending for a file, by its address or else its type of content."""
    named = Path(url.partition("?")[0].rpartition("/")[2]).suffix.lower()
    return named if named in SOUND_SUFFIXES else SUFFIXES.get(content_type, OTHER_SUFFIX)


def _is_as_long(seconds: float, listed: float) -> bool:
    difference = abs(seconds - listed)
    return difference <= LENGTH_SECONDS or difference <= LENGTH_SHARE * listed
