"""Few pairs of many candidates: the same strengths as with a matrix of all pairs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons.graph.components import weakly_connected_components
from ranking.methods import bradley_terry
from ranking.methods.bradley_terry import VANISHING, fit_components
from ranking.methods.method import rank_candidates
from ranking.methods.sparse_bradley_terry import ITERATIONS, is_sparse, sparse_log_strengths
from ranking.uncertainty import rank_intervals


def random_wins(n: int, rows: int, spread: float, seed: int) -> np.ndarray:
    """Wins of n candidates in random pairs, their strengths normal; the largest component."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(size=n) * spread
    first = rng.integers(n, size=rows)
    second = (first + 1 + rng.integers(n - 1, size=rows)) % n
    won = rng.random(rows) < 1 / (1 + np.exp(strength[second] - strength[first]))
    wins = np.zeros((n, n))
    np.add.at(wins, (np.where(won, first, second), np.where(won, second, first)), 1.0)
    members = weakly_connected_components(wins + wins.T)[0]
    return wins[np.ix_(members, members)]


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(3, 40),
    rows=st.integers(2, 160),
    spread=st.sampled_from([0.0, 1.0, 4.0]),
    seed=st.integers(0, 999),
)
def test_strengths_are_those_of_the_dense_fit(n, rows, spread, seed):
    wins = random_wins(n, rows, spread, seed)
    dense = fit_components(wins)
    np.testing.assert_allclose(sparse_log_strengths(wins, VANISHING), dense, atol=1e-6)


@pytest.mark.slow
def test_a_long_ring_is_solved_by_a_factor():
    """Its conjugate gradients take as many iterations as it has candidates, or more."""
    n = 2 * ITERATIONS + 10
    wins = np.zeros((n, n), dtype=np.float32)
    wins[np.arange(n), (np.arange(n) + 1) % n] = 1 + np.arange(n) % 3
    strength = sparse_log_strengths(wins, VANISHING)
    gap = strength - np.roll(strength, -1)
    loss = (1 + np.arange(n) % 3) / (1 + np.exp(gap))
    np.testing.assert_allclose(loss, loss[0], rtol=1e-6)  # each wins as much as it loses


def test_a_chain_is_an_order():
    wins = np.diag(np.ones(599), k=1)
    assert (np.diff(sparse_log_strengths(wins, VANISHING)) < 0).all()


def test_the_sparse_fit_is_taken_where_few_pairs_of_many_were_compared(monkeypatch):
    wins = random_wins(520, 2600, 1.0, 5)
    assert is_sparse(wins)
    assert not is_sparse(np.ones((520, 520)))
    assert not is_sparse(wins[:100, :100])
    found = fit_components(wins)
    monkeypatch.setattr(bradley_terry, "is_sparse", lambda _: False)
    np.testing.assert_allclose(found, fit_components(wins), atol=1e-8)


@pytest.mark.slow
def test_six_thousand_candidates_are_ranked():
    wins = random_wins(6_000, 60_000, 1.0, 0)
    winner, loser = np.nonzero(wins)
    ids = np.array([f"c{number:04}" for number in range(len(wins))])
    table = pd.DataFrame({"first": ids[winner], "second": ids[loser], "winner": ids[winner]})
    ranking = rank_candidates(table.assign(votes=1, windows=1), bradley_terry.BRADLEY_TERRY)
    assert len(ranking) == len(wins)
    assert np.isfinite(ranking["strength"]).all()


def test_for_too_many_candidates_there_are_no_intervals_and_it_is_said(monkeypatch):
    monkeypatch.setattr(rank_intervals, "MAX_CANDIDATES", 2)
    rows = [("anna", "bo", "anna"), ("bo", "cleo", "bo"), ("cleo", "anna", "cleo")]
    table = pd.DataFrame(rows, columns=["first", "second", "winner"]).assign(votes=1, windows=1)
    method = bradley_terry.BRADLEY_TERRY
    found = rank_intervals.estimate_intervals(rank_candidates(table, method), table, method)
    assert found.ranking["rank_low"].isna().all()
    assert "for more than 2 candidates they take hours" in found.uncertainty.sentence
