"""Gaps of neighbours: of normal strengths, and by the formulas."""

import numpy as np
import pytest
from scipy.stats import norm

from ranking.uncertainty.neighbours import (
    cluster_difference_variance,
    comparisons_needed,
    neighbour_gap,
)


def test_the_gap_is_that_of_normal_strengths_whatever_the_errors():
    """2,000 fields of 20 with standard deviation 1, and errors that add half as much variance."""
    rng = np.random.default_rng(0)
    n, error = 20, 0.5 * np.eye(20)
    true = rng.standard_normal((2000, n))
    estimates = true + rng.multivariate_normal(np.zeros(n), error, 2000)
    gaps = [neighbour_gap(one, error) for one in estimates]
    assert np.mean(gaps) == pytest.approx(np.ptp(true, axis=1).mean() / (n - 1), rel=0.04)


def test_errors_as_wide_as_the_spread_leave_no_gap():
    strength = np.array([-1.0, 0.0, 1.0])
    assert neighbour_gap(strength, np.eye(3)) == 0
    assert neighbour_gap(strength, 0.5 * np.eye(3)) > 0
    shared = np.ones((3, 3))  # an error that all share moves nobody apart
    assert neighbour_gap(strength, shared) == neighbour_gap(strength, 0 * shared)


def test_the_variance_of_a_cluster_is_that_of_its_difference_of_two():
    """Of strengths that are means of 9 jurors whose marks have the variance 4."""
    assert cluster_difference_variance(4 / 9 * np.eye(5), 9) == pytest.approx(8)


def test_comparisons_that_it_takes_find_four_fifths():
    needed = round(comparisons_needed(0.2))
    p = 1 / (1 + np.exp(-0.2))
    found = np.log(p / (1 - p)) * np.sqrt(needed * 0.25) - norm.ppf(0.975)
    assert norm.cdf(found) == pytest.approx(0.8, abs=0.001)
