"""The Descript Audio Codec: nine codebooks, 87 frames a second.

Conventions
-----------
44.1 kHz. A segment goes in as ten blocks of one second, each padded to 87 hops of 512 samples: 870
frames of 1024 dimensions [1]_. The embedding z is the sum of the nine quantised codes, a function
of nine numbers of ten bits per frame: those are stored, 15.7 kB a segment instead of 3.6 MB.
Arithmetic is float32: in half precision some codes come out otherwise.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Table 1.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.checkpoints import load_strictly, read_checkpoint, state_dict_of
from ranking.encoders.spec import EncoderSpec, Weights
from ranking.errors import WeightsError

SPEC = EncoderSpec(
    name="dac",
    title="Descript Audio Codec 44.1 kHz",
    sample_rate=44_100,
    frames=870,
    dimension=1024,
    precision="float32",
    licence="MIT",
    weights=Weights(
        file="dac-44khz-0.0.1.pth",
        url="https://github.com/descriptinc/descript-audio-codec/releases/download/0.0.1/weights.pth",
        size=306_717_287,
        licence="MIT",
        source="Descript, descript-audio-codec 0.0.1",
        sha256="a88eed82a7024ccc1facdb1e605c4c2f99281c8118c22c9895ffa846d8fb61aa",
    ),
    stored="codes",
)
BLOCKS = 10  # of a segment


class Dac(SegmentEncoder):
    """The codec's encoder and quantiser."""

    spec = SPEC

    def __init__(self, **config: Any) -> None:
        super().__init__()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old packages that the codec uses
            from dac import DAC  # seconds to load

            self.network = DAC(**config)

    def encode(self, samples: Tensor) -> Tensor:
        """Return codes (B, 870, 9), int32 from 0 to 1023."""
        self.check(samples)
        network: Any = self.network
        blocks = samples.reshape(len(samples) * BLOCKS, 1, SPEC.sample_rate)  # (B*10, 1, 44100)
        padded = network.preprocess(blocks, SPEC.sample_rate)
        with torch.autocast(samples.device.type, enabled=False), without_tf32_convolutions():
            codes = network.encode(padded)[1]  # (B*10, 9, 87)
        codebooks = codes.shape[1]
        out: Tensor = codes.transpose(1, 2).reshape(len(samples), -1, codebooks).int()
        return out

    def to_embedding(self, stored: Tensor) -> Tensor:
        """Return z (B, 870, 1024) of codes (B, 870, 9)."""
        network: Any = self.network
        z: Tensor = network.quantizer.from_codes(stored.transpose(1, 2).long())[0]
        return z.transpose(1, 2)


@contextmanager
def without_tf32_convolutions() -> Iterator[None]:
    """Keep NVIDIA's TF32, with its ten bits of mantissa, out of convolutions."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def load(path: Path) -> Dac:
    """Return the encoder with the weights of a file: published, or fine-tuned by the codec's tools.

    Raises
    ------
    WeightsError
        If the file cannot be read or holds other weights.
    """
    checkpoint = read_checkpoint(path)
    metadata = checkpoint.get("metadata") or {}
    try:
        encoder = Dac(**metadata.get("kwargs", {}))
    except TypeError as error:
        raise WeightsError(
            str(path), f"its settings fit no DAC ({error})", "is this file for DAC?"
        ) from None
    load_strictly(encoder.network, state_dict_of(checkpoint, "state_dict"), str(path))
    return freeze(encoder)
