"""Keys, chords and periods: the harmony that generated pieces stand on.

Conventions
-----------
A *period* is two phrases of four bars, a chord a bar: the first ends open on the dominant, the
second closes with a predominant, the dominant seventh and the tonic [1]_. In between chords follow
each other as functions do: tonic, predominant, dominant, tonic. Degrees count from 0, pitches are
MIDI numbers. Over its dominant a minor key raises the seventh degree.

References
----------
.. [1] W. E. Caplin, *Classical Form*, Oxford 1998, ch. 4.
"""

from dataclasses import dataclass

import numpy as np

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
FOLLOWS = {0: (5, 3, 1, 4, 0), 1: (4,), 2: (5, 3), 3: (1, 4, 0), 4: (0, 5), 5: (3, 1)}
BARS = 8  # of a period


@dataclass(frozen=True)
class Key:
    """A tonic and a mode."""

    tonic: int
    """Pitch class, 0 for C."""
    minor: bool
    """Whether the mode is minor, not major."""

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes, from the tonic."""
        return tuple((self.tonic + step) % 12 for step in (MINOR if self.minor else MAJOR))

    def related(self, degree: int) -> "Key":
        """The key on a degree of this one, with the mode of its triad."""
        tonic, third = self.scale[degree], self.scale[(degree + 2) % 7]
        return Key(tonic, minor=(third - tonic) % 12 == 3)


@dataclass(frozen=True)
class Chord:
    """A triad or seventh on a degree of a key."""

    key: Key
    """The key that it belongs to."""
    degree: int
    """Degree of its root in the key, from 0."""
    seventh: bool = False
    """Whether it has a seventh."""

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes that a melody moves in over this chord."""
        steps = list(self.key.scale)
        if self.key.minor and self.degree in (4, 6):
            steps[6] = (steps[6] + 1) % 12
        return tuple(steps)

    @property
    def classes(self) -> tuple[int, ...]:
        """Pitch classes from the root: root, third, fifth, perhaps the seventh."""
        return tuple(self.scale[(self.degree + k) % 7] for k in (0, 2, 4, 6)[: 3 + self.seventh])

    def tones(self, low: int, high: int) -> np.ndarray:
        """All pitches of the chord from low to high."""
        return _pitches(self.classes, low, high)

    def steps(self, low: int, high: int) -> np.ndarray:
        """All pitches of its scale from low to high."""
        return _pitches(self.scale, low, high)

    def root(self, low: int) -> int:
        """The lowest root from a pitch upwards."""
        return int(low + (self.classes[0] - low) % 12)


def period(key: Key, rng: np.random.Generator) -> tuple[Chord, ...]:
    """Return the eight chords of a period."""
    opening = [*_walk(0, 3, rng), 4]
    closing = [*_walk(0, 1, rng), int(rng.choice([1, 3])), 4, 0]
    degrees = opening + closing
    return tuple(Chord(key, degree, seventh=place == 6) for place, degree in enumerate(degrees))


def _walk(start: int, length: int, rng: np.random.Generator) -> list[int]:
    """Degrees that follow each other, from a start; the last one can go on to any predominant."""
    degrees = [start]
    while len(degrees) < length:
        last = len(degrees) == length - 1
        degrees.append(
            int(rng.choice([d for d in FOLLOWS[degrees[-1]] if not (last and d == 4)] or [0]))
        )
    return degrees


def _pitches(classes: tuple[int, ...], low: int, high: int) -> np.ndarray:
    pitches = np.arange(low, high + 1)
    return pitches[np.isin(pitches % 12, classes)]
