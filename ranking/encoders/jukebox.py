"""Jukebox's VQ-VAE encoder, the coarsest of three levels, before quantisation.

Conventions
-----------
44.1 kHz, one frame for 128 samples, 64 dimensions. Three blocks of strided convolutions (3, 2 and 2
of them, each halving the sample rate), each convolution followed by four residual layers of
dilation 1, 3, 9 and 27 [1]_. The release scales every file to its peak first. Weights: the 5b
model's VQ-VAE, of which ``encoders.2`` is used.

References
----------
.. [1] P. Dhariwal et al., "Jukebox: a generative model for music", 2020, appendix B.1.
"""

from pathlib import Path

from torch import Tensor, nn
from torch.nn.functional import relu

from ranking.audio.decoding import measure_peak
from ranking.encoders.base import EncodeBatch, SegmentEncoder, freeze
from ranking.encoders.checkpoints import load_strictly, read_checkpoint, state_dict_of
from ranking.encoders.spec import EncoderSpec, Weights

SPEC = EncoderSpec(
    name="jukebox",
    title="Jukebox VQ-VAE, top level",
    sample_rate=44_100,
    frames=3445,
    dimension=64,
    precision="float32",
    licence="non-commercial",
    weights=Weights(
        file="jukebox-5b-vqvae.pth.tar",
        url="https://openaipublic.azureedge.net/jukebox/models/5b/vqvae.pth.tar",
        size=7_400_000,
        licence="non-commercial",
        source="OpenAI, Jukebox 5b",
    ),
)
DOWNSAMPLINGS = (3, 2, 2)  # convolutions of stride 2 in each block
WIDTH, DEPTH, DILATION_GROWTH = 32, 4, 3
PREFIX = "encoders.2."


class Residual(nn.Module):
    """A dilated convolution and a pointwise one, added to their input."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.ReLU(),
            nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation),
            nn.ReLU(),
            nn.Conv1d(WIDTH, WIDTH, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, width, T) of an input of that shape."""
        dilated, pointwise = self.model[1], self.model[3]
        out: Tensor = x + pointwise(relu(dilated(relu(x))))
        return out


class Resnet(nn.Module):
    """Residual layers of growing dilation."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(*(Residual(DILATION_GROWTH**depth) for depth in range(DEPTH)))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, width, T) of an input of that shape."""
        out: Tensor = self.model(x)
        return out


class Level(nn.Module):
    """Convolutions that halve the sample rate ``downsamplings`` times."""

    def __init__(self, channels: int, downsamplings: int) -> None:
        super().__init__()
        blocks = [
            nn.Sequential(nn.Conv1d(WIDTH if number else channels, WIDTH, 4, 2, 1), Resnet())
            for number in range(downsamplings)
        ]
        self.model = nn.Sequential(*blocks, nn.Conv1d(WIDTH, SPEC.dimension, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 64, T / 2 ** downsamplings) of (B, channels, T)."""
        out: Tensor = self.model(x)
        return out


class Jukebox(SegmentEncoder):
    """The encoder of the top level."""

    spec = SPEC

    def __init__(self) -> None:
        super().__init__()
        self.level_blocks = nn.ModuleList(
            Level(SPEC.dimension if level else 1, downsamplings)
            for level, downsamplings in enumerate(DOWNSAMPLINGS)
        )

    def for_recording(self, path: Path, left_channel: bool = False) -> EncodeBatch:
        """Return a function that encodes segments scaled by the peak of their recording."""
        gain = 1 / measure_peak(path, left_channel)
        return lambda samples, _: self.encode(gain * samples)

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, 3445, 64) of segments, without scaling them."""
        self.check(samples)
        return self.frames(samples)

    def frames(self, samples: Tensor) -> Tensor:
        """Return (B, T, 64) of sound of any length."""
        x = samples.unsqueeze(1)  # (B, 1, N)
        for level in self.level_blocks:
            x = level(x)
        return x.transpose(1, 2)


def load(path: Path) -> Jukebox:
    """Return the encoder with the weights of a file.

    Raises
    ------
    WeightsError
        If the file cannot be read or holds other weights.
    """
    state = state_dict_of(read_checkpoint(path), "model")
    own = {key.removeprefix(PREFIX): value for key, value in state.items() if PREFIX in key}
    encoder = Jukebox()
    load_strictly(encoder, own, str(path))
    return freeze(encoder)
