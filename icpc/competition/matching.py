"""Whose a recording is, by the name of its file.

Conventions
-----------
Names are compared without case, diacritics and separators, as :mod:`ranking.files.names` spells
them, and word by word; numbers are words, without leading zeros. A file is somebody's by the first
of these at which there is anybody: the id of the video in its name; a name that is the candidate's
id or name; that with numbers before or after it, which number the pieces of a programme; a folder
named so; an id or a name within the path; all words of a name, in any order; a word of at least
three letters that no other candidate has; a number at the start that is an id. Where several
candidates are, it is nobody's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath

from ranking.files.names import Names, spellings

MIN_LETTERS = 3  # of what is found within a name
FIRST_OF_EAST_ASIA = "\u2e80"
Words = tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Whose a file is."""

    candidates: tuple[str, ...]
    """Ids of the candidates it may be of: none, one or several."""
    matched: str = ""
    """What of its name says so."""


@dataclass(frozen=True)
class FileMatcher:
    """Says whose files are."""

    names: Names
    """Ids and names of the candidates."""
    videos: Mapping[str, str]
    """Ids of videos by candidate; those of who has none are missing."""

    def match(self, name: str) -> Match:
        """Return whose a file is, by its path within the folder of recordings."""
        path = PurePosixPath(name)
        videos = sorted(own for own, video in self.videos.items() if video in path.stem)
        if videos:
            return Match(tuple(videos), "video")
        stem, whole = _words(path.stem), _words(path.with_suffix("").as_posix())
        folders = [_words(part) for part in reversed(path.parts[:-1])]
        tries: list[tuple[str, Callable[[], Iterable[str]]]] = [
            ("name", lambda: self._named(stem)),
            ("name and number", lambda: self._numbered_name(stem)),
            *(("folder", lambda own=own: self._named(own)) for own in folders),
            *(("folder", lambda own=own: self._numbered_name(own)) for own in folders),
            ("part of its name", lambda: self._longest_within(whole)),
            ("part of its name", lambda: self._all_words(whole)),
            ("part of its name", lambda: self._unique_word(whole)),
            ("number", lambda: self._numbered(stem)),
        ]
        for matched, find in tries:
            if found := sorted(set(find())):
                return Match(tuple(found), matched)
        return Match(())

    @cached_property
    def _spelt(self) -> list[tuple[str, Words]]:
        """Each candidate with the words of the id, and with those of the name."""
        named = zip(self.names.ids, self.names.names, strict=False)
        both = [*((own, own) for own in self.names.ids), *named]
        return [(own, words) for own, text in both if (words := _words(text))]

    @cached_property
    def _owners(self) -> dict[str, set[str]]:
        """Candidates by each of their words."""
        owners: dict[str, set[str]] = {}
        for own, words in self._spelt:
            for word in words:
                owners.setdefault(word, set()).add(own)
        return owners

    def _named(self, words: Words) -> list[str]:
        exact = [own for own, spelt in self._spelt if spelt == words]
        return exact or [own for own, spelt in self._spelt if sorted(spelt) == sorted(words)]

    def _numbered_name(self, words: Words) -> list[str]:
        return next(filter(None, map(self._named, _without_numbers(words))), [])

    def _longest_within(self, words: Words) -> list[str]:
        found = [
            (len(spelt), own)
            for own, spelt in self._spelt
            if _letters(spelt) >= MIN_LETTERS and _is_within(spelt, words)
        ]
        longest = max(found, default=(0, ""))[0]
        return [own for length, own in found if length == longest]

    def _all_words(self, words: Words) -> list[str]:
        return [own for own, spelt in self._spelt if len(spelt) > 1 and set(spelt) <= set(words)]

    def _unique_word(self, words: Words) -> list[str]:
        telling = [
            self._owners.get(word, set()) for word in words if _letters([word]) >= MIN_LETTERS
        ]
        return [own for owners in telling if len(owners) == 1 for own in owners]

    def _numbered(self, words: Words) -> list[str]:
        return [own for own, spelt in self._spelt if spelt == words[:1] and words[0].isdecimal()]


def _words(text: str) -> Words:
    """Words and numbers of a text, spelt alike."""
    plain = spellings(text)[3]  # in lower case, without diacritics
    return tuple(word.lstrip("0") or word for word in re.findall(r"\d+|[^\W\d_]+", plain))


def _without_numbers(words: Words) -> Iterator[Words]:
    """Words without some of the numbers before and after them, first without one of these."""
    before = len(list(takewhile(str.isdecimal, words)))
    after = len(list(takewhile(str.isdecimal, reversed(words)))) if before < len(words) else 0
    for count in range(1, before + after + 1):
        for first in range(max(0, count - after), min(before, count) + 1):
            yield words[first : len(words) - (count - first)]


def _letters(words: Sequence[str]) -> int:
    """How many letters words have; a Chinese, Japanese or Korean one tells as much as two."""
    letters = "".join(word for word in words if not word.isdecimal())
    return sum(2 if letter >= FIRST_OF_EAST_ASIA else 1 for letter in letters)


def _is_within(words: Words, longer: Words) -> bool:
    count = len(words)
    return any(longer[at : at + count] == words for at in range(len(longer) - count + 1))
