"""Counting comparisons, and the groups that wins make."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.schedule import describe_schedule, equal_scores_rarely_compared
from ranking.comparisons.tally import (
    count_comparisons,
    is_strongly_connected,
    strongly_connected_components,
)
from ranking.errors import RankingError, TableError
from ranking.tables import TIE


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["first", "second", "winner"]).assign(votes=1, windows=1)


def test_repeated_pairs_add_up_and_ties_are_halves():
    tally = count_comparisons(table(("a", "b", "a"), ("a", "b", TIE), ("b", "a", "a")))
    assert tally.candidates.tolist() == ["a", "b"]
    assert tally.comparisons.tolist() == [[0, 2], [1, 0]]
    assert tally.first_wins.tolist() == [[0, 1.5], [0, 0]]
    assert tally.wins.tolist() == [[0, 2.5], [0.5, 0]]
    assert tally.pair_counts.tolist() == [[0, 3], [3, 0]]


def test_missing_columns_are_named():
    with pytest.raises(TableError, match="columns missing: winner"):
        count_comparisons(table(("a", "b", "a")).drop(columns="winner"))


def test_more_candidates_than_fit_in_memory_are_refused():
    chain = pd.DataFrame({"first": np.arange(10_001).astype(str), "second": "x", "winner": "x"})
    with pytest.raises(RankingError, match="10,002 candidates; 10,000 fit in memory"):
        count_comparisons(chain.assign(votes=1, windows=1))


def test_no_comparisons_are_refused():
    with pytest.raises(TableError, match="no rows"):
        count_comparisons(table())


@given(st.integers(1, 7), st.integers(0, 10_000))
def test_components_are_those_of_networkx_best_first(n, seed):
    wins = np.triu(np.random.default_rng(seed).integers(0, 2, (n, n)), 1).astype(float)
    wins += np.random.default_rng(seed + 1).random((n, n)) < 0.15
    np.fill_diagonal(wins, 0)
    components = strongly_connected_components(wins)
    graph = nx.from_numpy_array(wins, create_using=nx.DiGraph)
    assert sorted(map(sorted, nx.strongly_connected_components(graph))) == sorted(components)
    assert is_strongly_connected(wins) == nx.is_strongly_connected(graph)
    place = {member: at for at, group in enumerate(components) for member in group}
    assert all(place[winner] <= place[loser] for winner, loser in graph.edges)


def test_schedule_names_groups_and_spans():
    schedule = describe_schedule(
        count_comparisons(table(("a", "b", "a"), ("b", "c", "b"), ("c", "b", "c")))
    )
    assert (schedule.fewest_comparisons, schedule.most_comparisons, schedule.even) == (1, 3, False)
    assert schedule.groups == (("a",), ("b", "c"))


def test_a_schedule_of_unequal_pairs_only_follows_the_result():
    score = {"a": 1.0, "b": 0.0, "c": 0.0, "d": 1.0}
    unequal = [(x, y, x) for x in "abcd" for y in "abcd" if score[x] != score[y]]
    complete = [(x, y, x) for x in "abcd" for y in "abcd" if x != y]
    values = np.array(list(score.values()))
    assert equal_scores_rarely_compared(count_comparisons(table(*unequal)), values)
    assert not equal_scores_rarely_compared(count_comparisons(table(*complete)), values)
    assert not equal_scores_rarely_compared(count_comparisons(table(*complete)), np.zeros(4))
