"""The mel spectrogram: no network, the paper's baseline.

Conventions
-----------
24 kHz, n_fft of 400 samples, hop of 160 (150 frames a second), 128 mel bands, log of the power with
a floor of -100 dB. With windows so short, some of the lowest bands fall between two frequency bins
and stay at the floor. ``log=False`` leaves the power as it is; ``time_first=False`` gives mel ×
time, as the release stored it.
"""

import warnings

import torch
from torch import Tensor
from torchaudio.transforms import MelSpectrogram

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.spec import EncoderSpec

SPEC = EncoderSpec(
    name="spectrogram",
    title="mel spectrogram",
    sample_rate=24_000,
    frames=1500,
    dimension=128,
    precision="float32",
    licence="none needed",
    front_end={"log": True, "time_first": True},
    as_published={"log": False, "time_first": False, "tails": False},
)
MIN_POWER = 1e-10  # -100 dB


class Spectrogram(SegmentEncoder):
    """The mel spectrogram: power of each frame in each mel band."""

    spec = SPEC

    def __init__(self, log: bool = True, time_first: bool = True) -> None:
        super().__init__()
        self.log, self.time_first = log, time_first
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "At least one mel filterbank")  # see Conventions
            self.mel = MelSpectrogram(
                SPEC.sample_rate, n_fft=400, hop_length=160, n_mels=SPEC.dimension
            )

    @property
    def stored_dtype(self) -> str:
        """Type of the stored numbers; power without log is too large for float16."""
        return "float16" if self.log else "float32"

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, 1500, 128), or (B, 128, 1500) as published."""
        self.check(samples)
        power: Tensor = self.mel(samples)[..., : SPEC.frames]  # (B, 128, 1500)
        if self.log:
            power = torch.log(power.clamp_min(MIN_POWER))
        return power.transpose(1, 2) if self.time_first else power


def load(log: bool = True, time_first: bool = True) -> Spectrogram:
    """Return the encoder; it has no weights.

    Parameters
    ----------
    log : whether to take the logarithm of the power
    time_first : whether embeddings are (time, mel), and not (mel, time)
    """
    return freeze(Spectrogram(log, time_first))
