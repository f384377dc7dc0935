"""How often a fresh panel repeats an order: the closed forms beside simulation and by hand."""

import numpy as np
import pytest
from scipy.stats import beta, binom, norm

from ranking.uncertainty.fresh_panel import (
    PRIORS,
    beta_prior,
    p_higher,
    p_majority_repeated,
    p_preferred,
    p_repeated,
    prior_variance,
)


def test_the_better_of_two_by_hand():
    marks, errors, pairs = np.array([1.0, 2.0]), np.array([0.3, 0.4]), np.array([[1, 0], [0, 1]])
    assert p_higher(marks, errors, pairs) == pytest.approx(norm.cdf([2.0, -2.0]))


def simulated(rng, events=900, each=8, tau=0.7):
    """Marks of a panel, their errors, the events, and the marks of a fresh panel."""
    event = np.repeat(np.arange(events), each)
    errors = rng.uniform(0.2, 1.0, len(event))
    true = 5 * rng.standard_normal(events)[event] + tau * rng.standard_normal(len(event))
    marks, fresh = (true + errors * rng.standard_normal(len(event)) for _ in range(2))
    return marks, errors, event, fresh


def test_a_fresh_panel_agrees_as_often_as_in_simulation():
    rng = np.random.default_rng(0)
    marks, errors, event, fresh = simulated(rng)
    within, start = np.triu_indices(8, 1), np.arange(0, len(event), 8)
    first, second = ((start[:, np.newaxis] + own).ravel() for own in within)
    p = p_repeated(marks, errors, event, np.stack([first, second]))
    same = (marks[first] > marks[second]) == (fresh[first] > fresh[second])
    assert prior_variance(marks, errors, event) == pytest.approx(0.7**2, rel=0.1)
    assert p.mean() == pytest.approx(same.mean(), abs=0.015)
    sure = np.abs(marks[first] - marks[second]) >= 2 * np.hypot(errors[first], errors[second])
    assert p[sure].mean() == pytest.approx(same[sure].mean(), abs=0.02)
    for low, high in ((0, 0.55), (0.55, 0.7), (0.7, 0.85), (0.85, 1)):
        own = (p >= low) & (p < high)
        assert p[own].mean() == pytest.approx(same[own].mean(), abs=0.03)


def test_equal_errors_agree_as_the_correlation_says():
    """Of all pairs 1/2 + arcsin(ρ) / π, with ρ = τ² / (τ² + s²): Sheppard's formula."""
    rng = np.random.default_rng(1)
    marks = rng.standard_normal(1500) * np.sqrt(2)
    errors, event = np.full(1500, 1.0), np.zeros(1500, dtype=int)
    first, second = np.triu_indices(1500, 1)
    rho = prior_variance(marks, errors, event) / marks.var(ddof=1)
    p = p_repeated(marks, errors, event, np.stack([first, second]))
    assert p.mean() == pytest.approx(0.5 + np.arcsin(rho) / np.pi, abs=0.005)


def test_marks_that_lie_no_farther_apart_than_their_errors_tell_nothing():
    marks, errors, event = np.array([1.0, 1.1, 0.9]), np.ones(3), np.zeros(3)
    assert prior_variance(marks, errors, event) == 0
    assert p_repeated(marks, errors, event, np.array([[0], [1]])) == pytest.approx([0.5])
    assert prior_variance(marks, errors, np.arange(3)) == 0


@pytest.mark.parametrize("a", [0.5, 2.0, 20.0])
def test_the_prior_of_shares_is_found_and_a_fresh_majority_is_as_likely_as_simulated(a):
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 9, 6000).astype(float)
    share = rng.beta(a, a, len(counts))
    won, fresh = (rng.binomial(counts.astype(int), share).astype(float) for _ in range(2))
    found = beta_prior(won, counts)
    assert 1 / (2 * found + 1) == pytest.approx(1 / (2 * a + 1), abs=0.02)
    uneven = won != counts / 2
    ahead, again = np.sign(won - counts / 2)[uneven], np.sign(fresh - counts / 2)[uneven]
    same = (1 + ahead * again) / 2
    p = p_majority_repeated(won[uneven], counts[uneven], found)
    assert p.mean() == pytest.approx(same.mean(), abs=0.015)
    right = (share > 0.5)[uneven] == (ahead > 0)
    better = p_preferred(won, counts, found)[uneven]
    assert np.maximum(better, 1 - better).mean() == pytest.approx(right.mean(), abs=0.015)


def test_counts_by_hand():
    won, counts = np.array([1.0, 3.0, 1.5]), np.array([1.0, 4.0, 3.0])
    assert p_preferred(won, counts, 2.0) == pytest.approx(beta.sf(0.5, won + 2, counts - won + 2))
    flat = p_majority_repeated(np.array([4.0]), np.array([4.0]), 1e6)
    assert flat == pytest.approx([binom.sf(2, 4, 0.5) + binom.pmf(2, 4, 0.5) / 2], abs=1e-5)
    assert p_majority_repeated(np.array([1.0]), np.array([1.0]), 1.0) == pytest.approx([2 / 3])
    assert beta_prior(np.ones(3), np.ones(3)) == 1
    assert beta_prior(np.array([9.0, 0.0]), np.array([9.0, 9.0])) == pytest.approx(PRIORS[0])
    assert beta_prior(np.array([2.0, 3.0]), np.array([4.0, 6.0])) == pytest.approx(PRIORS[1])
