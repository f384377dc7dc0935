"""The sound files in a folder and its subfolders, in the order that their names give.

Conventions
-----------
A file with the ending of a sound file is one; any other is, if its content is. What systems leave
behind (``._ana.flac``, ``Thumbs.db``), hidden files and folders, stores of embeddings and runs are
no recordings. Names of files are compared composed (NFC): macOS takes them apart on disk. Numbers
in names count as numbers: "2" comes before "10".
"""

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ranking.errors import CompetitionError
from ranking.files.atomic import is_inside
from ranking.files.hashing import SUMS_FILE
from ranking.files.text import escape_controls, list_some, normalised

SOUND_SUFFIXES = frozenset(
    [
        *(".3gp", ".aac", ".aif", ".aifc", ".aiff", ".au", ".avi", ".caf", ".flac", ".m4a", ".m4b"),
        *(".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".w64", ".wav"),
        *(".webm", ".wma"),
    ]
)
"""Endings of files that are taken for recordings, whether they can be read or not."""
DROPPINGS = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", SUMS_FILE.lower()})
"""What systems leave in folders, and hashes of what is in them, in lower case."""
MADE_BY_JUDGE = ("cache-key.json", "run.json", ".claims")  # in stores and runs


@dataclass(frozen=True)
class SoundFiles:
    """What was found in a folder."""

    folder: Path
    paths: tuple[Path, ...]
    """Sound files, in the order of their names."""
    passed_over: tuple[str, ...]
    """Names of the files that are no sound."""
    outside: tuple[str, ...] = ()
    """Names of symbolic links that lead out of the folder, which are not followed."""

    def name(self, path: Path) -> str:
        """Return the path of a file within the folder, composed."""
        inner = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
        return normalised(inner.as_posix())

    @property
    def remark(self) -> str:
        """Which files were passed over, in sentences; empty if none was."""
        sentences = []
        if count := len(self.passed_over):
            files = "1 file that is" if count == 1 else f"{count:,} files that are"
            sentences.append(f"passed over {files} no sound: {list_some(self.passed_over)}.")
        if count := len(self.outside):
            links = "1 link that leads" if count == 1 else f"{count:,} links that lead"
            sentences.append(f"passed over {links} out of the folder: {list_some(self.outside)}.")
        return " ".join(sentences)


def find_sound_files(
    folder: Path, known: Collection[Path] = (), allow_outside: bool = False
) -> SoundFiles:
    """Return the sound files in a folder and its subfolders.

    Parameters
    ----------
    folder
        Where to look.
    known
        Files that are used for something else: they are no sound, and not named as passed over.
    allow_outside
        Whether symbolic links are followed that lead out of the folder.

    Raises
    ------
    CompetitionError
        If there is no such folder.
    """
    from ranking.audio.containers import is_sound_file  # FFmpeg is slow to load

    if not folder.is_dir():
        raise CompetitionError(
            escape_controls(str(folder)),
            "this is a file, no folder" if folder.exists() else "there is no such folder",
            "name a folder that exists",
            key="check-recordings",
        )
    used = {path.resolve() for path in known}
    found, passed_over, outside = [], [], []
    for path in _files(folder):
        if not allow_outside and path.is_symlink() and not is_inside(path, folder):
            outside.append(path)
        elif path.suffix.lower() in SOUND_SUFFIXES or is_sound_file(path):
            found.append(path)
        elif path.resolve() not in used:
            passed_over.append(path)
    inside = SoundFiles(folder, (), ())
    return SoundFiles(
        folder,
        tuple(sorted(found, key=lambda path: natural_key(inside.name(path)))),
        tuple(sorted(map(inside.name, passed_over), key=natural_key)),
        tuple(sorted(map(inside.name, outside), key=natural_key)),
    )


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts names as people do: numbers by value, letters in any case."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    folded = ((0, int(part), "") if part[0].isdecimal() else (1, 0, part) for part in parts)
    return (*folded, (2, 0, name))


def _files(folder: Path) -> Iterator[Path]:
    """All files but droppings and hidden ones."""
    for root, folders, names in os.walk(folder):
        inner = Path(root)
        folders[:] = [one for one in folders if one[0] != "." and not _made_by_judge(inner / one)]
        for name in names:
            if name[0] != "." and name.lower() not in DROPPINGS:
                yield inner / name


def _made_by_judge(folder: Path) -> bool:
    return any((folder / name).exists() for name in MADE_BY_JUDGE)
