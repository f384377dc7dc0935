"""Kemeny orders: published and by hand, against all orders, and whether there are others."""

import itertools

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons.tally import Tally, WinMatrix
from ranking.methods.kemeny import (
    KEMENY,
    another_order,
    kemeny_order,
    kemeny_remark,
    kemeny_strengths,
)
from ranking.methods.linear_ordering import contradicted
from ranking.methods.method import method_remarks, rank_candidates

CITIES = ["Chattanooga", "Knoxville", "Memphis", "Nashville"]
TENNESSEE = {  # how many of 100 voters have which order
    "Memphis Nashville Chattanooga Knoxville": 42,
    "Nashville Chattanooga Knoxville Memphis": 26,
    "Chattanooga Knoxville Nashville Memphis": 15,
    "Knoxville Chattanooga Nashville Memphis": 17,
}
CYCLE = WinMatrix(np.array([[0, 2, 1], [1, 0, 2], [2, 1, 0.0]]))  # three equal margins


def ballots(orders: dict[str, int], names: list[str]) -> WinMatrix:
    wins = np.zeros((len(names), len(names)))
    for order, number in orders.items():
        for above, below in itertools.combinations(map(names.index, order.split()), 2):
            wins[above, below] += number
    return WinMatrix(wins)


def test_the_capital_of_tennessee():
    """The example of "Kemeny method" in Wikipedia: 393 agree, so that 207 of 600 do not."""
    wins = ballots(TENNESSEE, CITIES)
    strengths = kemeny_strengths(wins)
    order = [CITIES[one] for one in np.argsort(-strengths)]
    assert order == ["Nashville", "Chattanooga", "Knoxville", "Memphis"]
    assert strengths.tolist() == [2, 1, 0, 3]
    remark = kemeny_remark(wins, strengths, CITIES)
    assert remark == "The order contradicts 207 of 600 comparisons, and no order fewer."


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(0, 10_000))
def test_an_order_is_the_only_one_if_and_only_if_no_other_is_found(n, seed):
    """Other than by those who share a rank, over all orders."""
    upper = np.triu(np.random.default_rng(seed).integers(-2, 3, (n, n)), 1)
    margin = (upper - upper.T).astype(float)
    found = kemeny_order(margin)
    orders = [np.array(one) for one in itertools.permutations(range(n))]
    least = min(contradicted(margin, one) for one in orders)
    rank = np.empty(n)
    for number, members in enumerate(found.ranks):
        rank[members] = number
    best = [one for one in orders if contradicted(margin, one) == least]
    others = [one for one in best if (np.diff(rank[one]) < 0).any()]
    assert found.cost == found.bound == least
    assert all(
        contradicted(margin, np.concatenate(one)) == least
        for one in itertools.product(*map(itertools.permutations, found.ranks))
    )
    other = another_order(margin, found)
    assert (other is not None) == bool(others)
    if other is not None:
        assert any((other == one).all() for one in others)


def test_a_cycle_has_other_orders_and_says_so():
    remark = kemeny_remark(CYCLE, kemeny_strengths(CYCLE), ["a", "b", "c"])
    assert remark == (
        "The order contradicts 4 of 9 comparisons, and no order fewer. It is not the only one: "
        "another contradicts as many, in which 3 of 3 candidates have other ranks."
    )


def test_level_neighbours_share_a_rank():
    wins = np.array([[0, 2, 2, 2], [2, 0, 2, 2], [1, 1, 0, 2], [0, 0, 0, 0.0]])
    assert kemeny_strengths(WinMatrix(wins)).tolist() == [2, 2, 1, 0]
    assert another_order(wins - wins.T, kemeny_order(wins - wins.T)) is None


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(0, 10_000))
def test_whoever_leads_everybody_is_first(n, seed):
    """The Condorcet winner; and the others are ordered as if there were none."""
    rng = np.random.default_rng(seed)
    wins = rng.integers(0, 4, (n, n)) * (1.0 - np.eye(n))
    wins[0, 1:] = wins[1:, 0] + 1
    strengths = kemeny_strengths(WinMatrix(wins))
    assert strengths[0] == n - 1
    assert strengths[1:].tolist() == kemeny_strengths(WinMatrix(wins[1:, 1:])).tolist()


def test_weights_move_a_majority():
    """A candidate of weight 2 stands for two: the wins over and of it count twice."""
    wins = np.array([[0, 3, 2], [2, 0, 4], [4, 2, 0.0]])  # 1 over 2 by 2, 2 over 0 by 2, 0 over 1
    assert kemeny_order(wins - wins.T).cost == 1
    assert np.argmin(kemeny_strengths(WinMatrix(wins), np.array([5.0, 5.0, 1.0]))) != 0


def test_ranges_of_a_component_are_its_own_and_each_has_a_remark():
    comparisons = np.zeros((4, 4))
    comparisons[0, 1] = comparisons[2, 3] = 1
    tally = Tally(pd.Index(list("abcd")), comparisons, comparisons)
    ranking = rank_candidates(tally, KEMENY)
    assert ranking["rank"].tolist() == [1, 2, 1, 2]
    assert (
        method_remarks(ranking, tally, KEMENY)
        == ["The order contradicts 0 of 1 comparisons, and no order fewer."] * 2
    )


def test_bounds_are_said_where_nothing_is_proven(monkeypatch):
    from ranking.methods import linear_ordering

    monkeypatch.setattr(linear_ordering, "MAX_EXACT", 2)
    wins = WinMatrix(7 * CYCLE.wins)  # other margins than before: nothing is kept
    remark = kemeny_remark(wins, kemeny_strengths(wins), ["a", "b", "c"])
    assert remark == (
        "The order found contradicts 28 of 63 comparisons. Every order contradicts 21 at the "
        "least; whether there is a better one was not found out in time."
    )
