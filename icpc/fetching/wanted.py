"""Which recordings are wanted, and under which names their files are kept.

Conventions
-----------
A recording is named by an address (http or https), or by a path in the folder of recordings, where
it is to be already. Several may be clips of what is at one address. A file is called by the
candidate's id, as a safe name (:func:`ranking.files.atomic.safe_file_name`); ids that give the same
name are numbered.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from icpc.competition.competitions import Competition
from ranking.files.atomic import safe_file_name
from ranking.files.text import normalised

BOUNDS = ("start", "end")
"""Columns of where a clip is in its recording."""


@dataclass(frozen=True)
class Wanted:
    """A recording that is wanted."""

    candidate: str
    """Who plays; in a collection, the recording's id."""
    address: str
    """Address, or path in the folder."""
    stem: str
    """Name of its file, without ending."""
    seconds: float | None = None
    """Length of what is at the address, as the roster or the list says; None if it does not."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What a list says of it more: its labels, by column."""
    unfit: str = ""
    """Why it cannot be fetched, though it is listed; empty if it can."""
    start: float | None = None
    """Where a clip begins in what is at the address, in seconds."""
    end: float | None = None
    """Where it ends; None: with the recording."""

    @property
    def is_clip(self) -> bool:
        """Whether it is cut out of what is at its address."""
        return self.start is not None or self.end is not None

    @property
    def length(self) -> float | None:
        """How long its file should be, in seconds; None if nobody says."""
        if not self.is_clip:
            return self.seconds
        end = self.seconds if self.end is None else self.end
        return None if end is None else end - (self.start or 0.0)

    @property
    def work_name(self) -> str:
        """Name of what is fetched for it, until it is complete; clips of one address share it."""
        if not self.is_clip:
            return self.stem
        return f".{hashlib.sha256(self.address.encode(errors='replace')).hexdigest()[:16]}"

    @property
    def key(self) -> tuple[str, str]:
        """What tells its row of an index from others."""
        return self.candidate, self.address

    @property
    def remote(self) -> bool:
        """Whether it is named by an address."""
        return "://" in self.address


def wanted_of_competition(competition: Competition) -> list[Wanted]:
    """Return the recordings that a roster names, in its order; exempt candidates are left out."""
    table = competition.eligible
    named = table[table["recording"] != ""]
    rows = zip(named["candidate"], named["recording"], named["seconds"], strict=True)
    stems = file_stems(named["candidate"])
    return [
        Wanted(candidate, address, stems[candidate], None if pd.isna(seconds) else float(seconds))
        for candidate, address, seconds in rows
    ]


def file_stems(ids: Iterable[str]) -> dict[str, str]:
    """Return the name of each one's file without ending, no two alike in any case.

    Examples
    --------
    >>> from icpc.fetching.wanted import file_stems
    >>> file_stems(["Ana P.", "ana/p", "Béla"])
    {'Ana P.': 'Ana-P', 'ana/p': 'ana-p-2', 'Béla': 'Béla'}
    """
    stems, times = dict[str, str](), Counter[str]()
    plain = {own: safe_file_name(own, "recording") for own in ids}
    taken = {normalised(stem).casefold() for stem in plain.values()}
    for own, stem in plain.items():
        folded = normalised(stem).casefold()
        times[folded] += 1
        number = times[folded]
        while number > 1 and f"{folded}-{number}" in taken:
            number += 1
        times[folded] = number
        stems[own] = stem if number == 1 else f"{stem}-{number}"
    return stems
