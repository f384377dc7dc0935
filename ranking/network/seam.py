"""The seam of a pair: the few rows of a convolution that see both recordings.

Conventions
-----------
Which rows these are, :class:`ranking.network.rows.Rows` says. Before its ReLU a row of the seam is
a sum: the first recording's part, the second's, and from the second convolution on what the seam of
the layer before gives. That last part is a convolution of images two or three rows high, tens of
thousands of them, for which convolution routines are slow. So columns go in *blocks* of the output,
each of which sees one *strip* of the input, and one small dense matrix turns strips into blocks.
What a recording adds to a seam is laid out once for all pairs: in strips where a convolution
follows, in blocks where none does.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 8  # columns of output: more multiply more zeros, fewer read inputs more often


@dataclass(frozen=True)
class SeamStep:
    """A convolution from seam to seam, as a product with a matrix."""

    rows_in: range
    rows_out: range
    columns_out: int
    kernel: int
    stride: int
    padding: int

    @property
    def block(self) -> int:
        """Columns of output in a block."""
        return min(BLOCK, self.columns_out)

    @property
    def blocks(self) -> int:
        """How many there are; the last may have columns to spare."""
        return -(-self.columns_out // self.block)

    @property
    def strip(self) -> int:
        """Columns of input that a block sees."""
        return (self.block - 1) * self.stride + self.kernel

    def matrix(self, weight: Tensor) -> Tensor:
        """Return (C · rows_in · strip, O · rows_out · block) of a kernel (O, C, k, k)."""
        out, channels = weight.shape[:2]
        shape = (channels, len(self.rows_in), self.strip, out, len(self.rows_out), self.block)
        dense = weight.new_zeros(shape)
        for i, row in enumerate(self.rows_in):
            for j, target in enumerate(self.rows_out):
                tap = row - (target * self.stride - self.padding)
                if 0 <= tap < self.kernel:
                    taps = weight[:, :, tap].permute(1, 2, 0)  # (C, k, O)
                    for column in range(self.block):
                        start = column * self.stride
                        dense[:, i, start : start + self.kernel, :, j, column] = taps
        return dense.flatten(3).flatten(0, 2)

    def strips(self, seam: Tensor) -> Tensor:
        """Lay out (..., C, rows_in, columns) as (..., blocks, C · rows_in · strip)."""
        needed = (self.blocks - 1) * self.block * self.stride + self.strip
        right = max(0, needed - self.padding - seam.shape[-1])
        padded = functional.pad(seam, (self.padding, right))[..., :needed]
        cut = padded.unfold(-1, self.strip, self.block * self.stride)  # (..., blocks, strip)
        return cut.movedim(-2, -4).flatten(-3)

    def in_blocks(self, seam: Tensor) -> Tensor:
        """Lay out (..., O, rows_out, columns) as (..., blocks, O · rows_out · block)."""
        spare = self.blocks * self.block - seam.shape[-1]
        cut = torch.unflatten(functional.pad(seam, (0, spare)), -1, (self.blocks, self.block))
        return cut.movedim(-2, -4).flatten(-3)

    def from_blocks(self, laid: Tensor, channels: int) -> Tensor:
        """Undo :meth:`in_blocks`; columns to spare are left out."""
        cut = torch.unflatten(laid, -1, (channels, len(self.rows_out), self.block))
        return cut.movedim(-4, -2).flatten(-2)[..., : self.columns_out]
