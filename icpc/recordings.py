"""Which file is whose recording.

Conventions
-----------
A roster's ``recording`` is a path, relative to a folder (the roster's own unless told otherwise). A
folder of recordings without a roster is taken file by file, each named by its stem.
"""

from pathlib import Path

import pandas as pd

from icpc.competitions import Competition
from ranking.csv_input import printable
from ranking.errors import CompetitionError

SOUND = (".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma")
VIDEO = (".mka", ".mkv", ".mov", ".mp4", ".webm")


def recordings_of(competition: Competition, folder: Path | None = None) -> pd.DataFrame:
    """Return candidate and path of each recording that the roster names, in its order.

    Raises
    ------
    CompetitionError
        If it names none, or one that is not there.
    """
    beside = folder or competition.roster_path.parent
    judged = competition.judged
    named = judged[judged["recording"] != ""]
    if named.empty:
        raise CompetitionError(
            competition.roster_path.name,
            "no recordings are named in it",
            "fill in 'recording' with paths, or give --recordings DIR alone",
        )
    table = named[["candidate"]].assign(path=[beside / one for one in named["recording"]])
    missing = table[[not path.is_file() for path in table["path"]]]
    if len(missing):
        first = missing.iloc[0]
        raise CompetitionError(
            competition.roster_path.name,
            f"{len(missing)} of {len(table)} recordings are not there, the first "
            f"{printable(str(first['path']))} of {printable(first['candidate'])}",
            "bring them there, or say with --recordings DIR where they are",
        )
    return table.reset_index(drop=True)


def recordings_in(folder: Path) -> pd.DataFrame:
    """Return candidate and path of each sound file in a folder, by name.

    Raises
    ------
    CompetitionError
        If there is no such folder, or no sound file in it.
    """
    if not folder.is_dir():
        raise CompetitionError(str(folder), "there is no such folder", "check --recordings")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SOUND + VIDEO)
    if not paths:
        raise CompetitionError(
            str(folder), "no sound files in it", f"they end in {', '.join(SOUND + VIDEO)}"
        )
    return pd.DataFrame({"candidate": [path.stem for path in paths], "path": paths})
