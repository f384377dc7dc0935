"""The convolution from seam to seam, as a product with a matrix.

Conventions
-----------
The seam are the few rows of a convolution whose receptive field spans both recordings
(:class:`ranking.network.rows.RowSplit`). From the second convolution on, a part of the seam comes
from the seam of the layer before: a convolution of images two or three rows high, tens of thousands
of them, for which convolution routines are slow. So it is computed as ``torch.nn.Unfold`` and a
product: the columns of the output are cut into *blocks*, the input is unfolded into the *patch* of
columns that each block depends on, and one small dense matrix maps patches to blocks.
A recording's own term of a seam is brought into that layout once for all its pairs: unfolded where
a convolution follows, in blocks where none does.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

BLOCK_COLUMNS = 8  # of output: more multiply more zeros, fewer read inputs more often


@dataclass(frozen=True)
class SeamConvolution:
    """The part of a convolution that maps the seam's rows to the seam's rows of its output."""

    rows_in: range
    """Rows of the input's seam."""
    rows_out: range
    """Rows of the output's seam."""
    columns_out: int
    """Columns of the output."""
    kernel: int
    """Height and width of the kernel."""
    stride: int
    """Stride, in rows and columns."""
    padding: int
    """Zeros added at each edge of the input."""

    @property
    def block_columns(self) -> int:
        """Columns of output in a block."""
        return min(BLOCK_COLUMNS, self.columns_out)

    @property
    def block_count(self) -> int:
        """Number of blocks; the last one may be padded."""
        return -(-self.columns_out // self.block_columns)

    @property
    def patch_columns(self) -> int:
        """Columns of input that a block depends on."""
        return (self.block_columns - 1) * self.stride + self.kernel

    def matrix(self, weight: Tensor) -> Tensor:
        """Return a kernel (O, C, k, k) as a matrix (C · rows_in · patch, O · rows_out · block)."""
        out, channels = weight.shape[:2]
        rows_in, rows_out = len(self.rows_in), len(self.rows_out)
        dense = weight.new_zeros(
            (channels, rows_in, self.patch_columns, out, rows_out, self.block_columns)
        )
        for i, row in enumerate(self.rows_in):
            for j, target in enumerate(self.rows_out):
                tap = row - (target * self.stride - self.padding)
                if 0 <= tap < self.kernel:
                    taps = weight[:, :, tap].permute(1, 2, 0)  # (C, k, O)
                    for column in range(self.block_columns):
                        start = column * self.stride
                        dense[:, i, start : start + self.kernel, :, j, column] = taps
        return dense.flatten(3).flatten(0, 2)

    def unfold(self, seam: Tensor) -> Tensor:
        """Return an input (..., C, rows_in, columns) as (..., blocks, C · rows_in · patch)."""
        hop = self.block_columns * self.stride
        needed = (self.block_count - 1) * hop + self.patch_columns
        right = max(0, needed - self.padding - seam.shape[-1])
        padded = functional.pad(seam, (self.padding, right))[..., :needed]
        patches = padded.unfold(-1, self.patch_columns, hop)  # (..., blocks, patch)
        return patches.movedim(-2, -4).flatten(-3)

    def to_blocks(self, seam: Tensor) -> Tensor:
        """Return an output (..., O, rows_out, columns) as (..., blocks, O · rows_out · block)."""
        spare = self.block_count * self.block_columns - seam.shape[-1]
        padded = functional.pad(seam, (0, spare))
        blocks = torch.unflatten(padded, -1, (self.block_count, self.block_columns))
        return blocks.movedim(-2, -4).flatten(-3)

    def from_blocks(self, blocks: Tensor, channels: int) -> Tensor:
        """Undo :meth:`to_blocks`, without its padding."""
        seam = torch.unflatten(blocks, -1, (channels, len(self.rows_out), self.block_columns))
        return seam.movedim(-4, -2).flatten(-2)[..., : self.columns_out]
