"""Heads for tests: nothing in them is zero, one or alike, as if they had been trained."""

import torch
from hypothesis import strategies as st

from ranking.network.head import Head, HeadConfig, make_head


def lively_head(config: HeadConfig, dtype: torch.dtype = torch.float32, seed: int = 0) -> Head:
    """A head in eval mode with random norms, statistics and standardisation."""
    head = make_head(config, seed).to(dtype).eval()
    g = torch.Generator().manual_seed(seed)

    def drawn(like: torch.Tensor) -> torch.Tensor:
        return torch.randn(like.shape, generator=g, dtype=torch.float64).to(dtype)

    with torch.no_grad():
        for norm in head.norms:
            norm.running_mean.copy_(0.1 * drawn(norm.running_mean))
            norm.running_var.copy_(0.5 + drawn(norm.running_var).square())
        for parameter in (*head.norms.parameters(), *head.attention.parameters()):
            parameter.add_(0.1 * drawn(parameter))
        head.mean.copy_(drawn(head.mean))
        head.scale.copy_(0.5 + drawn(head.scale).abs())
    return head


def fixed_head(config: HeadConfig) -> Head:
    """A head in eval mode of numbers that are the same on any machine."""
    head = make_head(config).eval()
    for values in head.state_dict().values():
        values.copy_(torch.arange(values.numel()).view_as(values) % 13 / 16 + 0.25)
    return head


def side_by_side(
    first: tuple[torch.Tensor, torch.Tensor], second: tuple[torch.Tensor, torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings (N, S, 2F, D) and mask (N, S) of pairs, from those of each side."""
    x = torch.cat((first[0], second[0]), dim=2)
    return x, first[1] & second[1]


@st.composite
def configs(draw: st.DrawFn) -> HeadConfig:
    """Any convolutions that leave something of a small segment."""
    kernel, stride = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    padding = draw(st.integers(0, 8))
    layers = draw(st.integers(1, 3))
    heads = draw(st.sampled_from([1, 2, 3]))
    try:
        return HeadConfig(
            frames=draw(st.integers(1, 60)),
            dimension=draw(st.integers(1, 40)),
            outputs=draw(st.integers(1, 4)),
            inputs=2,
            segments=draw(st.integers(1, 4)),
            channels=(1, *(draw(st.integers(1, 3)) for _ in range(layers))),
            kernel=kernel,
            stride=stride,
            padding=padding,
            width=6 * heads,
            attention_heads=heads,
            feedforward=5,
        )
    except ValueError:  # too small to be convolved
        return draw(configs())
