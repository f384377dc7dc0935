"""The sound files of a manifest's recordings, and which of them are the same sound.

Conventions
-----------
A recording is a file's name, with or without its ending, however it is spelt
(:mod:`ranking.files.names`). All that are missing are named at once. Two files of the same bytes
are one sound, and so are two of the same embedding: a FLAC of a WAV, or a WAV with a comment.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ranking.errors import TableError
from ranking.files.atomic import is_inside
from ranking.files.names import NameMatches, Names, match_names, spelling_remark, spellings
from ranking.files.text import did_you_mean, escape_controls, list_some
from ranking.tasks.manifest import Manifest

COMPOSED = 1  # the spelling that differs in composition and blanks alone
NAMED = 20
"""Most files that one error names."""


def locate_recordings(
    manifest: Manifest, folder: Path, allow_outside: bool = False
) -> dict[str, Path]:
    """Return the file of each recording in a folder.

    Parameters
    ----------
    manifest
        The manifest that names them.
    folder
        Where they are.
    allow_outside
        Whether symbolic links are followed that lead out of the folder.

    Raises
    ------
    TableError
        If one is not there, or its name without ending fits several, or it is a link that leads out
        of the folder.
    """
    files, names, matches = _match_files(manifest, folder)
    absent = [name for name, several in matches.unclear.items() if not several]
    if absent:
        others = f"; also {list_some(absent[1:], NAMED)}" if absent[1:] else ""
        raise TableError(
            manifest.name,
            f"{len(absent)} of {len(manifest.recordings)} recordings are not in {folder}, the "
            f"first {absent[0]!r}{did_you_mean(absent[0], [*names.ids, *names.names])}{others}",
            "bring them there, or name the folder that they are in",
            "folder-of-recordings",
        )
    for name, several in matches.unclear.items():
        raise TableError(
            manifest.name, f"{name!r} may be {' or '.join(several)}", "write the file's ending too"
        )
    located = {name: files[own] for name, own in matches.found.items()}
    for name, path in located.items():
        if not allow_outside and not is_inside(path, folder):
            raise TableError(
                manifest.name,
                f"{name!r} is a link to a file that is not in {escape_controls(str(folder))}",
                "copy it there, or allow files outside of the folder",
                "allow-outside",
            )
    return located


def missing_recordings(manifest: Manifest, folder: Path) -> list[str]:
    """Return the recordings of a manifest of which no file is in a folder."""
    _, _, matches = _match_files(manifest, folder)
    return [name for name, several in matches.unclear.items() if not several]


def spelling_of_files(located: Mapping[str, Path]) -> str:
    """Return which recordings are spelt otherwise than their files, as a sentence, or ""."""
    return spelling_remark(
        {
            name: path.name
            for name, path in located.items()
            if spellings(Path(name).name)[COMPOSED]
            not in {spellings(own)[COMPOSED] for own in (path.name, path.stem)}
        }
    )


def _match_files(manifest: Manifest, folder: Path) -> tuple[dict[str, Path], Names, NameMatches]:
    """The files of a folder, their names, and which recordings they are."""
    files = _files(folder, manifest.recordings["recording"])
    names = Names(list(files), [Path(name).stem for name in files])
    return files, names, match_names(manifest.recordings["recording"], names)


def _files(folder: Path, recordings: Iterable[str]) -> dict[str, Path]:
    """Files in a folder by name; in its folders, where a recording's name has one."""
    if not folder.is_dir():
        return {}
    deep = any("/" in name for name in recordings)
    paths = sorted(folder.rglob("*") if deep else folder.iterdir())
    return {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}


def refuse_copies(manifest: Manifest, sounds: Mapping[str, str]) -> None:
    """Refuse two recordings of the same sound.

    Parameters
    ----------
    manifest
        The manifest that names them.
    sounds
        SHA-256 of each recording's file, or of its embedding.

    Raises
    ------
    TableError
        Naming the two.
    """
    first: dict[str, str] = {}
    for name, sound in sounds.items():
        if (other := first.setdefault(sound, name)) != name:
            raise TableError(
                manifest.name,
                f"{other!r} and {name!r} are the same sound",
                "keep one: a probe is not tested on what it was trained on",
            )
