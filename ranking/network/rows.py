"""Rows of a pair's convolution by receptive field, and those of one recording alone.

Conventions
-----------
The image of a pair is the first recording's frames, and below them the second's. The receptive
field of the upper rows of a convolution lies in the first recording, that of the lower rows in the
second; of a few rows in between, the *seam*, it spans both (:class:`RowSplit`). So the rows of one
recording are convolved without the other (:func:`convolve_rows`), and its rows as first and as
second of a pair in one pass (:func:`convolve_in_both_places`).
The first convolution is of few segments at a time, so that its output stays in the processor's
cache; a GPU wants many.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

CPU_CHUNK = 1
"""Segments convolved at a time on a CPU."""
DEVICE_CHUNK = 256
"""Segments convolved at a time on a GPU."""


@dataclass(frozen=True)
class RowSplit:
    """Rows of a layer's output, in three ranges by receptive field."""

    seam_start: int
    """First row of the seam; rows above it depend on the first recording alone."""
    second_start: int
    """First row below the seam; from it on rows depend on the second recording alone."""
    count: int
    """Number of rows."""

    @property
    def seam(self) -> range:
        """Rows whose receptive field spans both recordings."""
        return range(self.seam_start, self.second_start)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Number of rows of the first recording, of the second, and of the seam."""
        return self.seam_start, self.count - self.second_start, len(self.seam)

    def convolved(self, kernel: int, stride: int, padding: int) -> "RowSplit":
        """Return the rows of the output of a convolution of these.

        Parameters
        ----------
        kernel, stride, padding : in rows
        """
        count = (self.count + 2 * padding - kernel) // stride + 1
        starts = range(-padding, count * stride - padding, stride)
        seam = sum(min(start + kernel, self.count) <= self.seam_start for start in starts)
        second = sum(start < self.second_start for start in starts)
        return RowSplit(seam, max(seam, second), count)


def convolve_rows(
    image: Tensor,
    first_row: int,
    wanted: range,
    weight: Tensor,
    stride: int,
    padding: int,
    groups: int = 1,
) -> Tensor:
    """Return some rows of the convolution of a tall image that is zero but for some of its rows.

    Parameters
    ----------
    image : float tensor, shape (N, C, rows, columns)
        Rows of the tall image that are not zero.
    first_row
        Where in the tall image they begin.
    wanted
        Rows of the output to return.
    weight : float tensor, shape (O, C / groups, k, k)
        Kernel, without bias.
    stride, padding, groups
        As in :func:`torch.nn.functional.conv2d`.
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


def convolve_in_both_places(
    images: Tensor, rows: RowSplit, weight: Tensor, stride: int, padding: int
) -> tuple[Tensor, Tensor]:
    """Return the rows that depend on an image as first of a pair, and as second, from one pass.

    Both include the seam's rows: the image's term of their sums.

    Parameters
    ----------
    images : float tensor, shape (N, 1, frames, columns)
        Segments of one recording.
    rows
        Rows of the output.
    weight : float tensor, shape (O, 1, k, k)
        Kernel, without bias.
    stride, padding
        As in :func:`torch.nn.functional.conv2d`.
    """
    places = PairPlaces(rows, images.shape[-2], stride)
    kernel = places.kernel(weight)
    return places.split(convolve_rows(images, 0, places.wanted, kernel, stride, padding))


@dataclass(frozen=True)
class PairPlaces:
    """An image as first of a pair and as second, where it lies lower by its own height.

    Its height need not be a multiple of the stride: the second place then has a kernel of its own.
    """

    rows: RowSplit
    """Rows of the output."""
    frames: int
    """Height of the image."""
    stride: int
    """Stride of the convolution."""

    @property
    def _lower(self) -> int:
        """Rows of output between the two places."""
        return -(-self.frames // self.stride)

    @property
    def wanted(self) -> range:
        """Rows to convolve, as first of a pair."""
        rows, lower = self.rows, self._lower
        start = min(0, rows.seam_start - lower)
        return range(start, max(rows.second_start, rows.count - lower))

    def kernel(self, weight: Tensor) -> Tensor:
        """Return the kernel for both places."""
        shift = -self.frames % self.stride
        return kernel_with_shifted_copy(weight, shift) if shift else weight

    def split(self, both: Tensor) -> tuple[Tensor, Tensor]:
        """Return the rows in either place of the wanted ones (N, O, rows, columns)."""
        rows, lower, start = self.rows, self._lower, self.wanted.start
        channels = both.shape[1] // (2 if self.frames % self.stride else 1)
        return (
            both[:, :channels, -start : rows.second_start - start],
            both[:, -channels:, rows.seam_start - lower - start : rows.count - lower - start],
        )


def kernel_with_shifted_copy(weight: Tensor, shift: int) -> Tensor:
    """Return a kernel (2 · O, C, k + shift, k): a kernel, and below it the same, shifted down."""
    out, channels, height, width = weight.shape
    tall = weight.new_zeros(2, out, channels, height + shift, width)
    tall[0, :, :, :height] = weight
    tall[1, :, :, shift:] = weight
    return torch.flatten(tall, 0, 1)  # (2*O, C, height + shift, width)
