"""Which file is whose recording.

Conventions
-----------
A recording is named in an index (a CSV of ``candidate`` and ``recording``) or in the roster, by its
path in a folder (the roster's own unless one is named); else it is found by the name of its file,
in the folder and its subfolders: :mod:`icpc.competition.matching`. Addresses, as the bundled
rosters have them, are no paths: the id of a video may be in the name of a file.
A candidate may have several files, a piece each: the order of the programme is that of the index,
or of the numbers in their names. Without a roster each file is a candidate by itself.

Where candidates lack a file and files lack a candidate, one may be the other's: nothing is guessed.
Two formats or copies of one recording, and one file for two candidates, are errors.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.file_search import FileSearch
from icpc.competition.sound_files import SoundFiles, find_sound_files
from icpc.competition.unmatched import (
    no_recordings,
    refuse_doubles,
    refuse_lost,
    refuse_unmatched,
)
from ranking.errors import CompetitionError
from ranking.files.text import escape_controls

PLAIN = ("path", "index", "name")
"""Ways of matching that need no showing: what was written, or an id as it is."""


@dataclass(frozen=True)
class Recordings:
    """The recordings of a competition."""

    table: pd.DataFrame
    """``candidate``, ``path`` and ``matched``, what says whose it is; in order of candidates and
    of each one's programme."""
    remarks: tuple[str, ...] = ()
    """What a reader must know: who has none, which files are nobody's, which order is not known."""
    files: SoundFiles | None = None
    """What is in the folder."""

    def lines(self) -> list[str]:
        """Return a table of whose each file is, to be read; nothing where that is plain to see."""
        table, files = self.table, self.files
        if files is None or (table["matched"].isin(PLAIN).all() and table["candidate"].is_unique):
            return []
        rows = [("candidate", "file", "matched by")]
        for candidate, own in table.groupby("candidate", sort=False):
            for number, (path, matched) in enumerate(zip(own["path"], own["matched"], strict=True)):
                name = str(candidate) if not number else ""
                rows.append((escape_controls(name), escape_controls(files.name(path)), matched))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]


def match_recordings(
    competition: Competition,
    folder: Path | None = None,
    index: Path | None = None,
    skip_bad: bool = False,
    allow_outside: bool = False,
) -> Recordings:
    """Return the recordings of a roster.

    Parameters
    ----------
    competition
        The competition that was recorded.
    folder
        Where the recordings are; the roster's own folder, if None.
    index
        CSV of candidates and their files, in the order of the programme; None if there is none.
    skip_bad
        Whether to go on where candidates lack a file and files a candidate, or one is not there.
    allow_outside
        Whether files may be outside of the folder, named by paths or reached by symbolic links.

    Raises
    ------
    CompetitionError, TableError
        If there is none, one that is named is not there, or it is not clear whose a file is.
    """
    where = folder or competition.roster_path.parent
    found = FileSearch(competition, where, index, allow_outside)
    refuse_doubles(found)
    remarks = [*refuse_lost(found, skip_bad), *refuse_unmatched(found, skip_bad)]
    rows = [
        (candidate, path, matched)
        for candidate in found.candidates
        for path, matched in found.of.get(candidate, ())
    ]
    if not rows:
        raise no_recordings(found)
    table = pd.DataFrame(rows, columns=["candidate", "path", "matched"])
    remarks += filter(None, [found.files.remark, *map(found.order_remark, found.candidates)])
    return Recordings(table, tuple(remarks), found.files)


def find_recordings(competition: Competition, folder: Path | None = None) -> pd.DataFrame:
    """Return candidate and path of each recording of a roster, as :func:`match_recordings` does."""
    return match_recordings(competition, folder).table[["candidate", "path"]]


def list_recordings(folder: Path) -> pd.DataFrame:
    """Return candidate and path of each sound file in a folder, sorted by name.

    The id is the file's name without its ending, where no two files share it.

    Raises
    ------
    CompetitionError
        If there is no such folder, or no sound file in it.
    """
    return all_recordings(folder).table[["candidate", "path"]]


def all_recordings(folder: Path, allow_outside: bool = False) -> Recordings:
    """Return each sound file in a folder as the recording of a candidate of its own.

    Symbolic links that lead out of it are followed if that is allowed.

    Raises
    ------
    CompetitionError
        If there is no such folder, or no sound file in it.
    """
    files = find_sound_files(folder, allow_outside=allow_outside)
    if not files.paths:
        raise CompetitionError(
            escape_controls(str(folder)),
            f"no sound files in it; {files.remark or 'it is empty.'}".rstrip("."),
            "name the folder that they are in",
        )
    names = [files.name(path) for path in files.paths]
    stems = [name.rpartition("/")[2].rpartition(".")[0] or name for name in names]
    times = Counter(stems)
    ids = [stem if times[stem] == 1 else name for stem, name in zip(stems, names, strict=True)]
    table = pd.DataFrame({"candidate": ids, "path": files.paths, "matched": "name"})
    return Recordings(table, tuple(filter(None, [files.remark])), files)
