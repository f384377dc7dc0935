"""Real performances are decoded as FFmpeg decodes them."""

import shutil
import subprocess

import numpy as np
import pytest
from outside import RECORDINGS, needs_recordings

from ranking.audio.decoding import open_mono_sound


@pytest.mark.slow
@needs_recordings
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg to compare with")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_samples_are_those_of_ffmpeg(path):
    with open_mono_sound(path) as sound:
        own = np.concatenate(list(sound.blocks()))
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            path,
            "-f",
            "f32le",
            "-ar",
            str(sound.sample_rate),
            "-",
        ]
    raw = subprocess.run(list(map(str, command)), capture_output=True, check=True).stdout
    reference = np.frombuffer(raw, dtype=np.float32)  # the files are mono
    assert abs(len(own) - len(reference)) <= 0.05 * sound.sample_rate
    n = min(len(own), len(reference))
    error = np.mean((own[:n] - reference[:n]) ** 2) / np.mean(reference[:n] ** 2)
    assert 10 * np.log10(error + 1e-30) < -60
