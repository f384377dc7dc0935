"""Train on many pairs of few windows: each window convolved once, not once per pair.

Conventions
-----------
A batch is given as distinct segments and the pairs of them (:class:`PairedSegments`), never
concatenated. Of each convolution's rows (:class:`ranking.network.rows.RowSplit`) those that depend
on one recording are computed once for each segment as first and as second of a pair, and the seam's
once for each pair: three groups, :data:`RowGroups`. Batch norm takes mean and variance over all
pairs: a row is weighted by the number of pairs that it is in. So logits, running statistics and
gradients are those of :class:`ranking.network.stack.HeadStack` on every concatenation, to rounding.
Only the dropout of the convolutions differs: its masks are drawn once for each segment in each
place, not anew for each pair.

A fast form of :class:`ranking.network.head.Head`, whose docstring says what they have in common.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ranking.network.head import Head
from ranking.network.rows import (
    CPU_CHUNK,
    DEVICE_CHUNK,
    RowSplit,
    convolve_in_both_places,
    convolve_rows,
)
from ranking.network.stack import EPSILON, MOMENTUM, DropoutMasks, HeadStack

RowGroups = tuple[Tensor, ...]
"""Images (N, C, rows, columns) of the first recordings' rows, the second ones', and the seams."""


class PairedSegments(NamedTuple):
    """Segments with sound of distinct windows, and the pairs of them."""

    values: Tensor
    """Embeddings of the distinct segments, shape (V, F, D)."""
    first: Tensor
    """Number, among ``values``, of the first segment of each pair, shape (M,)."""
    second: Tensor
    """Number of the second one."""

    @property
    def image_counts(self) -> tuple[int, int, int]:
        """Images in each group of rows: segments as first, as second, and pairs."""
        return len(self.values), len(self.values), len(self.first)

    def pair_counts(self) -> tuple[Tensor, ...]:
        """Return the number of pairs that each image of a group is in."""
        ones = torch.ones_like(self.first)
        none = ones.new_zeros(len(self.values))
        return (*(none.index_add(0, index, ones) for index in self[1:]), ones)


class PairStack(HeadStack):
    """K heads of two inputs as one network on paired segments.

    Parameters
    ----------
    heads, device
        As :class:`ranking.network.stack.HeadStack` takes them.

    Raises
    ------
    ValueError
        If the heads take one recording.
    """

    def __init__(self, heads: Sequence[Head], device: str | torch.device = "cpu") -> None:
        super().__init__(heads, device)
        own = self.config
        if own.inputs != 2:
            raise ValueError(f"a head of inputs={own.inputs} cannot compare: it must take 2")
        self.rows = [RowSplit(own.frames, own.frames, 2 * own.frames)]
        for _ in own.sizes:
            self.rows.append(self.rows[-1].convolved(own.kernel, own.stride, own.padding))

    def _convolution_shapes(self, segments: Any) -> list[tuple[int, ...]]:
        pairs: PairedSegments = segments
        own = self.config
        sizes = zip(own.channels[1:], own.sizes, self.rows[1:], strict=True)
        return [
            (count, channels, rows, columns)
            for channels, (_, columns), after in sizes
            for count, rows in zip(pairs.image_counts, after.sizes, strict=True)
        ]

    def _vectors(self, segments: Any, dropout: DropoutMasks | None) -> Tensor:
        pairs: PairedSegments = segments
        x = (pairs.values - self.mean).div_(self.scale).unsqueeze(1)  # (V, 1, F, D)
        groups: RowGroups = (x, x, x[:0])
        for layer in range(len(self.config.sizes)):
            groups = self._convolved(groups, pairs, layer)
            normed = self._normed_groups(groups, pairs, layer, training=dropout is not None)
            groups = tuple(map(torch.relu, normed))
            if dropout is not None:
                masks = dropout.convolutions[3 * layer : 3 * layer + 3]
                groups = tuple(map(self._masked, groups, masks))
        return self._projected(groups, pairs)

    def _convolved(self, groups: RowGroups, pairs: PairedSegments, layer: int) -> RowGroups:
        """The rows of the next convolution."""
        own, before, after = self.config, self.rows[layer], self.rows[layer + 1]
        grid = self.weights[f"convolutions.{layer}.weight"].flatten(0, 1), own.stride, own.padding
        if layer:
            first, second, seam = groups
            upper, lower = range(after.second_start), range(after.seam_start, after.count)
            one = convolve_rows(first, 0, upper, *grid, len(self))
            two = convolve_rows(second, before.second_start, lower, *grid, len(self))
            both = convolve_rows(seam, before.seam_start, after.seam, *grid, len(self))
        else:
            size = CPU_CHUNK if groups[0].device.type == "cpu" else DEVICE_CHUNK
            places = (
                convolve_in_both_places(chunk, after, *grid)
                for chunk in torch.split(groups[0], size)
            )
            one, two = map(torch.cat, zip(*places, strict=True))
            both = torch.zeros(())
        first, of_first = one.tensor_split((after.seam_start,), dim=-2)
        of_second, second = two.tensor_split((len(after.seam),), dim=-2)
        return first, second, of_first[pairs.first] + of_second[pairs.second] + both

    def _normed_groups(
        self, groups: RowGroups, pairs: PairedSegments, layer: int, training: bool
    ) -> Sequence[Tensor]:
        mean, variance = (
            self.statistics[f"norms.{layer}.running_{name}"].view(-1) for name in ("mean", "var")
        )
        gain, shift = (
            self.weights[f"norms.{layer}.{name}"].flatten() for name in ("weight", "bias")
        )
        if training:
            running = mean, variance
            mean, variance, count = channel_mean_variance_and_value_count(
                [images.type_as(gain) for images in groups], pairs.pair_counts()
            )
            unbiased = variance * (count.double() / (count - 1))
            for statistic, new in zip(running, (mean, unbiased), strict=True):
                statistic.lerp_(new.detach(), MOMENTUM)
        factor = gain / (variance + EPSILON).sqrt()
        offset = shift - mean * factor
        return [
            torch.addcmul(offset[:, None, None], images, factor[:, None, None]) for images in groups
        ]

    def _projected(self, groups: RowGroups, pairs: PairedSegments) -> Tensor:
        """Vectors (K, M, width): the sum of the projections of each group's rows."""
        last = self.rows[-1]
        own, (_, columns) = self.config, self.config.sizes[-1]
        weight = torch.unflatten(
            self.weights["project.weight"], -1, (own.channels[-1], last.count, columns)
        )  # (K, width, C, rows, columns)
        weights = weight.tensor_split((last.seam_start, last.second_start), dim=-2)
        first, seam, second = (
            _by_head(images, len(self)) @ rows.flatten(2).transpose(1, 2)
            for images, rows in zip((groups[0], groups[2], groups[1]), weights, strict=True)
        )
        bias = self.weights["project.bias"].unsqueeze(1)
        return first[:, pairs.first] + second[:, pairs.second] + seam + bias


def channel_mean_variance_and_value_count(
    image_groups: Sequence[Tensor], repeats: Sequence[Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean and variance (C,) over images that count several times, and the count of values.

    Parameters
    ----------
    image_groups : float tensors, shapes (N, C, rows, columns)
        Images; the groups may differ in N and rows.
    repeats : int tensors, shapes (N,)
        How often each image counts.
    """
    groups, counts = zip(
        *(
            (images, n)
            for images, n in zip(image_groups, repeats, strict=True)
            if images[0, 0].numel()
        ),
        strict=True,
    )
    weights = [n * images[0, 0].numel() for images, n in zip(groups, counts, strict=True)]
    weight = torch.cat(weights).unsqueeze(1)
    each = [torch.var_mean(images, dim=(2, 3), correction=0) for images in groups]
    own_variance, own_mean = (torch.cat(values) for values in zip(*each, strict=True))
    count = weight.sum()  # stays on the device, which need not be waited for
    mean = (weight * own_mean).sum(0) / count
    variance = (weight * (own_variance + (own_mean - mean).square())).sum(0) / count
    return mean, variance, count


def _by_head(images: Tensor, k: int) -> Tensor:
    """Images (N, K*C, rows, columns) as (K, N, C*rows*columns)."""
    return torch.unflatten(images, 1, (k, -1)).transpose(0, 1).flatten(2)
