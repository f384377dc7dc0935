"""Which rows of a pair's convolution see whom, and those of one recording alone.

Conventions
-----------
The image of a pair is the first recording's frames, and below them the second's. Of the rows of a
convolution the upper ones see the first recording alone, the lower ones the second alone, and a few
in between, the *seam*, both (:class:`Rows`). So the rows of one recording are convolved without the
other (:func:`convolve_rows`), and those of either place, as first or as second of a pair, in one
pass (:func:`both_places`).
The first convolution is of few segments at a time, so that what it makes stays in the processor's
cache; a GPU wants many.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

PIECE = 1  # segments convolved at a time on a CPU
DEVICE_PIECE = 256


@dataclass(frozen=True)
class Rows:
    """Rows before ``seam`` see the first alone, those from ``second`` on the second alone."""

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
