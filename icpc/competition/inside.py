"""Files that a roster, an index or a competition.toml names: in their folder, unless asked.

Conventions
-----------
What comes from others, such as a roster that was downloaded, is not to say which other files of
this machine are read. A path is followed through symbolic links before it is judged.
"""

from pathlib import Path

from ranking.errors import CompetitionError
from ranking.files.text import escape_controls

LONGEST_PATH, LONGEST_NAME = 4_000, 255
"""Bytes of a path, and of each name in it, that operating systems take."""


def is_path(written: str) -> bool:
    """Return whether a text can be the path of a file: some other texts would be errors."""
    raw = written.encode(errors="surrogatepass")
    names = raw.replace(b"\\", b"/").split(b"/")
    return b"\0" not in raw and len(raw) <= LONGEST_PATH and max(map(len, names)) <= LONGEST_NAME


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether a file is in a folder or below it, wherever symbolic links lead."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a name too long; links that lead to each other
        return False


def file_beside(written: str, source: Path, setting: str) -> Path:
    """Return the path of a file that a setting names, beside the file of the setting.

    Parameters
    ----------
    written : what the setting is
    source : file that has it
    setting : its name

    Raises
    ------
    CompetitionError
        If the path leads out of the folder.
    """
    if not is_path(written) or not is_inside(source.parent / written, source.parent):
        raise CompetitionError(
            escape_controls(str(source)),
            f"{setting!r} is {escape_controls(written)[:300]!r}, which is not in this folder",
            "copy the file there, or leave the setting out and name the file yourself",
        )
    return source.parent / written
