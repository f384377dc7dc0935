"""The first convolution of a factorised head: of embeddings, or of what they are projected from.

Conventions
-----------
An embedding may be a projection x = A v + b of far fewer numbers, such as the vectors of a codec's
codebooks. It is then standardised and convolved, all of which is linear in [v | 1]: so the three
are multiplied once into one matrix, from the K + 1 numbers of each frame below a kernel to all
columns of all channels. Beyond the recording's ends [v | 1] is zero, as x is.
Dependence on the place in a pair is that of :mod:`ranking.network.rows`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ranking.network.rows import PairPlaces, RowSplit, convolve_in_both_places


class FirstConvolution(nn.Module):
    """Segments (M, F, D) to their convolution's rows (M, C, rows, columns), as first and as second.

    Parameters
    ----------
    mean, scale : tensors, shape (D,)
        By which embeddings are standardised.
    weight : tensor, shape (C, 1, k, k)
        Kernel, without bias.
    rows
        Rows of a pair's output.
    stride, padding
        As in :func:`torch.nn.functional.conv2d`.
    """

    offset: Tensor
    factor: Tensor
    weight: Tensor

    def __init__(
        self,
        mean: Tensor,
        scale: Tensor,
        weight: Tensor,
        rows: RowSplit,
        stride: int,
        padding: int,
    ) -> None:
        super().__init__()
        self.rows, self.stride, self.padding = rows, stride, padding
        for name, value in (("offset", -mean / scale), ("factor", 1 / scale), ("weight", weight)):
            self.register_buffer(name, value)

    def forward(self, segments: Tensor) -> tuple[Tensor, Tensor]:
        """Return the rows, those of the seam included."""
        images = torch.addcmul(self.offset, segments, self.factor).unsqueeze(1)
        return convolve_in_both_places(images, self.rows, self.weight, self.stride, self.padding)


class ProjectedConvolution(nn.Module):
    """The same of vectors (M, F, K) whose projections are the segments.

    Parameters
    ----------
    first
        The convolution of their projections.
    projection
        From vectors to embeddings, K to D.
    frames
        Frames of a segment.
    """

    weight: Tensor

    def __init__(self, first: FirstConvolution, projection: nn.Linear, frames: int) -> None:
        super().__init__()
        self.stride, self.padding = first.stride, first.padding
        self.places = PairPlaces(first.rows, frames, first.stride)
        kernel = self.places.kernel(first.weight)
        self.channels, _, self.height, _ = kernel.shape
        of_one = projection.bias[None]
        columns = torch.cat([projection.weight.T, of_one]).to(kernel) * first.factor
        columns[-1] += first.offset
        convolved = functional.conv2d(
            columns[:, None, None],  # (K+1, 1, 1, D)
            kernel.flatten(0, 2)[:, None, None],  # (C*k, 1, 1, width)
            stride=(1, self.stride),
            padding=(0, self.padding),
        )  # (K+1, C*k, 1, columns)
        joined = torch.unflatten(convolved[:, :, 0], 1, (self.channels, -1))
        matrix = joined.permute(0, 2, 1, 3).flatten(0, 1).flatten(1)  # ((K+1)*k, C*columns)
        self.register_buffer("weight", matrix)

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Return the rows, those of the seam included."""
        wanted, frames = self.places.wanted, vectors.shape[1]
        above = self.padding - wanted.start * self.stride
        below = (wanted.stop - 1) * self.stride - self.padding + self.height - frames
        padded = functional.pad(functional.pad(vectors, (0, 1), value=1.0), (0, 0, above, below))
        patches = padded.unfold(1, self.height, self.stride)  # (M, rows, K+1, k)
        rows = torch.unflatten(patches.flatten(2) @ self.weight, 2, (self.channels, -1))
        return self.places.split(rows.transpose(1, 2))
