"""Training on paired segments is training on every concatenation."""

from dataclasses import replace

import pytest
import torch
from heads import configs, lively_head
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ranking.network.head import HeadConfig
from ranking.network.pair_stack import (
    PairedSegments,
    PairStack,
    channel_mean_variance_and_value_count,
)
from ranking.network.stack import HeadStack

CONFIG = HeadConfig(40, 30, 2, inputs=2, segments=4, width=12, feedforward=5, dropout=0.2)


def some_pairs(config: HeadConfig, count: int, seed: int):
    """Pairs of a few windows, as paired segments and concatenated, and their mask."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn((count, config.segments, config.frames, config.dimension), generator=g).double()
    sound = torch.arange(config.segments) < torch.randint(
        1, config.segments + 1, (count, 1), generator=g
    )
    first, second = torch.randint(count, (2, 3 * count), generator=g)
    mask = sound[first] & sound[second]
    row = sound.flatten().cumsum(0).view_as(sound) - 1
    pairs = PairedSegments(x[sound], row[first][mask], row[second][mask])
    return pairs, torch.cat((x[first], x[second]), dim=2)[mask], mask


def stacks(config: HeadConfig, count: int = 1) -> list[HeadStack]:
    heads = [lively_head(config, torch.float64, seed) for seed in range(count)]
    for head in heads[1:]:
        head.mean.copy_(heads[0].mean)
        head.scale.copy_(heads[0].scale)
    return [kind(heads) for kind in (PairStack, HeadStack)]


@pytest.mark.slow
@settings(max_examples=60)
@given(configs(), st.integers(1, 3), st.integers(0, 2**31))
def test_logits_statistics_and_gradients_are_those_of_every_concatenation(config, heads, seed):
    config = replace(config, dropout=0.0)
    pairs, side_by_side, mask = some_pairs(config, 3, seed)
    assume(min(len(side_by_side) * rows * columns for rows, columns in config.sizes) > 1)
    fast, plain = stacks(config, heads)
    for training in (False, True):
        logits, wanted = (
            stack.logits(
                segments,
                mask,
                stack.draw_dropout(segments, mask, range(heads)) if training else None,
            )
            for stack, segments in ((fast, pairs), (plain, side_by_side))
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


def test_moments_weight_an_image_by_the_number_of_its_pairs():
    g = torch.Generator().manual_seed(0)
    groups = [
        torch.randn(shape, generator=g).double()
        for shape in ((3, 2, 4, 5), (2, 2, 0, 5), (2, 2, 1, 5))
    ]
    counts = [torch.tensor([2, 0, 1]), torch.tensor([9, 9]), torch.tensor([1, 3])]
    mean, variance, count = channel_mean_variance_and_value_count(groups, counts)
    repeated = torch.cat(
        [
            images.repeat_interleave(often, 0).transpose(0, 1).flatten(1)
            for images, often in zip(groups, counts, strict=True)
        ],
        dim=1,
    )
    assert count == repeated.shape[1] == 3 * 20 + 4 * 5
    torch.testing.assert_close(mean, repeated.mean(dim=1))
    torch.testing.assert_close(variance, repeated.var(dim=1, correction=0))


def test_dropout_is_drawn_for_each_segment_and_place_by_the_seed():
    pairs, _, mask = some_pairs(CONFIG, 4, 0)
    stack, _ = stacks(CONFIG)
    one, same, other = (stack.draw_dropout(pairs, mask, [seed]) for seed in (1, 1, 2))
    counts = [len(pairs.values), len(pairs.values), len(pairs.first)]
    assert [masks.shape[1] for masks in one.convolutions] == 2 * counts
    first = one.convolutions[0]
    assert first.unique().tolist() == [0, pytest.approx(1 / 0.8)]
    deviation = (0.2 * 0.8 / first.numel()) ** 0.5
    assert (first == 0).float().mean() == pytest.approx(0.2, abs=5 * deviation)
    logits = [stack.logits(pairs, mask, dropout) for dropout in (one, same, other)]
    assert torch.equal(logits[0], logits[1])
    assert not torch.allclose(logits[0], logits[2])


def test_a_head_of_one_recording_cannot_compare():
    with pytest.raises(ValueError, match="must take 2"):
        PairStack([lively_head(replace(CONFIG, inputs=1))])
