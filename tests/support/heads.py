"""Heads for tests: nothing in them is zero, one or alike, as if they had been trained."""

import torch

from ranking.probe.head import Head, HeadConfig, make_head


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
