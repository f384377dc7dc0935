"""Recordings that a page plays, where they lie beside it.

Conventions
-----------
A page holds no sound, but paths from itself to sound files: it plays them where page and recordings
are moved and sent together. A file that is not the one that was compared is not played.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from icpc.competition.recordings import find_recordings
from icpc.study.study import Study
from ranking.errors import RunError
from ranking.files.atomic import is_inside
from ranking.files.hashing import file_sha256
from ranking.progress import SILENT, Progress


@dataclass(frozen=True)
class PlayedRecordings:
    """Recordings that a page can play."""

    by_candidate: dict[str, list[str]]
    """Addresses of each candidate's files from the page, in the order of the programme."""
    others: tuple[str, ...] = ()
    """Candidates whose files are not those that were compared."""

    @property
    def remark(self) -> str:
        """What a reader must know; empty if nothing."""
        if not self.others:
            return ""
        return f"not played, since other files were compared: {', '.join(self.others)}"


def recordings_to_play(
    study: Study, folder: Path, page: Path, progress: Progress = SILENT
) -> PlayedRecordings:
    """Return whose recordings a page can play.

    Parameters
    ----------
    study
        The ranking. Where it is of recordings, their hashes are compared.
    folder
        Where the recordings are.
    page
        Folder of the page.
    progress
        Where to show how far it is.

    Raises
    ------
    CompetitionError, TableError
        If there are none, or it is not clear whose a file is.
    RunError
        If they are not beside the page.
    """
    table = find_recordings(study.competition, folder)
    table = table[table["candidate"].isin(study.ranking["candidate"])]
    compared: dict[str, Any] = study.comparisons.provenance.get("recordings", {})
    played, others = {}, []
    with progress.start("comparing hashes of recordings", len(table)):
        for candidate, own in table.groupby("candidate", sort=False)["path"]:
            expected = compared.get(candidate)
            hashes = [file_sha256(path) for path in own] if expected else None
            progress.advance(len(own))
            if hashes and hashes != ([expected] if isinstance(expected, str) else expected):
                others.append(str(candidate))
            else:
                played[str(candidate)] = [_address(path, page) for path in own]
    return PlayedRecordings(played, tuple(others))


def can_be_played(recordings: Path, page: Path) -> bool:
    """Return whether paths lead from a page to recordings without naming folders of a user.

    Parameters
    ----------
    recordings
        Folder or file of recordings.
    page
        Folder of the page.
    """
    try:
        both = Path(os.path.commonpath([recordings.absolute(), page.absolute()]))
    except ValueError:  # on two drives
        return False
    beside = both in (page.absolute(), page.absolute().parent)
    return beside or is_inside(both, Path.cwd())


def _address(path: Path, page: Path) -> str:
    """The path of a file from a page, through no folder above the one that the page's is in."""
    if not can_be_played(path, page):
        raise RunError(
            f"recordings in {path.parent}",
            f"a page in {page} cannot lead to them without naming your folders",
            "put the page and the recordings into one folder",
        )
    return quote(Path(os.path.relpath(path, page)).as_posix())
