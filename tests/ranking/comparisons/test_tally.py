"""Counting comparisons, and the groups that wins make."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.comparisons.graph.components import (
    find_bridges,
    is_strongly_connected,
    paths_of_wins,
    strongly_connected_components,
    undetermined_ranks,
    weakly_connected_components,
)
from ranking.comparisons.schedule import describe_schedule, equal_scores_rarely_compared
from ranking.comparisons.tally import count_comparisons, effective_number
from ranking.errors import TableError
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


@given(st.integers(1, 9), st.integers(0, 10_000))
def test_paths_and_components_are_those_of_networkx(n, seed):
    wins = (np.random.default_rng(seed).random((n, n)) < 0.2).astype(float)
    np.fill_diagonal(wins, 0)
    graph = nx.from_numpy_array(wins, create_using=nx.DiGraph)
    closure = nx.to_numpy_array(nx.transitive_closure(graph, reflexive=True)) > 0
    assert (paths_of_wins(wins) == closure).all()
    components = [set(members) for members in weakly_connected_components(wins + wins.T)]
    assert sorted(map(sorted, components)) == sorted(
        map(sorted, nx.weakly_connected_components(graph))
    )
    assert [len(members) for members in components] == sorted(map(len, components), reverse=True)


def test_ranks_reach_over_those_whom_no_wins_order():
    """A chain a > b > c, and d who won over c alone: no wins order d and a, or d and b."""
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 2] = wins[3, 2] = 1
    low, high = undetermined_ranks(wins, np.array([1, 2, 4, 2]))
    assert low.tolist() == [1, 2, 4, 1]
    assert high.tolist() == [2, 3, 4, 3]


def test_counts_repeat_a_row_and_weights_move_only_what_methods_are_given():
    rows = table(("a", "b", "a"), ("b", "a", "a"), ("b", "c", TIE)).assign(count=[2, 1, 3])
    tally = count_comparisons(rows)
    assert tally.wins.tolist() == [[0, 3, 0], [0, 0, 1.5], [0, 1.5, 0]]
    assert tally.matrix.wins.tolist() == tally.wins.tolist()
    weighted = count_comparisons(rows.assign(weight=[9.0, 3.0, 1.0]))
    assert weighted.wins.tolist() == tally.wins.tolist()
    ratio = weighted.matrix.wins[0, 1] / weighted.matrix.wins[1, 2]
    assert ratio == pytest.approx((2 * 9 + 3) / 1.5)
    assert weighted.matrix.pair_counts.sum() / 2 == pytest.approx(6)  # as many as there are
    assert weighted.matrix.ties[1, 2] == pytest.approx(6 * 3 / 24)
    assert effective_number(rows.assign(weight=[9.0, 3.0, 1.0])) == pytest.approx(
        24**2 / (2 * 81 + 9 + 3)
    )


def test_a_part_of_a_tally_is_the_tally_of_the_rows_among_its_candidates():
    rows = table(("a", "b", "a"), ("c", "d", TIE), ("d", "e", "e"), ("e", "d", "e"))
    rows = rows.assign(weight=2.0)
    part = count_comparisons(rows).part(np.array([2, 3, 4]))
    own = count_comparisons(rows[1:])
    assert part.candidates.tolist() == own.candidates.tolist()
    for name in ("comparisons", "first_wins", "first_ties"):
        assert (getattr(part, name) == getattr(own, name)).all()
    assert part.matrix.wins == pytest.approx(own.matrix.wins)
    assert part.matrix.ties == pytest.approx(own.matrix.ties)


def test_schedule_names_groups_and_spans():
    schedule = describe_schedule(
        count_comparisons(table(("a", "b", "a"), ("b", "c", "b"), ("c", "b", "c")))
    )
    assert (schedule.fewest_comparisons, schedule.most_comparisons, schedule.even) == (1, 3, False)
    assert schedule.groups == (("a",), ("b", "c"))
    assert schedule.components == (("a", "b", "c"),)
    assert schedule.undetermined_pairs == 0


def test_schedule_counts_pairs_whom_no_wins_order():
    rows = table(("a", "c", "a"), ("b", "c", "b"), ("x", "y", "x"))
    schedule = describe_schedule(count_comparisons(rows))
    assert schedule.components == (("a", "b", "c"), ("x", "y"))
    assert schedule.outside == {"b", "c", "y"}  # of groups of one candidate each, the first
    assert schedule.undetermined_pairs == 1  # a and b; x was never compared with them


def test_a_schedule_of_unequal_pairs_only_follows_the_result():
    score = {"a": 1.0, "b": 0.0, "c": 0.0, "d": 1.0}
    unequal = [(x, y, x) for x in "abcd" for y in "abcd" if score[x] != score[y]]
    complete = [(x, y, x) for x in "abcd" for y in "abcd" if x != y]
    values = np.array(list(score.values()))
    assert equal_scores_rarely_compared(count_comparisons(table(*unequal)), values)
    assert not equal_scores_rarely_compared(count_comparisons(table(*complete)), values)
    assert not equal_scores_rarely_compared(count_comparisons(table(*complete)), np.zeros(4))


@given(st.integers(2, 9), st.floats(0.1, 0.9), st.integers(0, 2**32 - 1))
def test_bridges_are_the_pairs_without_whom_there_are_more_components(n, density, seed):
    compared = np.triu(np.random.default_rng(seed).random((n, n)) < density, k=1)
    counts = (compared + compared.T).astype(float)
    parts, expected = len(weakly_connected_components(counts)), []
    for i, j in zip(*np.nonzero(compared), strict=True):
        without = counts.copy()
        without[i, j] = without[j, i] = 0
        if len(weakly_connected_components(without)) > parts:
            expected.append((i, j))
    assert find_bridges(counts) == expected
