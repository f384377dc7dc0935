"""Basic Pitch, with its published weights, finds the notes that a plain piano plays."""

import numpy as np
import pytest
import torch
from sounds import note

from ranking.encoders import basicpitch
from ranking.errors import WeightsError

SAMPLE_RATE = basicpitch.SPEC.sample_rate
C_MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)
SCALE = [(0.5 * at, 0.5, 60 + step) for at, step in enumerate((*C_MAJOR, *C_MAJOR[::-1]))]
CHORDS = [
    (float(at), 0.9, pitch)
    for at, chord in enumerate(
        [(48, 60, 64, 67), (53, 60, 65, 69), (55, 59, 62, 67), (48, 60, 64, 72)] * 2
    )
    for pitch in chord
]


@pytest.fixture(scope="module")
def encoder(basic_pitch_weights):
    return basicpitch.load(basic_pitch_weights)


def played(events):
    """A segment of notes (onset, seconds, MIDI pitch), shape (1, 220500)."""
    sound = np.zeros(12 * SAMPLE_RATE)
    for onset, seconds, pitch in events:
        time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        struck = note(time, 440 * 2 ** ((pitch - 69) / 12))
        damped = struck * np.minimum(1, (seconds - time) / 0.02)
        start = round(onset * SAMPLE_RATE)
        sound[start : start + len(time)] += damped
    sound = sound[: 10 * SAMPLE_RATE]
    return torch.from_numpy((0.5 * sound / np.abs(sound).max()).astype(np.float32)).unsqueeze(0)


def sounding(events):
    """Which of the 88 notes sound in each frame, shape (861, 88)."""
    frames = np.zeros((basicpitch.SPEC.frames, 88), dtype=bool)
    for onset, seconds, pitch in events:
        start, stop = (
            round(at * SAMPLE_RATE / basicpitch.HOP_LENGTH) for at in (onset, onset + seconds)
        )
        frames[start:stop, pitch - 21] = True
    return frames


@pytest.mark.parametrize("events", [SCALE, CHORDS], ids=["scale", "chords"])
def test_the_notes_played_are_found_frame_by_frame(encoder, events):
    embedding = encoder(played(events))
    assert embedding.shape == (1, 861, 440)
    found = embedding[0, :, basicpitch.NOTES].numpy() > 0.5
    truth = sounding(events)
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) >= 0.9  # F1


@pytest.mark.slow
def test_a_batch_is_its_segments_one_by_one(encoder):
    batch = torch.cat([played(SCALE), played(CHORDS)])
    one_by_one = torch.cat([encoder(segment.unsqueeze(0)) for segment in batch])
    torch.testing.assert_close(encoder(batch), one_by_one, rtol=0, atol=1e-5)


def test_what_is_no_network_is_refused(tmp_path):
    (tmp_path / "no.onnx").write_bytes(b"no network")
    with pytest.raises(WeightsError, match="it holds no network"):
        basicpitch.load(tmp_path / "no.onnx")
