"""Encoders as a user chose them, and loaded.

Conventions
-----------
The cache key of embeddings is known without loading a network. As published, without a last segment
of its own, recordings are cut as they always were.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ranking.audio.lengths import SEGMENTATION
from ranking.devices.memory import BatchLimit
from ranking.embeddings.cache_key import CacheKey, make_cache_key
from ranking.encoders import load_encoder, spec_of
from ranking.encoders.base import Encoder
from ranking.encoders.hub import model_sha256
from ranking.encoders.precision import default_precision
from ranking.encoders.spec import FrontEndOptions, Precision
from ranking.encoders.weights_hash import weights_sha256


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder with its weights and front end, as the user chose them; nothing is loaded."""

    encoder: str
    """Name in the registry of encoders, or what names one that a user brings."""
    weights: Path | None = None
    """File of trained weights; None for an encoder that has none."""
    front_end: tuple[tuple[str, bool | float], ...] = ()
    """Options of the front end that differ from the default, as (name, value)."""
    precision: Precision | None = None
    """Precision of its arithmetic; None is what suits the device."""

    @property
    def absolute(self) -> "EncoderChoice":
        """The same for a process with another working folder."""
        own = self.weights
        return self if own is None else replace(self, weights=own.absolute())

    @property
    def options(self) -> FrontEndOptions:
        """All options of the front end, defaults among them."""
        return {**spec_of(self.encoder).options, **dict(self.front_end)}


@dataclass(frozen=True)
class LoadedEncoder:
    """An encoder on its device, and the key under which its embeddings are stored."""

    encoder: Encoder
    cache_key: CacheKey
    """Key of its embeddings in a store."""
    left_channel: bool = False
    """Whether it encodes the left channel instead of the mean of all channels."""
    tails: bool = True
    """Whether it encodes a last segment that is not a whole one more."""
    limit: BatchLimit = field(default_factory=lambda: BatchLimit(0), compare=False)
    """Segments at a time on a device; 0 as long as that is not known."""


def load_encoders(choices: Sequence[EncoderChoice], device: str = "cpu") -> list[LoadedEncoder]:
    """Return encoders with their weights, on a device.

    Raises
    ------
    EncoderError, WeightsError
        If an encoder or its weights cannot be loaded.
    """
    return [
        LoadedEncoder(
            load_encoder(one.encoder, one.weights, dict(one.front_end)).to(device),
            cache_key_with_weights_hash(one, device),
            left_channel=bool(one.options["left_channel"]),
            tails=bool(one.options["tails"]),
        )
        for one in choices
    ]


def cache_key_with_weights_hash(choice: EncoderChoice, device: str = "cpu") -> CacheKey:
    """Return the cache key of an encoder's embeddings, without loading its network.

    The weights file is hashed; the hash of a large one is kept beside it. The device only matters
    where no precision was chosen.

    Raises
    ------
    WeightsError
        If the weights cannot be read.
    """
    spec = spec_of(choice.encoder)
    hash_weights = weights_sha256 if spec.folder is None else model_sha256
    sha256 = "" if choice.weights is None else hash_weights(choice.weights)
    precision = choice.precision or default_precision(spec, device)
    segmentation = SEGMENTATION if choice.options["tails"] else 1
    return make_cache_key(
        spec.name, precision, sha256, choice.options, segmentation, spec.module_sha256
    )
