"""Who is surely better than whom."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from ranking.uncertainty.joint_ranks import could_be_first, difference_p, joint_ranges


def test_independent_errors_are_tested_as_by_the_t_test():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 12))
    variance = (one.var(ddof=1) + other.var(ddof=1)) / 2 / 12
    p = difference_p(np.array([one.mean(), other.mean()]), variance * np.eye(2), 22)
    assert p[0, 1] == pytest.approx(ttest_ind(one, other).pvalue)


def test_an_error_that_two_share_is_in_no_difference():
    p = difference_p(np.array([1.0, 0.0]), np.ones((2, 2)), 5)
    assert p[0, 1] == 0
    assert (difference_p(np.zeros(3), np.zeros((3, 3)), 5) == 1).all()


def test_everyone_must_be_significantly_below_the_leader():
    strength = np.array([3.0, 2.0, 1.0, 0.0])
    p = np.ones((4, 4))
    p[0, 1:] = p[1:, 0] = [0.03, 0.02, 0.001]  # Holm: 0.04, 0.04, 0.003
    leaders = np.array([True, False, False, False])
    assert could_be_first(strength, p, leaders).tolist() == [True, False, False, False]
    p[0, 1] = p[1, 0] = 0.06
    assert could_be_first(strength, p, leaders).tolist() == [True, True, False, False]
    assert could_be_first(strength, p, np.full(4, fill_value=True)).all()


def test_joint_ranges_count_who_is_significantly_better_and_worse():
    strength = np.array([9.0, 1.0, 0.5, -9.0])
    low, high = joint_ranges(strength, difference_p(strength, np.eye(4), np.inf))
    assert low.tolist() == [1, 2, 2, 4]
    assert high.tolist() == [1, 3, 3, 4]


@pytest.mark.slow
def test_nobody_else_is_wrong_in_at_most_one_field_of_twenty():
    """Two equal leaders far above all others are the worst case (Gutmann and Maymin 1987)."""
    rng, wrong, jointly = np.random.default_rng(4), 0, 0
    true = np.array([5.0, 5.0, 0.0, 0.0, 0.0])
    for _ in range(2000):
        jurors = true + rng.normal(size=(7, 5))
        mean = jurors.mean(axis=0)
        p = difference_p(mean, np.cov(jurors.T) / 7, 6)
        wrong += could_be_first(mean, p, mean == mean.max()).sum() == 1
        low, high = joint_ranges(mean, p)
        jointly += bool((low <= [1, 1, 3, 3, 3]).all() and (high >= [2, 2, 5, 5, 5]).all())
    assert 0.03 < wrong / 2000 < 0.065
    assert jointly / 2000 > 0.94
