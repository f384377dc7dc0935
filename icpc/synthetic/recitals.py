"""Recitals: who plays what on which piano, and how it sounds.

Conventions
-----------
A recital is a few integers and numbers; its sound follows from them. Its pieces are equally long.
One player has one skill in all of them. Recitals may share a programme, an instrument or both. What
does not depend on skill (piano, room, noise, loudness, taste) is drawn by its own seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from icpc.synthetic.piano import Piano, draw_instrument
from icpc.synthetic.pieces import compose
from icpc.synthetic.playing import play, skill_at

SPREAD = 0.12  # of a player's aspects around the level
PAUSE_SECONDS = 1.0  # after a piece


@dataclass(frozen=True)
class Recital:
    """A recital of one player, as numbers from which its sound follows."""

    programme: tuple[tuple[str, int], ...]
    """Style and seed of each piece."""
    level: float
    """Skill of the player, 0 to 1."""
    player: int
    """Seed of aspects, taste and errors."""
    instrument: int
    """Seed of piano and room."""
    seconds: float
    """Length of the recording."""
    level_db: float = -22.0
    """Mean loudness of the recording."""


def sound_of(recital: Recital, sample_rate: int) -> np.ndarray:
    """Return the sound of a recital, float32 of shape (seconds · sample_rate,)."""
    piano = Piano(draw_instrument(recital.instrument), sample_rate, recital.instrument)
    skill = skill_at(recital.level, SPREAD, recital.player)
    each = recital.seconds / len(recital.programme)
    notes, pedals = [], []
    for place, (style, seed) in enumerate(recital.programme):
        piece = compose(style, 1.2 * each, seed)  # enough for who plays it faster
        performance = play(piece, skill, recital.player)
        played = performance.notes[performance.notes["onset"] < each - PAUSE_SECONDS]
        played["offset"] = np.minimum(played["offset"], each - PAUSE_SECONDS + 0.3)
        for times in ("onset", "offset"):
            played[times] += place * each
        notes.append(played)
        pedal = performance.pedal[performance.pedal[:, 0] < each - PAUSE_SECONDS]
        pedals.append(np.minimum(pedal, each - PAUSE_SECONDS + 0.3) + place * each)
    return piano.sound(
        np.concatenate(notes), np.concatenate(pedals), recital.seconds, recital.level_db
    )


def draw_recitals(
    styles: Sequence[str], programmes: int, players: int, seconds: float, pieces: int, seed: int
) -> list[Recital]:
    """Return recitals drawn at random: each programme by several players, on any piano.

    Levels are spread evenly over 0 to 1 within a programme, so that none are equal there.

    Parameters
    ----------
    styles
        Styles of the pieces.
    programmes
        Number of programmes.
    players
        Players of each programme.
    seconds
        Length of each recital.
    pieces
        Pieces of a programme.
    seed
        Seed of the draw.
    """
    rng = np.random.default_rng(seed)
    recitals = []
    for _ in range(programmes):
        programme = tuple(
            (str(rng.choice(list(styles))), int(rng.integers(2**31))) for _ in range(pieces)
        )
        recitals += [
            Recital(
                programme,
                level=float((step + rng.random()) / players),
                player=int(rng.integers(2**31)),
                instrument=int(rng.integers(2**31)),
                seconds=seconds,
                level_db=float(rng.uniform(-32, -18)),
            )
            for step in rng.permutation(players)
        ]
    return recitals
