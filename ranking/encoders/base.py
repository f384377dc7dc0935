"""What every encoder is: segments in, embeddings out.

Conventions
-----------
An encoder takes segments of 10 s, float32 of shape (B, 10 · rate), and gives embeddings (B, F, D):
F frames in time order, D dimensions. What is kept on disk may be smaller: :meth:`Encoder.encode`
gives what is stored, :meth:`Encoder.expand` turns that into the embedding. For most they are one.
Encoders are frozen and in eval mode; nothing in them is random.

A *front end* is what happens to the sound before the network. Its options have a default, which is
right, and some have values that the release of the paper [1]_ used instead. Two are the same for
every encoder: ``left`` hears the left channel instead of the mean of all, ``tails`` keeps a last
segment of less than 10 s.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Table 1.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from torch import Tensor, nn

from ranking.audio.segments import SEGMENT_SECONDS

Options = Mapping[str, bool | float]

NOTHING: Options = MappingProxyType({})
HEARING: Options = MappingProxyType({"left": False, "tails": True})


@dataclass(frozen=True)
class Weights:
    """A file of trained weights, and where to get it."""

    file: str
    """Its name in the cache folder."""
    url: str
    size: int
    """Bytes, rounded where the source says only MB."""
    licence: str
    source: str
    """Who made it."""
    sha256: str = ""
    """Empty where nobody published it."""
    member: str = ""
    """Its path inside the package at ``url``, for a file that comes in one."""
    package_sha256: str = ""


@dataclass(frozen=True)
class EncoderSpec:
    """What one must know of an encoder before loading it."""

    name: str
    title: str
    rate: int
    """Hz."""
    frames: int
    """Per segment."""
    dimension: int
    precision: Literal["float32", "bfloat16"]
    """The least that its arithmetic bears."""
    licence: str
    weights: Weights | None = None
    stored: Literal["embedding", "codes"] = "embedding"
    whole_file_peak: bool = False
    """Whether sound is scaled to the peak of its file first."""
    front_end: Options = field(default_factory=lambda: NOTHING)
    """Options of its own, beside :data:`HEARING`."""
    as_published: Options = field(default_factory=lambda: {"tails": False})
    """Options as in the paper's release, where they differ."""

    @property
    def options(self) -> Options:
        """All options of the front end, with their defaults."""
        return {**HEARING, **self.front_end}


class Encoder(nn.Module, ABC):
    """A frozen network with its front end."""

    spec: EncoderSpec

    @property
    def rate(self) -> int:
        """Hz that the front end wants."""
        return self.spec.rate

    @property
    def stored_dtype(self) -> str:
        """Type of the numbers that are stored."""
        return "uint16" if self.spec.stored == "codes" else "float16"

    @abstractmethod
    def encode(self, samples: Tensor) -> Tensor:
        """Return what is stored of segments, shape (B, F, ...)."""

    def expand(self, stored: Tensor) -> Tensor:
        """Return the embedding (B, F, D) of what was stored."""
        return stored

    def forward(self, samples: Tensor) -> Tensor:
        """Return embeddings (B, F, D) of segments (B, 10 · rate)."""
        return self.expand(self.encode(samples))

    def check(self, samples: Tensor) -> None:
        """Refuse segments of another length, and a network in training mode.

        Raises
        ------
        ValueError
            If either is so.
        """
        wanted = SEGMENT_SECONDS * self.rate
        if samples.ndim != 2 or samples.shape[1] != wanted:
            raise ValueError(f"segments of shape {tuple(samples.shape)}, not (B, {wanted})")
        if any(module.training for module in self.modules()):
            raise ValueError(f"{self.spec.name} is in training mode: its output would be random")


def frozen(encoder: Encoder) -> Encoder:
    """The encoder in eval mode, without gradients."""
    return encoder.eval().requires_grad_(requires_grad=False)
