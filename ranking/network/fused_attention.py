"""All that a factorised head does after its projection, with the projection fused into it.

Conventions
-----------
Part of :class:`ranking.network.factorised.FactorisedHead`, and of use to nobody else. The queries,
keys and values of self-attention are linear in the vector of a segment, and that vector is a sum of
terms, each linear in what one recording (or the seam) gives:

    vector = P x₁ + P' x₂ + P'' x₁₂ + bias

So the projection P and the matrices behind it are multiplied once into one *fused projection*, with
output ``[vector | query | key | value of each attention head]``, K values; per pair its terms are
added, not multiplied. The softmax's scale goes into the queries, the attention's output matrix into
the values, the gains and shifts of layer norms into the matrices behind them.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from ranking.network.head import Head


class FusedAttention(nn.Module):
    """Fused projections (P, S, K) of P pairs to logits (P, C), in eval mode.

    Parameters
    ----------
    head
        The head whose attention and output this computes.
    dtype
        Type of weights and logits.
    """

    linear1_weight: Tensor
    linear1_bias: Tensor
    linear2_weight: Tensor
    linear2_bias: Tensor
    norm1_gain: Tensor
    output_shift: Tensor
    output_weight: Tensor
    output_bias: Tensor

    def __init__(self, head: Head, dtype: torch.dtype) -> None:
        super().__init__()
        layer = head.attention
        self.width, self.heads = head.config.width, head.config.attention_heads
        self.epsilon = layer.norm1.eps, layer.norm2.eps
        gain, shift = double_weight_and_bias(layer.norm1)
        linear1, bias1 = double_weight_and_bias(layer.linear1)
        linear2, bias2 = double_weight_and_bias(layer.linear2)
        gain2, shift2 = double_weight_and_bias(layer.norm2)
        output, bias = double_weight_and_bias(head.output)
        output = torch.unflatten(output, 1, (-1, self.width))  # (C, S, width)
        for name, value in (
            ("linear1_weight", (linear1 * gain).T),
            ("linear1_bias", bias1 + linear1 @ shift),
            ("linear2_weight", linear2.T),
            ("linear2_bias", bias2 + shift),
            ("norm1_gain", gain),
            ("output_shift", (output @ shift2).T),  # (S, C)
            ("output_weight", (output * gain2).flatten(1).T),
            ("output_bias", bias),
        ):
            self.register_buffer(name, value.to(dtype).contiguous())

    def forward(self, fused: Tensor, mask: Tensor | None) -> Tensor:
        """Return logits (P, C).

        Parameters
        ----------
        fused : float tensor, shape (P, S, K)
        mask : bool tensor, shape (P, S)
            True where there is sound; None if there is sound everywhere.
        """
        pairs, segments, _ = fused.shape
        d, h = self.width, self.heads
        query, key = (
            torch.unflatten(fused[..., start : start + d], -1, (h, -1)).transpose(1, 2)
            for start in (d, 2 * d)
        )  # (P, h, S, d/h)
        score = query @ key.transpose(-1, -2)  # (P, h, S, S)
        if mask is not None:
            score = score.masked_fill(~mask[:, None, None, :], -math.inf)
        weight = torch.softmax(score, -1).permute(0, 2, 3, 1).reshape(pairs, segments, -1)
        value = fused[..., 3 * d :].reshape(pairs, segments * h, d)
        y = torch.baddbmm(fused[..., :d], weight, value)  # (P, S, d)
        y = functional.layer_norm(y, (d,), eps=self.epsilon[0])
        hidden = torch.addmm(self.linear1_bias, y.flatten(0, 1), self.linear1_weight).relu_()
        out = torch.addmm(self.linear2_bias, hidden, self.linear2_weight).view_as(y)
        y = torch.addcmul(out, y, self.norm1_gain)
        y = functional.layer_norm(y, (d,), eps=self.epsilon[1])
        if mask is None:
            return y.flatten(1) @ self.output_weight + (self.output_bias + self.output_shift.sum(0))
        y = y * mask.unsqueeze(-1)
        bias = self.output_bias + mask.to(y.dtype) @ self.output_shift
        return y.flatten(1) @ self.output_weight + bias


def fused_projection_weight_and_bias(head: Head) -> tuple[Tensor, Tensor]:
    """Return weight (K, columns) and bias (K,) of a head's fused projection, in float64."""
    weight, bias = double_weight_and_bias(head.project)
    attention = head.attention.self_attn
    h, size = attention.num_heads, attention.head_dim
    into, into_bias = attention.in_proj_weight.detach().double(), attention.in_proj_bias
    out, out_bias = double_weight_and_bias(attention.out_proj)
    inner, shift = into @ weight, into @ bias + into_bias.detach().double()
    query, key, value = (
        torch.cat([w, b[:, None]], 1) for w, b in zip(inner.chunk(3), shift.chunk(3), strict=True)
    )
    value = torch.unflatten(out, 1, (h, size)).transpose(0, 1) @ torch.unflatten(
        value, 0, (h, size)
    )
    vector = torch.cat([weight, (bias + out_bias)[:, None]], 1)
    fused = torch.cat([vector, query / math.sqrt(size), key, value.flatten(0, 1)])
    return fused[:, :-1], fused[:, -1]


def double_weight_and_bias(module: nn.Module) -> tuple[Tensor, Tensor]:
    """Return a module's weight and bias in float64, without gradients."""
    weight, bias = (module.get_parameter(name) for name in ("weight", "bias"))
    return weight.detach().double(), bias.detach().double()
