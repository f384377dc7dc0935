"""Draws of ranks: what they are where the errors are known, and probabilities that add up."""

import numpy as np
import pandas as pd
import pytest

from ranking.uncertainty.rank_distribution import (
    empirical_bayes_draws,
    normal_draws,
    rank_distribution,
)

IDS = pd.Index(list("abcd"))


def test_probabilities_add_up():
    rng = np.random.default_rng(0)
    found = rank_distribution(IDS, rng.normal([3, 2, 1, 0], 1, (2000, 4)))
    table = found.probabilities()
    np.testing.assert_allclose(table.sum(axis=0), 1)
    np.testing.assert_allclose(table.sum(axis=1), 1)
    np.testing.assert_allclose(found.above_cut(2), table[[1, 2]].sum(axis=1))
    assert found.above_cut(2).sum() == pytest.approx(2)
    better = found.better()
    np.testing.assert_allclose((better + better.T).to_numpy()[~np.eye(4, dtype=bool)], 1)
    assert better.isna().to_numpy().diagonal().all()
    expected = (np.arange(1, 5) * table).sum(axis=1)  # 1 plus the chances that others are better
    np.testing.assert_allclose(expected, 1 + better.sum(axis=0))


def test_a_probability_is_that_of_the_normal_distribution():
    found = rank_distribution(IDS[:2], normal_draws(np.array([1.0, 0.0]), np.eye(2), 1, 100_000))
    assert found.better().loc["a", "b"] == pytest.approx(0.7602, abs=0.005)  # Φ(1 / √2)


def test_strengths_without_error_have_one_rank_and_equals_share_a_range():
    found = rank_distribution(IDS, empirical_bayes_draws(np.array([2.0, 1.0, 1.0, 0.0]), 0.0, 5))
    low, high = found.ranges
    assert low.tolist() == [1, 2, 2, 4]
    assert high.tolist() == [1, 3, 3, 4]


@pytest.mark.parametrize("variance", [0.0, 1.0])
def test_where_all_are_equal_every_rank_is_as_likely(variance):
    found = rank_distribution(IDS, empirical_bayes_draws(np.zeros(4), variance, 5))
    assert (found.ranges[0] == 1).all()
    assert (found.ranges[1] == 4).all()
    assert found.probabilities().to_numpy() == pytest.approx(0.25, abs=0.04)


def test_much_information_gives_the_posterior_of_known_variances():
    """θ given s is normal around λ s with variance λ v, of strengths with variance τ²."""
    rng = np.random.default_rng(3)
    n, error = 2000, 0.5
    strength = rng.normal(0, np.sqrt(1 + error), n)
    drawn = empirical_bayes_draws(strength, error, 1e6, draws=400)
    kept = 1 / (1 + error)
    centre = kept * (strength - strength.mean())
    np.testing.assert_allclose(drawn.mean(axis=0) - strength.mean(), centre, atol=0.2)
    assert drawn.std(axis=0).mean() == pytest.approx(np.sqrt(kept * error), rel=0.05)


def test_draws_repeat_with_the_seed():
    strength = np.array([1.0, 0.5, 0.0])
    same = [empirical_bayes_draws(strength, 0.1, 4, seed=2) for _ in range(2)]
    assert (same[0] == same[1]).all()
    assert (same[0] != empirical_bayes_draws(strength, 0.1, 4, seed=3)).any()
