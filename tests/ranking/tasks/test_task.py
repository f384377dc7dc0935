"""Examples are numbers that go together; they join without mixing their units."""

import numpy as np
import pytest

from ranking.tasks.task import Examples, join_examples


def test_examples_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        Examples(np.zeros((3, 2), int), np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="at least 1"):
        Examples(np.zeros((0, 2), int), np.zeros(0), np.zeros(0))


def test_joined_examples_keep_their_units_apart():
    one = Examples(np.array([[0], [1]]), np.array([0, 1]), np.array([7, 7]))
    two = Examples(np.array([[2], [3], [4]]), np.array([1, 1, 0]), np.array([7, 2, 7]))
    joined = join_examples([one, two])
    assert joined.windows[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert joined.targets.tolist() == [0, 1, 1, 1, 0]
    assert joined.units.tolist() == [0, 0, 2, 1, 2]


def test_weights_go_with_their_examples_and_change_the_hash():
    plain = Examples(np.array([[0], [1]]), np.array([0, 1]), np.array([0, 1]))
    weighted = Examples(plain.windows, plain.targets, plain.units, np.array([1.0, 3.0]))
    assert plain.sha256 != weighted.sha256
    assert weighted.subset(np.array([1])).weights.tolist() == [3]
    assert join_examples([plain, weighted]).weights.tolist() == [1, 1, 1, 3]
    assert join_examples([plain, plain]).weights is None
    for bad in ([1.0], [1.0, 0.0]):
        with pytest.raises(ValueError, match="weights are one for each example, above 0"):
            Examples(plain.windows, plain.targets, plain.units, np.array(bad))


def test_the_hash_changes_with_any_number():
    base = Examples(np.array([[0, 1]]), np.array([1]), np.array([0]))
    others = (
        Examples(np.array([[1, 0]]), np.array([1]), np.array([0])),
        Examples(np.array([[0, 1]]), np.array([0]), np.array([0])),
        Examples(np.array([[0, 1]]), np.array([1]), np.array([1])),
    )
    assert len({base.sha256, *(other.sha256 for other in others)}) == 4
