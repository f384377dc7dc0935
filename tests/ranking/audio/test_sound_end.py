"""Where the sound of a recording ends: closed forms in blocks of a tenth of a second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.audio.sound_end import LevelMeter, count_sound_blocks

RATE = 8_000


def decibels(*levels):
    """Powers of blocks from pairs of level in dB and number of blocks."""
    return np.concatenate([np.full(count, 10 ** (level / 10)) for level, count in levels])


def noise(level, blocks, seed=0):
    """Powers of blocks of white noise with 20 degrees of freedom: a low-passed room."""
    draws = np.random.default_rng(seed).chisquare(20, blocks) / 20
    return 10 ** (level / 10) * draws


def sound_seconds(*parts):
    meter = LevelMeter(RATE)
    for part in parts:
        meter.add(part.astype(np.float32))
    return meter.sound_seconds()


@pytest.mark.parametrize(
    ("tail", "sound"),
    [
        ([(-60, 40)], 100),
        ([(-49, 5), (-51, 40)], 105),
        ([(-51, 40), (-40, 1)], 141),  # a last rustle is sound
        ([(-30, 31)], 100),  # a room, steady for three seconds
        ([(-30, 29)], 129),  # not yet
        ([(-24, 60)], 160),  # a quiet ending, or applause
        ([(-28, 40), (-60, 40)], 100),  # a room, then zeros
        ([(-20, 1), (-45, 35)], 101),
    ],
)
def test_sound_ends_before_what_is_silent_or_steady_and_far_below(tail, sound):
    assert count_sound_blocks(decibels((0, 100), *tail)) == sound


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("level", [-60, -45, -30])
def test_the_noise_of_a_room_is_no_sound(level, seed):
    powers = np.concatenate([decibels((0, 300)), noise(level, 60, seed)])
    assert count_sound_blocks(powers) == 300


@given(st.floats(1.5, 30), st.integers(30, 120))
def test_a_dying_tone_is_sound_down_to_the_threshold(fall, blocks):
    """A tone falls by more than a decibel a second; it ends at -50 dB."""
    levels = -fall * np.arange(blocks) / 10
    powers = np.concatenate([decibels((0, 1000)), 10 ** (levels / 10)])
    expected = 1000 + int((levels > -50).sum())
    assert abs(count_sound_blocks(powers) - expected) <= 1


@given(st.floats(1e-8, 1e8), st.integers(0, 99))
def test_the_level_of_the_recording_does_not_matter(gain, seed):
    powers = np.concatenate([np.random.default_rng(seed).gamma(1, 1, 99), noise(-40, 40, seed)])
    assert count_sound_blocks(powers * gain) == count_sound_blocks(powers)


def test_sound_to_the_end_is_all_of_it_whatever_the_blocks_it_comes_in():
    tone = np.sin(np.arange(RATE * 3 + 333) * 0.3)
    for pieces in (1, 7, 50):
        assert sound_seconds(*np.array_split(tone, pieces)) == pytest.approx(len(tone) / RATE)


def test_a_constant_offset_is_no_sound():
    tone = np.append(np.sin(np.arange(RATE * 3) * 0.3), np.zeros(RATE * 2))
    assert sound_seconds(tone) == 3.0
    assert sound_seconds(tone + 0.05) == 3.0


def test_nothing_at_all_has_no_end():
    assert count_sound_blocks(np.empty(0)) == 0
    assert sound_seconds(np.zeros(RATE)) == 0
