"""Who is surely better than whom."""

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_ind

from ranking.uncertainty.joint_ranks import could_be_first, difference_p, joint_ranges, sign_p


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


def wins_of(marks: np.ndarray) -> np.ndarray:
    """Wins of row over column by one juror's marks."""
    above = (np.sign(marks[:, np.newaxis] - marks) + 1) / 2
    np.fill_diagonal(above, 0)
    return above


@pytest.mark.parametrize(("for_one", "ties"), [(5, 0), (4, 0), (6, 2), (0, 3), (17, 0)])
def test_two_who_have_nobody_between_them_are_tested_by_signs(for_one, ties):
    first = [wins_of(np.array([9.0, 8, 1, 2]))] * for_one
    tied = [wins_of(np.array([8.0, 8, 2, 1]))] * ties
    p = sign_p([*first, *tied, wins_of(np.array([8.0, 9, 1, 2]))])
    assert p[0, 1] == p[1, 0] == pytest.approx(binomtest(for_one, for_one + 1).pvalue)
    assert p[0, 2] == p[0, 3] == p[1, 2] == 0  # by how much they differ is known too


def test_one_juror_who_has_somebody_between_tells_more_than_a_sign():
    near, apart = wins_of(np.array([3.0, 2, 1])), wins_of(np.array([3.0, 1, 2]))
    assert sign_p([near, near, near])[0, 1] == 0.25
    assert sign_p([near, near, apart])[0, 1] == 0


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
