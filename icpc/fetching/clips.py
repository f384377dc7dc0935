"""Clips: what they are cut from, fetched once for all of them, and how they are cut.

Conventions
-----------
What clips are cut from is a part in the folder of parts (:mod:`ranking.download.transfer`); clips
of one address share it, and its lock. It stays until the last of them is cut: a call that was
interrupted cuts the others without fetching it again. Clips are FLAC (:mod:`ranking.audio.flac`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from filelock import Timeout

from icpc.fetching.checks import check_part, check_sound, entry_of_fetched
from icpc.fetching.index import Entry, RecordingIndex
from icpc.fetching.wanted import Wanted
from ranking.audio.flac import cut_clip
from ranking.download.pages import Sound
from ranking.download.transfer import remove_part
from ranking.errors import AudioError, FetchError


class ClipSources:
    """What the clips of one call are cut from.

    Parameters
    ----------
    index : the index of the folder
    """

    def __init__(self, index: RecordingIndex) -> None:
        self.index = index
        self._sounds: dict[str, Sound | None] = {}
        self._failures: dict[str, FetchError] = {}
        self._left = Counter[str]()

    def expect(self, wanted: Sequence[Wanted]) -> None:
        """Count the clips of each address."""
        self._left = Counter(one.work_name for one in wanted if one.is_clip)

    def sound(self, wanted: Wanted, part: Path, fetch: Callable[[], Sound | None]) -> Sound | None:
        """Return the page of what a clip is cut from, None if it is no page; fetch it first.

        Parameters
        ----------
        wanted : the clip
        part : what it is cut from
        fetch : completes the part

        Raises
        ------
        FetchError
            If it does not come, or did not for another clip.
        """
        name = wanted.work_name
        if name in self._failures:
            raise self._failures[name]
        if name not in self._sounds or not part.exists():
            try:
                self._sounds[name] = fetch()
            except FetchError as error:
                self._failures[name] = error
                raise
        return self._sounds[name]

    def release(self, wanted: Wanted, entry: Entry) -> None:
        """Remove what a clip was cut from when it was the last one; keep what may be resumed."""
        if not wanted.is_clip or entry.state == "failed":
            return
        self._left[wanted.work_name] -= 1
        if not self._left[wanted.work_name]:
            with suppress(Timeout), self.index.lock(wanted.work_name, 0):
                remove_part(self.index.part(wanted))


def cut_checked_clip(wanted: Wanted, part: Path, path: Path, sound: Sound | None) -> Entry:
    """Cut a clip, and return what it is.

    Parameters
    ----------
    wanted : the clip
    part : what it is cut from, complete
    path : the file of the clip
    sound : the page that it came from; None if it is none

    Raises
    ------
    FetchError
        If it cannot be cut.
    """
    whole = check_part(part, wanted)
    if whole.problem:
        return Entry(whole.problem, remark=f"what it is cut from: {whole.remark}")
    try:
        cut_clip(part, wanted.start or 0.0, wanted.end, path)
    except AudioError as error:
        raise FetchError(wanted.address, error.what, error.remedy, state="refused") from None
    return entry_of_fetched(check_sound(path, wanted.length, wanted.address), path, sound)
