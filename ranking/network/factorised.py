"""A head of two recordings, factorised: most of its work once per window, little per pair.

Conventions
-----------
Up to the attention a head is linear but for its ReLUs, and a ReLU whose input sees one recording
only depends on that recording only. So the projected vector of a segment is a sum of the first
window's share, the second window's, and the seam's. :meth:`FactorisedHead.shares` computes a
window's share in either place; calling the head on shares of A first and B second windows gives
the logits of all A · B pairs. Eval mode: batch norms are folded into the convolutions.

A fast form of :class:`ranking.network.head.Head`, whose docstring says what they have in common:
its logits on every concatenation, but for rounding.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ranking.network.attention import WidenedAttention, as_double, widened
from ranking.network.head import Head
from ranking.network.rows import Rows, both_places, convolve_rows
from ranking.network.seam import SeamStep


class Share(NamedTuple):
    """What windows contribute in one place of a pair, first or second."""

    base: Tensor
    """(W, S, K): to the widened vectors."""
    seams: tuple[Tensor, ...]
    """(W, S, blocks, columns), one for each convolution: to the seam before its ReLU."""
    mask: Tensor
    """(W, S): true where there is sound."""

    def part(self, windows: slice) -> "Share":
        """The shares of some of the windows."""
        return Share(
            self.base[windows], tuple(seam[windows] for seam in self.seams), self.mask[windows]
        )


def joined(shares: Sequence[Share]) -> Share:
    """Return the shares of all windows as one."""
    seams = zip(*(share.seams for share in shares), strict=True)
    return Share(
        torch.cat([share.base for share in shares]),
        tuple(torch.cat(seam) for seam in seams),
        torch.cat([share.mask for share in shares]),
    )


class FactorisedHead(nn.Module):
    """Shares of A first and B second windows to logits (A, B, classes)."""

    mean: Tensor
    scale: Tensor
    first_base: Tensor
    second_base: Tensor
    base_bias: Tensor
    seam_base: Tensor

    def __init__(self, head: Head, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        config = head.config
        if config.sides != 2:
            raise ValueError(f"a head of sides={config.sides} compares nobody: it takes two")
        self.frames, self.segments = config.frames, config.segments
        self.grid = config.kernel, config.stride, config.padding
        self.rows = [Rows(config.frames, config.frames, 2 * config.frames)]
        columns = [config.dimension]
        for _ in head.convolutions:
            self.rows.append(self.rows[-1].after(*self.grid))
            columns.append((columns[-1] + 2 * config.padding - config.kernel) // config.stride + 1)
        self.steps = [
            SeamStep(before.mixed, after.mixed, wide, *self.grid)
            for before, after, wide in zip(self.rows[1:], self.rows[2:], columns[2:], strict=False)
        ]
        buffers = {"mean": head.mean, "scale": head.scale}
        for number, (weight, bias) in enumerate(_without_norms(head)):
            buffers |= {f"weight{number}": weight, f"bias{number}": bias[:, None, None]}
            if number:
                buffers[f"step{number}"] = self.steps[number - 1].matrix(weight)
        wide, buffers["base_bias"] = widened(head)
        cut = torch.unflatten(
            wide, 1, (config.channels[-1], -1, columns[-1])
        )  # (K, C, rows, columns)
        last = self.rows[-1]
        buffers["first_base"] = cut[:, :, : last.seam].flatten(1)
        buffers["second_base"] = cut[:, :, last.second :].flatten(1)
        mixed = self._laid(cut[:, :, last.seam : last.second], len(self.steps), final=True)
        buffers["seam_base"] = mixed.flatten(1).T
        for name, value in buffers.items():
            self.register_buffer(name, value.detach().to(dtype).contiguous())
        self.attention = WidenedAttention(head, dtype)

    @property
    def share_bytes(self) -> int:
        """Memory that one window's shares in both places take."""
        columns = len(self.base_bias)
        for number, step in enumerate(self.steps, start=1):
            into, out = self._buffer("step", number).shape
            columns += step.blocks * (out if number > 1 else into + out)
        if not self.steps:
            columns += len(self.seam_base)
        return 2 * self.segments * (columns * self.base_bias.itemsize + 1)

    def forward(self, first: Share, second: Share) -> Tensor:
        """Return logits of every first window with every second one."""
        mask = first.mask[:, None] & second.mask[None]  # (A, B, S)
        wide = first.base[:, None] + second.base[None]  # (A, B, S, K)
        if len(self.seam_base):
            seam = self._seam(first.seams, second.seams)
            wide.flatten(0, 2).addmm_(seam.flatten(-2).flatten(0, 2), self.seam_base)
        partly = None if mask.all() else mask.flatten(0, 1)
        logits: Tensor = self.attention(wide.flatten(0, 1), partly)
        return torch.unflatten(logits, 0, mask.shape[:2])

    def shares(self, segments: Iterable[Tensor], mask: Tensor) -> tuple[Share, Share]:
        """Return what windows contribute as first and as second of a pair.

        Parameters
        ----------
        segments : those with sound, in the order of the mask, in pieces (M, F, D)
            A piece is best as small as to stay in the processor's cache.
        mask : true where there is sound, shape (W, S)
        """
        offset, factor = -self.mean / self.scale, 1 / self.scale
        weight, (_, stride, padding) = self._buffer("weight", 0), self.grid
        convolved = [
            both_places(
                torch.addcmul(offset, piece, factor).unsqueeze(1),
                self.rows[1],
                weight,
                stride,
                padding,
            )
            for piece in segments
        ]
        first, second = (torch.cat(place) for place in zip(*convolved, strict=True))
        return self._share(first, mask, second=False), self._share(second, mask, second=True)

    def _share(self, rows: Tensor, mask: Tensor, second: bool) -> Share:
        """A place's share, from its rows of the first convolution, the seam's among them."""
        _, stride, padding = self.grid
        seams = []
        own = rows
        for number, after in enumerate(self.rows[1:]):
            bias = self._buffer("bias", number)
            if number:
                wanted = range(after.seam, after.count) if second else range(after.second)
                above = self.rows[number].second if second else 0
                weight = self._buffer("weight", number)
                rows = convolve_rows(own, above, wanted, weight, stride, padding)
            if second:
                seam, own = rows.tensor_split((len(after.mixed),), dim=-2)
            else:
                own, seam = rows.tensor_split((after.seam,), dim=-2)
                seam = seam + bias  # rides with the first
            own = own.add_(bias).relu_()
            seams.append(_placed(self._laid(seam, number), mask))
        if second:
            base = own.flatten(1) @ self.second_base.T
        else:
            base = torch.addmm(self.base_bias, own.flatten(1), self.first_base.T)
        return Share(_placed(base, mask), tuple(seams), mask)

    def _seam(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """The last convolution's seam rows of all pairs, (A, B, S, blocks, columns)."""
        seam = (first[0][:, None] + second[0][None]).relu_()
        for number, step in enumerate(self.steps, start=1):
            if number > 1:
                channels = len(self._buffer("bias", number - 1))
                seam = step.strips(self.steps[number - 2].from_blocks(seam, channels))
            sums = first[number][:, None] + second[number][None]
            sums.flatten(0, 3).addmm_(seam.flatten(0, 3), self._buffer("step", number))
            seam = sums.relu_()
        return seam

    def _laid(self, seam: Tensor, number: int, final: bool = False) -> Tensor:
        """A convolution's seam (..., C, rows, columns) as the pairs need it."""
        if number:
            return self.steps[number - 1].in_blocks(seam)
        if self.steps and not final:
            return self.steps[0].strips(seam)
        return seam.flatten(-3).unsqueeze(-2)  # the only convolution

    def _buffer(self, name: str, number: int) -> Tensor:
        buffer: Tensor = self.get_buffer(f"{name}{number}")
        return buffer


def _placed(values: Tensor, mask: Tensor) -> Tensor:
    """Of segments with sound (M, ...), those of all windows (W, S, ...): zeros where none is."""
    if len(values) == mask.numel():
        return torch.unflatten(values, 0, mask.shape)
    out = values.new_zeros(*mask.shape, *values.shape[1:])
    out[mask] = values
    return out


def _without_norms(head: Head) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of each convolution with its batch norm, in eval mode, folded in."""
    norms = [norm for norm in head.norms if isinstance(norm, nn.BatchNorm2d)]
    for convolution, norm in zip(head.convolutions, norms, strict=True):
        weight, bias = as_double(convolution)
        gain, shift = as_double(norm)
        mean, variance = (norm.get_buffer(f"running_{name}") for name in ("mean", "var"))
        gain = gain / (variance.double() + norm.eps).sqrt()
        yield weight * gain[:, None, None, None], (bias - mean) * gain + shift
