"""Segments of ten seconds, whatever the file and the rate."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import piano, write_sound

from ranking.audio.decoding import open_mono_sound
from ranking.audio.lengths import SEGMENT_SECONDS, WINDOW_SECONDS
from ranking.audio.segments import stream_segments
from ranking.errors import AudioError


def test_segments_join_to_the_whole_at_every_rate(tmp_path):
    played = piano(34.5)
    path = write_sound(tmp_path / "a.flac", played)
    segments = list(stream_segments(path, (44100, 24000, 16000)))
    assert [segment.index for segment in segments] == [0, 1, 2, 3]
    assert [segment.seconds for segment in segments] == [10, 10, 10, 4.5]
    with open_mono_sound(path) as sound:
        whole = np.concatenate(list(sound.blocks()))
    for sample_rate in (44100, 24000, 16000):
        joined = np.concatenate([segment.samples[sample_rate] for segment in segments])
        assert len(joined) == 40 * sample_rate
        expected = soxr.resample(whole, 44100, sample_rate, quality="HQ")
        np.testing.assert_allclose(joined[: len(expected)], expected, atol=1e-5)
        assert not joined[len(expected) + 1 :].any()


@settings(max_examples=25)
@given(st.integers(8000, 31 * 8000))
def test_tails_of_a_second_are_kept_and_shorter_ones_dropped(tmp_path_factory, length):
    path = tmp_path_factory.mktemp("tail") / "a.wav"
    write_sound(path, piano(31, 8000)[:length], 8000)
    segments = list(stream_segments(path, (8000, 6000)))
    whole, left = divmod(length / 8000, SEGMENT_SECONDS)
    assert len(segments) == whole + (left >= 1)
    assert sum(segment.seconds for segment in segments) == pytest.approx(
        length / 8000 if left >= 1 else whole * SEGMENT_SECONDS
    )


def test_half_a_second_is_too_short(tmp_path):
    path = write_sound(tmp_path / "a.wav", piano(0.5))
    with pytest.raises(AudioError, match=r"0\.5 s of sound; at least 1 s are needed"):
        list(stream_segments(path, (24000,)))


def test_a_recording_shorter_than_a_window_is_questioned(tmp_path):
    path = write_sound(tmp_path / "cho-seong-jin.wav", piano(41, 8000), 8000)
    with pytest.raises(
        AudioError,
        match=r"cho-seong-jin.wav: 41 s of sound; a window needs 300 s: is this the whole",
    ):
        list(stream_segments(path, (8000,), min_seconds=WINDOW_SECONDS))


def test_a_tone_keeps_its_pitch_and_level_and_leaves_no_alias(tmp_path):
    """A tone above half the new rate vanishes; one below passes."""
    time = np.arange(20 * 44100) / 44100
    for pitch, expected in ((1000.0, 0.5 / np.sqrt(2)), (13_000.0, 0.0)):
        tone = (0.5 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)
        path = write_sound(tmp_path / f"{pitch:.0f}.wav", tone, codec=("pcm_f32le", "flt"))
        first, _ = stream_segments(path, (24000,))
        middle = first.samples[24000][12_000:-12_000]
        assert np.sqrt(np.mean(middle**2)) == pytest.approx(expected, abs=1e-5)
