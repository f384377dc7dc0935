"""Excerpts of notes begin with the pedals as they stand, and with no note struck before."""

import io

import mido
import pandas as pd
import pytest
from excerpts import drawn, from_a_quarter, without_repeats
from hypothesis import given
from hypothesis import strategies as st
from rendering import cut_notes, one_after_another

HALF_TICK = 0.00026


def played(notes: mido.MidiFile) -> list[tuple[float, mido.Message]]:
    """Messages with their seconds, after a file was written and read."""
    written = io.BytesIO()
    notes.save(file=written)
    written.seek(0)
    now, found = 0.0, []
    for message in mido.MidiFile(file=written):
        now += message.time
        found.append((now, message))
    return found


def notes_at(messages: list[tuple[float, mido.Message]]) -> mido.MidiFile:
    """A file of messages at seconds, whose tempo changes after two seconds to the half."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=250_000)])
    changed = mido.MetaMessage("set_tempo", tempo=500_000)
    ticks, done = 0, False
    for at, message in sorted(messages, key=lambda one: one[0]):
        tick = round(at * 2000) if at < 2 else round(4000 + (at - 2) * 1000)
        if at >= 2 and not done:
            track.append(changed.copy(time=4000 - ticks))
            ticks, done = 4000, True
        track.append(message.copy(time=tick - ticks))
        ticks = tick
    return mido.MidiFile(type=0, ticks_per_beat=500, tracks=[track])


def note(at: float, pitch: int, seconds: float) -> list[tuple[float, mido.Message]]:
    on = mido.Message("note_on", note=pitch, velocity=70)
    return [(at, on), (at + seconds, mido.Message("note_off", note=pitch))]


def test_an_excerpt_begins_with_the_controls_as_they_stand() -> None:
    pedal = [
        (at, mido.Message("control_change", control=control, value=value))
        for at, control, value in ((0.5, 64, 127), (0.7, 64, 90), (0.8, 67, 40), (4.5, 64, 0))
    ]
    whole = notes_at([*pedal, *note(1, 60, 3), *note(3.5, 64, 0.25), *note(4, 67, 2)])
    cut = [one for one in played(cut_notes(whole, 3, 5)) if not one[1].is_meta]
    assert [(m.type, getattr(m, "control", None) or m.note) for _, m in cut] == [
        ("control_change", 64),
        ("control_change", 67),
        ("note_on", 64),
        ("note_off", 64),
        ("note_on", 67),
        ("control_change", 64),
    ]
    assert [m.value for _, m in cut if m.type == "control_change"] == [90, 40, 0]
    assert [at for at, _ in cut] == pytest.approx([0, 0, 0.5, 0.75, 1, 1.5], abs=HALF_TICK)
    assert played(cut_notes(whole, 3, 5))[-1][0] == pytest.approx(2, abs=HALF_TICK)


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(40, 80)), max_size=40),
    st.integers(1, 4000),
)
def test_onsets_of_an_excerpt_are_those_of_the_whole(
    struck: list[tuple[int, int]], start: int
) -> None:
    whole = notes_at([one for at, pitch in struck for one in note(at / 1000, pitch, 0.05)])
    begin = (start - 0.5) / 1000  # between two milliseconds, where nothing is struck
    end = begin + 1
    expected = sorted(at / 1000 - begin for at, _ in struck if begin <= at / 1000 < end)
    found = [at for at, one in played(cut_notes(whole, begin, end)) if one.type == "note_on"]
    assert found == pytest.approx(expected, abs=2 * HALF_TICK)


@pytest.mark.parametrize(("length", "start"), [(200, 50), (36, 6), (30, 0), (40, 10)])
def test_excerpts_begin_a_quarter_in_or_earlier(length: float, start: float) -> None:
    assert from_a_quarter(length, 30) == ((start, start + 30),)


def test_as_many_of_each_class_are_drawn_and_passages_whole() -> None:
    table = pd.DataFrame(
        {
            "recording": [f"r{number}" for number in range(30)],
            "grade": ["1"] * 20 + ["2"] * 8 + ["3"] * 2,
            "event": [f"e{number % 5}" for number in range(30)],
        }
    )
    graded = drawn(table, "difficulty", 5)
    assert graded["grade"].value_counts().to_dict() == {"1": 5, "2": 5, "3": 2}
    assert graded.index.is_monotonic_increasing
    rated = drawn(table, "preference", 2)
    assert rated["event"].value_counts().tolist() == [6, 6]
    assert len(drawn(table, "technique", 7)) == 7


def test_excerpts_rendered_at_once_begin_a_tail_after_the_last_and_are_reset() -> None:
    whole = notes_at([*note(1, 60, 9), *note(2.5, 64, 0.25)])
    once = cut_notes(whole, 2, 4)
    messages = [one for one in played(one_after_another([once, once], 3)) if not one[1].is_meta]
    assert [(one.type, round(at, 2)) for at, one in messages] == [
        ("note_on", 0.5),
        ("note_off", 0.75),
        ("sysex", 2),
        ("note_on", 5.5),
        ("note_off", 5.75),
        ("sysex", 7),
    ]


def test_what_sounds_alike_is_kept_once(tmp_path) -> None:
    for name, sound in (("a", b"1"), ("b", b"2"), ("c", b"1")):
        (tmp_path / f"{name}.flac").write_bytes(sound)
    kept = without_repeats(pd.DataFrame({"recording": ["a", "b", "c"]}), tmp_path)
    assert kept["recording"].tolist() == ["a", "b"]
