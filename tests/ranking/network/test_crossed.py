"""Learning from crossed pairs is learning from every concatenation."""

from dataclasses import replace

import pytest
import torch
from heads import configs, lively_head
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ranking.network.crossed import CrossedStack, Crossing, moments
from ranking.network.head import HeadConfig
from ranking.network.stack import Stack

CONFIG = HeadConfig(40, 30, 2, sides=2, segments=4, width=12, feedforward=5, dropout=0.2)


def some_pairs(config: HeadConfig, count: int, seed: int):
    """Pairs of a few windows, as a crossing and side by side, and their mask."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn((count, config.segments, config.frames, config.dimension), generator=g).double()
    held = torch.arange(config.segments) < torch.randint(
        1, config.segments + 1, (count, 1), generator=g
    )
    first, second = torch.randint(count, (2, 3 * count), generator=g)
    mask = held[first] & held[second]
    row = held.flatten().cumsum(0).view_as(held) - 1
    crossing = Crossing(x[held], row[first][mask], row[second][mask])
    return crossing, torch.cat((x[first], x[second]), dim=2)[mask], mask


def stacks(config: HeadConfig, count: int = 1) -> list[Stack]:
    heads = [lively_head(config, torch.float64, seed) for seed in range(count)]
    for head in heads[1:]:
        head.mean.copy_(heads[0].mean)
        head.scale.copy_(heads[0].scale)
    return [kind(heads) for kind in (CrossedStack, Stack)]


@settings(max_examples=60)
@given(configs(), st.integers(1, 3), st.integers(0, 2**31))
def test_logits_statistics_and_gradients_are_those_of_every_concatenation(config, heads, seed):
    config = replace(config, dropout=0.0)
    crossing, side_by_side, mask = some_pairs(config, 3, seed)
    assume(min(len(side_by_side) * rows * columns for rows, columns in config.sizes) > 1)
    fast, plain = stacks(config, heads)
    for training in (False, True):
        logits, wanted = (
            stack.logits(
                segments, mask, stack.draw(segments, mask, range(heads)) if training else None
            )
            for stack, segments in ((fast, crossing), (plain, side_by_side))
        )
        assert (logits - wanted).abs().max() < 1e-9
    weights = torch.randn(wanted.shape, dtype=torch.float64)
    for out in (logits, wanted):
        (out * weights).sum().backward()
    for name, weight in plain.weights.items():
        gap = (fast.weights[name].grad - weight.grad).abs().max()
        assert gap < 1e-8 * max(1, weight.grad.abs().max())
    for name, values in plain.statistics.items():
        assert (fast.statistics[name] - values).abs().max() < 1e-9


def test_moments_count_an_image_as_often_as_it_stands_in_a_pair():
    g = torch.Generator().manual_seed(0)
    parts = [
        torch.randn(shape, generator=g).double()
        for shape in ((3, 2, 4, 5), (2, 2, 0, 5), (2, 2, 1, 5))
    ]
    times = [torch.tensor([2, 0, 1]), torch.tensor([9, 9]), torch.tensor([1, 3])]
    mean, variance, count = moments(parts, times)
    repeated = torch.cat(
        [
            part.repeat_interleave(often, 0).transpose(0, 1).flatten(1)
            for part, often in zip(parts, times, strict=True)
        ],
        dim=1,
    )
    assert count == repeated.shape[1] == 3 * 20 + 4 * 5
    torch.testing.assert_close(mean, repeated.mean(dim=1))
    torch.testing.assert_close(variance, repeated.var(dim=1, correction=0))


def test_dropout_is_drawn_for_each_segment_and_place_by_the_seed():
    crossing, _, mask = some_pairs(CONFIG, 4, 0)
    stack, _ = stacks(CONFIG)
    one, same, other = (stack.draw(crossing, mask, [seed]) for seed in (1, 1, 2))
    values, pairs = len(crossing.values), len(crossing.first)
    assert [keep.shape[1] for keep in one.convolutions] == 2 * [values, values, pairs]
    first = one.convolutions[0]
    assert first.unique().tolist() == [0, pytest.approx(1 / 0.8)]
    deviation = (0.2 * 0.8 / first.numel()) ** 0.5
    assert (first == 0).float().mean() == pytest.approx(0.2, abs=5 * deviation)
    logits = [stack.logits(crossing, mask, noise) for noise in (one, same, other)]
    assert torch.equal(logits[0], logits[1])
    assert not torch.allclose(logits[0], logits[2])


def test_a_head_of_one_recording_compares_nobody():
    with pytest.raises(ValueError, match="it takes two"):
        CrossedStack([lively_head(replace(CONFIG, sides=1))])
