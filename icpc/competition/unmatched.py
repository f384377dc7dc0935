"""What is wrong with the recordings that were found: doubles, files and candidates without another.

Conventions
-----------
Where candidates lack a file and files lack a candidate, one may be the other's, and nothing is
guessed. Candidates who lack one where no file is left over are named, and left out.
"""

from itertools import pairwise
from pathlib import Path

from icpc.competition.file_search import FileSearch
from icpc.competition.matching import Match
from ranking.errors import CompetitionError
from ranking.files.hashing import file_sha256
from ranking.files.text import did_you_mean, escape_controls, list_some

SHOWN = 5  # candidates and files that an error names


def refuse_doubles(found: FileSearch) -> None:
    """Refuse one file for two candidates, and two of one recording for one."""
    owners: dict[Path, str] = {}
    for candidate, own in found.of.items():
        by_stem: dict[str, Path] = {}
        by_size: dict[int, list[Path]] = {}
        for path, _ in own:
            other = owners.setdefault(path.resolve(), candidate)
            if other != candidate:
                raise _double(found, f"{_quoted(found, path)} is of {other} and {candidate}")
            same = by_stem.setdefault(path.stem.casefold(), path)
            if same.suffix.lower() != path.suffix.lower():
                two = f"{_quoted(found, same)} and {_quoted(found, path)}"
                raise _double(found, f"{two} are two formats of one recording of {candidate}")
            by_size.setdefault(path.stat().st_size, []).append(path)
        for paths in by_size.values():
            sha256 = {path: file_sha256(path) for path in paths if len(paths) > 1}
            for one, path in pairwise(sorted(sha256, key=sha256.__getitem__)):
                if sha256[one] == sha256[path]:
                    two = f"{_quoted(found, one)} and {_quoted(found, path)}"
                    raise _double(found, f"{two} of {candidate} are the same file")


def refuse_lost(found: FileSearch, skip_bad: bool) -> list[str]:
    """Refuse candidates whose named recording is not there, or say that they are left out."""
    if not found.lost:
        return []
    candidate, recording = map(escape_controls, found.lost[0])
    total = len(found.lost) + sum(map(len, found.of.values()))
    if skip_bad:
        left_out = list_some(dict(found.lost), SHOWN)
        return [f"{len(found.lost)} of {total} recordings were not found, of {left_out}."]
    files = [_described(found, path, match) for path, match in found.nobodys]
    nobodys = (
        f"; {_of(len(files), 'file')} no candidate: {list_some(files, SHOWN)}" if files else ""
    )
    raise CompetitionError(
        found.where,
        f"{len(found.lost)} of {total} recordings were not found, the first {recording} of "
        f"{candidate}{nobodys}",
        f"copy it to {escape_controls(str(found.folder))} (where the roster has an address, as "
        f"{candidate}.flac, .mp3 …), or say where it is",
        key="copy-recording",
        folder=escape_controls(str(found.folder)),
        candidate=candidate,
    )


def refuse_unmatched(found: FileSearch, skip_bad: bool) -> list[str]:
    """Refuse where candidates lack a file and files a candidate; or say who and which do."""
    lacking = found.lacking
    files = [_described(found, path, match) for path, match in found.nobodys]
    if lacking and files and found.of and not skip_bad:
        raise CompetitionError(
            found.where,
            f"{_of(len(lacking), 'candidate')} no recording, and {_of(len(files), 'file')} no "
            f"candidate: {list_some(lacking, SHOWN)}; {'; '.join(files[:SHOWN])}"
            f"{' …' if len(files) > SHOWN else ''}",
            "name the files by ids or names, or list in an index whose they are",
            key="name-recordings",
        )
    remarks = []
    if lacking and found.of:
        remarks.append(f"without a recording, and left out: {list_some(lacking, SHOWN)}.")
    if files:
        remarks.append(f"{_of(len(files), 'file')} no candidate: {list_some(files)}.")
    if found.unused:
        names = list_some([found.files.name(path) for path in found.unused])
        why = "their candidates have other files or are exempt"
        why = why if found.index is None else f"{found.where} does not name them"
        remarks.append(f"not used, as {why}: {names}.")
    return remarks


def no_recordings(found: FileSearch) -> CompetitionError:
    """Return the error where no recording was found at all."""
    names = [found.files.name(path) for path in found.files.paths]
    files = f": {list_some(names, SHOWN)}" if names else ""
    return CompetitionError(
        found.where,
        f"no recordings are named in it, and no file is named by a candidate's id or name{files}",
        "fill in 'recording' with paths, or name a folder to use all of its files",
        key="recordings-alone",
    )


def _double(found: FileSearch, what: str) -> CompetitionError:
    return CompetitionError(found.where, what, "keep one of them, or correct whose it is")


def _quoted(found: FileSearch, path: Path) -> str:
    return escape_controls(found.files.name(path))


def _described(found: FileSearch, path: Path, match: Match) -> str:
    """A file, and whose it may be."""
    name = found.files.name(path)
    if match.candidates:
        return f"{escape_controls(name)} (of {' or '.join(match.candidates)}?)"
    known = [*found.names.ids, *found.names.names]
    return f"{escape_controls(name)}{did_you_mean(path.stem, known)}"


def _of(count: int, what: str) -> str:
    return f"{count:,} {what} has" if count == 1 else f"{count:,} {what}s have"
