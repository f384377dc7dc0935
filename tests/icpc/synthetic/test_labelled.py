"""Labels are planted as the generator says, and speed, density, length and loudness do not tell."""

import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import kruskal, spearmanr

from icpc.synthetic import labelled
from icpc.synthetic.figures import (
    GRADES,
    HIGH,
    LOW,
    NOTES,
    ONSETS,
    SHARE_SOUNDING,
    write_graded,
    write_techniques,
)
from icpc.synthetic.harmony import Key, period
from icpc.synthetic.labelled import (
    DRAWN,
    TECHNIQUES,
    draw_graded,
    draw_levels,
    draw_technical,
    write_labelled,
)
from icpc.synthetic.studies import PLANTED, Study, compose_study, play_study, sound_of_study
from ranking.tasks import technique
from ranking.tasks.difficulty import COLUMNS
from ranking.tasks.expertise import COLUMNS as LEVEL_COLUMNS
from ranking.tasks.manifest import read_manifest
from ranking.tasks.technique import technique_targets

MANY = 270
COLUMNS_OF = {
    "difficulty": COLUMNS,
    "technique": technique.COLUMNS,
    "expertise": LEVEL_COLUMNS,
}


def written(name, seed=0):
    """Notes of a period of one technique: onset, duration, pitch, voice."""
    rng = np.random.default_rng(seed)
    names = () if name == "none" else (name,)
    return write_techniques(period(Key(0, minor=False), rng), names, rng)


def right_hand(notes):
    """Keys struck at each onset of the right hand, highest last."""
    struck = {}
    for onset, _, pitch, voice in notes:
        if voice == 0:
            struck.setdefault(onset, []).append(pitch)
    return [sorted(struck[onset]) for onset in sorted(struck)]


@pytest.mark.parametrize("name", [*TECHNIQUES, "none"])
def test_every_technique_has_as_many_onsets_and_notes(name):
    notes = written(name)
    each = Counter(int(onset) for onset, *_ in notes)
    assert set(each.values()) == {NOTES}
    assert len({onset for onset, *_ in notes}) == ONSETS * len(each)


def test_figures_are_what_their_names_say():
    steps = {name: np.diff([keys[-1] for keys in right_hand(written(name))]) for name in TECHNIQUES}
    assert np.mean(np.abs(steps["scales"]) <= 2) > 0.9
    assert np.mean(np.abs(steps["arpeggios"]) >= 3) > 0.9
    assert np.mean(steps["repeated-notes"] == 0) == pytest.approx(0.75, abs=0.02)
    trilled = right_hand(written("ornaments"))
    assert np.mean([a == b for a, b in zip(trilled, trilled[2:], strict=False)]) > 0.3
    assert all(3 <= b - a <= 9 for a, b in right_hand(written("double-notes")))
    assert all(b - a == 12 for a, b in right_hand(written("octaves")))
    lengths = {duration for _, duration, _, voice in written("staccato") if voice == 0}
    assert lengths == {SHARE_SOUNDING / ONSETS}


def test_none_is_no_scale_and_repeats_nothing():
    keys = [own[-1] for own in right_hand(written("none"))]
    moves = np.sign(np.diff(keys))
    assert 0 not in moves
    assert all(len(set(moves[at : at + 4])) > 1 for at in range(len(moves) - 3))


def test_the_right_hand_stays_in_one_register_whatever_the_technique():
    means = [np.mean([k[-1] for k in right_hand(written(name))]) for name in (*TECHNIQUES, "none")]
    assert max(means) - min(means) < 8
    for name in TECHNIQUES:
        assert all(LOW - 12 <= key <= HIGH for keys in right_hand(written(name)) for key in keys)


def graded(grade):
    rng = np.random.default_rng(grade)
    return write_graded(period(Key(0, minor=False), rng), grade, rng)


def test_a_higher_grade_has_wider_hands_and_more_leaps_at_equal_density():
    found = []
    for grade in GRADES:
        notes = graded(grade)
        right = np.array([pitch for _, _, pitch, voice in notes if voice == 0])
        left = np.array([pitch for _, _, pitch, voice in notes if voice == 1]).reshape(-1, 3)
        found.append((np.ptp(right), np.mean(np.abs(np.diff(right)) > 6), np.ptp(left, 1).mean()))
        assert len(right) == 4 * 8 * 4
        assert len(left) == 8 * 4
    for measure in np.array(found).T:
        assert spearmanr(GRADES, measure).statistic > 0.9
    with pytest.raises(ValueError, match="grade 10: 1 to 9"):
        graded(10)


@pytest.mark.slow
@pytest.mark.parametrize("task", DRAWN)
def test_density_of_notes_and_onsets_does_not_tell_the_label(task):
    """As many in every class: no difference that 270 recordings would show one time in 100."""
    recordings = DRAWN[task](90, 12.0, 1)
    labels = [next(iter(own.labels.values())) for own in recordings]
    notes = [len(play_study(own.study)) for own in recordings]
    onsets = [len(np.unique(compose_study(own.study).notes["onset"])) for own in recordings]
    for counts in (notes, onsets):
        by_class = [
            [count for count, own in zip(counts, labels, strict=True) if own == label]
            for label in sorted(set(labels))
        ]
        assert kruskal(*(own for own in by_class if len(own) > 4)).pvalue > 0.01


def test_classes_are_equally_many():
    grades = Counter(own.labels["grade"] for own in draw_graded(MANY, 20, 0))
    assert set(grades.values()) == {MANY // 9}
    levels = Counter(own.labels["level"] for own in draw_levels(MANY, 20, 0))
    assert set(levels.values()) == {MANY // 3}
    first = Counter(";" in own.labels["techniques"] for own in draw_technical(MANY, 20, 0))
    assert first[True] / MANY == pytest.approx(7 / 8 / 4, abs=0.06)
    both = [own.labels["techniques"] for own in draw_technical(MANY, 20, 0)]
    assert not any("ornaments" in own and "staccato" in own for own in both)


def test_recordings_of_one_piece_differ_in_who_plays_it():
    first, second, third, other = (own.study for own in draw_levels(4, 20, 0))
    assert first.seed == second.seed == third.seed != other.seed
    assert len({first.player, second.player, third.player}) == 3
    assert replace(first, level=0.5, player=second.player) == second
    assert first.piano == other.piano is not None
    assert draw_levels(1, 20, 1)[0].study.piano != first.piano
    assert PLANTED == ("evenness", "accuracy")


def test_a_study_is_as_long_and_as_loud_whatever_is_planted():
    levels = []
    for own in ({"grade": 1}, {"grade": 9}, {"techniques": ("octaves",)}, {"level": 0.1}):
        sound = sound_of_study(Study(5.0, seed=1, player=2, **own), 8000)
        assert sound.shape == (40_000,)
        levels.append(10 * np.log10(np.mean(sound**2)))
    assert np.ptp(levels) < 0.1


def test_a_piano_of_its_own_sounds_different_and_the_players_own_does_not():
    study = Study(2.0, seed=1, player=2, level=0.5)
    own = sound_of_study(study, 8000)
    np.testing.assert_array_equal(own, sound_of_study(replace(study, piano=2), 8000))
    assert np.abs(own - sound_of_study(replace(study, piano=3), 8000)).max() > 0.01


@pytest.mark.parametrize("task", DRAWN)
def test_the_manifest_is_read_as_one_of_the_task(task, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(labelled, "write_missing", lambda studies, *_: made.extend(studies))
    path = write_labelled(DRAWN[task](16, 10.0, 0), tmp_path)
    manifest = read_manifest(path, COLUMNS_OF[task])
    assert len(made) == len(manifest.recordings) == 16
    if task == "technique":
        targets = technique_targets(manifest)
        assert targets.sum(axis=0).min() >= 2
        assert (targets.sum(axis=1) == 0).sum() == 2


@pytest.mark.slow
def test_the_command_writes_sound_and_labels_and_makes_nothing_twice(tmp_path, monkeypatch, capsys):
    words = ["labelled", "difficulty", "--out", str(tmp_path), "--recordings", "9"]
    monkeypatch.setattr(sys, "argv", [*words, "--seconds", "5"])
    labelled.main()
    assert "9 recordings, with their labels in" in capsys.readouterr().out
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.flac")}
    assert len(files) == 9
    labelled.main()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.flac")} == files


def test_other_settings_make_other_files():
    names = [own.file for own in draw_graded(9, 20, 0)]
    assert len(set(names)) == 9
    assert not set(names) & {own.file for own in draw_graded(9, 20, 1)}
    assert not set(names) & {own.file for own in draw_graded(9, 30, 0)}
    assert all(a != b for a, b in pairwise(names))
