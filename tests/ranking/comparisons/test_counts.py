"""Sparse counts of very many candidates: the same facts and rankings as arrays of all pairs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons.graph import counts
from ranking.comparisons.graph.components import paths_of_wins
from ranking.comparisons.graph.counts import (
    all_counts,
    count_pairs,
    nonzero_counts,
    number_of_pairs,
)
from ranking.comparisons.schedule import (
    describe_schedule,
    equal_scores_rarely_compared,
    most_pairs_in_both_orders,
)
from ranking.comparisons.tally import Tally, count_comparisons
from ranking.errors import RankingError
from ranking.methods import method as methods
from ranking.methods.method import rank_candidates
from ranking.methods.registry import find_method
from ranking.tables import TIE
from ranking.uncertainty.rank_intervals import estimate_intervals


@pytest.fixture
def sparse(monkeypatch):
    """Counts of any number of candidates are sparse."""
    monkeypatch.setattr(counts, "MAX_DENSE", 0)


def random_comparisons(n: int, rows: int, seed: int) -> pd.DataFrame:
    """Comparisons of random pairs of n candidates, some of them ties, with counts and weights."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{number:02}" for number in range(n)])
    first = rng.integers(n, size=rows)
    second = (first + rng.integers(1, n, size=rows)) % n
    outcomes = [ids[first], ids[second], np.full(rows, TIE)]
    table = {
        "first": ids[first],
        "second": ids[second],
        "winner": np.choose(rng.choice(3, rows, p=[0.5, 0.4, 0.1]), outcomes),
        "count": rng.integers(1, 4, rows),
        "weight": rng.choice([0.5, 2.0], rows),
    }
    return pd.DataFrame(table).assign(votes=1, windows=1)


def dense_and_sparse(table: pd.DataFrame) -> tuple[Tally, Tally]:
    dense = count_comparisons(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "MAX_DENSE", 0)
        return dense, count_comparisons(table)


ANY_TABLE = st.builds(
    random_comparisons, st.integers(2, 12), st.integers(1, 40), st.integers(0, 9_999)
)


def test_counts_of_many_candidates_take_memory_by_pairs():
    n = counts.MAX_DENSE + 1
    own = count_pairs(np.array([0, n - 1, 0]), np.array([5, 2, 5]), np.array([1.0, 0.5, 2.0]), n)
    assert own.nnz == number_of_pairs(own) == 2
    row, column, amount = nonzero_counts(own)
    assert (row.tolist(), column.tolist(), amount.tolist()) == ([0, n - 1], [5, 2], [3.0, 0.5])
    assert all_counts(own).shape == (n, n)
    assert isinstance(count_pairs(row % 3, column % 3, amount, 3), np.ndarray)


@settings(max_examples=60, deadline=None)
@given(ANY_TABLE, st.integers(0, 99))
def test_a_sparse_tally_has_the_same_facts(table, seed):
    dense, sparse = dense_and_sparse(table)
    assert not isinstance(sparse.comparisons, np.ndarray)
    for name in ("comparisons", "first_wins", "wins", "pair_counts"):
        np.testing.assert_array_equal(all_counts(getattr(sparse, name)), getattr(dense, name))
    own = sparse.matrix.of_all_pairs()
    assert (own.ties is None) == (dense.matrix.ties is None)
    for name in ("wins", "pair_counts", "first_wins", *["ties"] * (own.ties is not None)):
        np.testing.assert_allclose(getattr(own, name), getattr(dense.matrix, name), rtol=1e-14)
    assert [one.tolist() for one in sparse.components] == [one.tolist() for one in dense.components]
    assert describe_schedule(sparse) == describe_schedule(dense)
    assert most_pairs_in_both_orders(sparse) == most_pairs_in_both_orders(dense)
    score = np.random.default_rng(seed).choice([0.0, 1.0, np.nan], len(dense.candidates))
    assert equal_scores_rarely_compared(sparse, score) == equal_scores_rarely_compared(dense, score)


@pytest.mark.parametrize(
    "name", ["bradley-terry", "wins", "win-rate", "copeland", "pagerank", "davidson"]
)
@settings(max_examples=10, deadline=None)
@given(ANY_TABLE)
def test_a_sparse_tally_gives_the_same_ranking(name, table):
    dense, sparse = dense_and_sparse(table)
    method = find_method(name)
    pd.testing.assert_frame_equal(rank_candidates(sparse, method), rank_candidates(dense, method))


@settings(max_examples=60, deadline=None)
@given(ANY_TABLE)
def test_undetermined_pairs_are_those_without_a_path_either_way(table):
    tally = count_comparisons(table)
    paths = paths_of_wins(tally.wins)
    unordered = ~(paths | paths.T)
    within = sum(unordered[np.ix_(members, members)].sum() for members in tally.components)
    assert describe_schedule(tally).undetermined_pairs == within / 2


def test_a_method_of_all_pairs_says_how_many_candidates_it_takes(sparse, monkeypatch):
    monkeypatch.setattr(methods, "MAX_ALL_PAIRS", 3)
    table = random_comparisons(5, 60, 0)
    assert len(rank_candidates(table, find_method("bradley-terry"))) == 5
    with pytest.raises(RankingError, match=r"5 candidates; by this method 3 fit .*; rank by bradl"):
        rank_candidates(table, find_method("pagerank"))


def test_a_sparse_tally_has_no_intervals(sparse, monkeypatch):
    monkeypatch.setattr("ranking.uncertainty.rank_intervals.MAX_CANDIDATES", 4)
    table, method = random_comparisons(5, 60, 0), find_method("bradley-terry")
    found = estimate_intervals(rank_candidates(table, method), table, method)
    assert found.ranking["rank_low"].isna().all()
    assert "more than 4 candidates" in found.uncertainty.sentence


def test_a_part_that_is_small_enough_has_arrays_of_all_pairs(sparse, monkeypatch):
    tally = count_comparisons(random_comparisons(8, 60, 1))
    members = np.array([1, 4, 5])
    assert tally.part(members).is_sparse
    monkeypatch.setattr(counts, "MAX_DENSE", 3)
    part = tally.part(members)
    assert not part.is_sparse
    at = np.ix_(members, members)
    assert part.wins.tolist() == all_counts(tally.wins)[at].tolist()
    assert part.matrix.wins.tolist() == all_counts(tally.matrix.wins)[at].tolist()
