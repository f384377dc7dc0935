"""What one must know of an encoder before loading it, and of its weights before fetching them.

Conventions
-----------
A *front end* is what happens to the sound before the network. Its options have a default, which is
right, and some have values that the release of the paper [1]_ used instead. Two are the same for
every encoder: ``left_channel`` takes the left channel instead of the mean of all, ``tails`` keeps a
last segment of less than 10 s.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Table 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Options = Mapping[str, bool | float]

NOTHING: Options = MappingProxyType({})
HEARING: Options = MappingProxyType({"left_channel": False, "tails": True})


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
    """An encoder's facts."""

    name: str
    title: str
    sample_rate: int
    """Hz."""
    frames: int
    """Per segment."""
    dimension: int
    precision: Literal["float32", "bfloat16"]
    """The least that its arithmetic bears."""
    licence: str
    weights: Weights | None = None
    stored: Literal["embedding", "codes"] = "embedding"
    front_end: Options = field(default_factory=lambda: NOTHING)
    """Options of its own, beside :data:`HEARING`."""
    as_published: Options = field(default_factory=lambda: {"tails": False})
    """Options as in the paper's release, where they differ."""

    @property
    def options(self) -> Options:
        """All options of the front end, with their defaults."""
        return {**HEARING, **self.front_end}
