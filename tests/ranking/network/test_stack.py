"""A stack is its heads, each as if it were alone: in eval mode and in training."""

from dataclasses import replace

import pytest
import torch
from heads import configs, lively_head
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ranking.network.head import Head, HeadConfig
from ranking.network.stack import HeadStack

CONFIG = HeadConfig(40, 30, 2, inputs=2, segments=4, width=12, feedforward=5)


def alike(config: HeadConfig, dropouts: list[float], dtype: torch.dtype, seed: int) -> list[Head]:
    """Heads of one shape and standardisation."""
    heads = [
        lively_head(replace(config, dropout=dropout), dtype, seed + number)
        for number, dropout in enumerate(dropouts)
    ]
    for head in heads[1:]:
        head.mean.copy_(heads[0].mean)
        head.scale.copy_(heads[0].scale)
    return heads


def sounding(
    config: HeadConfig, dtype: torch.dtype, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Segments with sound of three examples, and their mask."""
    g = torch.Generator().manual_seed(seed)
    mask = torch.arange(config.segments) < torch.randint(
        1, config.segments + 1, (3, 1), generator=g
    )
    shape = (int(mask.sum()), config.inputs * config.frames, config.dimension)
    return torch.randn(shape, generator=g, dtype=torch.float64).to(dtype), mask


def check(heads: list[Head], segments: torch.Tensor, mask: torch.Tensor, within: float) -> None:
    """Logits in eval mode and in training, then gradients and running statistics."""
    stack, seeds = HeadStack(heads), range(7, 7 + len(heads))
    for k, logits in enumerate(stack.logits(segments, mask)):
        assert (logits - heads[k].logits(segments, mask)).abs().max() < within
    together = stack.logits(segments, mask, stack.draw_dropout(segments, mask, seeds))
    weights = torch.randn(together.shape[1:], generator=torch.Generator().manual_seed(0))
    (together * weights).sum().backward()
    for k, (head, seed) in enumerate(zip(heads, seeds, strict=True)):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            logits = head.train().logits(segments, mask)
        assert (together[k] - logits).abs().max() < within
        (logits * weights).sum().backward()
        for name, weight in head.named_parameters():
            if name in stack.weights:
                gap = (stack.weights[name].grad[k] - weight.grad).abs().max()
                assert gap < within * max(1, weight.grad.abs().max())
        for name, values in stack.statistics.items():
            assert (values[k] - head.get_buffer(name)).abs().max() < within


@pytest.mark.slow
@settings(max_examples=60)
@given(configs(), st.integers(1, 2), st.integers(1, 3), st.integers(0, 2**31))
def test_logits_gradients_and_statistics_are_those_of_each_head(config, inputs, heads, seed):
    try:
        config = replace(config, inputs=inputs)
    except ValueError:  # one recording alone is too small to be convolved
        assume(condition=False)
    segments, mask = sounding(config, torch.float64, seed)
    assume(min(len(segments) * rows * columns for rows, columns in config.sizes) > 1)
    check(alike(config, [0.0] * heads, torch.float64, seed), segments, mask, 1e-9)


@pytest.mark.parametrize("dropouts", [[0.2], [0.1, 0.1], [0.0, 0.1, 0.5]])
def test_each_heads_dropout_is_what_it_would_have_drawn_alone(dropouts):
    segments, mask = sounding(CONFIG, torch.float32, 0)
    check(alike(CONFIG, dropouts, torch.float32, 0), segments, mask, 1e-4)


def test_a_head_comes_out_of_a_stack_as_it_went_in():
    heads = alike(CONFIG, [0.1, 0.2], torch.float32, 0)
    stack = HeadStack(heads)
    for k, head in enumerate(heads):
        out = stack.head(k)
        assert out.sha256 == head.sha256
        assert not out.training


def test_heads_of_several_shapes_or_standardisations_are_refused():
    one, other = (lively_head(CONFIG, seed=seed) for seed in range(2))
    with pytest.raises(ValueError, match="must share their mean"):
        HeadStack([one, other])
    with pytest.raises(ValueError, match="heads of 2 shapes"):
        HeadStack([one, lively_head(replace(CONFIG, width=24))])
