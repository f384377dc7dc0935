"""Losses are torch's, in float32, whatever logits they get; names find them."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from ranking.tasks.losses import loss_function
from ranking.tasks.task import (
    BINARY_CROSS_ENTROPY,
    CROSS_ENTROPY,
    PUBLISHED_BINARY_CROSS_ENTROPY,
    PUBLISHED_CROSS_ENTROPY,
    Loss,
)

LOGITS = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
CLASSES = torch.tensor([0, 1, 2, 2, 1, 0])
WEIGHTED = Loss("cross_entropy", (("weights", (1.0, 2.0, 0.5)),))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_losses_are_a_float32_for_each_example(dtype):
    for loss, targets in (
        (CROSS_ENTROPY, CLASSES),
        (WEIGHTED, CLASSES),
        (Loss("squared_earth_movers_distance"), CLASSES),
        (BINARY_CROSS_ENTROPY, torch.eye(3).repeat(2, 1)),
    ):
        values = loss_function(loss)(LOGITS.to(dtype), targets)
        assert (values.dtype, values.shape) == (torch.float32, (6,))


def test_weights_are_of_the_classes():
    plain, weighted = (loss_function(loss)(LOGITS, CLASSES) for loss in (CROSS_ENTROPY, WEIGHTED))
    torch.testing.assert_close(weighted, plain * torch.tensor([1.0, 2.0, 0.5])[CLASSES])


def test_merged_classes_count_as_one():
    """As if their probabilities were added first; targets stay those of the manifest."""
    merged = Loss("cross_entropy", (("merged", (0, 1, 1)),))
    p = LOGITS.softmax(dim=1)
    either = torch.stack([p[:, 0], p[:, 1] + p[:, 2]], dim=1)
    expected = -either[range(6), CLASSES.clamp_max(1)].log()
    torch.testing.assert_close(loss_function(merged)(LOGITS, CLASSES), expected)
    both = Loss("cross_entropy", (*merged.parameters, *WEIGHTED.parameters))
    weights = torch.tensor([1.0, 2.0, 0.5])[CLASSES]
    torch.testing.assert_close(loss_function(both)(LOGITS, CLASSES), expected * weights)
    apart = Loss("cross_entropy", (("merged", (0, 1, 2)),))
    plain = loss_function(CROSS_ENTROPY)(LOGITS, CLASSES)
    torch.testing.assert_close(loss_function(apart)(LOGITS, CLASSES), plain)


def test_labels_are_averaged():
    targets = torch.eye(3).repeat(2, 1)
    expected = functional.binary_cross_entropy(LOGITS.sigmoid(), targets, reduction="none")
    found = loss_function(BINARY_CROSS_ENTROPY)(LOGITS, targets)
    torch.testing.assert_close(found, expected.mean(dim=1))


def test_a_loss_of_known_labels_is_that_of_them_alone():
    targets = torch.tensor([[1, torch.nan, 0], [torch.nan, 1, torch.nan], [0, 0, 1.0]])
    logits = LOGITS[:3].clone().requires_grad_()
    found = loss_function(BINARY_CROSS_ENTROPY)(logits, targets)
    for row, value in enumerate(found):
        known = ~targets[row].isnan()
        alone = functional.binary_cross_entropy_with_logits(LOGITS[row][known], targets[row][known])
        torch.testing.assert_close(value, alone)
    torch.autograd.backward(found.sum())
    assert (logits.grad[targets.isnan()] == 0).all()
    assert (logits.grad[~targets.isnan()] != 0).all()


def test_the_ordinal_loss_is_the_squared_distance_of_cumulative_probabilities():
    """Of certain answers, how many classes they are off; of uniform ones, a sum of squares."""
    ordinal = loss_function(Loss("squared_earth_movers_distance"))
    certain = 1e3 * torch.eye(9)
    for truth in range(9):
        found = ordinal(certain, torch.full((9,), truth))
        assert found.tolist() == [abs(truth - answer) for answer in range(9)]
    uniform = ordinal(torch.zeros(1, 9), torch.tensor([0]))
    assert float(uniform) == pytest.approx(sum((1 - k / 9) ** 2 for k in range(1, 9)))
    plain = loss_function(CROSS_ENTROPY)
    near, far = 3 * torch.eye(9)[[1]], 3 * torch.eye(9)[[8]]
    zero = torch.tensor([0])
    assert plain(near, zero) == pytest.approx(plain(far, zero))
    assert ordinal(near, zero) < ordinal(far, zero)


def test_a_loss_may_lie_elsewhere():
    found = loss_function(Loss("torch.nn.functional:cross_entropy", (("reduction", "none"),)))
    torch.testing.assert_close(
        found(LOGITS, CLASSES), loss_function(CROSS_ENTROPY)(LOGITS, CLASSES)
    )
    with pytest.raises(ValueError, match="no loss 'hinge'"):
        loss_function(Loss("hinge"))


@pytest.mark.parametrize("classes", [2, 4, 9])
def test_the_published_loss_has_a_floor(classes):
    """Probabilities of 0 and 1 taken for logits: log(1 + (C - 1) / e), 0.313 of two classes."""
    logits = torch.zeros(1, classes)
    logits[0, 1] = 1e4
    found = loss_function(PUBLISHED_CROSS_ENTROPY)(logits, torch.tensor([1]))
    assert found.item() == pytest.approx(np.log(1 + (classes - 1) / np.e))


def test_the_published_loss_of_labels_has_a_floor_too():
    logits, targets = torch.tensor([[1e4, -1e4]]), torch.tensor([[1.0, np.nan]])
    found = loss_function(PUBLISHED_BINARY_CROSS_ENTROPY)(logits, targets)
    assert found.item() == pytest.approx(np.log(1 + 1 / np.e))
