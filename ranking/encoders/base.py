"""What every encoder is: a recording in, the embedding of each of its segments out.

Conventions
-----------
A recording comes as segments of 10 s, in order and in batches: float32 of shape (B, 10 · rate). A
segment's embedding is F frames in time order of D dimensions, (B, F, D). What is kept on disk may
be smaller: codes, which :meth:`Encoder.expand` turns into the embedding; for most they are one.
Encoders are frozen and in eval mode; nothing in them is random.

There are two kinds. To a *segment-wise* one (:class:`SegmentEncoder`) a segment is a segment,
wherever it comes from. A *recording-wise* one (any other :class:`Encoder`) needs the whole
recording, its notes or its length, before it can say anything of a segment: it hears the file by
itself when a recording begins, and keeps what it found for the segments that follow.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from torch import Tensor, nn

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.encoders.spec import EncoderSpec

Encode = Callable[[Tensor, int], Tensor]
"""Segments (B, 10 · rate) of one recording, and the number of their first, counted from 0, to what
is stored of them (B, F, ...)."""


class Encoder(nn.Module, ABC):
    """A frozen network with its front end."""

    spec: EncoderSpec

    @property
    def sample_rate(self) -> int:
        """Hz that the front end wants."""
        return self.spec.sample_rate

    @property
    def stored_dtype(self) -> str:
        """Type of the numbers that are stored."""
        return "uint16" if self.spec.stored == "codes" else "float16"

    @abstractmethod
    def begin(self, path: Path, left_channel: bool = False) -> Encode:
        """Return what encodes the segments of a recording.

        Parameters
        ----------
        path : the recording, for those that need the whole of it
        left : whether its left channel is heard, instead of the mean of all

        Raises
        ------
        AudioError
            If it has to be heard and cannot be.
        """

    def expand(self, stored: Tensor) -> Tensor:
        """Return the embedding (B, F, D) of what was stored."""
        return stored

    def check(self, samples: Tensor) -> None:
        """Refuse segments of another length, and a network in training mode.

        Raises
        ------
        ValueError
            If either is so.
        """
        wanted = SEGMENT_SECONDS * self.sample_rate
        if samples.ndim != 2 or samples.shape[1] != wanted:
            raise ValueError(f"segments of shape {tuple(samples.shape)}, not (B, {wanted})")
        if any(module.training for module in self.modules()):
            raise ValueError(f"{self.spec.name} is in training mode: its output would be random")


class SegmentEncoder(Encoder):
    """One to which what came before and after a segment is all the same."""

    @abstractmethod
    def encode(self, samples: Tensor) -> Tensor:
        """Return what is stored of segments, shape (B, F, ...)."""

    def begin(self, path: Path, left_channel: bool = False) -> Encode:
        """Return what encodes segments, of this recording or any other."""
        return lambda samples, _: self.encode(samples)

    def forward(self, samples: Tensor) -> Tensor:
        """Return embeddings (B, F, D) of segments (B, 10 · rate)."""
        return self.expand(self.encode(samples))


AnyEncoder = TypeVar("AnyEncoder", bound=Encoder)


def frozen(encoder: AnyEncoder) -> AnyEncoder:
    """The encoder in eval mode, without gradients."""
    return encoder.eval().requires_grad_(requires_grad=False)
