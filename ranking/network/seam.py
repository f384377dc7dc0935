"""The seam of a pair: the few rows of a convolution that see both recordings.

Conventions
-----------
Before its ReLU a row of the seam is a sum: the first recording's part, the second's, and from the
second convolution on what the seam of the layer before gives. That last part is a convolution of
images two or three rows high, tens of thousands of them, for which convolution routines are slow.
So columns go in *blocks* of the output, each of which sees one *strip* of the input, and one small
dense matrix turns strips into blocks. What a recording adds to a seam is laid out once for all
pairs: in strips where a convolution follows, in blocks where none does.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 8  # columns of output: more multiply more zeros, fewer read inputs more often


@dataclass(frozen=True)
class SeamStep:
    """A convolution from seam to seam."""

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


@dataclass(frozen=True)
class Rows:
    """Rows below ``seam`` know the first alone, from ``second`` on the second alone."""

    seam: int
    second: int
    count: int

    @property
    def mixed(self) -> range:
        """Rows that see both."""
        return range(self.seam, self.second)

    @property
    def parts(self) -> tuple[int, int, int]:
        """How many see the first alone, the second alone, and both."""
        return self.seam, self.count - self.second, len(self.mixed)

    def after(self, kernel: int, stride: int, padding: int) -> "Rows":
        """Return the rows of a convolution's output."""
        count = (self.count + 2 * padding - kernel) // stride + 1
        starts = range(-padding, count * stride - padding, stride)
        seam = sum(min(start + kernel, self.count) <= self.seam for start in starts)
        second = sum(start < self.second for start in starts)
        return Rows(seam, max(seam, second), count)


def convolve_rows(
    image: Tensor,
    first_row: int,
    wanted: range,
    weight: Tensor,
    stride: int,
    padding: int,
    groups: int = 1,
) -> Tensor:
    """Return some rows of a convolution of a tall image, of which only a part is not zero.

    Parameters
    ----------
    image : float tensor, shape (N, C, rows, columns)
        The part, from ``first_row`` of the tall image on.
    wanted : range of rows of the output
    weight : float tensor, shape (O, C, rows, columns)
        Without bias.
    """
    height, width = weight.shape[-2:]
    columns = (image.shape[-1] + 2 * padding - width) // stride + 1
    if not wanted or not image.shape[-2]:
        return image.new_zeros(len(image), len(weight), len(wanted), columns)
    above = first_row - (wanted.start * stride - padding)  # rows of zeros; negative: rows unread
    below = (wanted.stop - 1) * stride - padding + height - first_row - image.shape[-2]
    # conv2d pads both ends alike: the end that wants less gets more, and rows are dropped after;
    # where that is no multiple of the stride, the kernel begins with zeros
    more = max(0, below - above, -above)
    skipped, zeros = divmod(more, stride)
    if zeros:
        weight = functional.pad(weight, (0, 0, zeros, 0))
    out = functional.conv2d(image, weight, None, stride, (above + more, padding), groups=groups)
    return out[:, :, skipped : skipped + len(wanted)]


def both_places(
    images: Tensor, rows: Rows, weight: Tensor, stride: int, padding: int
) -> tuple[Tensor, Tensor]:
    """Return the rows that see an image as the first of a pair, and as the second, of one pass.

    Among both are the seam's: what the image adds to them. In the second place an image lies lower
    by its own height, which may shift the stride.

    Parameters
    ----------
    images : float tensor, shape (N, 1, frames, columns)
    rows : of the output
    """
    frames = images.shape[-2]
    shift = -frames % stride
    lower = (frames + shift) // stride  # rows of output between the two places
    start, stop = min(0, rows.seam - lower), max(rows.second, rows.count - lower)
    channels = len(weight)
    if shift:
        weight = two_grids(weight, shift)
    both = convolve_rows(images, 0, range(start, stop), weight, stride, padding)
    return (
        both[:, :channels, -start : rows.second - start],
        both[:, -channels:, rows.seam - lower - start : rows.count - lower - start],
    )


def two_grids(weight: Tensor, shift: int) -> Tensor:
    """Return one taller kernel that holds a kernel twice, the second time ``shift`` rows lower."""
    out, channels, height, width = weight.shape
    tall = weight.new_zeros(2, out, channels, height + shift, width)
    tall[0, :, :, :height] = weight
    tall[1, :, :, shift:] = weight
    return torch.flatten(tall, 0, 1)  # (2*O, C, height + shift, width)


PIECE = 1  # segments convolved at a time


DEVICE_PIECE = 256
