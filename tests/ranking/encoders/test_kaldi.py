"""Filter banks of a batch are Kaldi's of each segment, in float32 whatever surrounds them."""

import numpy as np
import pytest
import torch
from fake_gpu import fake_gpu
from sounds import piano
from torchaudio.compliance.kaldi import fbank

from ranking.encoders.kaldi import kaldi_filter_banks


def reference(segment, sample_rate):
    return fbank(
        segment.unsqueeze(0),
        htk_compat=True,
        sample_frequency=sample_rate,
        use_energy=False,
        window_type="hanning",
        num_mel_bins=128,
        dither=0.0,
        frame_shift=10,
    )


@pytest.mark.parametrize("sample_rate", [16_000, 32_000, 22_050])
def test_one_segment_has_the_bytes_of_kaldis(sample_rate):
    sound = np.stack([piano(2, sample_rate, seed) for seed in range(3)])
    sound[2, 5000:] = 0
    segments = torch.from_numpy(sound)
    for one in segments:
        own = kaldi_filter_banks(one[None], sample_rate, 128, 0.01)[0]
        assert torch.equal(own, reference(one, sample_rate))
    together = kaldi_filter_banks(segments, sample_rate, 128, 0.01)
    for own, one in zip(together, segments, strict=True):
        torch.testing.assert_close(own, reference(one, sample_rate), rtol=0, atol=1e-4)


def test_bfloat16_around_it_changes_nothing():
    segments = torch.from_numpy(np.stack([piano(2, 16_000, seed) for seed in range(2)]))
    own = kaldi_filter_banks(segments, 16_000, 128, 0.01)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(kaldi_filter_banks(segments, 16_000, 128, 0.01), own)
        assert (reference(segments[0], 16_000) - own[0]).abs().max() > 1e-3  # as it was


def test_it_is_computed_where_the_segments_are():
    with fake_gpu() as gpu:
        bank = kaldi_filter_banks(gpu.tensor(torch.zeros(5, 160_000)), 16_000, 128, 0.01)
    assert (bank.device.type, bank.shape) == ("cuda", (5, 998, 128))
