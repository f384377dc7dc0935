"""Controls: each number in a closed form, and of a recording as its segments have it."""

import numpy as np
import pytest
import torch
from sounds import piano, write_sound

from ranking.audio.segments import count_segments, stream_segments
from ranking.encoders import load_encoder
from ranking.encoders.controls import (
    CONTROLS,
    FRAMES,
    SPEC,
    WIDTH,
    measure_length,
    measure_segments,
)

RATE = SPEC.sample_rate
TIME = torch.arange(10 * RATE) / RATE


def measured(samples):
    """The four numbers of a segment by name."""
    values = measure_segments(torch.as_tensor(samples, dtype=torch.float32)[None])[0]
    return dict(zip(CONTROLS[2:], values.tolist(), strict=True))


def sine(frequency, level=0.1):
    return level * torch.sin(2 * torch.pi * frequency * TIME)


def noise(bandwidth, seed=0):
    """White noise below a frequency, nothing above."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 0.1, 10 * RATE))
    spectrum[np.fft.rfftfreq(10 * RATE, 1 / RATE) > bandwidth] = 0
    return np.fft.irfft(spectrum, 10 * RATE)


def clicks(per_second):
    sound = torch.zeros(10 * RATE)
    at = (torch.arange(10 * per_second) + 0.5) * RATE / per_second
    for number in at.long().tolist():
        sound[number : number + 200] = torch.hann_window(200) * 0.5
    return sound


def test_a_sine_has_the_loudness_of_the_recommendation():
    """BS.1770-4: a sine of 997 Hz of full scale in one channel has -3.01 LUFS."""
    assert measured(sine(997, 1.0))["loudness"] == pytest.approx(-3.01, abs=0.05)
    assert measured(sine(997, 0.1))["loudness"] == pytest.approx(-23.01, abs=0.05)


def test_a_sine_has_the_level_of_its_power():
    """Power is half of the squared amplitude in every frame of whole periods."""
    assert measured(sine(1000, 0.1))["noise_floor"] == pytest.approx(-23.01, abs=0.01)


@pytest.mark.parametrize("bandwidth", [4_000, 11_000, 16_000])
def test_noise_has_its_bandwidth(bandwidth):
    assert measured(noise(bandwidth))["bandwidth"] == pytest.approx(bandwidth, abs=120)


@pytest.mark.parametrize("per_second", [1, 2, 5, 8])
def test_each_click_is_an_onset(per_second):
    assert measured(clicks(per_second))["onset_density"] == pytest.approx(per_second)


def test_onsets_do_not_depend_on_level_and_a_steady_sine_has_none():
    quiet, loud = (measured(gain * clicks(5)) for gain in (0.1, 1))
    assert quiet["onset_density"] == loud["onset_density"] == 5
    assert loud["loudness"] - quiet["loudness"] == pytest.approx(20, abs=0.01)
    assert measured(sine(440))["onset_density"] == 0


def test_silence_has_numbers():
    assert measured(torch.zeros(10 * RATE)) == {
        "loudness": -70,
        "bandwidth": 0,
        "noise_floor": pytest.approx(-120),
        "onset_density": 0,
    }


@pytest.mark.parametrize(
    ("seconds", "count"), [(9.0, 1), (10.0, 1), (10.5, 1), (11.0, 2), (35.0, 4)]
)
def test_segments_are_as_many_as_a_recording_is_cut_into(tmp_path, seconds, count):
    path = write_sound(tmp_path / "a.wav", 0.5 * piano(seconds, 8_000), 8_000)
    assert measure_length(path)[0] == pytest.approx(seconds)
    assert count_segments(measure_length(path)[1]) == count
    assert len({one.index for one in stream_segments(path, [8_000])}) == count


def test_each_segment_has_the_numbers_of_its_recording_and_its_own(tmp_path):
    path = write_sound(tmp_path / "a.wav", piano(25, 8_000), 8_000)
    encode = load_encoder("controls").for_recording(path)
    embedding = encode(torch.stack([sine(997), sine(997, 0.2)]), [0.0, 10.0])
    assert embedding.shape == (2, FRAMES, WIDTH * len(CONTROLS))
    values = embedding[:, 0, ::WIDTH]
    assert torch.equal(embedding, values.repeat_interleave(WIDTH, 1)[:, None].expand_as(embedding))
    assert values[:, :2].tolist() == [[25, 3], [25, 3]]
    assert float(values[1, 2] - values[0, 2]) == pytest.approx(6.02, abs=0.01)
