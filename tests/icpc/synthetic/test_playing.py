"""Skill shows in what is played, aspect by aspect, at the rates that are documented."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from icpc.synthetic.pieces import compose
from icpc.synthetic.playing import Skill, play, skill_at

MASTER = skill_at(1.0)
PIECE = compose("sonatina", 600, 3)


def lacking(aspect):
    return replace(MASTER, **{aspect: 0.0})


def rate_of_wrong(performance):
    """Share of a piece's notes that are played at another pitch, by counting pitches."""
    played = np.bincount(performance.notes["pitch"], minlength=128)
    written = np.bincount(PIECE.notes["pitch"], minlength=128)
    return np.clip(played - written, 0, None).sum() / len(PIECE.notes)


def test_a_master_plays_the_notes():
    performance = play(PIECE, MASTER, 1)
    assert abs(len(performance.notes) - len(PIECE.notes)) <= 0.004 * len(PIECE.notes)
    assert rate_of_wrong(performance) < 0.003


def test_mistakes_come_at_the_documented_rates():
    wrong = np.mean([rate_of_wrong(play(PIECE, lacking("accuracy"), s)) for s in range(5)])
    assert 0.02 < wrong <= 0.0605 * 1.2  # some wrong notes fall on pitches that others left
    fewer = replace(MASTER, security=0.5)  # 1.55 % missing, 0.6 % of the bars break off
    counts = [len(play(PIECE, fewer, s).notes) / len(PIECE.notes) for s in range(8)]
    assert 0.975 < np.mean(counts) < 0.995


@pytest.mark.parametrize(("u", "expected"), [(0.0, 0.002), (0.5, 0.012), (1.0, 0.042)])
def test_onsets_are_off_by_the_documented_milliseconds(u, expected):
    """Two notes written together: their difference has the square root of two times the spread."""
    piece = compose("chorale", 400, 1)
    skill = replace(MASTER, evenness=1 - u, accuracy=1.0, security=1.0)
    notes = play(piece, skill, 2).notes
    together = np.diff(np.flatnonzero(np.diff(notes["onset"]) > 0.2))
    groups = np.split(notes["onset"], np.flatnonzero(np.diff(notes["onset"]) > 0.2) + 1)
    spread = np.sqrt(np.mean([np.var(group, ddof=1) for group in groups if len(group) >= 3]))
    assert len(together) > 100
    assert spread == pytest.approx(expected, rel=0.25)


def test_voicing_sets_the_melody_off_by_the_documented_velocities():
    for level, apart in ((1.0, 10), (0.0, -4)):
        skill = replace(MASTER, voicing=level, accuracy=1.0, security=1.0)
        piece = compose("waltz", 300, 2)
        velocities = {0: [], 1: []}
        performance = play(piece, skill, 4)
        pitches = {int(note["pitch"]): int(note["voice"]) for note in piece.notes}
        only = [p for p in pitches if len({*piece.notes["voice"][piece.notes["pitch"] == p]}) == 1]
        for note in performance.notes:
            if note["pitch"] in only:
                velocities[pitches[int(note["pitch"])]].append(note["velocity"])
        found = np.mean(velocities[0]) - np.mean(velocities[1])
        assert found == pytest.approx(apart, abs=2.5)


def test_taste_does_not_betray_skill():
    for quantity in (
        lambda performance: performance.notes["velocity"].mean(),
        lambda performance: performance.notes["onset"].max(),
    ):
        best = [quantity(play(PIECE, MASTER, seed)) for seed in range(40)]
        worst = [quantity(play(PIECE, skill_at(0.0), seed)) for seed in range(40)]
        assert abs(np.mean(best) - np.mean(worst)) < 0.8 * np.std(best)


def test_a_pedal_goes_down_and_up_in_order_and_a_beginner_forgets_it():
    nocturne = compose("nocturne", 300, 1)
    good, bad = (play(nocturne, skill, 3).pedal for skill in (MASTER, lacking("pedal")))
    assert np.all(good[:, 0] < good[:, 1])
    assert np.all(good[1:, 0] >= good[:-1, 1] - 1e-9)
    assert len(bad) < 0.85 * len(good)


def test_skill_lies_around_its_level_and_within_bounds():
    aspects = np.array([list(asdict(skill_at(0.5, 0.1, seed)).values()) for seed in range(200)])
    assert np.allclose(aspects.mean(axis=1), 0.5)
    assert aspects.std() == pytest.approx(0.1 * np.sqrt(6 / 7), rel=0.1)
    with pytest.raises(ValueError, match=r"timing 1\.2: from 0 to 1"):
        Skill(1.2, 0, 0, 0, 0, 0, 0)


def test_every_note_ends_after_it_begins_and_no_one_plays_before_the_start():
    for level in (0.0, 0.5, 1.0):
        notes = play(PIECE, skill_at(level), 5).notes
        assert np.all(notes["offset"] > notes["onset"])
        assert notes["onset"].min() >= 0
        assert 8 <= notes["velocity"].min() <= notes["velocity"].max() <= 124
