"""Players of graded skill: a score to a performance.

Conventions
-----------
Skill has seven aspects, each from 0 (a beginner) to 1 (a master). With u = 1 - skill:

=========  ====================================================================================
timing     beats wander by 15 % · u (a slow random walk); a phrase's end slows by 12 % · skill;
           now and then a halt of up to a beat, at 6 % · u² of the beats
evenness   every onset is off by 2 + 40 u² ms; keys are let go early or late by 30 % · u
dynamics   phrases swell by 14 · skill, beats are accented by 5 · skill; velocities are off by
           2 + 14 u
voicing    the melody stands out by 14 · skill - 4; the notes of a chord differ by 6 u
accuracy   0.05 % + 6 % · u² of the notes are wrong: a neighbour, or two keys at once
security   0.05 % + 6 % · u² of the notes are missing; 2.5 % · u² of the bars break off: their
           last beat is played again
pedal      changed with the harmony, up to 0.5 s · u late; forgotten in u / 3 of the bars
=========  ====================================================================================

Taste is not skill, and does not depend on it: tempo, loudness, how much rubato, how legato, whether
to pedal. Times are in seconds. Everything follows from piece, skill and seed.
"""

from dataclasses import dataclass, fields

import numpy as np

from icpc.synthetic.pieces import STYLES, Piece

PLAYED = np.dtype([("onset", "f8"), ("offset", "f8"), ("pitch", "i4"), ("velocity", "i4")])
GRID = 8  # places a beat at which the tempo is known


@dataclass(frozen=True)
class Skill:
    """Skill in each aspect, from 0 (a beginner) to 1 (a master)."""

    timing: float
    """Skill in keeping and shaping the tempo."""
    evenness: float
    """Skill in placing onsets and releasing keys."""
    dynamics: float
    """Skill in shaping phrases and accents."""
    voicing: float
    """Skill in bringing out the melody."""
    accuracy: float
    """Skill in striking the right notes."""
    security: float
    """Skill in missing no notes and not breaking off."""
    pedal: float
    """Skill in changing the pedal with the harmony."""

    def __post_init__(self) -> None:
        for aspect in fields(self):
            if not 0 <= getattr(self, aspect.name) <= 1:
                raise ValueError(f"{aspect.name} {getattr(self, aspect.name)}: from 0 to 1")


def skill_at(level: float, spread: float = 0.0, seed: int = 0) -> Skill:
    """Return a skill whose aspects lie around a level, as people's do.

    Parameters
    ----------
    level
        Mean of the aspects, 0 to 1.
    spread
        Standard deviation of the aspects around the level.
    seed
        Seed of the aspects.
    """
    around = np.random.default_rng(seed).normal(0, spread, len(fields(Skill)))
    return Skill(*np.clip(level + around - around.mean(), 0, 1).tolist())


@dataclass(frozen=True)
class Performance:
    """A piece as it was played."""

    notes: np.ndarray
    """Notes by onset, of type :data:`PLAYED`."""
    pedal: np.ndarray
    """Seconds at which the pedal goes down and up, shape (P, 2)."""


@dataclass(frozen=True)
class _Taste:
    tempo: float
    loudness: float
    rubato: float
    legato: float
    pedal: float


def play(piece: Piece, skill: Skill, seed: int) -> Performance:
    """Return a performance of a piece.

    Parameters
    ----------
    piece
        The score.
    skill
        How well the player plays.
    seed
        Seed of taste and errors.
    """
    rng = np.random.default_rng(seed)
    taste = _Taste(
        tempo=float(rng.uniform(0.85, 1.15)),
        loudness=float(rng.uniform(52, 76)),
        rubato=float(rng.uniform(0.4, 1.6)),
        legato=float(rng.uniform(0.75, 1.05)),
        pedal=float(rng.random()),
    )
    score = piece.notes
    clock = _Clock(piece, skill, taste, rng)
    onset = clock.at(score["onset"])
    length = clock.at(score["onset"] + score["duration"]) - onset
    off = rng.normal(0, 0.002 + 0.040 * (1 - skill.evenness) ** 2, len(score))
    key = rng.normal(0, 0.3 * (1 - skill.evenness), len(score))
    notes = np.zeros(len(score), dtype=PLAYED)
    notes["onset"] = onset + 0.1 + np.clip(off, -0.09, 0.3)
    notes["offset"] = notes["onset"] + np.maximum(length * (taste.legato + key), 0.04)
    notes["pitch"] = score["pitch"]
    notes["velocity"] = _velocities(piece, skill, taste, rng)
    notes = _mistaken(notes, skill, rng)
    for start, stop, delay in clock.again:  # a bar that breaks off: its last beat was played before
        beat = notes[(notes["onset"] >= start - delay) & (notes["onset"] < stop - delay)]
        beat["onset"] += delay
        beat["offset"] += delay
        notes = np.concatenate([notes, beat])
    return Performance(np.sort(notes, order="onset"), _pedalled(piece, skill, taste, clock, rng))


class _Clock:
    """Beats to seconds."""

    def __init__(self, piece: Piece, skill: Skill, taste: _Taste, rng: np.random.Generator) -> None:
        beats = piece.bars * piece.bar
        places = np.arange((beats + 2 * piece.bar) * GRID) / GRID
        pace = np.full(len(places), 60 / (piece.tempo * taste.tempo))
        through = places % piece.phrase / piece.phrase
        arch = 0.5 * (2 * through - 1) ** 2 + 1.5 * np.clip(through - 0.85, 0, None) / 0.15
        pace *= 1 + 0.12 * skill.timing * taste.rubato * (arch - arch.mean())
        steps = rng.standard_normal(len(places) // GRID + 1)
        walk = np.zeros(len(steps))
        for k in range(1, len(steps)):
            walk[k] = 0.9 * walk[k - 1] + 0.44 * steps[k]
        wander = np.interp(places, np.arange(len(walk)), walk)
        pace *= np.exp(0.15 * (1 - skill.timing) * wander)
        halts = rng.random(len(steps)) < 0.06 * (1 - skill.timing) ** 2
        halt = np.where(halts, rng.uniform(0.2, 1.0, len(steps)), 0) * 60 / piece.tempo
        stumbles = rng.random(piece.bars) < 0.025 * (1 - skill.security) ** 2
        again = np.zeros(len(steps))
        again[np.flatnonzero(stumbles) * piece.bar + piece.bar] = 1
        took = pace / GRID
        took[::GRID][: len(halt)] += halt[: len(took[::GRID])]
        self._beats = places
        self._seconds = np.concatenate([[0], np.cumsum(took)])[: len(places)]
        self.again: list[tuple[float, float, float]] = []
        self._stumble(np.flatnonzero(again))

    def _stumble(self, beats: np.ndarray) -> None:
        """Make room before some beats to play the one before again."""
        for beat in beats:
            place = int(beat) * GRID
            length = float(self._seconds[place] - self._seconds[place - GRID])
            start = float(self._seconds[place]) + 0.1
            self._seconds[place:] += length
            self.again.append((start, start + length, length))

    def at(self, beats: np.ndarray) -> np.ndarray:
        """Seconds of beats."""
        return np.interp(beats, self._beats, self._seconds)


def _velocities(piece: Piece, skill: Skill, taste: _Taste, rng: np.random.Generator) -> np.ndarray:
    score = piece.notes
    through = score["onset"] % piece.phrase / piece.phrase
    swell = np.sin(np.pi * np.clip(through * 1.25, 0, 1)) - 0.5
    beat = score["onset"] % piece.bar
    accent = np.where(beat == 0, 1.0, np.where(beat == np.floor(beat), 0.3, -0.3))
    melody = score["voice"] == 0
    velocity = taste.loudness + 14 * skill.dynamics * swell + 5 * skill.dynamics * accent
    velocity += np.where(melody, 0.5, -0.5) * (14 * skill.voicing - 4)
    velocity += rng.normal(0, 2 + 14 * (1 - skill.dynamics), len(score))
    velocity += rng.normal(0, 6 * (1 - skill.voicing) + 0.1, len(score)) * ~melody
    return np.clip(np.round(velocity), 8, 124).astype(int)


def _mistaken(notes: np.ndarray, skill: Skill, rng: np.random.Generator) -> np.ndarray:
    """The notes with wrong ones, and without those that did not sound."""
    wrong = rng.random(len(notes)) < 0.0005 + 0.06 * (1 - skill.accuracy) ** 2
    struck = notes[wrong].copy()
    struck["pitch"] = np.clip(struck["pitch"] + rng.choice([-2, -1, 1, 2], len(struck)), 21, 108)
    both = rng.random(len(struck)) < 0.4
    missing = rng.random(len(notes)) < 0.0005 + 0.06 * (1 - skill.security) ** 2
    replaced = wrong.copy()
    replaced[np.flatnonzero(wrong)[both]] = False
    return np.concatenate([notes[~missing & ~replaced], struck])


def _pedalled(
    piece: Piece, skill: Skill, taste: _Taste, clock: _Clock, rng: np.random.Generator
) -> np.ndarray:
    """Down just after each harmony, up with the next one."""
    wanted = STYLES[piece.style].pedalled or taste.pedal > 0.6
    if not wanted:
        return np.empty((0, 2))
    bars = clock.at(np.arange(piece.bars + 1) * piece.bar) + 0.1
    late = np.abs(rng.normal(0, 0.5 * (1 - skill.pedal), piece.bars + 1))
    gap = np.diff(bars, append=bars[-1] + 1).clip(0.2)
    up = bars + np.minimum(late, 0.8 * gap)
    down = up + 0.06
    pedal = np.stack([down[:-1], up[1:]], axis=1)
    kept = rng.random(len(pedal)) >= (1 - skill.pedal) / 3
    return pedal[kept & (pedal[:, 1] > pedal[:, 0])]
