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


def loud(seconds, sample_rate=8000, seed=0):
    """White noise: no block of it is silent."""
    count = round(seconds * sample_rate)
    return (0.1 * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


def test_segments_are_the_sound_at_every_rate_and_the_last_is_its_last_ten_seconds(tmp_path):
    path = write_sound(tmp_path / "a.flac", loud(34.5, 44_100), 44_100)
    segments = list(stream_segments(path, (44100, 24000, 16000)))
    assert [segment.index for segment in segments] == [0, 1, 2, 3]
    assert [segment.seconds for segment in segments] == [10, 10, 10, 4.5]
    assert [segment.start for segment in segments] == [0, 10, 20, 24.5]
    assert [segment.file_seconds for segment in segments] == [None, None, None, 34.5]
    with open_mono_sound(path) as sound:
        whole = np.concatenate(list(sound.blocks()))
    for sample_rate in (44100, 24000, 16000):
        expected = soxr.resample(whole, 44100, sample_rate, quality="HQ")
        for segment in segments:
            first = round(segment.start * sample_rate)
            there = expected[first : first + 10 * sample_rate]
            np.testing.assert_allclose(segment.samples[sample_rate], there, atol=1e-5)


@settings(max_examples=25)
@given(st.integers(8000, 31 * 8000))
def test_a_second_more_is_kept_and_less_is_dropped(tmp_path_factory, length):
    path = tmp_path_factory.mktemp("tail") / "a.wav"
    write_sound(path, sound := loud(31)[:length], 8000)
    segments = list(stream_segments(path, (8000,)))
    whole, left = divmod(length / 8000, SEGMENT_SECONDS)
    assert [one.index for one in segments] == list(range(int(whole) + (left >= 1)))
    assert sum(segment.seconds for segment in segments) == pytest.approx(
        length / 8000 if left >= 1 else whole * SEGMENT_SECONDS
    )
    last = segments[-1]
    assert last.file_seconds == length / 8000
    end = length if left >= 1 else round(whole) * 80_000
    there = np.resize(sound[:end], 80_000) if end < 80_000 else sound[end - 80_000 : end]
    np.testing.assert_allclose(last.samples[8000], there, atol=2**-15)


@pytest.mark.parametrize("silence", [0.6, 7.0, 12.0, 25.0, 95.0])
def test_silence_at_the_end_is_no_part_of_the_recording(tmp_path, silence):
    """The last segment takes the place of one that is silent, and nothing after it remains."""
    sound = loud(23.0)
    path = tmp_path / "a.flac"
    write_sound(path, np.append(sound, np.zeros(round(silence * 8000), np.float32)), 8000)
    *others, last = stream_segments(path, (8000, 4000))
    assert [one.index for one in others] == list(range(int((23 + silence) // 10)))
    assert (last.index, last.start) == (2, 13)
    assert (last.seconds, last.file_seconds) == (3, 23 + silence)
    np.testing.assert_allclose(last.samples[8000], sound[13 * 8000 :], atol=2**-15)
    low = soxr.resample(np.append(sound, np.zeros(8000, np.float32)), 8000, 4000, quality="HQ")
    np.testing.assert_allclose(last.samples[4000], low[13 * 4000 : 23 * 4000], atol=2**-14)


def test_sound_that_ends_with_a_segment_needs_no_further_one(tmp_path):
    path = write_sound(
        tmp_path / "a.flac", np.append(loud(20.4), np.zeros(80_000, np.float32)), 8000
    )
    segments = list(stream_segments(path, (8000,)))
    assert [(one.index, one.seconds) for one in segments] == [(0, 10), (1, 10), (2, 10), (1, 10)]
    assert np.array_equal(segments[1].samples[8000], segments[3].samples[8000])


def test_sound_shorter_than_a_segment_is_repeated(tmp_path):
    path = write_sound(tmp_path / "a.flac", sound := loud(4.0), 8000)
    (segment,) = stream_segments(path, (8000,))
    assert (segment.index, segment.seconds, segment.start) == (0, 4, 0)
    np.testing.assert_allclose(segment.samples[8000], np.resize(sound, 80_000), atol=2**-15)


def test_a_second_of_file_with_less_of_sound_is_too_short(tmp_path):
    path = write_sound(tmp_path / "a.flac", np.append(loud(0.5), np.zeros(40_000, "f4")), 8000)
    with pytest.raises(AudioError, match=r"0\.5 s of sound; at least 1 s are needed"):
        list(stream_segments(path, (8000,)))


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
        first, *_ = stream_segments(path, (24000,))
        middle = first.samples[24000][12_000:-12_000]
        assert np.sqrt(np.mean(middle**2)) == pytest.approx(expected, abs=1e-5)
