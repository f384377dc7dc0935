"""What is known of an encoder before loading it, and of its weights before fetching them.

Conventions
-----------
A *front end* is what happens to the sound before the network. Its options have a default, which is
right, and some have values that the release of the paper [1]_ used instead. Two are the same for
every encoder: ``left_channel`` takes the left channel instead of the mean of all, ``tails`` keeps a
last segment of less than 10 s. Files and command lines of version 0.1.0 have some of them under
other names: :data:`RENAMED_OPTIONS`.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, Table 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

Precision = Literal["float32", "bfloat16"]
"""Precision of an encoder's arithmetic."""
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
FrontEndOptions = Mapping[str, bool | float]
"""Options of a front end by name."""

NO_OPTIONS: FrontEndOptions = MappingProxyType({})
COMMON_OPTIONS: FrontEndOptions = MappingProxyType({"left_channel": False, "tails": True})
"""Options that every encoder has, with their defaults."""
RENAMED_OPTIONS = {"left": "left_channel", "rate": "sample_rate"}
"""Options of version 0.1.0 and what they are called now."""


@dataclass(frozen=True)
class Weights:
    """A file of trained weights, and where to get it."""

    file: str
    """Name of the file in the cache folder."""
    url: str
    """Where it is downloaded from: an address, or ``pip:`` and a package on PyPI."""
    size: int
    """Size in bytes, rounded where the source says only MB."""
    licence: str
    """Licence of the weights."""
    source: str
    """Who published it, and in which version."""
    sha256: str = ""
    """Published SHA-256 of the file; empty where nobody published one."""
    member: str = ""
    """Path inside the package at ``url``, for a file that comes in one."""
    package_sha256: str = ""
    """Published SHA-256 of the package, for a file that comes in one."""
    alternatives: "tuple[Weights, ...]" = ()
    """The same weights in other files, any of which will do."""


@dataclass(frozen=True)
class EncoderSpec:
    """What is known of an encoder without loading it."""

    name: str
    """What it is called in options and in the registry."""
    title: str
    """What people call it."""
    sample_rate: int
    """Sample rate in Hz of the segments that it takes."""
    frames: int
    """Number of frames in the embedding of a segment."""
    dimension: int
    """Number of dimensions of a frame."""
    precision: Precision
    """Lowest precision that its arithmetic can do with."""
    licence: str
    """Licence of the encoder."""
    weights: Weights | None = None
    """File of its trained weights; None if it needs none."""
    stored: Literal["embedding", "codes"] = "embedding"
    """What is stored on disk: the embedding, or codes that it is computed from."""
    codebooks: int = 0
    """Number of codes of a frame, where codes are stored."""
    front_end: FrontEndOptions = field(default_factory=lambda: NO_OPTIONS)
    """Options of its own, beside :data:`COMMON_OPTIONS`, with their defaults."""
    as_published: FrontEndOptions = field(default_factory=lambda: {"tails": False})
    """Options as in the paper's release, where they differ from the default."""
    source: str = ""
    """What a user names it by, if not by its name: ``hear:/path/to/module.py``."""
    module_sha256: str = ""
    """Hash of its code; empty where the program, or an installed package, offers it."""
    folder: Path | None = None
    """Folder of a whole model, if that is where its weights are."""
    remark: str = ""
    """A sentence for who embeds with it."""

    @property
    def given(self) -> str:
        """What names it, so that it is found again."""
        return self.source or self.name

    @property
    def stored_bytes(self) -> int:
        """Bytes of a segment on disk in two bytes a number; 0 where only the loaded one knows."""
        numbers = self.codebooks if self.stored == "codes" else self.dimension
        return 2 * self.frames * numbers

    @property
    def options(self) -> FrontEndOptions:
        """All options of the front end, with their defaults."""
        return {**COMMON_OPTIONS, **self.front_end}


def wrapped_spec(name: str, title: str, **more: Any) -> EncoderSpec:
    """Return the spec of an encoder of a user's, whose sizes only the loaded one knows.

    Parameters
    ----------
    name : what it is called in the store
    title : what people call it
    more : other fields of the spec
    """
    return EncoderSpec(
        name,
        title,
        sample_rate=0,
        frames=0,
        dimension=0,
        precision="float32",
        licence="its own",
        **more,
    )
