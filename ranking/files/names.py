"""Which candidate a name means, however it is spelt.

Conventions
-----------
Spellings are compared in steps: as they are; composed (NFC [1]_, blanks alike), as macOS decomposes
the names of files; in any case; without diacritics; with hyphens, underscores, dots and commas as
blanks; numbers without leading zeros; names of letters in any order, as "Kis, Béla" for Béla Kis. A
word means the candidate whose id or name equals it at the first of these steps at which there is
any. Where several candidates do, it means none. A word that is an id means that candidate, whoever
else is named so.

References
----------
.. [1] Unicode Standard Annex 15, "Unicode normalization forms".
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ranking.files.text import did_you_mean, escape_controls, list_some, normalised

SHOWN = 3  # words that a remark names
SIMILAR = 0.7  # ratio of difflib from which on words are similar
WITHOUT_STROKE = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not take apart into a letter and a mark."""
SEPARATORS = re.compile(r"(?<=\w)[\s_.,\u2010-\u2014-]+(?=\w)")


@dataclass(frozen=True)
class Names:
    """Ids, and the names that each of them has too."""

    ids: Sequence[str]
    """Ids, each once."""
    names: Sequence[str] = ()
    """Name of each, in the same order; empty where there are none."""

    def meant(self, word: str) -> tuple[str, ...]:
        """Return the ids that a word may mean: none, one or several."""
        if word in self._own:
            return (word,)
        for spelling, by_spelling in zip(spellings(word), self._by_spelling, strict=True):
            if spelling in by_spelling:
                return tuple(sorted(by_spelling[spelling]))
        return ()

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(self.ids)

    @cached_property
    def _by_spelling(self) -> list[dict[str, set[str]]]:
        """Of each step, the ids by spelling."""
        found: list[dict[str, set[str]]] = [{} for _ in spellings("")]
        for texts in (self.ids, self.names):
            for own, text in zip(self.ids, texts, strict=False):
                for by_spelling, spelling in zip(found, spellings(text), strict=True):
                    by_spelling.setdefault(spelling, set()).add(own)
        return found


@dataclass(frozen=True)
class NameMatches:
    """What words mean among ids and names."""

    names: Names
    """Whom they may mean."""
    found: Mapping[str, str]
    """Id that a word means, by word."""
    unclear: Mapping[str, tuple[str, ...]]
    """Ids that each other word may mean: none, or several."""

    @property
    def remark(self) -> str:
        """Which words are spelt otherwise than ids and names; empty if none is."""
        exact = {*self.names.ids, *self.names.names}
        return spelling_remark({word: own for word, own in self.found.items() if word not in exact})

    def problem(self, word: str, what: str = "a candidate to be ranked") -> str:
        """Return what is wrong with a word, to go on after it.

        Parameters
        ----------
        word : a word that means none or several
        what : what it should be, in words
        """
        several = self.unclear[word]
        if several:
            return f"may be {' or '.join(map(repr, several))}"
        known = list(dict.fromkeys([*self.names.ids, *self.names.names]))
        return f"is not {what}{did_you_mean(word, known) or _similar(word, known)}"


def match_names(words: Iterable[str], names: Names) -> NameMatches:
    """Return which id each word means.

    Examples
    --------
    >>> from ranking.files.names import Names, match_names
    >>> names = Names(["blechacz", "007"], ["Rafał Blechacz", "James Bond"])
    >>> match_names(["RAFAL BLECHACZ", "7", "bond"], names).found
    {'RAFAL BLECHACZ': 'blechacz', '7': '007'}
    """
    meant = {word: names.meant(word) for word in dict.fromkeys(words)}
    return NameMatches(
        names,
        {word: ids[0] for word, ids in meant.items() if len(ids) == 1},
        {word: ids for word, ids in meant.items() if len(ids) != 1},
    )


def unify_spellings(words: Iterable[str]) -> dict[str, str]:
    """Return the usual spelling of each word, where there is no list of them.

    Words that differ in composition, case, diacritics or leading zeros alone are one; the usual
    spelling is the most frequent, of equals the first in order. Separators tell words apart.

    Examples
    --------
    >>> from ranking.files.names import unify_spellings
    >>> unify_spellings(["J1", "j1", "J1", "7", "007"])
    {'J1': 'J1', 'j1': 'J1', '7': '007', '007': '007'}
    """
    times = Counter(words)
    by_spelling: dict[str, list[str]] = {}
    for word in times:
        by_spelling.setdefault(_without_zeros(_plain(word)), []).append(word)
    usual = {
        spelling: min(same, key=lambda word: (-times[word], word))
        for spelling, same in by_spelling.items()
    }
    return {word: usual[_without_zeros(_plain(word))] for word in times}


def spelling_remark(meant: Mapping[str, str]) -> str:
    """Return which words were read as others, as a sentence; empty if all look as they were."""
    changed = [(word, own) for word, own in meant.items() if _composed(word) != _composed(own)]
    if not changed:
        return ""
    shown = [f"{escape_controls(word)!r} as {escape_controls(own)!r}" for word, own in changed]
    return f"read {list_some(shown, SHOWN)}{' so' if len(shown) > SHOWN else ''}"


def spellings(word: str) -> tuple[str, ...]:
    """Return a word as each step compares it."""
    composed, plain = _composed(word), _plain(word)
    blanks = SEPARATORS.sub(" ", plain)
    parts = blanks.split()
    named = len(parts) > 1 and all(part.isalpha() and len(part) > 1 for part in parts)
    return (
        word,
        composed,
        composed.casefold(),
        plain,
        blanks,
        _without_zeros(plain),
        " ".join(sorted(parts)) if named else blanks,
    )


def _similar(word: str, known: Sequence[str]) -> str:
    """Return " (did you mean '…'?)" with the word most similar without case and diacritics."""
    plain = {_plain(one): one for one in known}
    near = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=SIMILAR)
    return f" (did you mean {plain[near[0]]!r}?)" if near else ""


def _composed(word: str) -> str:
    return " ".join(normalised(word).split())


def _plain(word: str) -> str:
    """A word in lower case, without diacritics."""
    apart = normalised(_composed(word).casefold(), "NFKD")
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.translate(WITHOUT_STROKE)


def _without_zeros(word: str) -> str:
    """A whole number without leading zeros, or the ".0" of a spreadsheet; else the word."""
    number = re.fullmatch(r"0*(\d+)(?:\.0+)?", word)
    return number[1] if number else word
