"""Kaldi's filter banks of many segments at once, on any device.

Conventions
-----------
Frames of 25 ms, without those that would go beyond the end, as Kaldi has them [1]_: mean
subtracted, pre-emphasis of 0.97, a Hann window, power of the Fourier transform at the next power of
two, mel bands from 20 Hz to half the sample rate, natural logarithm. No dither. Arithmetic is
float32 whatever the network behind it runs in: in bfloat16 the logarithms would be wrong by 0.03.
Of one segment it is what ``torchaudio.compliance.kaldi.fbank`` gives, which takes one at a time.

References
----------
.. [1] D. Povey et al., "The Kaldi speech recognition toolkit", ASRU 2011.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad
from torchaudio.compliance.kaldi import get_mel_banks

from ranking.devices.precision import full_float32
from ranking.devices.transfer import to_device

FRAME_SECONDS = 0.025
PRE_EMPHASIS = 0.97
LOWEST_HZ = 20.0
VTLN = 100.0, -500.0, 1.0  # torchaudio's defaults: no warping of frequencies


def kaldi_filter_banks(
    segments: Tensor, sample_rate: float, bands: int, hop_seconds: float
) -> Tensor:
    """Return logarithms of the power in mel bands, float32, shape (B, frames, bands).

    Parameters
    ----------
    segments : float tensor, shape (B, samples)
    sample_rate : in Hz
    bands : number of mel bands
    hop_seconds : time from frame to frame
    """
    size, hop = int(sample_rate * FRAME_SECONDS), int(sample_rate * hop_seconds)
    n_fft = 1 << (size - 1).bit_length()
    with torch.autocast(segments.device.type, enabled=False), full_float32():
        frames = segments.float().unfold(1, size, hop)  # (B, frames, size)
        frames = frames - frames.mean(dim=2, keepdim=True)
        before = pad(frames, (1, 0), mode="replicate")[..., :-1]
        frames = frames - PRE_EMPHASIS * before
        frames = frames * torch.hann_window(size, periodic=False, device=segments.device)
        power = torch.fft.rfft(pad(frames, (0, n_fft - size))).abs().pow(2.0)
        mel, _ = get_mel_banks(bands, n_fft, sample_rate, LOWEST_HZ, 0.0, *VTLN)
        weight = to_device(pad(mel, (0, 1)), segments.device)  # (bands, n_fft / 2 + 1)
        energy = power.flatten(0, 1) @ weight.T
        floor = torch.finfo(torch.float32).eps
        return torch.unflatten(energy.clamp_min(floor).log(), 0, frames.shape[:2])
