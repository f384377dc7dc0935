"""Pieces that nobody has played: six styles with harmony, phrases and cadences.

Conventions
-----------
A piece is a rondo: periods A B A C A …, B and C in related keys, as many as the length asks for.
Times are in beats (quarter notes) from 0. A note has an ``onset``, a ``duration``, a ``pitch``
(MIDI) and a ``voice``: 0 for the melody or upper voice, 1 for what accompanies. Everything follows
from style and seed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from icpc.synthetic.harmony import BARS, Chord, Key, period
from icpc.synthetic.textures import (
    Notes,
    chorale,
    etude,
    invention,
    nocturne,
    sonatina,
    waltz,
)

NOTE = np.dtype([("onset", "f8"), ("duration", "f8"), ("pitch", "i4"), ("voice", "i4")])


@dataclass(frozen=True)
class Style:
    """How a style is written."""

    beats: int
    """Beats of a bar."""
    tempo: tuple[float, float]
    """Usual range, beats a minute."""
    write: Callable[[tuple[Chord, ...], np.random.Generator], Notes]
    """Turns the chords of a period into notes."""
    pedalled: bool = True
    """Whether it is usually played with pedal."""


STYLES = {
    "chorale": Style(4, (60, 84), chorale),
    "waltz": Style(3, (120, 168), waltz),
    "etude": Style(4, (76, 112), etude, pedalled=False),
    "nocturne": Style(4, (52, 72), nocturne),
    "invention": Style(4, (66, 96), invention, pedalled=False),
    "sonatina": Style(4, (96, 138), sonatina, pedalled=False),
}


@dataclass(frozen=True)
class Piece:
    """A score."""

    style: str
    """Name of its style."""
    notes: np.ndarray
    """Notes by onset, of type :data:`NOTE`."""
    tempo: float
    """Beats a minute."""
    bar: int
    """Beats of a bar."""
    bars: int
    """Number of bars."""

    @property
    def phrase(self) -> int:
        """Beats of a phrase."""
        return self.bar * BARS // 2

    @property
    def seconds(self) -> float:
        """Length at its tempo."""
        return self.bars * self.bar * 60 / self.tempo


def compose(style: str, seconds: float, seed: int) -> Piece:
    """Return a piece of at least some seconds at its tempo.

    Parameters
    ----------
    style
        Name of one of :data:`STYLES`.
    seconds
        The least length at the piece's own tempo.
    seed
        Seed of key, tempo, harmony and notes.

    Raises
    ------
    ValueError
        If there is no such style.
    """
    if style not in STYLES:
        raise ValueError(f"style {style!r}: {', '.join(STYLES)}")
    own = STYLES[style]
    rng = np.random.default_rng([seed, *style.encode()])
    tempo = float(rng.uniform(*own.tempo))
    home = Key(int(rng.integers(12)), minor=bool(rng.random() < 0.4))
    keys = (home, home.related(4), home.related(5 if not home.minor else 2), home.related(3))
    sections = [own.write(period(key, rng), rng) for key in keys]
    periods = max(1, int(np.ceil(seconds * tempo / 60 / (own.beats * BARS))))
    rows = []
    for place in range(periods):
        section = 0 if place % 2 == 0 else 1 + (place // 2) % (len(sections) - 1)
        start = place * own.beats * BARS
        rows += [(start + onset, *rest) for onset, *rest in sections[section]]
    notes = np.array(sorted(rows), dtype=NOTE)
    return Piece(style, notes, tempo, own.beats, periods * BARS)
