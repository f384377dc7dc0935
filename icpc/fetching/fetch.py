"""Recordings fetched one after another, each into its file, whatever becomes of the others.

Conventions
-----------
One connection at a time, with a pause before each recording. A recording is fetched under a lock:
what another process fetches is left to it, and looked at again when it is done. A file gets its
name when it is complete and checked; its row of the index is written then. A call that was
interrupted, at whatever byte, goes on from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import Timeout

from icpc.fetching.checks import check_part, entry_of_fetched, suffix_of
from icpc.fetching.clips import ClipSources, cut_checked_clip
from icpc.fetching.index import DUPLICATE, Entry, RecordingIndex, Row
from icpc.fetching.present import (
    entry_of_file,
    entry_of_nothing,
    is_cut_elsewhere,
    kept_entry,
)
from icpc.fetching.wanted import Wanted
from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.failures import TryAgainError
from ranking.download.pages import PageReader, Sound
from ranking.download.transfer import (
    OnBytes,
    PageError,
    Part,
    RemoteFile,
    fetch_file,
    remove_part,
)
from ranking.download.waits import Waits
from ranking.errors import FetchError
from ranking.files.atomic import write_error
from ranking.files.text import escape_controls
from ranking.progress import SILENT, Progress

PAUSE_SECONDS = 1.0
OFFLINE_AFTER = 3
"""Recordings of which no server could be reached, one after another, before it is given up."""
DIRECT = (".mp3", ".flac", ".wav", ".ogg", ".opus", ".m4a", ".webm", ".aac")
"""Endings of addresses that are files, no pages."""


SHOWN_LETTERS = 40
"""Letters of a name beside the progress."""


@dataclass(frozen=True)
class FetchSettings:
    """How recordings are fetched."""

    folder: Path
    pause: float = PAUSE_SECONDS
    """Seconds of pause before each recording but the first."""
    browser: str = ""
    """Browser whose cookies are sent to pages, as BROWSER or BROWSER:PROFILE; empty: none."""
    waits: Waits = field(default_factory=Waits)
    """How often and how long to wait for a server that fails."""


def fetch_recordings(
    wanted: Sequence[Wanted], settings: FetchSettings, progress: Progress = SILENT
) -> list[tuple[Wanted, Entry]]:
    """Fetch what is not in the folder yet, and return what became of each recording, in order.

    Parameters
    ----------
    wanted : the recordings
    settings : where to, and how
    progress : how far it is

    Raises
    ------
    FetchError
        If no server can be reached at all, or the folder cannot be written to.
    """
    run = _Run(settings, progress)
    return run.fetch_all(wanted)


class _Run:
    """One call."""

    def __init__(self, settings: FetchSettings, progress: Progress) -> None:
        self.settings, self.progress = settings, progress
        self.index = RecordingIndex(settings.folder)
        self.pages = PageReader(settings.browser)
        self.asked = False
        self.unreached = 0
        self.sources = ClipSources(self.index)

    def fetch_all(self, wanted: Sequence[Wanted]) -> list[tuple[Wanted, Entry]]:
        """What became of each recording."""
        found: dict[tuple[str, str], Entry] = {}
        self.pages.check()
        try:
            self.index.add(wanted)
            self.sources.expect(wanted)
            with self.progress.start("fetching", total=len(wanted)):
                for one, entry in self._each(wanted):
                    found[one.key] = entry
                    self.sources.release(one, entry)
        except OSError as error:
            path = Path(str(error.filename or self.settings.folder))
            raise write_error(FetchError, path, error, "what has come is kept") from None
        return [(one, found[one.key]) for one in wanted]

    def _each(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Entry]]:
        rows, busy = self.index.by_key(), []
        for one in wanted:
            done = kept_entry(self.index, one, rows.get(one.key, {}))
            if done is not None:
                self.progress.advance()
                yield one, done
                continue
            try:
                yield one, self._locked(one, timeout=0)
            except Timeout:
                busy.append(one)
        for one in busy:
            self.progress.remark(f"waiting for another process, which fetches {one.candidate}")
            yield one, self._locked(one, timeout=-1)

    def _locked(self, wanted: Wanted, timeout: float) -> Entry:
        """What became of a recording, unless another process is at it."""
        with self.index.lock(wanted.work_name, timeout):
            return self.index.put(wanted, self._fetch_one(wanted))

    def _fetch_one(self, wanted: Wanted) -> Entry:
        row = self.index.by_key().get(wanted.key, {})
        bar = _Bar(self.progress, escape_controls(wanted.candidate)[:SHOWN_LETTERS])
        try:
            entry = self._entry(wanted, row, bar)
        except FetchError as error:
            entry = Entry(error.state, remark=f"{error.what}; {error.remedy}")
            self.unreached = 0 if error.facts.get("reached", True) else self.unreached + 1
            if self.unreached >= OFFLINE_AFTER:
                self.index.put(wanted, entry)
                raise FetchError(
                    error.where,
                    f"{error.what}, as were the {OFFLINE_AFTER - 1} recordings before it",
                    "connect to the network; the same command goes on where it stopped",
                ) from None
        else:
            self.unreached = 0
        bar.finish()
        return entry

    def _entry(self, wanted: Wanted, row: Row, bar: "_Bar") -> Entry:
        done = kept_entry(self.index, wanted, row)
        if done is not None:
            return done
        path = self.index.find_file(wanted, row)
        if path is not None and not is_cut_elsewhere(wanted, row):
            return entry_of_file(wanted, row, path)
        if wanted.unfit or not wanted.remote:
            return entry_of_nothing(wanted, self.settings.folder)
        if wanted.is_clip:
            return self._from_source(wanted, bar)
        if other := self.index.owner_of_address(wanted):
            return Entry(DUPLICATE, remark=f"the same address as that of {other}")
        return self._from_network(wanted, bar)

    def _from_network(self, wanted: Wanted, bar: "_Bar") -> Entry:
        part = self.index.part(wanted)
        own, sound = self._complete_part(wanted, part, bar)
        return self._take(wanted, part, own, sound)

    def _from_source(self, wanted: Wanted, bar: "_Bar") -> Entry:
        """Cut a clip out of what is at its address, which is fetched once for all its clips."""
        part = self.index.part(wanted)
        sound = self.sources.sound(wanted, part, lambda: self._complete_part(wanted, part, bar)[1])
        path = self.settings.folder / f"{wanted.stem}.flac"
        return cut_checked_clip(wanted, part, path, sound)

    def _complete_part(self, wanted: Wanted, part: Path, bar: "_Bar") -> tuple[Part, Sound | None]:
        """Fetch what is at an address; return what it is, and the page that led to it."""
        address = read_address(wanted.address)
        if self.asked:
            self.settings.waits.sleep(self.settings.pause)
        self.asked = True
        connector = Connector(address)
        if address.url.lower().endswith(DIRECT) or not self.pages.is_known(address.url):
            try:
                remote = RemoteFile(address.url, key=address.url)
                own = fetch_file(remote, part, connector, self.settings.waits, bar.show)
            except PageError:
                pass
            else:
                return own, None
        sound = self._read_page(address.url, connector)
        return self._fetch_sound(sound, part, connector, bar.show), sound

    def _read_page(self, url: str, connector: Connector) -> Sound:
        failed = 0
        while True:
            try:
                return self.pages.find_sound(url, connector)
            except TryAgainError as error:
                failed += 1
                self.settings.waits.wait(failed, error, url)

    def _fetch_sound(self, sound: Sound, part: Path, connector: Connector, show: OnBytes) -> Part:
        """Fetch the file that a page leads to; its address may be valid for a while only."""
        try:
            return fetch_file(sound.file, part, connector, self.settings.waits, show)
        except PageError:
            what, state = "the page leads to another page, not to sound", "refused"
        except FetchError as error:
            if error.state == "refused":
                raise
            what, state = f"the page is there, its sound is not: {error.what}", "failed"
        raise FetchError(sound.file.url, what, "try again later", state=state)

    def _take(self, wanted: Wanted, part: Path, own: Part, sound: Sound | None) -> Entry:
        """Check a part that is complete, and give it its name."""
        checked = check_part(part, wanted)
        named = sound.suffix if sound else ""
        suffix = named or suffix_of(read_address(wanted.address).url, own.content_type)
        path = self.settings.folder / f"{wanted.stem}{suffix}"
        part.replace(path)
        remove_part(part)
        return entry_of_fetched(checked, path, sound)


class _Bar:
    """The share of one recording that has come, for the progress of all."""

    def __init__(self, progress: Progress, name: str) -> None:
        self.progress, self.name, self.shown = progress, name, 0.0

    def show(self, have: int, size: int | None) -> None:
        """Show how much there is."""
        share = min(1.0, have / size) if size else 0.0
        of = f" of {size / 1e6:.0f}" if size else ""
        step = max(0.0, share - self.shown)
        self.shown += step
        self.progress.advance(step, f"{self.name}, {have / 1e6:.0f}{of} MB")

    def finish(self) -> None:
        """Show that it is done."""
        self.progress.advance(1.0 - self.shown)
