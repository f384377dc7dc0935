"""Shares of pairs: all or nothing by hand, panels by simulation."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.evaluation.shares import bounded_share, count_disjoint_pairs, panel_share


def unequal(score: np.ndarray) -> np.ndarray:
    return (score[:, np.newaxis] > score).astype(float)


def test_pairs_that_are_all_right_have_the_bound_of_the_disjoint_ones():
    """Of 2 + 6 candidates two disjoint pairs: 0.025^(1/2)."""
    better = unequal(np.repeat([0.0, 1.0], [6, 2]))
    right = bounded_share(better, better)
    assert (right.value, right.high) == (1, 1)
    assert right.low == pytest.approx(0.025**0.5)
    assert right.unit == "2 disjoint pairs"
    wrong = bounded_share(0 * better, better)
    assert (wrong.value, wrong.low) == (0, 0)
    assert wrong.high == pytest.approx(1 - 0.025**0.5)


def test_one_pair_says_almost_nothing():
    better = unequal(np.array([0.0, 1.0]))
    assert bounded_share(better, better).low == pytest.approx(0.025)


@given(st.lists(st.integers(1, 7), min_size=2, max_size=5))
def test_disjoint_pairs_of_unequal_results_are_as_many_as_can_be(sizes):
    """Half of all candidates, but no more than there are outside the largest group."""
    n, largest = sum(sizes), max(sizes)
    compared = unequal(np.repeat(np.arange(len(sizes)), sizes).astype(float))
    assert count_disjoint_pairs(compared) == min(n // 2, n - largest)


@given(st.integers(2, 14), st.integers(0, 10_000), st.floats(0.05, 0.9))
def test_disjoint_pairs_are_nearly_a_largest_matching(n, seed, density):
    compared = np.triu(np.random.default_rng(seed).random((n, n)) < density, 1).astype(float)
    largest = len(nx.max_weight_matching(nx.from_numpy_array(compared), maxcardinality=True))
    assert largest - 2 <= count_disjoint_pairs(compared) <= largest


@pytest.mark.slow
@pytest.mark.parametrize("jurors", [5, 17])
def test_the_interval_of_a_panel_covers_other_jurors_and_candidates(jurors):
    """300 panels of 30 candidates, a taste of each juror for each candidate: 93 % or more."""
    rng = np.random.default_rng(jurors)
    n = 30

    def panel(size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        score = rng.integers(0, 4, count).astype(float)
        quality = 0.4 * score + rng.standard_normal(count)
        mark = quality + rng.standard_normal((size, count))
        better = unequal(score)
        right = (mark[:, :, np.newaxis] > mark[:, np.newaxis, :]) * better
        return right, np.broadcast_to(better, right.shape)

    truth = np.mean([(own[0].sum() / own[1].sum()) for own in (panel(40, 200) for _ in range(20))])
    covered = 0
    for seed in range(300):
        own = panel_share(*panel(jurors, n), seed)
        covered += own.low <= truth <= own.high
    assert covered / 300 >= 0.93
