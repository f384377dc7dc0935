"""Numeric oracles for :mod:`ranking.methods.method`."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import RankingError
from ranking.methods.method import competition_rank, rank_candidates
from ranking.methods.registry import METHODS, find_method
from ranking.tables import COMPARISONS, TIE


def comparisons(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Make a table of comparisons from (first, second, winner)."""
    return pd.DataFrame([(*row, 1, 1) for row in rows], columns=list(COMPARISONS))


def ranked(table: pd.DataFrame, method: str = "bradley-terry") -> pd.DataFrame:
    return rank_candidates(table, find_method(method))


def test_two_candidates_have_a_closed_form():
    """The odds of winning are the ratio of wins: 3 to 1."""
    rows = [("a", "b", "a"), ("b", "a", "a"), ("a", "b", "a"), ("b", "a", "b")]
    strength = ranked(comparisons(*rows)).set_index("candidate")["strength"]
    assert strength["a"] - strength["b"] == pytest.approx(math.log(3), abs=1e-12)


def test_cycle_of_three_is_a_tie():
    ranking = ranked(comparisons(("a", "b", "a"), ("b", "c", "b"), ("c", "a", "c")))
    assert ranking["rank"].tolist() == [1, 1, 1]
    assert np.allclose(ranking["strength"], 0)


def test_a_round_robin_of_137_has_272_comparisons_each():
    """137 candidates, both orders: 18 632 comparisons, 272 for each (sec. 5.1.1)."""
    pairs = itertools.permutations([f"c{i:03}" for i in range(137)], 2)
    table = comparisons(*((first, second, first) for first, second in pairs))
    assert len(table) == 18_632
    assert (ranked(table, "wins")["comparisons"] == 272).all()


@pytest.mark.slow
@settings(max_examples=80)
@given(st.lists(st.sampled_from(["first", "second", "tie"]), min_size=30, max_size=30))
def test_full_round_robin_is_ordered_by_wins(winners):
    """Wins are sufficient for Bradley-Terry when all pairs are compared equally often."""
    pairs = list(itertools.permutations("abcdef", 2))
    table = comparisons(
        *(
            (first, second, {"first": first, "second": second, "tie": TIE}[winner])
            for (first, second), winner in zip(pairs, winners, strict=True)
        )
    )
    ranks = [
        ranked(table, method).set_index("candidate")["rank"].sort_index().tolist()
        for method in ("wins", "win-rate", "bradley-terry")
    ]
    assert ranks[0] == ranks[1] == ranks[2]


def test_a_tie_is_half_a_win_for_each():
    table = comparisons(("a", "b", TIE), ("b", "a", "a"))
    ranking = ranked(table, "wins").set_index("candidate")
    assert ranking.loc["a", "wins"] == 1.5
    assert ranking.loc["b", "wins"] == 0.5


@pytest.mark.slow
@settings(max_examples=80)
@given(st.integers(2, 7), st.data())
def test_any_comparisons_can_be_ranked(n, data):
    """Strengths are finite and everyone has a rank, connected or not."""
    pairs = list(itertools.permutations([f"c{i}" for i in range(n)], 2))
    some = data.draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    rows = [
        (first, second, data.draw(st.sampled_from([first, second, TIE]))) for first, second in some
    ]
    for method in [name for name, one in METHODS.items() if one.needs == "comparisons"]:
        ranking = ranked(comparisons(*rows), method)
        assert np.isfinite(ranking["strength"]).all()
        for _, part in ranking.groupby("component"):
            assert part["rank"].min() == 1
            assert part["strength"].diff().fillna(0).max() < 1e-9


def test_an_unbeaten_candidate_is_first_by_far():
    """Its strength has no bound; it is printed as the limit of a vanishing penalty."""
    table = comparisons(("a", "b", "a"), ("b", "c", "b"), ("c", "b", "c"), ("a", "c", "a"))
    ranking = ranked(table)
    assert ranking["candidate"].iloc[0] == "a"
    assert ranking["strength"].iloc[0] > 10
    assert ranking["strength"].iloc[1:].tolist() == pytest.approx([0, 0], abs=1e-9)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_competition_rank_is_one_more_than_the_number_of_better(values):
    strength = np.array(values, dtype=float)
    expected = [1 + sum(other > own for other in values) for own in values]
    assert competition_rank(strength).tolist() == expected
    assert competition_rank(np.stack([strength, strength])).tolist() == [expected, expected]


def test_unknown_method_is_named_with_the_choices():
    with pytest.raises(
        RankingError, match=r"no method 'elo'; choose bradley-terry, bradley-terry-order"
    ):
        ranked(comparisons(("a", "b", "a")), "elo")


def test_rows_in_any_order_give_the_same_ranking():
    table = comparisons(
        ("a", "b", "a"), ("b", "c", "c"), ("c", "a", "c"), ("b", "a", "b"), ("c", "b", "b")
    )
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(ranked(table), ranked(shuffled))
