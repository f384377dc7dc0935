"""A take: who plays what on which piano, and how it sounds.

Conventions
-----------
A take is a few integers and numbers; its sound follows from them. Two takes may share a piece, an
instrument or both. What does not depend on skill (piano, room, noise, loudness, taste) is drawn by
its own seed.
"""

from dataclasses import dataclass

import numpy as np

from icpc.synthetic.piano import Piano, draw_instrument
from icpc.synthetic.pieces import compose
from icpc.synthetic.playing import play, skill_at

SPREAD = 0.12  # of a player's aspects around the level


@dataclass(frozen=True)
class Take:
    """One performance, before it is heard."""

    style: str
    piece: int
    """Seed of the piece."""
    level: float
    """Skill of the player, 0 to 1."""
    player: int
    """Seed of taste and errors."""
    instrument: int
    """Seed of piano and room."""
    seconds: float
    level_db: float = -22.0
    """Mean loudness of the recording."""


def sound_of(take: Take, rate: int, piano: Piano | None = None) -> np.ndarray:
    """Return the sound of a take, float32 of shape (seconds · rate,).

    Parameters
    ----------
    piano : that of :func:`piano_of`, where several takes share it
    """
    piano = piano or piano_of(take, rate)
    piece = compose(take.style, take.seconds * 1.2, take.piece)  # enough for who plays it faster
    performance = play(piece, skill_at(take.level, SPREAD, take.player), take.player)
    return piano.sound(performance.notes, performance.pedal, take.seconds, take.level_db)


def piano_of(take: Take, rate: int) -> Piano:
    """Return the piano that a take is played on."""
    return Piano(draw_instrument(take.instrument), rate, take.instrument)
