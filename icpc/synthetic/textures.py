"""How a period is written in each style: melody, accompaniment, voices.

Conventions
-----------
A function takes the eight chords of a period and gives notes (onset, duration, pitch, voice) in
beats from the start of the period. A melody repeats its rhythm from phrase to phrase, puts chord
tones on strong beats, moves by step between them, and ends on the tonic.
"""

import numpy as np

from icpc.synthetic.harmony import Chord

Note = tuple[float, float, int, int]
Notes = list[Note]
Chords = tuple[Chord, ...]
MELODY, REST = 0, 1

COMMON = ((1, 1, 1, 1), (1.5, 0.5, 1, 1), (2, 1, 1), (1, 0.5, 0.5, 1, 1), (3, 1), (2, 2))
LIVELY = ((1, 0.5, 0.5, 1, 1), (0.5, 0.5, 0.5, 0.5, 1, 1), (1.5, 0.5, 0.5, 0.5, 1), (2, 1, 1))
TRIPLE = ((2, 1), (1, 1, 1), (1.5, 0.5, 1), (1, 0.5, 0.5, 1), (3,))


def chorale(chords: Chords, rng: np.random.Generator) -> Notes:
    """Four voices in quarter notes, the inner ones moving as little as they can."""
    notes = melody(chords, ((1, 1, 1, 1), (2, 1, 1)), (62, 79), rng)
    inner = [57, 62]
    for bar, chord in enumerate(chords):
        for beat in range(4):
            inner = [_nearest(chord.tones(48, 67), pitch) for pitch in inner]
            if beat % 2 and rng.random() < 0.5:
                inner[beat % 2] = _nearest(chord.steps(50, 67), inner[beat % 2] + 2)
            bass = chord.root(36) if beat < 3 else _nearest(chord.tones(36, 55), chord.root(36) + 4)
            notes += [(4 * bar + beat, 1, pitch, REST) for pitch in sorted({bass, *inner})]
    return notes


def waltz(chords: Chords, rng: np.random.Generator) -> Notes:
    """A melody over bass, chord, chord."""
    notes = melody(chords, TRIPLE, (65, 88), rng)
    for bar, chord in enumerate(chords):
        notes.append((3 * bar, 1, chord.root(36), REST))
        notes += [
            (3 * bar + beat, 0.8, int(pitch), REST)
            for beat in (1, 2)
            for pitch in chord.tones(53, 64)[:3]
        ]
    return notes


def etude(chords: Chords, rng: np.random.Generator) -> Notes:
    """Sixteenths in scales and arpeggios over chords."""
    notes: Notes = []
    scale_first = bool(rng.random() < 0.5)
    for bar, chord in enumerate(chords):
        ladder = chord.steps(60, 93) if (bar % 2 == 0) == scale_first else chord.tones(55, 96)
        place = int(np.argmin(np.abs(ladder - chord.root(60))))
        direction = 1
        for step in range(16):
            notes.append((4 * bar + step / 4, 0.25, int(ladder[place]), MELODY))
            if not 0 <= place + direction < len(ladder) or (step == 7 and rng.random() < 0.7):
                direction = -direction
            place = min(max(place + direction, 0), len(ladder) - 1)
        notes += [(4 * bar, 2, chord.root(33), REST), (4 * bar, 2, chord.root(45), REST)]
        notes += [(4 * bar + 2, 1.5, int(pitch), REST) for pitch in chord.tones(46, 58)[:3]]
    return notes


def nocturne(chords: Chords, rng: np.random.Generator) -> Notes:
    """A singing melody with ornaments over wide broken chords in triplets."""
    notes: Notes = []
    for onset, duration, pitch, voice in melody(chords, COMMON, (67, 89), rng):
        if duration >= 1.5 and rng.random() < 0.35:  # a turn before the note moves on
            above = _nearest(chords[int(onset // 4)].steps(67, 93), pitch + 2)
            below = _nearest(chords[int(onset // 4)].steps(60, 88), pitch - 2)
            start = onset + duration - 0.5
            notes.append((onset, duration - 0.5, pitch, voice))
            turn = (above, pitch, below, pitch)
            notes += [(start + k / 8, 1 / 8, tone, voice) for k, tone in enumerate(turn)]
        else:
            notes.append((onset, duration, pitch, voice))
    for bar, chord in enumerate(chords):
        bass = chord.root(34)
        wide = [bass, *chord.tones(bass + 5, bass + 26)]
        figure = [wide[k] for k in (0, 2, 3, 4, 5, 4)] if len(wide) > 5 else wide[:6]
        for half in range(2):
            for k, pitch in enumerate(figure):
                notes.append((4 * bar + 2 * half + k / 3, 1 / 3, int(pitch), REST))
    return notes


def invention(chords: Chords, rng: np.random.Generator) -> Notes:
    """Two voices: a subject of one bar goes to and fro, the other voice accompanies in eighths."""
    shape = np.cumsum(rng.choice([-2, -1, -1, 1, 1, 2], 15))
    subject = np.concatenate([[0], shape - np.round(np.linspace(0, shape[-1], 15))]).astype(int)
    notes: Notes = []
    for bar, chord in enumerate(chords):
        upper = bar % 2 == 0
        for voice, low in ((MELODY, 67), (REST, 48)):
            if (voice == MELODY) == upper:
                ladder = chord.steps(low - 14, low + 19)
                root = int(np.argmin(np.abs(ladder - chord.root(low))))
                places = np.clip(root + subject, 0, len(ladder) - 1)
                notes += [
                    (4 * bar + k / 4, 0.25, int(ladder[p]), voice) for k, p in enumerate(places)
                ]
            else:
                tones = chord.tones(low - 8, low + 10)
                for k in range(8):
                    pitch = int(tones[(k * 2 + k // 4) % len(tones)])
                    notes.append((4 * bar + k / 2, 0.5, pitch, voice))
    return notes


def sonatina(chords: Chords, rng: np.random.Generator) -> Notes:
    """A lively melody over an Alberti bass."""
    notes = melody(chords, LIVELY, (67, 86), rng)
    for bar, chord in enumerate(chords):
        low, middle, high = chord.tones(chord.root(48), chord.root(48) + 11)[:3]
        for k, pitch in enumerate((low, high, middle, high) * 2):
            notes.append((4 * bar + k / 2, 0.5, int(pitch), REST))
    return notes


def melody(
    chords: Chords,
    rhythms: tuple[tuple[float, ...], ...],
    span: tuple[int, int],
    rng: np.random.Generator,
) -> Notes:
    """Return a melody within a span of pitches; its phrases share their rhythm.

    Parameters
    ----------
    chords
        The chords of a period, one for each bar.
    rhythms
        Rhythms of a bar to choose from, each a tuple of durations in beats.
    span
        Lowest and highest pitch, MIDI.
    rng
        Source of all draws.
    """
    chosen = [rhythms[k] for k in rng.integers(len(rhythms), size=3)]
    bar_length = sum(rhythms[0])
    pitch = _nearest(chords[0].tones(*span), int(np.mean(span)))
    direction = int(rng.choice([-1, 1]))
    notes: Notes = []
    for bar, chord in enumerate(chords):
        if bar == len(chords) - 1:
            tonic = _nearest(chord.tones(*span)[chord.tones(*span) % 12 == chord.classes[0]], pitch)
            notes.append((bar_length * bar, bar_length, tonic, MELODY))
            break
        onset = 0.0
        for duration in chosen[(0, 0, 1, 2)[bar % 4]]:
            if onset == int(onset) and int(onset) % 2 == 0:
                pitch = _nearest(chord.tones(*span), pitch + direction * int(rng.integers(1, 5)))
            else:
                pitch = _nearest(chord.steps(*span), pitch + 2 * direction)
            notes.append((bar_length * bar + onset, duration, pitch, MELODY))
            onset += duration
            near_edge = pitch >= span[1] - 3 if direction > 0 else pitch <= span[0] + 3
            if near_edge or rng.random() < 0.25:
                direction = -direction
    return notes


def _nearest(pitches: np.ndarray, wanted: int) -> int:
    return int(pitches[np.argmin(np.abs(pitches - wanted))])
