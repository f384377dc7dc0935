"""What every encoder is: a recording in, the embedding of each of its segments out.

Conventions
-----------
A recording comes as segments of 10 s, in order and in batches: float32 of shape
(B, 10 · sample_rate); the last one may overlap the one before. A segment's embedding is F frames in
time order of D dimensions, (B, F, D). What is stored on disk may be smaller: the codes of a
:class:`CodeEncoder`; most encoders store the embedding itself.
Encoders are frozen and in eval mode; nothing in them is random.

There are two kinds. A *segment-wise* one (:class:`SegmentEncoder`) gives the same embedding of a
segment whatever comes before and after it. A *recording-wise* one (any other :class:`Encoder`)
needs the whole recording, its notes or its length, before it can encode a segment: it reads the
file by itself when a recording begins, and uses what it found for the segments that follow.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.devices.precision import full_float32
from ranking.encoders.spec import EncoderSpec

EncodeBatch = Callable[[Tensor, Sequence[float]], Tensor]
"""Takes segments (B, 10 · sample_rate) of one recording, and when each begins, in seconds from the
start of the file; returns what is stored of them (B, F, ...)."""


LARGEST_STORED = float(torch.finfo(torch.float16).max)
"""Largest number of an embedding that float16 can hold."""


class Encoder(nn.Module, ABC):
    """A frozen network with its front end."""

    spec: EncoderSpec
    """What is known of it without loading its weights."""

    @property
    def sample_rate(self) -> int:
        """Sample rate in Hz of the segments that it takes."""
        return self.spec.sample_rate

    @property
    def stored_dtype(self) -> str:
        """Type of the stored numbers, as numpy names it."""
        return "uint16" if self.spec.stored == "codes" else "float16"

    @abstractmethod
    def for_recording(self, path: Path, left_channel: bool = False) -> EncodeBatch:
        """Return a function that encodes the segments of one recording.

        Parameters
        ----------
        path : the sound file, for encoders that need the whole recording
        left_channel : whether to take its left channel instead of the mean of all channels

        Raises
        ------
        AudioError
            If the encoder needs the whole recording, and the file cannot be read.
        """

    def to_embedding(self, stored: Tensor) -> Tensor:
        """Return the embedding (B, F, D) of what was stored (B, F, ...)."""
        return stored

    def check(self, samples: Tensor) -> None:
        """Refuse segments of another length than 10 s, and a network in training mode.

        Raises
        ------
        ValueError
            For either.
        """
        wanted = SEGMENT_SECONDS * self.sample_rate
        if samples.ndim != 2 or samples.shape[1] != wanted:
            raise ValueError(f"segments of shape {tuple(samples.shape)}, not (B, {wanted})")
        if any(module.training for module in self.modules()):
            raise ValueError(f"{self.spec.name} is in training mode: its output would be random")


class SegmentEncoder(Encoder):
    """An encoder that needs no more of a recording than the segment itself."""

    @abstractmethod
    def encode(self, samples: Tensor) -> Tensor:
        """Return what is stored of segments, shape (B, F, ...)."""

    def for_recording(self, path: Path, left_channel: bool = False) -> EncodeBatch:
        """Return a function that encodes segments, of this recording or any other."""
        return lambda samples, _: self.encode(samples)

    def forward(self, samples: Tensor) -> Tensor:
        """Return embeddings (B, F, D) of segments (B, 10 · sample_rate)."""
        with full_float32():
            return self.to_embedding(self.encode(samples))


class CodeEncoder(SegmentEncoder):
    """An encoder whose codes are stored: numbers of the vectors of codebooks.

    Its embedding is a projection of these vectors, so that a linear layer behind it can take them
    instead, with weights multiplied once.
    """

    @property
    @abstractmethod
    def projection(self) -> nn.Linear:
        """From the vectors of all codebooks side by side, K numbers, to the embedding's D."""

    @abstractmethod
    def codebook_vectors(self, stored: Tensor) -> Tensor:
        """Return the vectors (B, F, K) of codes (B, F, codebooks)."""

    def to_embedding(self, stored: Tensor) -> Tensor:
        """Return the embedding (B, F, D) of codes (B, F, codebooks)."""
        out: Tensor = self.projection(self.codebook_vectors(stored))
        return out


AnyEncoder = TypeVar("AnyEncoder", bound=Encoder)


def freeze(encoder: AnyEncoder) -> AnyEncoder:
    """Return the encoder in eval mode, without gradients."""
    return encoder.eval().requires_grad_(requires_grad=False)
