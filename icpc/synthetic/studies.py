"""Studies: short pieces in which a label is planted, and how they sound.

Conventions
-----------
A study is a few integers and numbers; its sound follows from them. Planted are a grade
or techniques (:mod:`icpc.synthetic.figures`), or how well a player
plays: of the seven aspects of skill (:mod:`icpc.synthetic.playing`) evenness and accuracy; the
others are drawn alike for all, since halts, missing notes and uneven loudness would tell the level
by silence.
All else does not depend on the label: tempo, player, piano, room, loudness. All are played without
pedal and are equally long. Over them lies a hiss, as loud beside the music for all, and the music
swells more or less: so neither rests nor a narrow register are told by the quietest moments.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from icpc.synthetic.figures import ONSETS, draw_key, write_graded, write_techniques
from icpc.synthetic.harmony import BARS, Key, period
from icpc.synthetic.piano import Piano, draw_instrument
from icpc.synthetic.pieces import NOTE, Piece, compose
from icpc.synthetic.playing import Skill, play, skill_at

BEATS = 4
PLANTED = ("evenness", "accuracy")
"""Aspects of skill that a level is planted in."""
SKILL = 0.9
"""Of who plays what is planted in the notes."""
ONSETS_A_SECOND = (4.0, 9.0)
"""Range of the tempo of what is planted in the notes."""
LEVEL_DB = (-32.0, -20.0)
"""Range of the loudness."""
HISS_DB = (-36.0, -30.0)
"""Range of the hiss, beside the music's mean."""
SWELL, SWELL_SECONDS = (0.0, 26.0), (7.0, 14.0)
"""Ranges of how much louder and softer the music gets, MIDI velocity, and of how slowly."""


@dataclass(frozen=True)
class Study:
    """A study and how it is played, as numbers from which its sound follows."""

    seconds: float
    """Length of the recording."""
    seed: int
    """Seed of the notes."""
    player: int
    """Seed of tempo, taste, errors and loudness, and of piano and room if ``piano`` is None."""
    grade: int | None = None
    """What is planted: a grade, 1 to 9;"""
    level: float | None = None
    """or how well it is played, 0 to 1;"""
    techniques: tuple[str, ...] = ()
    """or techniques by name; none, if there is nothing else either."""
    style: str = "etude"
    """Style of the piece, where the level is planted."""
    equal_notes: bool = True
    """Whether techniques of two keys have as many notes a second as others."""
    piano: int | None = None
    """Seed of piano and room."""


def compose_study(study: Study) -> Piece:
    """Return the score of a study, long enough for who plays it faster."""
    seconds = 1.3 * study.seconds
    if study.level is not None:
        return compose(study.style, seconds, study.seed)
    rng = np.random.default_rng([study.seed, 0])
    tempo = 60 / ONSETS * float(np.random.default_rng(study.player).uniform(*ONSETS_A_SECOND))
    key = Key(int(rng.integers(12)), minor=bool(rng.random() < 0.4))
    if study.grade is not None:
        key = draw_key(study.grade, rng)
    periods = int(np.ceil(seconds * tempo / 60 / (BEATS * BARS)))
    rows = []
    for place in range(periods):
        chords, start = period(key, rng), place * BEATS * BARS
        notes = (
            write_techniques(chords, study.techniques, rng, study.equal_notes)
            if study.grade is None
            else write_graded(chords, study.grade, rng)
        )
        rows += [(start + onset, *rest) for onset, *rest in notes]
    return Piece("etude", np.array(sorted(rows), dtype=NOTE), tempo, BEATS, periods * BARS)


def play_study(study: Study) -> np.ndarray:
    """Return the notes of a study as they are played."""
    notes = play(compose_study(study), _skill(study), study.player).notes
    notes = notes[notes["onset"] < study.seconds]
    rng = np.random.default_rng([study.player, 1])
    swell, seconds, phase = rng.uniform(*SWELL), rng.uniform(*SWELL_SECONDS), rng.random()
    louder = swell * np.sin(2 * np.pi * (notes["onset"] / seconds + phase))
    notes["velocity"] = np.clip(np.round(notes["velocity"] + louder), 8, 124)
    return notes


def sound_of_study(study: Study, sample_rate: int) -> np.ndarray:
    """Return the sound of a study, float32 of shape (seconds · sample_rate,)."""
    rng = np.random.default_rng([study.player, 2])
    hiss, level_db = float(rng.uniform(*HISS_DB)), float(rng.uniform(*LEVEL_DB))
    drawn = draw_instrument(study.player if study.piano is None else study.piano)
    instrument = replace(drawn, noise_db=hiss)
    piano = Piano(instrument, sample_rate, study.player)
    return piano.sound(play_study(study), np.empty((0, 2)), study.seconds, level_db)


def _skill(study: Study) -> Skill:
    """All aspects alike, or those that a level is planted in at that level."""
    if study.level is None:
        return skill_at(SKILL)
    rng = np.random.default_rng([study.player, 3])
    drawn = {aspect.name: float(rng.uniform(0.5, 0.9)) for aspect in fields(Skill)}
    return Skill(**drawn | dict.fromkeys(PLANTED, study.level))
