"""Networks compute on another device than the CPU, and wait for no value of it.

That device is torch's ``meta``, whose tensors have no values: to read one fails, and so does an
operation on two devices.
"""

import pytest
import torch
from heads import lively_head

from ranking.network.factorised import FactorisedHead
from ranking.network.head import HeadConfig, make_head, scatter_segments
from ranking.network.pair_stack import PairedSegments, PairStack
from ranking.network.stack import HeadStack

CONFIG = HeadConfig(53, 41, 2, inputs=2, segments=4)
MASK = torch.tensor([[True] * 4, [True, True, False, False], [True] * 4])
MASKS = pytest.mark.parametrize("mask", [MASK, MASK[::2]], ids=["partly silent", "all sound"])


@MASKS
@pytest.mark.parametrize("dim", [0, 1])
def test_segments_are_put_where_the_mask_says(mask, dim):
    values = torch.arange(2.0 * int(mask.sum()) * 3).view(2, -1, 3)
    expected = torch.zeros(2, *mask.shape, 3)
    expected[:, mask] = values
    out = scatter_segments(values.movedim(1, dim), mask, dim)
    assert torch.equal(out, expected if dim else expected.movedim(0, 2))


@MASKS
def test_all_pairs_are_compared_where_the_head_is(mask):
    head = FactorisedHead(lively_head(CONFIG)).to("meta")
    segments = torch.zeros(int(mask.sum()), 53, 41, device="meta")
    first, second = head.partial_sums([segments[:4], segments[4:]], mask)
    logits = head(first, second)
    assert first.mask.device.type == "cpu"
    assert (logits.device.type, logits.shape) == ("meta", (len(mask), len(mask), 2))


@MASKS
def test_a_stack_is_trained_where_it_is(mask):
    stack = HeadStack([make_head(CONFIG, seed) for seed in range(2)], "meta")
    segments = torch.zeros(int(mask.sum()), 106, 41, device="meta")
    dropout = stack.draw_dropout(segments, mask, [0, 1])
    logits = stack.logits(segments, mask, dropout)
    logits.sum().backward()
    assert (logits.device.type, logits.shape) == ("meta", (2, len(mask), 2))
    assert all(weight.grad is not None for weight in stack.weights.values())


def test_a_stack_of_pairs_is_trained_where_it_is():
    stack = PairStack([make_head(CONFIG, seed) for seed in range(2)], "meta")
    first, second = torch.tensor([[0, 1, 2, 2], [1, 2, 0, 1]], device="meta")
    pairs = PairedSegments(torch.zeros(3, 53, 41, device="meta"), first, second)
    mask = torch.tensor([[True, True, False, False]] * 2)
    dropout = stack.draw_dropout(pairs, mask, [0, 1])
    logits = stack.logits(pairs, mask, dropout)
    logits.sum().backward()
    assert (logits.device.type, logits.shape) == ("meta", (2, 2, 2))
    assert all(weight.grad is not None for weight in stack.weights.values())


def test_pair_counts_are_those_of_bincount():
    first, second = torch.tensor([0, 1, 2, 2]), torch.tensor([1, 2, 0, 1])
    counts = PairedSegments(torch.zeros(4, 1, 1), first, second).pair_counts()
    expected = [torch.bincount(one, minlength=4) for one in (first, second)]
    assert all(map(torch.equal, counts, (*expected, torch.ones(4, dtype=torch.int64))))
