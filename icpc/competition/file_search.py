"""The search for each candidate's files: what is written, then what names of files say.

Conventions
-----------
What is written, in an index or as a path in the roster, holds: other files of that candidate are
not used. Paths are relative to the folder of the recordings, and matched however they are spelt
(:mod:`ranking.files.names`). The id of a video in a name counts where a candidate has no other
file.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from icpc.competition.competitions import Competition
from icpc.competition.matching import FileMatcher, Match
from icpc.competition.sound_files import find_sound_files, natural_key
from ranking.errors import CompetitionError
from ranking.files.atomic import is_inside, is_path
from ranking.files.names import Names, match_names
from ranking.files.table_reader import read_csv
from ranking.files.text import escape_controls, list_some


class FileSearch:
    """What is found of each candidate, and what is left.

    Parameters
    ----------
    competition : the competition that was recorded
    folder : where they are
    index : CSV of candidates and their files; None if there is none
    allow_outside : whether files may be outside of the folder
    """

    def __init__(
        self,
        competition: Competition,
        folder: Path,
        index: Path | None,
        allow_outside: bool = False,
    ) -> None:
        eligible = competition.eligible
        self.competition, self.folder, self.index = competition, folder, index
        self.allow_outside = allow_outside
        self.candidates: list[str] = eligible["candidate"].tolist()
        roster = competition.roster
        self.names = Names(roster["candidate"].tolist(), roster["name"].tolist())
        known = [competition.roster_path, competition.roster_path.parent / "competition.toml"]
        known += [] if index is None else [index]
        self.files = find_sound_files(folder, known, allow_outside)
        self.of: dict[str, list[tuple[Path, str]]] = {}
        """Files of each candidate, and what says so."""
        self.lost: list[tuple[str, str]] = []
        """Candidates whose recording is named, by its path or address, and is not there."""
        self.nobodys: list[tuple[Path, Match]] = []
        """Files of which it is not clear whose they are."""
        self.unused: list[Path] = []
        """Files that are no candidate's: the index does not name them, or their candidates have
        others or are exempt."""
        recording = dict(zip(eligible["candidate"], eligible["recording"], strict=True))
        addresses = {own: one for own, one in recording.items() if "://" in one}
        if index is None:
            written = [(own, one) for own, one in recording.items() if one and "://" not in one]
            self._take_written(written, "path")
            self._take_by_name(addresses)
            self.lost += [(own, one) for own, one in addresses.items() if own not in self.of]
        else:
            self._take_written(_read_index(index, self.names), "index")
            self.unused += self._left()

    @property
    def where(self) -> str:
        """The file that says whose recordings are whose, for errors."""
        return (self.index or self.competition.roster_path).name

    @property
    def lacking(self) -> list[str]:
        """Candidates without a file."""
        lost = {own for own, _ in self.lost}
        return [own for own in self.candidates if own not in self.of and own not in lost]

    def order_remark(self, candidate: str) -> str:
        """Return that the order of somebody's files is not known; empty if it is."""
        own = self.of.get(candidate, [])
        names = [self.files.name(path) for path, _ in own]
        if len(own) < 2 or {matched for _, matched in own} == {"index"} or _are_numbered(names):
            return ""
        return (
            f"WARNING: the order of the {len(own)} files of {escape_controls(candidate)} is not "
            f"known: they are taken by name, {list_some(names)}; number them, or write an index."
        )

    def _take_written(self, written: Sequence[tuple[str, str]], matched: str) -> None:
        """Take recordings that are named by their paths, however these are spelt."""
        inside = {self.files.name(path): path for path in self.files.paths}
        stems = [name.rpartition("/")[2] for name in inside]
        names = Names(list(inside), stems)
        without_ending = Names(list(inside), [stem.rpartition(".")[0] for stem in stems])
        words = [one for _, one in written]
        spelt = {**match_names(words, without_ending).found, **match_names(words, names).found}
        for own, one in written:
            path = self.folder / one if is_path(one) else self.folder
            self._refuse_outside(path, own, one)
            if not path.is_file() and one in spelt:
                path = inside[spelt[one]]
            if path.is_file():
                self.of.setdefault(own, []).append((path, matched))
            else:
                self.lost.append((own, one))

    def _refuse_outside(self, path: Path, candidate: str, written: str) -> None:
        """Refuse a recording that is not in the folder, wherever symbolic links lead."""
        if not self.allow_outside and not is_inside(path, self.folder):
            raise CompetitionError(
                self.where,
                f"the recording of {escape_controls(candidate)} is {escape_controls(written)}, "
                f"which is not in {escape_controls(str(self.folder))}",
                "copy it there, or allow files outside of the folder",
                key="allow-outside",
            )

    def _left(self) -> list[Path]:
        """Files that nobody has."""
        taken = {path.resolve() for own in self.of.values() for path, _ in own}
        return [path for path in self.files.paths if path.resolve() not in taken]

    def _take_by_name(self, addresses: dict[str, str]) -> None:
        """Take the files whose names say whose they are; written ones are known."""
        named = {*self.of, *(own for own, _ in self.lost)}
        videos = {own: video for own, one in addresses.items() if (video := _video_id(one))}
        matcher = FileMatcher(self.names, videos)
        by_video: dict[str, list[tuple[Path, str]]] = {}
        for path in self._left():
            match = matcher.match(self.files.name(path))
            if len(match.candidates) != 1:
                self.nobodys.append((path, match))
            elif match.candidates[0] in named or match.candidates[0] not in self.candidates:
                self.unused.append(path)
            else:
                into = by_video if match.matched == "video" else self.of
                into.setdefault(match.candidates[0], []).append((path, match.matched))
        for own, found in by_video.items():
            if own in self.of:
                self.unused += [path for path, _ in found]
            else:
                self.of[own] = found


def _read_index(index: Path, names: Names) -> list[tuple[str, str]]:
    """The candidates and recordings of an index, in its order."""
    file = read_csv(index, ("candidate", "recording"))
    words = file.rows["candidate"]
    matches = match_names(words, names)
    for row, word in enumerate(words):
        if word not in matches.found:
            raise CompetitionError(
                file.where(row),
                f"{word!r} {matches.problem(word, 'a candidate of the roster')}",
                "write an id or a name of the roster",
            )
    pairs = zip(words, file.rows["recording"], strict=True)
    return [(matches.found[word], recording) for word, recording in pairs if recording]


def _video_id(address: str) -> str:
    """The id of a video in its address, or the last part of the path; empty if neither is there."""
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[::1"
        return ""
    return parse_qs(parts.query).get("v", [""])[0] or Path(parts.path).stem


def _are_numbered(names: Sequence[str]) -> bool:
    """Whether names in order differ first in a number."""
    for one, other in pairwise(map(natural_key, names)):
        first = next((a, b) for a, b in zip(one, other, strict=False) if a != b)
        if any(kind != 0 for kind, _, _ in first):
            return False
    return True
