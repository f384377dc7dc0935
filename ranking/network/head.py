"""The head of a probe: the embeddings of one window, or of two side by side, to logits.

Conventions
-----------
An example has S segments, each of F frames and D dimensions; of a pair, every segment holds the
first recording's frames, then the second's (2 · F). A segment is an image of one channel:
convolved, then projected to one vector; self-attention relates the vectors of an example to each
other, and one linear layer reads them all [1]_. As in the paper: two convolutions of kernel 7 and
stride 5, width 128, two attention heads; by default with the channels of its release, 1, 2, 1.
Otherwise than in the release, each dimension is standardised first, by the mean and the standard
deviation of the sound that a head was trained on.
Segments without sound are left out: they are not convolved, do not enter the batch statistics, are
masked in the attention, and are zero where the last layer reads. Their values do not matter. A pair
has sound where both of its recordings have.

Fast forms
----------
The other classes of this package compute the same network, each faster at one kind of work. All
give the logits of :class:`Head` on the same input, within 1e-9 in float64 (1e-4 in float32,
whatever the encoder):

* :class:`ranking.network.factorised.FactorisedHead` compares all pairs of many windows, in eval
  mode. ``tests/ranking/network/test_factorised.py`` checks every concatenation.
* :class:`ranking.network.stack.HeadStack` trains K heads on the same batches: gradients, running
  statistics and dropout, too, are those of each alone. ``tests/ranking/network/test_stack.py``.
* :class:`ranking.network.pair_stack.PairStack` trains K heads on many pairs of few windows: all but
  the dropout is that of a HeadStack on every concatenation.
  ``tests/ranking/network/test_pair_stack.py``.

Whoever changes what a head computes changes it in all four, or these tests fail. What each gains
over the plain head is measured by ``tests/benchmarks/allpairs.py``, ``training.py`` and
``paired_training.py``.

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

from ranking.devices.transfer import to_device


@dataclass(frozen=True)
class HeadConfig:
    """Shape of a head."""

    frames: int
    """Frames of a segment of one recording."""
    dimension: int
    """Dimensions of a frame."""
    outputs: int
    """Logits of an example: classes or labels of its task."""
    inputs: int = 1
    """Recordings side by side: 1, or 2 for a pair."""
    segments: int = 30
    """Segments of an example."""
    channels: tuple[int, ...] = (1, 2, 1)
    """Channels before and after each convolution."""
    kernel: int = 7
    """Height and width of the kernels."""
    stride: int = 5
    """Stride of the convolutions."""
    padding: int = 1
    """Zeros added at each edge before a convolution."""
    width: int = 128
    """Width of the vector of a segment."""
    attention_heads: int = 2
    """Number of attention heads."""
    feedforward: int = 64
    """Width of the hidden layer of the feedforward network after the attention."""
    dropout: float = 0.1
    """Dropout probability."""

    def __post_init__(self) -> None:
        """Refuse impossible shapes.

        Raises
        ------
        ValueError
            Naming the field.
        """
        counts = ("frames", "dimension", "outputs", "inputs", "segments", "kernel", "stride")
        for name in (*counts, "width", "attention_heads", "feedforward"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)}: at least 1")
        if len(self.channels) < 2 or self.channels[0] != 1 or min(self.channels) < 1:
            raise ValueError(f"channels {self.channels}: first 1, then those after convolutions")
        if self.padding < 0 or not 0 <= self.dropout < 1:
            raise ValueError(f"padding {self.padding}, dropout {self.dropout}: out of range")
        if self.width % self.attention_heads:
            raise ValueError(f"width {self.width} is not divisible by {self.attention_heads} heads")
        if min(map(min, self.sizes)) < 1:
            raise ValueError(f"{self.frames} × {self.dimension} is too small to be convolved")

    @property
    def on_disk(self) -> dict[str, Any]:
        """The values as they are hashed: under the first names of the fields, in a fixed order.

        Votes and fits on disk are found by a hash of these. So a field that is renamed keeps its
        old name here, and the order stays.
        """
        return {
            "frames": self.frames,
            "dimension": self.dimension,
            "classes": self.outputs,
            "sides": self.inputs,
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
        """Rows and columns of a segment's image after each convolution."""
        sizes, rows, columns = [], self.inputs * self.frames, self.dimension
        for _ in pairwise(self.channels):
            rows, columns = self._convolved(rows), self._convolved(columns)
            sizes.append((rows, columns))
        return sizes

    def _convolved(self, size: int) -> int:
        return (size + 2 * self.padding - self.kernel) // self.stride + 1


class Head(nn.Module):
    """Embeddings (N, S, inputs · F, D) and mask (N, S) to logits (N, outputs).

    This is the definition; the fast forms named above give the same logits.
    """

    mean: Tensor
    """Mean of each dimension that standardisation subtracts, shape (D,)."""
    scale: Tensor
    """Standard deviation of each dimension that it divides by, shape (D,)."""

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
        self.output = nn.Linear(config.segments * config.width, config.outputs)

    @property
    def sha256(self) -> str:
        """SHA-256 of shape and weights, by which votes on disk are found."""
        values = ", ".join(f"{name}={value!r}" for name, value in self.config.on_disk.items())
        hashed = hashlib.sha256(f"HeadConfig({values})".encode())
        for name, weight in self.state_dict().items():
            hashed.update(name.encode())
            hashed.update(weight.cpu().numpy().tobytes())
        return hashed.hexdigest()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return logits (N, outputs).

        Parameters
        ----------
        x : float tensor, shape (N, S, inputs · F, D)
            Embeddings; those of segments without sound do not matter.
        mask : bool tensor, shape (N, S)
            True where there is sound.

        Raises
        ------
        ValueError
            If the shapes are not the head's, or an example has no segment with sound.
        """
        self._check(x, mask)
        return self.logits(x[mask], mask)

    def logits(self, segments: Tensor, mask: Tensor) -> Tensor:
        """Return logits (N, outputs) from only the segments with sound.

        Parameters
        ----------
        segments : float tensor, shape (M, inputs · F, D)
            Those where the mask is true, in its order.
        mask : bool tensor, shape (N, S)
            True where there is sound; best on the CPU, whichever device computes.
        """
        vectors = self.vectors(segments)  # (M, width)
        tokens = scatter_segments(vectors, mask, dim=0)
        mask = to_device(mask, vectors.device)
        attended = self.attention(tokens, src_key_padding_mask=~mask)
        attended = attended.masked_fill(~mask.unsqueeze(-1), 0)  # (N, S, width)
        logits: Tensor = self.output(attended.flatten(1))
        return logits

    def vectors(self, segments: Tensor) -> Tensor:
        """Return vectors (M, width) of segments (M, inputs · F, D)."""
        x = (segments - self.mean).div_(self.scale).unsqueeze(1)  # (M, 1, inputs*F, D)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = self.dropout(torch.relu(norm(convolution(x))))
        vectors: Tensor = self.project(x.flatten(1))
        return vectors

    def _check(self, x: Tensor, mask: Tensor) -> None:
        own = self.config
        wanted = (own.segments, own.inputs * own.frames, own.dimension)
        if tuple(x.shape[1:]) != wanted or x.shape[:2] != mask.shape:
            raise ValueError(f"input {tuple(x.shape)}, mask {tuple(mask.shape)}, not N × {wanted}")
        if not mask.any(dim=1).all():
            raise ValueError("an example has no segment with sound")


def _convolution(before: int, after: int, config: HeadConfig) -> nn.Conv2d:
    """A convolution whose bias stays zero: the batch norm that follows would subtract it."""
    layer = nn.Conv2d(before, after, config.kernel, config.stride, config.padding)
    if layer.bias is not None:
        layer.bias.requires_grad_(False).zero_()
    return layer


def scatter_segments(values: Tensor, mask: Tensor, dim: int) -> Tensor:
    """Return values of segments with sound as those of all segments, others zero.

    Parameters
    ----------
    values : float tensor, whose axis ``dim`` is of the M segments with sound
    mask : bool tensor, shape (N, S)
        True where there is sound. On the CPU it says without waiting for a device which these are.
    dim
        The axis, which becomes two, N and S.
    """
    if values.shape[dim] == mask.numel():
        return torch.unflatten(values, dim, mask.shape)
    rows = to_device(mask.cpu().flatten().nonzero()[:, 0], values.device)
    shape = (*values.shape[:dim], mask.numel(), *values.shape[dim + 1 :])
    out = values.new_zeros(shape).index_copy(dim, rows, values)
    return torch.unflatten(out, dim, mask.shape)


def make_head(config: HeadConfig, seed: int = 0) -> Head:
    """Return a head with random weights, which depend on the seed alone."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        return Head(config)


def fit_scaler(head: Head, batches: Iterable[Tensor]) -> None:
    """Fit the head's standardisation, ``mean`` and ``scale``, to segments with sound.

    A dimension that hardly varies keeps scale 1.

    Parameters
    ----------
    batches : float tensors, shapes (M, frames, D)
        Any number of segments and frames each.

    Raises
    ------
    ValueError
        If there are no batches.
    """
    count = 0
    total = torch.zeros(head.config.dimension, dtype=torch.float64)
    square = torch.zeros_like(total)
    shift: Tensor | None = None  # near the mean: so the squares lose few digits
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
