"""The head of a probe: the embeddings of one window, or of two side by side, to logits.

Conventions
-----------
An example has S segments, each of F frames and D dimensions; of a pair, every segment holds the
first recording's frames, then the second's. A segment is an image of one channel: convolved,
projected to one vector, and set in relation to the other segments by self-attention; one linear
layer reads them all [1]_. In paper and here two convolutions of kernel 7 and stride 5, width 128,
two attention heads.
Segments without sound are left out: never convolved, no part of the batch statistics, not attended
to, and zero where the last layer reads. What stands in them does not matter. A pair has sound where
both of its recordings have.

Fast forms
----------
One network, and the other classes of this package are it once more, each fast at one kind of work.
All give the logits of :class:`Head` on the same input, within 1e-9 in float64 (1e-4 in float32,
whatever the encoder):

* :class:`ranking.network.factorised.FactorisedHead` judges all pairs of many windows, in eval mode.
  ``tests/ranking/network/test_factorised.py`` proves it, on every concatenation.
* :class:`ranking.network.stack.Stack` trains K heads on the same batches: also gradients, running
  statistics and dropout are those of each alone. ``tests/ranking/network/test_stack.py``.
* :class:`ranking.network.crossed.CrossedStack` trains K heads on many pairs of few windows: all but
  the dropout is that of a Stack on every concatenation. ``tests/ranking/network/test_crossed.py``.

Whoever changes what a head computes changes it in all four, or these tests fail. What each gains
over the plain head is measured by ``tests/benchmarks/allpairs.py``, ``training.py`` and
``crossing.py``.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 3.2.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class HeadConfig:
    """What a head is made like."""

    frames: int
    """Of one recording's segment."""
    dimension: int
    classes: int
    sides: int = 1
    """Recordings side by side in time: two to compare them."""
    segments: int = 30
    channels: tuple[int, ...] = (1, 2, 1)
    """Before and after each convolution."""
    kernel: int = 7
    stride: int = 5
    padding: int = 1
    width: int = 128
    attention_heads: int = 2
    feedforward: int = 64
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse settings that make no head.

        Raises
        ------
        ValueError
            Naming the contradiction.
        """
        counts = ("frames", "dimension", "classes", "sides", "segments", "kernel", "stride")
        for name in (*counts, "width", "attention_heads", "feedforward"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)}: at least 1")
        if len(self.channels) < 2 or self.channels[0] != 1 or min(self.channels) < 1:
            raise ValueError(f"channels {self.channels}: one, then those after each convolution")
        if self.padding < 0 or not 0 <= self.dropout < 1:
            raise ValueError(f"padding {self.padding}, dropout {self.dropout}: out of range")
        if self.width % self.attention_heads:
            raise ValueError(f"width {self.width} is not shared by {self.attention_heads} heads")
        if min(map(min, self.sizes)) < 1:
            raise ValueError(f"{self.frames} × {self.dimension} is too small to be convolved")

    @property
    def on_disk(self) -> dict[str, Any]:
        """The values under the names that files know, in a fixed order.

        What is kept on disk is found by a hash of these. A field that is renamed keeps its old name
        here, and none moves; or nothing would be found again.
        """
        return {
            "frames": self.frames,
            "dimension": self.dimension,
            "classes": self.classes,
            "sides": self.sides,
            "segments": self.segments,
            "channels": self.channels,
            "kernel": self.kernel,
            "stride": self.stride,
            "padding": self.padding,
            "width": self.width,
            "attention_heads": self.attention_heads,
            "feedforward": self.feedforward,
            "dropout": self.dropout,
        }

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Rows and columns of a segment after each convolution."""
        sizes, rows, columns = [], self.sides * self.frames, self.dimension
        for _ in pairwise(self.channels):
            rows, columns = self._shrunk(rows), self._shrunk(columns)
            sizes.append((rows, columns))
        return sizes

    def _shrunk(self, size: int) -> int:
        return (size + 2 * self.padding - self.kernel) // self.stride + 1


class Head(nn.Module):
    """Embeddings (N, S, sides · F, D) and mask (N, S) to logits (N, classes).

    This is the definition; the fast forms named above give the same logits.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", torch.zeros(config.dimension))
        self.register_buffer("scale", torch.ones(config.dimension))
        self.convolutions = nn.ModuleList(
            _convolution(before, after, config) for before, after in pairwise(config.channels)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for channels in config.channels[1:])
        rows, columns = config.sizes[-1]
        self.project = nn.Linear(config.channels[-1] * rows * columns, config.width)
        self.attention = nn.TransformerEncoderLayer(
            config.width,
            config.attention_heads,
            config.feedforward,
            config.dropout,
            batch_first=True,
        )
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.segments * config.width, config.classes)

    @property
    def digest(self) -> str:
        """SHA-256 of its shape and weights; votes on disk are found by it."""
        values = ", ".join(f"{name}={value!r}" for name, value in self.config.on_disk.items())
        held = hashlib.sha256(f"HeadConfig({values})".encode())
        for name, values in self.state_dict().items():
            held.update(name.encode())
            held.update(values.cpu().numpy().tobytes())
        return held.hexdigest()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        mask : true where there is sound

        Raises
        ------
        ValueError
            If the shapes are not the head's, or an example has no sound at all.
        """
        self._check(x, mask)
        return self.of_sounding(x[mask], mask)

    def of_sounding(self, segments: Tensor, mask: Tensor) -> Tensor:
        """Return logits of the segments with sound alone (M, sides · F, D), in the mask's order."""
        vectors = self.vectors(segments)  # (M, width)
        tokens = vectors.new_zeros(*mask.shape, self.config.width)
        tokens[mask] = vectors
        attended = self.attention(tokens, src_key_padding_mask=~mask)
        kept = attended.masked_fill(~mask.unsqueeze(-1), 0)  # (N, S, width)
        logits: Tensor = self.output(kept.flatten(1))
        return logits

    def vectors(self, segments: Tensor) -> Tensor:
        """Return vectors (M, width) of segments (M, sides · F, D)."""
        x = (segments - self.mean).div_(self.scale).unsqueeze(1)  # (M, 1, sides*F, D)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = self.dropout(torch.relu(norm(convolution(x))))
        vectors: Tensor = self.project(x.flatten(1))
        return vectors

    def _check(self, x: Tensor, mask: Tensor) -> None:
        own = self.config
        wanted = (own.segments, own.sides * own.frames, own.dimension)
        if tuple(x.shape[1:]) != wanted or x.shape[:2] != mask.shape:
            raise ValueError(f"input {tuple(x.shape)}, mask {tuple(mask.shape)}, not N × {wanted}")
        if not mask.any(dim=1).all():
            raise ValueError("an example without sound")


def _convolution(before: int, after: int, config: HeadConfig) -> nn.Conv2d:
    """A convolution whose bias stays zero: the norm that follows would take it out again."""
    layer = nn.Conv2d(before, after, config.kernel, config.stride, config.padding)
    if layer.bias is not None:
        layer.bias.requires_grad_(False).zero_()
    return layer


def make_head(config: HeadConfig, seed: int = 0) -> Head:
    """Return a head whose weights were drawn by a seed, and by nothing else."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        return Head(config)


def fit_standard(head: Head, batches: Iterable[Tensor]) -> None:
    """Set the head's mean and scale to those of segments with sound (M, any frames, D).

    A dimension that hardly ever changes keeps scale 1.
    """
    count = 0
    total = torch.zeros(head.config.dimension, dtype=torch.float64)
    square = torch.zeros_like(total)
    shift: Tensor | None = None  # near the mean, so that the squares cancel little
    for segments in batches:
        values = segments.flatten(0, 1)
        if shift is None:
            shift = values.mean(dim=0)
        away = values - shift
        total += away.sum(dim=0, dtype=torch.float64).cpu()
        square += away.square().sum(dim=0, dtype=torch.float64).cpu()
        count += len(values)
    if shift is None:
        raise ValueError("no embeddings to fit the mean and scale to")
    mean = total / count
    deviation = (square / count - mean**2).clamp_min(0).sqrt()
    head.mean.copy_(shift.cpu() + mean)
    head.scale.copy_(torch.where(deviation > 1e-3 * deviation.max(), deviation, 1.0))
