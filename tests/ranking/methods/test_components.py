"""What newcomers must not change: the order and the differences of those who were there before."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tournaments import random_wins

from ranking.comparisons.graph.components import is_strongly_connected, paths_of_wins
from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import bradley_terry_log_strengths, ghost_fit
from ranking.methods.method import rank_candidates
from ranking.methods.registry import METHODS, find_method
from ranking.tables import TIE

FIELD = [f"c{i}" for i in range(7)]
PAIRS = list(itertools.combinations(FIELD, 2))


def comparisons(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["first", "second", "winner"])
    return table.assign(votes=1, windows=1)


@st.composite
def fields(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """A sparse field."""
    pairs = draw(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=20))
    return [(*pair, draw(st.sampled_from([*pair, TIE]))) for pair in pairs]


def strengths(rows: list[tuple[str, str, str]], method: str = "bradley-terry") -> pd.DataFrame:
    return rank_candidates(comparisons(rows), find_method(method)).set_index("candidate")


def determined(rows: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Pairs whom a path of wins orders."""
    names = sorted({name for row in rows for name in row[:2]})
    wins = np.zeros((len(names), len(names)))
    for first, second, winner in rows:
        i, j = names.index(first), names.index(second)
        wins[i, j] += winner != second
        wins[j, i] += winner != first
    paths = paths_of_wins(wins)
    return [
        (one, other)
        for (i, one), (j, other) in itertools.combinations(enumerate(names), 2)
        if paths[i, j] or paths[j, i]
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "method", [name for name, one in METHODS.items() if one.needs == "comparisons"]
)
@settings(max_examples=25, deadline=None)
@given(rows=fields())
def test_a_pair_who_met_nobody_else_changes_nobody(method, rows):
    before = strengths(rows, method)
    after = strengths([*rows, ("x1", "x2", "x1")], method)
    assert set(after.loc[["x1", "x2"], "rank"]) == {1, 2}
    pd.testing.assert_frame_equal(
        before.drop(columns="component"),
        after.loc[before.index].drop(columns="component"),
        atol=1e-12,
    )


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(
    rows=fields(), undefeated=st.booleans(), compared=st.sets(st.sampled_from(FIELD), min_size=1)
)
def test_an_undefeated_or_a_winless_newcomer_changes_no_order_that_wins_determine(
    rows, undefeated, compared
):
    before = strengths(rows)
    compared = compared & set(before.index)
    assume(compared)
    assume(len(set(before.loc[list(compared), "component"])) == 1)
    after = strengths([*rows, *(("x", name, "x" if undefeated else name) for name in compared)])
    for one, other in determined(rows):
        signs = [
            np.sign(round(table.loc[one, "rank"] - table.loc[other, "rank"]))
            for table in (before, after)
        ]
        assert signs[0] == signs[1]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), undefeated=st.booleans(), compared=st.integers(1, 9))
def test_an_undefeated_or_a_winless_newcomer_changes_no_strength(seed, undefeated, compared):
    wins = random_wins(9, seed, comparisons=2)
    assume(is_strongly_connected(wins))
    more = np.zeros((10, 10))
    more[:9, :9] = wins
    more[(9, slice(compared)) if undefeated else (slice(compared), 9)] = 1
    after = bradley_terry_log_strengths(WinMatrix(more))
    assert after[:9] == pytest.approx(bradley_terry_log_strengths(WinMatrix(wins)), abs=1e-9)
    assert np.argmax(np.abs(after)) == 9


def test_differences_within_a_group_are_its_own_maximum_likelihood():
    """Also in the fit that the limit is taken of: whole, with a ghost of weight 1e-6."""
    wins = np.zeros((12, 12))
    for start in (0, 6):
        wins[start : start + 6, start : start + 6] = random_wins(6, start, spread=0.3)
    wins[:6, 6:] = np.random.default_rng(0).integers(0, 3, (6, 6))
    strength, whole = bradley_terry_log_strengths(WinMatrix(wins)), ghost_fit(wins, 1e-6)
    for part in (slice(0, 6), slice(6, 12)):
        own = ghost_fit(wins[part, part], 0)
        assert strength[part] - strength[part].mean() == pytest.approx(own, abs=1e-9)
        assert whole[part] - whole[part].mean() == pytest.approx(own, abs=1e-4)
    gap = whole[:6].mean() - whole[6:].mean()
    assert strength[:6].mean() - strength[6:].mean() == pytest.approx(gap, abs=1e-4)


def test_components_are_ranked_apart_the_largest_first():
    ranking = strengths([("a", "b", "a"), ("z", "x", "x"), ("x", "y", TIE)])
    assert ranking["component"].to_dict() == {"x": 1, "y": 1, "z": 1, "a": 2, "b": 2}
    assert ranking["rank"].to_dict() == {"x": 1, "y": 1, "z": 3, "a": 1, "b": 2}
