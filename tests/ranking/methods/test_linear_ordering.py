"""The order of least contradiction, against all orders and where bounds are all there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.methods import linear_ordering
from ranking.methods.linear_ordering import best_order, contradicted, improved


def margins(n: int, seed: int, largest: int = 3) -> np.ndarray:
    upper = np.triu(np.random.default_rng(seed).integers(-largest, largest + 1, (n, n)), 1)
    return (upper - upper.T).astype(float)


def least(margin: np.ndarray) -> float:
    """The least cost of all orders, from small sets of candidates to larger ones."""
    n = len(margin)
    against = np.maximum(-margin, 0)
    cost = np.zeros(2**n)
    for chosen in range(1, 2**n):
        members = [one for one in range(n) if chosen >> one & 1]
        cost[chosen] = min(
            cost[chosen - (1 << last)] + sum(against[other, last] for other in members)
            for last in members
        )
    return float(cost[-1])


def test_the_cost_is_the_margins_of_those_who_trail():
    margin = np.array([[0, 2, -5], [-2, 0, 1], [5, -1, 0.0]])
    assert contradicted(margin, np.array([0, 1, 2])) == 5
    assert contradicted(margin, np.array([2, 0, 1])) == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10_000))
def test_no_order_contradicts_less(n, seed):
    margin = margins(n, seed)
    orders = [np.array(one) for one in itertools.permutations(range(n))]
    found = best_order(margin)
    assert found.proven
    assert found.cost == contradicted(margin, found.order)
    assert found.cost == min(contradicted(margin, one) for one in orders)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(7, 8), st.integers(0, 10_000), st.booleans())
def test_no_order_of_eight_contradicts_less(n, seed, integers):
    margin = margins(n, seed) * (1 if integers else np.pi)
    found = best_order(margin)
    assert found.proven
    assert found.cost == pytest.approx(least(margin), abs=1e-9)


@given(st.integers(2, 9), st.integers(0, 10_000))
def test_moves_of_one_candidate_never_lose(n, seed):
    margin = margins(n, seed)
    start = np.random.default_rng(seed).permutation(n)
    order = improved(margin, start)
    assert sorted(order) == list(range(n))
    assert contradicted(margin, order) <= contradicted(margin, start)
    for at, to in itertools.product(range(n), repeat=2):
        moved = np.insert(np.delete(order, at), to, order[at])
        assert contradicted(margin, moved) >= contradicted(margin, order)


def test_beyond_its_size_an_order_has_bounds(monkeypatch):
    monkeypatch.setattr(linear_ordering, "MAX_EXACT", 5)
    margin = margins(6, 1)
    found = best_order(margin)
    assert not found.proven
    assert found.bound == 0 < found.cost == contradicted(margin, found.order)


def test_out_of_time_the_cost_lies_between_bounds():
    margin = margins(12, 0)
    found = best_order(margin, seconds=0)
    assert not found.proven
    assert found.bound == 0 < found.cost == contradicted(margin, found.order)
    later = best_order(margin)
    assert later.proven
    assert 0 < later.cost <= found.cost
