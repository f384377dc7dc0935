"""The widened attention of a factorised head: all that a head does after its projection.

Conventions
-----------
Part of :class:`ranking.network.factorised.FactorisedHead`, and of use to nobody else. Queries, keys
and values are linear in the vector of a segment, and that vector is a sum of shares: so each share
is widened once to ``[vector | query | key | value of each attention head]``, and per pair they are
added, not multiplied. The softmax's scale goes into the queries, the attention's output matrix into
the values, the gains and shifts of layer norms into the matrices behind them.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from ranking.network.head import Head


class WidenedAttention(nn.Module):
    """Widened vectors (P, S, K) of pairs to logits (P, classes), in eval mode."""

    first_in: Tensor
    first_bias: Tensor
    second_in: Tensor
    second_bias: Tensor
    gain: Tensor
    shift_out: Tensor
    out: Tensor
    bias: Tensor

    def __init__(self, head: Head, dtype: torch.dtype) -> None:
        super().__init__()
        layer = head.attention
        self.width, self.heads = head.config.width, head.config.attention_heads
        self.epsilon = layer.norm1.eps, layer.norm2.eps
        gain, shift = as_double(layer.norm1)
        into, into_bias = as_double(layer.linear1)
        back, back_bias = as_double(layer.linear2)
        last_gain, last_shift = as_double(layer.norm2)
        last, bias = as_double(head.output)
        last = torch.unflatten(last, 1, (-1, self.width))  # (C, S, width)
        for name, value in (
            ("first_in", (into * gain).T),
            ("first_bias", into_bias + into @ shift),
            ("second_in", back.T),
            ("second_bias", back_bias + shift),
            ("gain", gain),
            ("shift_out", (last @ last_shift).T),  # (S, C)
            ("out", (last * last_gain).flatten(1).T),
            ("bias", bias),
        ):
            self.register_buffer(name, value.to(dtype).contiguous())

    def forward(self, wide: Tensor, mask: Tensor | None) -> Tensor:
        """Return logits; a mask of None means sound throughout."""
        pairs, segments, _ = wide.shape
        d, h = self.width, self.heads
        query, key = (
            torch.unflatten(wide[..., start : start + d], -1, (h, -1)).transpose(1, 2)
            for start in (d, 2 * d)
        )  # (P, h, S, d/h)
        score = query @ key.transpose(-1, -2)  # (P, h, S, S)
        if mask is not None:
            score = score.masked_fill(~mask[:, None, None, :], -math.inf)
        weight = torch.softmax(score, -1).permute(0, 2, 3, 1).reshape(pairs, segments, -1)
        value = wide[..., 3 * d :].reshape(pairs, segments * h, d)
        y = torch.baddbmm(wide[..., :d], weight, value)  # (P, S, d)
        y = functional.layer_norm(y, (d,), eps=self.epsilon[0])
        inner = torch.addmm(self.first_bias, y.flatten(0, 1), self.first_in).relu_()
        fed = torch.addmm(self.second_bias, inner, self.second_in).view_as(y)
        y = functional.layer_norm(torch.addcmul(fed, y, self.gain), (d,), eps=self.epsilon[1])
        if mask is None:
            return y.flatten(1) @ self.out + (self.bias + self.shift_out.sum(0))
        y = y * mask.unsqueeze(-1)
        return y.flatten(1) @ self.out + (self.bias + mask.to(y.dtype) @ self.shift_out)


def widened(head: Head) -> tuple[Tensor, Tensor]:
    """Return the projection's weight (K, columns) and bias (K,), widened, in float64."""
    weight, bias = as_double(head.project)
    attention = head.attention.self_attn
    h, size = attention.num_heads, attention.head_dim
    into, into_bias = attention.in_proj_weight.detach().double(), attention.in_proj_bias
    out, out_bias = as_double(attention.out_proj)
    inner, shift = into @ weight, into @ bias + into_bias.detach().double()
    query, key, value = (
        torch.cat([w, b[:, None]], 1) for w, b in zip(inner.chunk(3), shift.chunk(3), strict=True)
    )
    value = torch.unflatten(out, 1, (h, size)).transpose(0, 1) @ torch.unflatten(
        value, 0, (h, size)
    )
    vector = torch.cat([weight, (bias + out_bias)[:, None]], 1)
    wide = torch.cat([vector, query / math.sqrt(size), key, value.flatten(0, 1)])
    return wide[:, :-1], wide[:, -1]


def as_double(module: nn.Module) -> tuple[Tensor, Tensor]:
    """Weight and bias in float64, without gradients."""
    weight, bias = (module.get_parameter(name) for name in ("weight", "bias"))
    return weight.detach().double(), bias.detach().double()
