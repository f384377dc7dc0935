"""The piano obeys the acoustics that it is made of."""

from dataclasses import replace

import numpy as np
import pytest

from icpc.synthetic.piano import Instrument, Piano, _damped_sum
from icpc.synthetic.playing import PLAYED

DRY = Instrument(room_seconds=0.01, wet=0.0, hammer=0.0, noise_db=-200.0)
RATE = 16_000


def one_note(pitch, velocity, held=1.0, pedal=(), instrument=DRY, seconds=3.0, level_db=-22.0):
    notes = np.array([(0.0, held, pitch, velocity)], dtype=PLAYED)
    pedal = np.array(pedal, dtype=float).reshape(-1, 2)
    return Piano(instrument, RATE).sound(notes, pedal, seconds, level_db)


def partials(sound):
    spectrum = np.abs(np.fft.rfft(sound[:RATE] * np.hanning(RATE)))
    return spectrum, np.fft.rfftfreq(RATE, 1 / RATE)


def peak_near(sound, frequency):
    spectrum, frequencies = partials(sound)
    near = np.abs(frequencies - frequency) < 15
    return frequencies[near][np.argmax(spectrum[near])]


def test_a_damped_sum_by_one_matrix_product_is_the_sum_term_by_term():
    rng = np.random.default_rng(0)
    frequency, decay, loud = rng.uniform(50, 5000, 9), rng.uniform(0.1, 3, 9), rng.random(9)
    time = np.arange(10_001) / RATE
    plain = sum(
        a * np.exp(-time / d) * np.sin(2 * np.pi * f * time)
        for f, d, a in zip(frequency, decay, loud, strict=True)
    )
    assert np.allclose(_damped_sum(frequency, decay, loud, 10_001, RATE), plain, atol=1e-5)


def test_a_is_440_hz_and_partials_are_stretched():
    sound = one_note(69, 90)
    assert peak_near(sound, 440) == pytest.approx(440, abs=1.5)
    b = np.exp(0.0926 * 69 - 13.64) + np.exp(-0.0847 * 69 - 5.82)
    fifth = 5 * 440 * np.sqrt((1 + 25 * b) / (1 + b))
    assert fifth - 2200 > 10  # far from a harmonic one
    assert peak_near(sound, fifth) == pytest.approx(fifth, abs=2)
    tuned = one_note(69, 90, instrument=replace(DRY, tuning=100.0))
    assert peak_near(tuned, 466.16) == pytest.approx(466.16, abs=1.5)


def test_a_harder_blow_is_brighter():
    def centroid(velocity):
        spectrum, frequencies = partials(one_note(60, velocity))
        return (spectrum * frequencies).sum() / spectrum.sum()

    assert centroid(30) < centroid(70) < centroid(120)


def test_low_strings_last_and_the_decay_slows_down():
    def level(sound, second):
        at = slice(round(second * RATE), round((second + 0.2) * RATE))
        return 10 * np.log10(np.mean(sound[at] ** 2))

    low, high = (one_note(pitch, 80, held=4.0, seconds=4.0) for pitch in (40, 80))
    assert level(low, 0.3) - level(low, 1.3) < level(high, 0.3) - level(high, 1.3)
    assert level(low, 0.1) - level(low, 0.9) > level(low, 2.3) - level(low, 3.1)


def test_the_damper_falls_with_the_key_unless_the_pedal_is_down():
    def energy(sound):
        return float(np.sum(sound[round(1.0 * RATE) : round(1.3 * RATE)] ** 2))

    short = one_note(60, 80, held=0.2)
    held = one_note(60, 80, held=2.5)
    pedalled = one_note(60, 80, held=0.2, pedal=[(0.1, 2.5)])
    too_late = one_note(60, 80, held=0.2, pedal=[(0.4, 2.5)])
    assert energy(short) < 1e-3 * energy(held)
    assert np.allclose(pedalled, held, atol=1e-6)
    assert np.array_equal(too_late, short)
