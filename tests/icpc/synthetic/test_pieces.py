"""Generated pieces keep the rules of the harmony that they claim."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icpc.synthetic.harmony import MAJOR, MINOR, Chord, Key, period
from icpc.synthetic.pieces import STYLES, compose

KEYS = st.builds(Key, st.integers(0, 11), st.booleans())


def test_dominant_seventh_of_c_is_g_b_d_f_in_major_and_minor():
    for minor in (False, True):
        assert Chord(Key(0, minor), 4, seventh=True).classes == (7, 11, 2, 5)


def test_related_keys_of_c_major():
    home = Key(0, minor=False)
    assert [home.related(degree) for degree in (4, 3, 5)] == [
        Key(7, minor=False),
        Key(5, minor=False),
        Key(9, minor=True),
    ]


@given(KEYS, st.integers(0, 2**32))
def test_a_period_opens_on_the_dominant_and_closes_on_the_tonic(key, seed):
    degrees = [chord.degree for chord in period(key, np.random.default_rng(seed))]
    assert len(degrees) == 8
    assert (degrees[0], degrees[3], degrees[4]) == (0, 4, 0)
    assert degrees[5] in (1, 3)
    assert degrees[6:] == [4, 0]
    assert (4, 3) not in itertools.pairwise(degrees)
    assert (4, 1) not in itertools.pairwise(degrees)


@settings(max_examples=20)
@given(st.sampled_from(sorted(STYLES)), st.integers(0, 2**32), st.floats(10, 200))
def test_a_piece_is_as_long_as_asked_for_and_playable(style, seed, seconds):
    piece = compose(style, seconds, seed)
    notes = piece.notes
    assert piece.seconds >= seconds
    assert np.all(np.diff(notes["onset"]) >= 0)
    assert np.all(notes["duration"] > 0)
    assert (notes["onset"] + notes["duration"]).max() <= piece.bars * piece.bar + 1e-9
    assert 21 <= notes["pitch"].min() < notes["pitch"].max() <= 108
    assert set(notes["voice"]) == {0, 1}


@settings(max_examples=20)
@given(st.sampled_from(sorted(STYLES)), st.integers(0, 2**32))
def test_the_first_period_stays_in_a_key(style, seed):
    piece = compose(style, 5, seed)
    opening = piece.notes[piece.notes["onset"] < 2 * piece.phrase]
    used = set((opening["pitch"] % 12).tolist())
    assert any(
        used <= _all_classes(Key(tonic, minor)) for tonic in range(12) for minor in (False, True)
    )


@settings(max_examples=20)
@given(st.sampled_from(["chorale", "waltz", "nocturne", "sonatina"]), st.integers(0, 2**32))
def test_a_melody_ends_on_the_root_of_the_last_bass(style, seed):
    piece = compose(style, 5, seed)
    last = piece.notes[
        (piece.notes["onset"] >= 2 * piece.phrase - piece.bar)
        & (piece.notes["onset"] < 2 * piece.phrase)
    ]
    melody = last[last["voice"] == 0]
    assert melody["pitch"][0] % 12 == last["pitch"].min() % 12


def _all_classes(key):
    raised = {(key.tonic + 11) % 12} if key.minor else set()
    return set(key.scale) | raised


def test_the_same_seed_gives_the_same_piece_and_styles_differ():
    one, again = compose("waltz", 30, 7), compose("waltz", 30, 7)
    assert np.array_equal(one.notes, again.notes)
    assert not np.array_equal(one.notes, compose("waltz", 30, 8).notes)
    bars = {style: compose(style, 30, 7).bar for style in STYLES}
    assert bars["waltz"] == 3
    assert bars["chorale"] == 4


def test_no_such_style_is_refused_by_name():
    with pytest.raises(ValueError, match="style 'polka'"):
        compose("polka", 10, 0)


def test_scales_are_those_of_theory():
    assert Key(2, minor=False).scale == (2, 4, 6, 7, 9, 11, 1)  # D major
    assert Key(9, minor=True).scale == (9, 11, 0, 2, 4, 5, 7)  # A minor
    assert len(MAJOR) == len(MINOR) == 7
