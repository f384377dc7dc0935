"""What is planted in the notes of a study: figures of one technique each, and nine grades.

Conventions
-----------
*Techniques.* A beat has four onsets, a sixteenth note apart, whatever the technique: how fast
onsets follow each other is a matter of tempo, and tells no technique. Double notes and octaves
strike two keys in the right hand on each; elsewhere the left hand has a fuller chord, so that a
beat has :data:`NOTES` notes in all. With ``equal_notes`` off the left hand has one to three notes
everywhere, as in real music, where double notes and octaves are denser. The right hand stays in one
register.

=============== ==================================================================
scales          by step, one way to the end of the register, then back
arpeggios       through the tones of the chord, the same way
ornaments       a trill, a turn or mordents on a tone that changes from beat to beat
repeated-notes  one key four times, another in the next beat
double-notes    thirds or sixths, by step
octaves         a line by step or small leap, doubled at the octave
staccato        any line, each note a third of its length
none            a line of mixed steps and leaps: never three steps one way, no key twice in a row
=============== ==================================================================

*Grades*, as teachers would order them; a grade says what the generator did, and claims nothing of
Henle's. With u = (grade - 1) / 8, what gets harder is

* position: the right hand keeps five keys at grade 1, and has three octaves at 9; up to half of its
  moves are leaps, of up to an octave and a half;
* span: left-hand chords are a fifth wide at 1 and a tenth at 9, and their bass lies up to an octave
  higher or lower;
* chromaticism: up to six sharps or flats, and 0.3 u of the notes altered by a semitone;
* independence: the left hand strikes with the beat at 1, and 0.75 u of the time between beats.

What does not tell a grade: every beat has four onsets and seven notes (a key of the right hand on
each sixteenth note, three of the left in a chord), and hands lie around the same keys.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from icpc.synthetic.harmony import Chord, Key
from icpc.synthetic.textures import MELODY, REST, Notes

ONSETS = 4
"""Onsets of a beat."""
NOTES = 9
"""Notes of a beat, of both hands."""
LOW, HIGH = 60, 91
"""The register of the right hand, MIDI; octaves reach twelve semitones below."""
STACCATO = "staccato"
SHARE_SOUNDING = 0.3
"""Share of its length that a staccato note sounds."""
GRADES = tuple(range(1, 10))
CENTRE, BASS = 74, 46
"""Around which keys the hands lie, MIDI."""
FIFTHS = 7
"""Semitones of a fifth: keys of more and more sharps follow each other by it."""


@dataclass
class Line:
    """Where the right hand is, and which way it goes."""

    pitch: int
    """The key that it struck last, MIDI."""
    direction: int = 1
    """1 up, -1 down."""

    def move(self, ladder: np.ndarray, steps: int = 1) -> int:
        """Go on by steps of a ladder of pitches, turning at its ends; return the pitch."""
        place = int(np.argmin(np.abs(ladder - self.pitch)))
        if not 0 <= place + steps * self.direction < len(ladder):
            self.direction = -self.direction
        place = min(max(place + steps * self.direction, 0), len(ladder) - 1)
        self.pitch = int(ladder[place])
        return self.pitch


Keys = list[tuple[int, ...]]


def _scales(chord: Chord, line: Line, _: np.random.Generator) -> Keys:
    """A scale."""
    return [(line.move(chord.steps(LOW, HIGH)),) for _ in range(ONSETS)]


def _arpeggios(chord: Chord, line: Line, _: np.random.Generator) -> Keys:
    """A broken chord over more than an octave."""
    return [(line.move(chord.tones(LOW, HIGH)),) for _ in range(ONSETS)]


def _ornaments(chord: Chord, line: Line, rng: np.random.Generator) -> Keys:
    """A tone with its neighbours."""
    ladder = chord.steps(LOW, HIGH)
    _leap(chord, line, rng)
    place = int(np.clip(np.argmin(np.abs(ladder - line.pitch)), 1, len(ladder) - 2))
    below, tone, above = (int(ladder[place + step]) for step in (-1, 0, 1))
    figures = ((tone, above, tone, above), (above, tone, below, tone), (tone, below, tone, below))
    return [(key,) for key in figures[rng.choice(3, p=(0.6, 0.2, 0.2))]]


def _repeated_notes(chord: Chord, line: Line, rng: np.random.Generator) -> Keys:
    """One key, again and again."""
    _leap(chord, line, rng)
    return [(line.pitch,)] * ONSETS


def _double_notes(chord: Chord, line: Line, rng: np.random.Generator) -> Keys:
    """Thirds or sixths by step."""
    ladder, apart = chord.steps(LOW - 9, HIGH), int(rng.choice([2, 2, 5]))
    places = [
        int(np.argmin(np.abs(ladder - line.move(chord.steps(LOW, HIGH))))) for _ in range(ONSETS)
    ]
    return [(int(ladder[place]), int(ladder[max(place - apart, 0)])) for place in places]


def _octaves(chord: Chord, line: Line, rng: np.random.Generator) -> Keys:
    """A line with its lower octave."""
    ladder = chord.steps(LOW, HIGH)
    upper = [line.move(ladder, int(rng.choice([1, 1, 2, 3]))) for _ in range(ONSETS)]
    return [(pitch, pitch - 12) for pitch in upper]


def _mixed(chord: Chord, line: Line, rng: np.random.Generator) -> Keys:
    """Steps and leaps to and fro."""
    keys: Keys = []
    for onset in range(ONSETS):
        line.direction = -line.direction if onset % 2 else int(rng.choice([-1, 1]))
        before = line.pitch
        while line.pitch == before:
            line.move(chord.steps(LOW, HIGH), int(rng.integers(1, 6)))
        keys.append((line.pitch,))
    return keys


FIGURES: dict[str, Callable[[Chord, Line, np.random.Generator], Keys]] = {
    "scales": _scales,
    "arpeggios": _arpeggios,
    "ornaments": _ornaments,
    "repeated-notes": _repeated_notes,
    "double-notes": _double_notes,
    "octaves": _octaves,
}
"""Figures of the right hand by technique; staccato is how they are struck."""


def write_techniques(
    chords: tuple[Chord, ...],
    techniques: tuple[str, ...],
    rng: np.random.Generator,
    equal_notes: bool = True,
) -> Notes:
    """Return a period whose bars practise some techniques in turn, or none.

    Parameters
    ----------
    chords
        The chords of the period, one for each bar of four beats.
    techniques
        Names of techniques; none, if empty.
    rng
        Source of all draws.
    equal_notes
        Whether a beat has as many notes in double notes and octaves as elsewhere.
    """
    figures = [name for name in techniques if name in FIGURES] or ["none"]
    length = SHARE_SOUNDING if STACCATO in techniques else 1.0
    line, notes = Line(int(rng.integers(LOW + 8, HIGH - 8))), []
    for beat in range(4 * len(chords)):
        chord, name = chords[beat // 4], figures[beat // 4 % len(figures)]
        keys = FIGURES.get(name, _mixed)(chord, line, rng)
        for onset, struck in enumerate(keys):
            start = beat + onset / ONSETS
            notes += [(start, length / ONSETS, pitch, MELODY) for pitch in struck]
        filled = NOTES - sum(map(len, keys)) if equal_notes else int(rng.integers(1, 4))
        notes += [(float(beat), 1.0, pitch, REST) for pitch in _chord(chord, filled)]
    return notes


def draw_key(grade: int, rng: np.random.Generator) -> Key:
    """Return a key with as many sharps or flats as the grade allows."""
    most = round(6 * _share(grade))
    signs = int(rng.integers(-most, most + 1))
    return Key(FIFTHS * signs % 12, minor=False)


def write_graded(chords: tuple[Chord, ...], grade: int, rng: np.random.Generator) -> Notes:
    """Return a period of a grade.

    Parameters
    ----------
    chords
        The chords of the period, one for each bar of four beats.
    grade
        1 to 9.
    rng
        Source of all draws.

    Raises
    ------
    ValueError
        If there is no such grade.
    """
    if grade not in GRADES:
        raise ValueError(f"grade {grade}: 1 to 9")
    notes: Notes = []
    pitch = CENTRE
    for beat in range(4 * len(chords)):
        chord = chords[beat // 4]
        for onset in range(ONSETS):
            pitch = _next_pitch(chord, pitch, grade, rng)
            altered = pitch + int(rng.choice([-1, 1])) * (rng.random() < 0.3 * _share(grade))
            notes.append((beat + onset / ONSETS, 1 / ONSETS, altered, MELODY))
        late = int(rng.integers(1, ONSETS)) if rng.random() < 0.75 * _share(grade) else 0
        start = beat + late / ONSETS
        notes += [(start, 1.0, key, REST) for key in _left_hand(chord, grade, rng)]
    return notes


def _leap(chord: Chord, line: Line, rng: np.random.Generator) -> None:
    """Go to another tone of the chord."""
    before = line.pitch
    while line.pitch == before:
        line.direction = int(rng.choice([-1, 1]))
        line.move(chord.tones(LOW + 2, HIGH - 2), int(rng.integers(1, 4)))


def _chord(chord: Chord, count: int) -> list[int]:
    """So many tones of the left hand, from the root up."""
    root = chord.root(38)
    return [int(pitch) for pitch in chord.tones(root, root + 24)[:count]]


def _share(grade: int) -> float:
    return (grade - 1) / (len(GRADES) - 1)


def _next_pitch(chord: Chord, pitch: int, grade: int, rng: np.random.Generator) -> int:
    """A step, or a leap, within the position of the right hand."""
    reach = 4 + round(14 * _share(grade))  # semitones either way: a fifth around it at grade 1
    ladder = chord.steps(CENTRE - reach, CENTRE + reach)
    leaps = rng.random() < 0.5 * _share(grade)
    wanted = int(rng.integers(7, 8 + round(11 * _share(grade)))) if leaps else 2
    aims = pitch + wanted * np.array([-1, 1])
    inside = aims[(aims >= ladder[0]) & (aims <= ladder[-1])]
    aim = int(rng.choice(inside)) if len(inside) else CENTRE
    others = ladder[ladder != pitch]
    return int(others[np.argmin(np.abs(others - aim))])


def _left_hand(chord: Chord, grade: int, rng: np.random.Generator) -> list[int]:
    """Three keys: close together at grade 1, a tenth apart at 9."""
    away = round(12 * _share(grade) * rng.uniform(-1, 1))
    root = chord.root(BASS - 5 + away)
    width = 7 + round(9 * _share(grade))
    tones = chord.tones(root, root + width)
    middle = tones[1:-1] if len(tones) > 2 else chord.steps(root + 1, root + width)
    return [int(tones[0]), int(rng.choice(middle)), int(tones[-1])]
