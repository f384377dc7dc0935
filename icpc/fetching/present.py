"""What is in the folder of recordings already, left by an earlier call or brought by the user.

Conventions
-----------
A file that the index describes is not read again while its size is what it was. Others are checked
as one that came is.
"""

import re
from pathlib import Path

from icpc.fetching.checks import check_sound
from icpc.fetching.index import (
    LEFT_OUT,
    MISSING,
    PRESENT,
    STATES,
    Entry,
    RecordingIndex,
    Row,
    is_named_by_user,
    listed_seconds,
    seconds_of,
)
from icpc.fetching.wanted import BOUNDS, Wanted
from ranking.files.atomic import is_inside, is_path

LIKE_ADDRESS = re.compile(r"https?[:/]|www\.|[\w-]+(\.[\w-]+)+/\S*$", re.IGNORECASE)
"""How paths begin that are addresses without what says so."""


def kept_entry(index: RecordingIndex, wanted: Wanted, row: Row) -> Entry | None:
    """Return what became of a recording in an earlier call; None if its file is not as it was.

    Parameters
    ----------
    index : the index of its folder
    wanted : the recording
    row : its row of the index
    """
    path, state = index.find_file(wanted, row), row.get("state", "")
    if path is None or not row.get("sha256") or state not in STATES or is_named_by_user(row):
        return None
    if row.get("listed_seconds", "") != listed_seconds(wanted) or is_cut_elsewhere(wanted, row):
        return None
    if str(path.stat().st_size) != row.get("bytes"):
        return None
    return Entry(
        PRESENT if Entry(state).usable else state,
        path,
        seconds_of(row),
        row["sha256"],
        row.get("title", ""),
        row.get("channel", ""),
        row.get("remark", ""),
    )


def is_cut_elsewhere(wanted: Wanted, row: Row) -> bool:
    """Return whether a clip that was cut has other bounds than are wanted now."""
    cut = wanted.is_clip and bool(row.get("sha256")) and not is_named_by_user(row)
    return cut and any(row.get(bound, "") != wanted.facts.get(bound, "") for bound in BOUNDS)


def entry_of_file(wanted: Wanted, row: Row, path: Path) -> Entry:
    """Return what a file in the folder is; one that the user named is used, whatever its length.

    Parameters
    ----------
    wanted : the recording
    row : its row of the index
    path : its file

    Raises
    ------
    FetchError
        If the file is no sound, or too long.
    """
    checked = check_sound(path, wanted.length, wanted.address)
    state = PRESENT if is_named_by_user(row) or not checked.problem else checked.problem
    return Entry(
        state,
        path,
        checked.seconds,
        checked.sha256,
        row.get("title", ""),
        row.get("channel", ""),
        checked.remark,
    )


def entry_of_nothing(wanted: Wanted, folder: Path) -> Entry:
    """Return what becomes of a recording that is not in the folder and cannot be fetched."""
    if wanted.unfit:
        return Entry(LEFT_OUT, remark=wanted.unfit)
    path = folder / wanted.address if is_path(wanted.address) else folder
    if not is_inside(path, folder):
        return Entry("refused", remark=f"{wanted.address} is outside of the folder")
    meant = "; if it is an address, begin it with https://" * bool(
        LIKE_ADDRESS.match(wanted.address)
    )
    return Entry(MISSING, remark=f"{wanted.address} is not in the folder{meant}")
