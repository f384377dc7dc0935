"""Which file is whose recording.

Conventions
-----------
A roster's ``recording`` is a path, relative to a folder (the roster's own unless one is named).
Where it is an address, as in the bundled competitions, or empty, the recording is the sound file in
the folder that is named by the candidate's id, or that has the id of the video in its name. A
folder of recordings without a roster is read file by file; a candidate's id is the file's stem.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from icpc.competition.competitions import Competition
from ranking.errors import CompetitionError
from ranking.files.text import escape_controls

SOUND_SUFFIXES = (
    ".aac",
    ".aif",
    ".aiff",
    ".flac",
    ".m4a",
    ".mp3",
    ".oga",
    ".ogg",
    ".opus",
    ".wav",
    ".wma",
)
VIDEO_SUFFIXES = (".mka", ".mkv", ".mov", ".mp4", ".webm")


def find_recordings(competition: Competition, folder: Path | None = None) -> pd.DataFrame:
    """Return candidate and path of each recording of a roster, in its order.

    Parameters
    ----------
    competition
        The competition that was recorded.
    folder
        Where the recordings are; the roster's own folder, if None.

    Raises
    ------
    CompetitionError
        If there is none, or one that the roster names is not there.
    """
    folder = folder or competition.roster_path.parent
    eligible = competition.eligible
    files = {path.stem: path for path in _sound_files(folder)}
    found = [
        _recording(folder, files, candidate, recording)
        for candidate, recording in zip(eligible["candidate"], eligible["recording"], strict=True)
    ]
    table = eligible[["candidate", "recording"]].assign(path=found)
    table = table[(table["recording"] != "") | table["path"].notna()]
    if table.empty:
        raise CompetitionError(
            competition.roster_path.name,
            "no recordings are named in it, and no file is named by a candidate's id",
            "fill in 'recording' with paths, or name a folder to use all of its files",
            key="recordings-alone",
        )
    missing = table[table["path"].isna()]
    if len(missing):
        first = missing.iloc[0]
        raise CompetitionError(
            competition.roster_path.name,
            f"{len(missing)} of {len(table)} recordings were not found, the first "
            f"{escape_controls(first['recording'])} of {escape_controls(first['candidate'])}",
            f"copy it to {escape_controls(str(folder))} (where the roster has an address, as "
            f"{escape_controls(first['candidate'])}.flac, .mp3 …), or say where it is",
            key="copy-recording",
            folder=escape_controls(str(folder)),
            candidate=escape_controls(first["candidate"]),
        )
    return table[["candidate", "path"]].reset_index(drop=True)


def _recording(
    folder: Path, files: Mapping[str, Path], candidate: str, recording: str
) -> Path | None:
    """The file of a candidate, or None."""
    if recording and "://" not in recording:
        path = folder / recording
        return path if path.is_file() else None
    if candidate in files:
        return files[candidate]
    video = _video_id(recording)
    return next((path for stem, path in files.items() if video and video in stem), None)


def _video_id(address: str) -> str:
    """The id of a video in its address, or the last part of the path; empty if neither is there."""
    parts = urlsplit(address)
    return parse_qs(parts.query).get("v", [""])[0] or Path(parts.path).stem


def _sound_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path for path in folder.iterdir() if path.suffix.lower() in SOUND_SUFFIXES + VIDEO_SUFFIXES
    )


def list_recordings(folder: Path) -> pd.DataFrame:
    """Return candidate and path of each sound file in a folder, sorted by name.

    Raises
    ------
    CompetitionError
        If there is no such folder, or no sound file in it.
    """
    if not folder.is_dir():
        raise CompetitionError(
            str(folder),
            "there is no such folder",
            "name a folder that exists",
            key="check-recordings",
        )
    paths = _sound_files(folder)
    if not paths:
        raise CompetitionError(
            str(folder),
            "no sound files in it",
            f"they end in {', '.join(SOUND_SUFFIXES + VIDEO_SUFFIXES)}",
        )
    return pd.DataFrame({"candidate": [path.stem for path in paths], "path": paths})
