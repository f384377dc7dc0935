"""Recitals sound as their numbers say."""

from dataclasses import replace

import numpy as np
import pytest

from icpc.synthetic.recitals import Recital, draw_recitals, sound_of

RATE = 16_000
RECITAL = Recital((("waltz", 1), ("etude", 2)), 0.5, player=2, instrument=3, seconds=20.0)


@pytest.mark.parametrize("level_db", [-30.0, -22.0])
def test_a_recording_is_as_loud_as_asked_for(level_db):
    sound = sound_of(replace(RECITAL, level_db=level_db), RATE)
    assert sound.dtype == np.float32
    assert sound.shape == (20 * RATE,)
    assert 10 * np.log10(np.mean(sound**2)) == pytest.approx(level_db, abs=0.01)
    assert np.abs(sound).max() <= 0.9


def test_equal_recitals_sound_equal_and_another_players_does_not():
    assert np.array_equal(sound_of(RECITAL, RATE), sound_of(RECITAL, RATE))
    other = sound_of(replace(RECITAL, player=4), RATE)
    assert not np.array_equal(sound_of(RECITAL, RATE), other)


def test_pieces_follow_each_other_after_a_pause():
    sound = sound_of(RECITAL, RATE)
    loud = [np.mean(part**2) for part in np.split(sound, 20)]
    assert loud[9] < 0.3 * np.median(loud)  # the last second of the first piece
    assert loud[10] > loud[9]


def test_each_programme_is_played_by_players_of_every_level():
    recitals = draw_recitals(["waltz", "etude"], 5, 4, 30.0, 3, seed=1)
    assert len(recitals) == 20
    for start in range(0, 20, 4):
        group = recitals[start : start + 4]
        assert len({recital.programme for recital in group}) == 1
        assert sorted(int(4 * recital.level) for recital in group) == [0, 1, 2, 3]
    assert len({recital.programme for recital in recitals}) == 5
    assert recitals == draw_recitals(["waltz", "etude"], 5, 4, 30.0, 3, seed=1)
