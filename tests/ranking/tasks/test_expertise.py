"""Labels are those of Eq. 1, and logits say the same."""

import numpy as np
import pytest
import torch

from ranking.tasks.expertise import labels, p_first

LEVELS = {"beginner": 0, "advanced": 1, "virtuoso": 2}
R4 = {  # Q(p2) - Q(p1) = 2, 1; Q(p1) - Q(p2) = 1, 2
    ("beginner", "virtuoso"): 0,
    ("beginner", "advanced"): 1,
    ("advanced", "virtuoso"): 1,
    ("advanced", "beginner"): 2,
    ("virtuoso", "advanced"): 2,
    ("virtuoso", "beginner"): 3,
}


@pytest.mark.parametrize(("pair", "four"), R4.items())
def test_classes_are_those_of_the_paper(pair, four):
    gap = np.array([LEVELS[pair[0]] - LEVELS[pair[1]]])
    assert labels(gap, 4).tolist() == [four]
    assert labels(gap, 2).tolist() == [int(four >= 2)]


def test_equals_and_other_numbers_of_classes_are_refused():
    with pytest.raises(ValueError, match="equals"):
        labels(np.array([1, 0]), 2)
    with pytest.raises(ValueError, match="3 classes"):
        labels(np.array([1]), 3)
    with pytest.raises(ValueError, match="9 classes"):
        p_first(torch.zeros(1, 9))


@pytest.mark.parametrize("classes", [2, 4])
def test_certain_logits_are_certain_verdicts(classes):
    logits = 1e3 * torch.eye(classes)
    wanted = [float(label >= classes // 2) for label in range(classes)]
    assert p_first(logits).tolist() == wanted


@pytest.mark.parametrize("classes", [2, 4])
def test_mirrored_logits_give_the_opposite_probability(classes):
    logits = torch.randn(50, classes, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(p_first(logits) + p_first(logits.flip(1)), torch.ones(50))


def test_two_ways_are_a_sigmoid_of_the_difference():
    logits = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(p_first(logits), torch.sigmoid(logits[:, 1] - logits[:, 0]))
