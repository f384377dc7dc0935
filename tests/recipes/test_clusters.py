"""Intervals of shares whose items depend on several kinds of clusters at once."""

import numpy as np
import pytest
from clusters import clustered_share

from ranking.evaluation.resampling import bootstrap_pair_share


def test_of_pairs_of_one_kind_it_is_the_share_over_pairs():
    rng = np.random.default_rng(0)
    n = 12
    pair_counts, won = (
        np.ones((n, n)) - np.eye(n),
        np.triu(rng.random((n, n)) < 0.7, 1).astype(float),
    )
    pair_counts = np.triu(pair_counts)
    first, second = np.triu_indices(n, 1)
    found = clustered_share(won[first, second], [[first, second]], seed=3)
    wanted = bootstrap_pair_share(won, pair_counts, seed=3)
    assert found.value == pytest.approx(wanted.value)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.pairs == n * (n - 1) / 2


def test_of_items_without_clusters_it_is_the_binomial():
    right = np.arange(400) % 4 > 0
    found = clustered_share(right, [[np.arange(400)]])
    spread = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert (found.low, found.high) == pytest.approx((0.75 - spread, 0.75 + spread), abs=0.01)


@pytest.mark.slow
def test_it_covers_the_truth_where_pianists_and_passages_both_matter():
    pianist, passage = (axis.ravel() for axis in np.meshgrid(np.arange(12), np.arange(15)))
    covered, narrow = [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        probability = 0.6 + rng.normal(0, 0.15, 12)[pianist] + rng.normal(0, 0.15, 15)[passage]
        right = (rng.random(len(probability)) < probability).astype(float)
        both = clustered_share(right, [[pianist], [passage]], seed)
        alone = clustered_share(right, [[np.arange(len(right))]], seed)
        covered.append(both.low <= 0.6 <= both.high)
        narrow.append(alone.low <= 0.6 <= alone.high)
    assert np.mean(covered) > 0.9
    assert np.mean(narrow) < 0.85


def test_nothing_has_no_share():
    with pytest.raises(ValueError, match="no items"):
        clustered_share(np.array([]), [[np.array([])]])
