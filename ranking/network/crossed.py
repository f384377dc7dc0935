"""Learn from many pairs of few windows: each window convolved once, as in judging.

Conventions
-----------
Rows of a convolution that see one recording are computed once for each segment and place, first or
second; the seam once for each pair of segments. A batch norm takes the moments of all pairs: a row
counts as often as it stands in one. So logits, running statistics and gradients are those of
:class:`ranking.network.stack.Stack` on every concatenation, to rounding. Only the dropout of the
convolutions is another: drawn for each segment and place, not anew in each pair.

A fast form of :class:`ranking.network.head.Head`, whose docstring says what they have in common.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ranking.network.head import Head
from ranking.network.rows import DEVICE_PIECE, PIECE, Rows, both_places, convolve_rows
from ranking.network.stack import EPSILON, MOMENTUM, Noise, Stack

Parts = tuple[Tensor, ...]
"""Rows (N, C, rows, columns) that see the first alone, the second alone, and both."""


class Crossing(NamedTuple):
    """Segments with sound of distinct windows, and which two make each segment of a pair."""

    values: Tensor
    """(V, F, D)."""
    first: Tensor
    """(M,), numbers among the values."""
    second: Tensor

    @property
    def counts(self) -> tuple[int, int, int]:
        """Images that have rows of their own: of each place, and of pairs."""
        return len(self.values), len(self.values), len(self.first)

    def times(self) -> Parts:
        """How often each image stands in a pair: as first, as second, and each pair once."""
        often = (torch.bincount(side, minlength=len(self.values)) for side in self[1:])
        return (*often, torch.ones_like(self.first))


class CrossedStack(Stack):
    """K heads that compare, as one network on crossings."""

    def __init__(self, heads: Sequence[Head], device: str | torch.device = "cpu") -> None:
        super().__init__(heads, device)
        own = self.config
        if own.sides != 2:
            raise ValueError(f"a head of sides={own.sides} compares nobody: it takes two")
        self.rows = [Rows(own.frames, own.frames, 2 * own.frames)]
        for _ in own.sizes:
            self.rows.append(self.rows[-1].after(own.kernel, own.stride, own.padding))

    def _convolved(self, segments: Any) -> list[tuple[int, ...]]:
        crossing: Crossing = segments
        own = self.config
        sizes = zip(own.channels[1:], own.sizes, self.rows[1:], strict=True)
        return [
            (count, channels, rows, columns)
            for channels, (_, columns), after in sizes
            for count, rows in zip(crossing.counts, after.parts, strict=True)
        ]

    def _vectors(self, segments: Any, noise: Noise | None) -> Tensor:
        crossing: Crossing = segments
        x = (crossing.values - self.mean).div_(self.scale).unsqueeze(1)  # (V, 1, F, D)
        parts: Parts = (x, x, x[:0])
        for layer in range(len(self.config.sizes)):
            sums = self._sums(parts, crossing, layer)
            normed = self._parts_normed(sums, crossing, layer, training=noise is not None)
            parts = tuple(map(torch.relu, normed))
            if noise is not None:
                keep = noise.convolutions[3 * layer : 3 * layer + 3]
                parts = tuple(map(self._dropped, parts, keep))
        return self._projected(parts, crossing)

    def _sums(self, parts: Parts, crossing: Crossing, layer: int) -> Parts:
        """The next convolution of the parts."""
        own, before, after = self.config, self.rows[layer], self.rows[layer + 1]
        grid = self.weights[f"convolutions.{layer}.weight"].flatten(0, 1), own.stride, own.padding
        if layer:
            first, second, seam = parts
            one = convolve_rows(first, 0, range(after.second), *grid, len(self))
            two = convolve_rows(
                second, before.second, range(after.seam, after.count), *grid, len(self)
            )
            both = convolve_rows(seam, before.seam, after.mixed, *grid, len(self))
        else:
            size = PIECE if parts[0].device.type == "cpu" else DEVICE_PIECE
            places = (both_places(piece, after, *grid) for piece in torch.split(parts[0], size))
            one, two = map(torch.cat, zip(*places, strict=True))
            both = torch.zeros(())
        first, of_first = one.tensor_split((after.seam,), dim=-2)
        of_second, second = two.tensor_split((len(after.mixed),), dim=-2)
        return first, second, of_first[crossing.first] + of_second[crossing.second] + both

    def _parts_normed(
        self, parts: Parts, crossing: Crossing, layer: int, training: bool
    ) -> Sequence[Tensor]:
        mean, variance = (
            self.statistics[f"norms.{layer}.running_{name}"].view(-1) for name in ("mean", "var")
        )
        gain, shift = (
            self.weights[f"norms.{layer}.{name}"].flatten() for name in ("weight", "bias")
        )
        if training:
            running = mean, variance
            mean, variance, count = moments(
                [part.type_as(gain) for part in parts], crossing.times()
            )
            unbiased = variance * (count / (count - 1))
            for kept, new in zip(running, (mean, unbiased), strict=True):
                kept.lerp_(new.detach(), MOMENTUM)
        factor = gain / (variance + EPSILON).sqrt()
        offset = shift - mean * factor
        return [torch.addcmul(offset[:, None, None], part, factor[:, None, None]) for part in parts]

    def _projected(self, parts: Parts, crossing: Crossing) -> Tensor:
        """Vectors (K, M, width): a sum of what each part gives."""
        last = self.rows[-1]
        own, (_, columns) = self.config, self.config.sizes[-1]
        weight = torch.unflatten(
            self.weights["project.weight"], -1, (own.channels[-1], last.count, columns)
        )  # (K, width, C, rows, columns)
        cut = weight.tensor_split((last.seam, last.second), dim=-2)
        first, seam, second = (
            _flat(part, len(self)) @ rows.flatten(2).transpose(1, 2)
            for part, rows in zip((parts[0], parts[2], parts[1]), cut, strict=True)
        )
        bias = self.weights["project.bias"].unsqueeze(1)
        return first[:, crossing.first] + second[:, crossing.second] + seam + bias


def moments(parts: Sequence[Tensor], times: Sequence[Tensor]) -> tuple[Tensor, Tensor, int]:
    """Return mean and variance (C,) over images that count several times, and the count.

    Parameters
    ----------
    parts : float tensors, shapes (N, C, rows, columns)
    times : of each image, shapes (N,)
    """
    held = [(part, often) for part, often in zip(parts, times, strict=True) if part[0, 0].numel()]
    weight = torch.cat([often * part[0, 0].numel() for part, often in held]).unsqueeze(1)
    each = [torch.var_mean(part, dim=(2, 3), correction=0) for part, _ in held]
    own_variance, own_mean = (torch.cat(values) for values in zip(*each, strict=True))
    count = int(weight.sum())
    mean = (weight * own_mean).sum(0) / count
    variance = (weight * (own_variance + (own_mean - mean).square())).sum(0) / count
    return mean, variance, count


def _flat(part: Tensor, k: int) -> Tensor:
    """Images (N, K*C, rows, columns) of each head (K, N, C*rows*columns)."""
    return torch.unflatten(part, 1, (k, -1)).transpose(0, 1).flatten(2)
