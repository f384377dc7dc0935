"""The index of a folder of recordings: whose each file is, and what became of each recording.

Conventions
-----------
``index.csv`` has a row for each recording that was wanted, by ``candidate`` and ``address``. In
``recording`` stands the file, if it may be used; whoever fills it in or changes it is right. The
other columns are written here: ``state`` (:data:`STATES`), ``seconds`` of sound, ``listed_seconds``
that it should have, ``bytes``, ``sha256``, ``title`` and ``channel`` of a page, ``remark``. Rows
and columns of the user's stay. Each change is an atomic write, under a lock that other processes
respect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from icpc.competition.sound_files import SOUND_SUFFIXES
from icpc.fetching.wanted import BOUNDS, Wanted
from ranking.files.atomic import is_inside, is_path, write_text
from ranking.files.table_reader import read_csv
from ranking.files.table_writer import to_csv

if TYPE_CHECKING:
    from filelock import FileLock

INDEX_NAME = "index.csv"
WORK_FOLDER = ".fetching"
"""Folder of parts and locks, in that of the recordings."""
OTHER_SUFFIX = ".sound"
"""Ending of a file whose kind has no usual one."""
WAITING, FETCHED, PRESENT = "waiting", "fetched", "present"
WRONG_LENGTH, CUT_OFF, DUPLICATE, MISSING = "wrong length", "cut off", "duplicate", "missing"
LEFT_OUT = "left out"
STATES = {
    WAITING: "not tried yet",
    FETCHED: "came by this or an earlier call",
    PRESENT: "was in the folder",
    WRONG_LENGTH: "is in the folder, longer or shorter than listed; not used",
    CUT_OFF: "is in the folder, and ends too early; not used",
    DUPLICATE: "is the recording of another candidate too; not used",
    MISSING: "is named by a path, and there is no such file",
    LEFT_OUT: "is listed without what is needed to fetch it",
    "gone": "is no longer there",
    "private": "is not given to everybody",
    "refused": "is not fetched, as it is unsafe, no sound, too large or too long",
    "failed": "did not come; another call tries again",
}
"""What may become of a recording."""
KEPT_AS = "kept as"
USABLE = (FETCHED, PRESENT)
COLUMNS = (
    *("candidate", "recording", "state", "seconds", "listed_seconds", "bytes", "sha256"),
    *("address", "title", "channel", "remark"),
)


@dataclass(frozen=True)
class Entry:
    """What became of a recording."""

    state: str
    """What became of it, of :data:`STATES`."""
    file: Path | None = None
    """Its file, whether it may be used or not."""
    seconds: float | None = None
    """Length of its sound; None if there is no file."""
    sha256: str = ""
    """Hash of its file."""
    title: str = ""
    channel: str = ""
    """Who put it on its page."""
    remark: str = ""
    """What a reader must know of it."""

    @property
    def usable(self) -> bool:
        """Whether its file may be used."""
        return self.state in USABLE


Row = dict[str, str]


class RecordingIndex:
    """The index of a folder.

    Parameters
    ----------
    folder : the folder of recordings; nothing is written before something is put
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / INDEX_NAME
        self.work = folder / WORK_FOLDER

    def rows(self) -> list[Row]:
        """Return the rows, in order; none if there is no index.

        Raises
        ------
        TableError
            If the index cannot be read.
        """
        if not self.path.is_file():
            return []
        table = read_csv(self.path, ("candidate", "recording")).rows
        return [dict(row) for row in table.astype(str).to_dict("records")]

    def by_key(self) -> dict[tuple[str, str], Row]:
        """Return the rows by candidate and address."""
        return {_key(row): row for row in self.rows()}

    def find_file(self, wanted: Wanted, row: Mapping[str, str]) -> Path | None:
        """Return the file of a recording, if it is in the folder.

        It is the one that its row names, else that of the roster's path, else one of its name.
        """
        paths = [row.get("recording", ""), *([] if wanted.remote else [wanted.address])]
        for name in filter(None, paths):
            path = self.folder / name
            if is_path(name) and is_inside(path, self.folder) and path.is_file():
                return path
        if not wanted.remote or not self.folder.is_dir():
            return None
        named = [self.folder / f"{wanted.stem}{one}" for one in (*SOUND_SUFFIXES, OTHER_SUFFIX)]
        return next((path for path in sorted(named) if path.is_file()), None)

    def add(self, wanted: Sequence[Wanted]) -> None:
        """Write rows for recordings that have none yet, in order, as waiting."""
        with self.lock("index"):
            rows = self.rows()
            known = {_key(row) for row in rows}
            new = [one for one in wanted if one.key not in known]
            rows += [_row(one, Entry(WAITING), self.folder) for one in new]
            if new:
                self._write(rows)

    def put(self, wanted: Wanted, entry: Entry) -> Entry:
        """Write what became of a recording, and return it; a copy of another's is a duplicate."""
        with self.lock("index"):
            rows = self.rows()
            own = next((row for row in rows if _key(row) == wanted.key), {})
            known = bool(own.get("recording"))  # by the user, or checked before
            if entry.usable and not known and (other := self._owner_of(entry.sha256, wanted, rows)):
                entry = replace(
                    entry,
                    state=DUPLICATE,
                    remark=f"the same file as that of {other}: one of the two is wrong",
                )
            entry = self._with_name(entry)
            written = _row(wanted, entry, self.folder)
            if own:
                own.update(written)
            else:
                rows.append(written)
            self._write(rows)
        return entry

    def part(self, wanted: Wanted) -> Path:
        """Return where what is fetched for a recording is kept until it is complete."""
        return self.work / f"{wanted.work_name}.part"

    def lock(self, name: str, timeout: float = -1) -> "FileLock":
        """Return a lock that one process holds at a time.

        Parameters
        ----------
        name : what is locked, a safe file name
        timeout : seconds to wait for another process; for ever if negative
        """
        self.work.mkdir(parents=True, exist_ok=True)
        from filelock import FileLock  # of an extra: lists are read without it

        return FileLock(self.work / f"{name}.lock", timeout=timeout)

    def owner_of_address(self, wanted: Wanted) -> str:
        """Return another candidate whose file is from the same address; empty if there is none."""
        return next(
            (
                row["candidate"]
                for row in self.rows()
                if row.get("address") == wanted.address
                and not any(row.get(bound) for bound in BOUNDS)
                and self._is_used_by_other(row, wanted)
            ),
            "",
        )

    def _owner_of(self, sha256: str, wanted: Wanted, rows: Sequence[Row]) -> str:
        """Another candidate with the same file in use; empty if there is none."""
        return next(
            (
                row["candidate"]
                for row in rows
                if row.get("sha256") == sha256 and self._is_used_by_other(row, wanted)
            ),
            "",
        )

    def _is_used_by_other(self, row: Row, wanted: Wanted) -> bool:
        name = row["recording"]
        used = bool(name) and is_path(name) and (self.folder / name).is_file()
        return used and row["candidate"] != wanted.candidate

    def _with_name(self, entry: Entry) -> Entry:
        """The entry with a remark under which name a file is kept that is not used."""
        if entry.file is None or entry.usable or KEPT_AS in entry.remark:
            return entry
        name = entry.file.relative_to(self.folder).as_posix()
        kept = f"{KEPT_AS} {name}: fill in 'recording' to use it"
        return replace(entry, remark="; ".join(filter(None, [entry.remark, kept])))

    def _write(self, rows: Sequence[Row]) -> None:
        columns = list(dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)]))
        table = pd.DataFrame(rows, columns=columns, dtype=str).fillna("")
        write_text(to_csv(table), self.path)


def is_named_by_user(row: Mapping[str, str]) -> bool:
    """Return whether the user filled in the file of a recording that was not used."""
    return bool(row.get("recording")) and row.get("state") not in USABLE


def seconds_of(row: Mapping[str, str]) -> float | None:
    """Return the length that an index gives of a recording; None if it gives none."""
    try:
        seconds = float(row.get("seconds", ""))
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None


def listed_seconds(wanted: Wanted) -> str:
    """Return the length that a recording should have, as the index has it."""
    return "" if wanted.length is None else f"{wanted.length:g}"


def _key(row: Mapping[str, str]) -> tuple[str, str]:
    return row["candidate"], row.get("address", "")


def _row(wanted: Wanted, entry: Entry, folder: Path) -> Row:
    """The row of a recording, all of it text."""
    path = entry.file
    name = "" if path is None else path.relative_to(folder).as_posix()
    return {
        **wanted.facts,
        "candidate": wanted.candidate,
        "recording": name if entry.usable else "",
        "state": entry.state,
        "seconds": "" if entry.seconds is None else f"{entry.seconds:.2f}",
        "listed_seconds": listed_seconds(wanted),
        "bytes": "" if path is None else str(path.stat().st_size),
        "sha256": entry.sha256,
        "address": wanted.address,
        "title": entry.title,
        "channel": entry.channel,
        "remark": entry.remark,
    }
