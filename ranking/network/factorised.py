"""A head of two recordings, factorised: most of its work once per window, little per pair.

Conventions
-----------
Up to its attention a head is linear but for ReLUs, and a ReLU whose receptive field lies in one
recording depends on that recording alone. Only the *seam*, rows whose receptive field spans both
(:class:`ranking.network.rows.RowSplit`), depends on the pair. For windows a and b, with the seam's
rows s₁ … s_L of the L convolutions (s₀ is empty), and for each segment:

    s_l(a, b) = relu(u_l(a) + v_l(b) + M_l s_{l-1}(a, b))
    fused(a, b) = p(a) + q(b) + P s_L(a, b)
    logits(a, b) = attention(fused(a, b))

The terms p, u_l (of a window as first of a pair) and q, v_l (as second) are its *partial sums*,
:class:`PartialSums`; biases are in those of the first. :meth:`FactorisedHead.partial_sums` computes
them, once per window; calling the head on those of A first and B second windows gives the logits of
all A · B pairs, and :meth:`FactorisedHead.one_to_one` those of chosen pairs. A
:class:`ranking.network.seam.SeamConvolution` is M_l, and :mod:`ranking.network.fused_attention`
defines the fused projection, of K values. Eval mode: batch norms are folded into the convolutions.

A fast form of :class:`ranking.network.head.Head`, whose docstring says what they have in common:
its logits on every concatenation, but for rounding.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ranking.devices.transfer import to_device
from ranking.network.first_convolution import FirstConvolution, ProjectedConvolution
from ranking.network.fused_attention import (
    FusedAttention,
    double_weight_and_bias,
    fused_projection_weight_and_bias,
)
from ranking.network.head import Head, scatter_segments
from ranking.network.rows import RowSplit, convolve_rows
from ranking.network.seam import SeamConvolution


class PartialSums(NamedTuple):
    """Terms of windows as first, or as second, of a pair."""

    projected: Tensor
    """Term of the fused projection, shape (W, S, K): p or q."""
    seams: tuple[Tensor, ...]
    """Term of each convolution's seam before its ReLU, (W, S, blocks, columns): u_l or v_l."""
    mask: Tensor
    """True where there is sound, shape (W, S), on the CPU whichever device has the sums."""

    def select(self, windows: slice | Sequence[int]) -> "PartialSums":
        """Return those of some of the windows."""
        seams = tuple(seam[windows] for seam in self.seams)
        return PartialSums(self.projected[windows], seams, self.mask[windows])

    def emptied(self, count: int) -> "PartialSums":
        """Return memory for those of so many windows."""
        projected, mask = (
            one.new_empty(count, *one.shape[1:]) for one in (self.projected, self.mask)
        )
        seams = tuple(seam.new_empty(count, *seam.shape[1:]) for seam in self.seams)
        return PartialSums(projected, seams, mask)

    def along(self, dim: int) -> "PartialSums":
        """Return them along one dimension of a matrix of pairs: rows 1, columns 0."""
        seams = tuple(seam.unsqueeze(dim) for seam in self.seams)
        return PartialSums(self.projected.unsqueeze(dim), seams, self.mask.unsqueeze(dim))


InBothPlaces = tuple[PartialSums, PartialSums]
"""Partial sums of windows as first and as second of a pair."""


def concatenate_partial_sums(parts: Iterable[InBothPlaces], count: int) -> InBothPlaces:
    """Return the partial sums of several sets of windows as those of one.

    Each part is copied when it comes: memory holds them once.

    Parameters
    ----------
    parts
        Those of some windows, at least one, after others.
    count
        Number of all windows.
    """
    whole: InBothPlaces | None = None
    at = 0
    for part in parts:
        whole = whole or (part[0].emptied(count), part[1].emptied(count))
        windows = slice(at, at + len(part[0].mask))
        for into, sums in zip(whole, part, strict=True):
            into.projected[windows], into.mask[windows] = sums.projected, sums.mask
            for of_all, seam in zip(into.seams, sums.seams, strict=True):
                of_all[windows] = seam
        at = windows.stop
    if whole is None or at != count:
        raise ValueError(f"partial sums of {at} windows, not {count}")
    return whole


class FactorisedHead(nn.Module):
    """Partial sums of A first and B second windows to logits (A, B, C).

    Parameters
    ----------
    head
        A head of two inputs; its weights are copied.
    dtype
        Type of weights, partial sums and logits.
    projection
        Where given, segments come as what it projects to embeddings, (M, F, K); its weights are
        multiplied into the first convolution.

    Raises
    ------
    ValueError
        If the head takes one recording.
    """

    first_projection: Tensor
    second_projection: Tensor
    seam_projection: Tensor
    projection_bias: Tensor

    def __init__(
        self,
        head: Head,
        dtype: torch.dtype = torch.float32,
        projection: nn.Linear | None = None,
    ) -> None:
        super().__init__()
        config = head.config
        if config.inputs != 2:
            raise ValueError(f"a head of inputs={config.inputs} cannot compare: it must take 2")
        self.frames, self.segments = config.frames, config.segments
        self.dimension = config.dimension
        self.grid = config.kernel, config.stride, config.padding
        self.rows = [RowSplit(config.frames, config.frames, 2 * config.frames)]
        columns = [config.dimension]
        for _ in head.convolutions:
            self.rows.append(self.rows[-1].convolved(*self.grid))
            columns.append((columns[-1] + 2 * config.padding - config.kernel) // config.stride + 1)
        self.seam_convolutions = [
            SeamConvolution(before.seam, after.seam, width, *self.grid)
            for before, after, width in zip(self.rows[1:], self.rows[2:], columns[2:], strict=False)
        ]
        buffers = {}
        for number, (weight, bias) in enumerate(_without_norms(head)):
            buffers[f"bias{number}"] = bias[:, None, None]
            if number:
                buffers[f"weight{number}"] = weight
                matrix = self.seam_convolutions[number - 1].matrix(weight)
                buffers[f"seam_matrix{number}"] = matrix
            else:
                self.first = _first_convolution(head, weight, self.rows[1], projection).to(dtype)
        fused, buffers["projection_bias"] = fused_projection_weight_and_bias(head)
        fused = torch.unflatten(
            fused, 1, (config.channels[-1], -1, columns[-1])
        )  # (K, C, rows, columns)
        last = self.rows[-1]
        first, seam, second = fused.tensor_split((last.seam_start, last.second_start), dim=2)
        buffers["first_projection"] = first.flatten(1)
        buffers["second_projection"] = second.flatten(1)
        seam = self._seam_layout(seam, len(self.seam_convolutions), final=True)
        buffers["seam_projection"] = seam.flatten(1).T
        for name, value in buffers.items():
            self.register_buffer(name, value.detach().to(dtype).contiguous())
        self.attention = FusedAttention(head, dtype)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.projection_bias.device

    @property
    def bytes_per_segment(self) -> int:
        """Memory that a segment takes while its partial sums are computed, about."""
        return 4 * self.frames * self.dimension * self.projection_bias.itemsize

    @property
    def bytes_per_pair(self) -> int:
        """Memory that a pair takes while its logits are computed, about."""
        columns = 4 * len(self.projection_bias)
        for number, step in enumerate(self.seam_convolutions, start=1):
            columns += step.block_count * sum(self._buffer("seam_matrix", number).shape)
        return self.segments * columns * self.projection_bias.itemsize

    @property
    def bytes_per_window(self) -> int:
        """Memory that a window's partial sums take, as first and as second."""
        columns = len(self.projection_bias)
        for number, step in enumerate(self.seam_convolutions, start=1):
            into, out = self._buffer("seam_matrix", number).shape
            columns += step.block_count * (out if number > 1 else into + out)
        if not self.seam_convolutions:
            columns += len(self.seam_projection)
        return 2 * self.segments * (columns * self.projection_bias.itemsize + 1)

    def forward(self, first: PartialSums, second: PartialSums) -> Tensor:
        """Return logits of every first window with every second one."""
        return self._logits(first.along(1), second.along(0))

    def one_to_one(self, first: PartialSums, second: PartialSums) -> Tensor:
        """Return logits (P, C) of P first windows, each with the second one of the same place."""
        return self._logits(first.along(1), second.along(1))[:, 0]

    def _logits(self, first: PartialSums, second: PartialSums) -> Tensor:
        mask = first.mask & second.mask  # (A, B, S)
        fused = first.projected + second.projected  # (A, B, S, K)
        if len(self.seam_projection):
            seam = self._seam(first.seams, second.seams)
            fused.flatten(0, 2).addmm_(seam.flatten(-2).flatten(0, 2), self.seam_projection)
        partly = None if mask.all() else to_device(mask.flatten(0, 1), fused.device)
        logits: Tensor = self.attention(fused.flatten(0, 1), partly)
        return torch.unflatten(logits, 0, mask.shape[:2])

    def partial_sums(self, segments: Iterable[Tensor], mask: Tensor) -> InBothPlaces:
        """Return the partial sums of windows, as first and as second of a pair.

        Parameters
        ----------
        segments : float tensors, shapes (M, F, D), or (M, F, K) where a projection was given
            Segments with sound, in the order of the mask, a chunk at a time: best as few as stay in
            the processor's cache.
        mask : bool tensor, shape (W, S)
            True where there is sound; best on the CPU, as the bank gives it.
        """
        mask = mask.cpu()
        convolved = zip(*map(self.first, segments), strict=True)
        first, second = (torch.cat(place) for place in convolved)
        return self._sums(first, mask, second=False), self._sums(second, mask, second=True)

    def _sums(self, rows: Tensor, mask: Tensor, second: bool) -> PartialSums:
        """Partial sums in one place, from the first convolution's rows, its seam's included."""
        _, stride, padding = self.grid
        seams = []
        own = rows
        for number, after in enumerate(self.rows[1:]):
            bias = self._buffer("bias", number)
            if number:
                wanted = (
                    range(after.seam_start, after.count) if second else range(after.second_start)
                )
                above = self.rows[number].second_start if second else 0
                weight = self._buffer("weight", number)
                rows = convolve_rows(own, above, wanted, weight, stride, padding)
            if second:
                seam, own = rows.tensor_split((len(after.seam),), dim=-2)
            else:
                own, seam = rows.tensor_split((after.seam_start,), dim=-2)
                seam = seam + bias
            own = own.add_(bias).relu_()
            seams.append(scatter_segments(self._seam_layout(seam, number), mask, dim=0))
        if second:
            projected = own.flatten(1) @ self.second_projection.T
        else:
            projected = torch.addmm(self.projection_bias, own.flatten(1), self.first_projection.T)
        return PartialSums(scatter_segments(projected, mask, dim=0), tuple(seams), mask)

    def _seam(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """The last convolution's seam of all pairs, (A, B, S, blocks, columns)."""
        seam = (first[0] + second[0]).relu_()
        for number, step in enumerate(self.seam_convolutions, start=1):
            if number > 1:
                channels = len(self._buffer("bias", number - 1))
                before = self.seam_convolutions[number - 2]
                seam = step.unfold(before.from_blocks(seam, channels))
            sums = first[number] + second[number]
            sums.flatten(0, 3).addmm_(seam.flatten(0, 3), self._buffer("seam_matrix", number))
            seam = sums.relu_()
        return seam

    def _seam_layout(self, seam: Tensor, number: int, final: bool = False) -> Tensor:
        """A convolution's seam (..., C, rows, columns) in the layout in which pairs are added."""
        if number:
            return self.seam_convolutions[number - 1].to_blocks(seam)
        if self.seam_convolutions and not final:
            return self.seam_convolutions[0].unfold(seam)
        return seam.flatten(-3).unsqueeze(-2)  # the only convolution

    def _buffer(self, name: str, number: int) -> Tensor:
        buffer: Tensor = self.get_buffer(f"{name}{number}")
        return buffer


def _first_convolution(
    head: Head, weight: Tensor, rows: RowSplit, projection: nn.Linear | None
) -> nn.Module:
    own, standardise = head.config, (head.mean.double(), head.scale.double())
    first = FirstConvolution(*standardise, weight, rows, own.stride, own.padding)
    return first if projection is None else ProjectedConvolution(first, projection, own.frames)


def _without_norms(head: Head) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of each convolution with its batch norm, in eval mode, folded in."""
    norms = [norm for norm in head.norms if isinstance(norm, nn.BatchNorm2d)]
    for convolution, norm in zip(head.convolutions, norms, strict=True):
        weight, bias = double_weight_and_bias(convolution)
        gain, shift = double_weight_and_bias(norm)
        mean, variance = (norm.get_buffer(f"running_{name}") for name in ("mean", "var"))
        gain = gain / (variance.double() + norm.eps).sqrt()
        yield weight * gain[:, None, None, None], (bias - mean) * gain + shift
