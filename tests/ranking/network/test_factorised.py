"""The factorised head against the head itself, on every concatenation."""

import pytest
import torch
from heads import configs, lively_head, side_by_side
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ranking.encoders import ENCODERS, spec_of
from ranking.network.factorised import FactorisedHead, concatenate_partial_sums
from ranking.network.head import Head, HeadConfig

SHAPES = {name: (spec_of(name).frames, spec_of(name).dimension) for name in ENCODERS}


def windows(
    head: Head, count: int, seed: int = 0, dimension: int | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings and masks; each window but the first lacks some segments at the end."""
    own = head.config
    g = torch.Generator().manual_seed(seed)
    shape = (count, own.segments, own.frames, dimension or own.dimension)
    x = torch.randn(shape, generator=g, dtype=torch.float64).to(head.mean.dtype)
    lengths = [own.segments - number % own.segments for number in range(count)]
    return x, torch.arange(own.segments) < torch.tensor(lengths)[:, None]


def one_by_one(head: Head, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Logits (W, W, C) of the head on every concatenation."""
    rows = []
    for first in zip(x, mask, strict=True):
        pairs = [
            side_by_side(*(tuple(part[None] for part in one) for one in (first, second)))
            for second in zip(x, mask, strict=True)
        ]
        rows.append(torch.cat([head(*pair) for pair in pairs]))
    return torch.stack(rows)


def factorised(head: Head, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    fast = FactorisedHead(head, head.mean.dtype)
    return fast(*fast.partial_sums(x[mask].split(2), mask))


@torch.inference_mode()
@pytest.mark.parametrize(("dtype", "within"), [(torch.float32, 1e-4), (torch.float64, 1e-9)])
@pytest.mark.parametrize("encoder", SHAPES)
def test_equals_the_head_for_every_encoders_shape(encoder, dtype, within):
    frames, dimension = SHAPES[encoder]
    head = lively_head(HeadConfig(frames, dimension, 4, inputs=2, segments=3), dtype)
    x, mask = windows(head, 2)
    wanted = one_by_one(head, x, mask)
    assert (factorised(head, x, mask) - wanted).abs().max() < within
    assert wanted.std() > 100 * within


@pytest.mark.slow
@settings(max_examples=100)
@given(configs(), st.integers(0, 2**31))
@example(HeadConfig(5, 1, 1, 2, 1, (1, 1, 1, 1), 2, 2, 1, 6, 1, 5), 0)  # a seam without rows
def test_equals_the_head_for_any_convolutions(config, seed):
    with torch.inference_mode():
        head = lively_head(config, torch.float64, seed)
        x, mask = windows(head, 3, seed)
        gap = factorised(head, x, mask) - one_by_one(head, x, mask)
    assert gap.abs().max() < 1e-9


def gap_through_projection(head: Head, dimension: int, seed: int = 0) -> torch.Tensor:
    """Differences from the head, of vectors of ``dimension`` numbers and what they project to."""
    torch.manual_seed(seed)
    projection = torch.nn.Linear(dimension, head.config.dimension, dtype=head.mean.dtype)
    vectors, mask = windows(head, 3, seed, dimension)
    fast = FactorisedHead(head, head.mean.dtype, projection)
    own = fast(*fast.partial_sums(vectors[mask].split(2), mask))
    return own - one_by_one(head, projection(vectors), mask)


@torch.inference_mode()
@pytest.mark.parametrize(("dtype", "within"), [(torch.float32, 1e-4), (torch.float64, 1e-9)])
def test_equals_the_head_on_what_dacs_codebooks_project_to(dtype, within):
    frames, dimension = SHAPES["dac"]
    head = lively_head(HeadConfig(frames, dimension, 2, inputs=2, segments=2), dtype)
    assert gap_through_projection(head, 72).abs().max() < within


@pytest.mark.slow
@settings(max_examples=50)
@given(configs(), st.integers(1, 5), st.integers(0, 2**31))
def test_a_projection_goes_into_any_convolutions(config, dimension, seed):
    with torch.inference_mode():
        head = lively_head(config, torch.float64, seed)
        assert gap_through_projection(head, dimension, seed).abs().max() < 1e-9


@torch.inference_mode()
def test_windows_and_segments_may_come_in_chunks():
    head = lively_head(HeadConfig(40, 30, 2, inputs=2, segments=4), torch.float64)
    x, mask = windows(head, 5)
    fast = FactorisedHead(head, torch.float64)
    whole = fast(*fast.partial_sums([x[mask]], mask))
    chunks = [
        fast.partial_sums(x[part][mask[part]].split(at + 1), mask[part])
        for at in (0, 2, 4)
        for part in [slice(at, at + 2)]
    ]
    first, second = concatenate_partial_sums(chunks, len(x))
    assert torch.allclose(fast(first, second), whole, atol=1e-12)
    some = fast(first.select(slice(1, 3)), second.select(slice(2, 5)))
    assert torch.allclose(some, whole[1:3, 2:5], atol=1e-12)
    with pytest.raises(ValueError, match="of 3 windows, not 4"):
        concatenate_partial_sums(chunks[1:], 4)


def test_a_head_of_one_recording_cannot_compare():
    with pytest.raises(ValueError, match="must take 2"):
        FactorisedHead(lively_head(HeadConfig(40, 30, 2, inputs=1), torch.float32))
