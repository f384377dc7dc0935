"""The table of rank probabilities: what a hand-made distribution gives, and sums."""

import io

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons.tally import Tally
from ranking.files.table_writer import to_csv
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import rank_candidates
from ranking.tables import BETTER_PROBABILITIES, RANK_PROBABILITIES
from ranking.uncertainty.component_intervals import ComponentIntervals
from ranking.uncertainty.probabilities import (
    better_probabilities,
    probabilities_among,
    rank_probabilities,
)
from ranking.uncertainty.rank_distribution import RankDistribution, rank_distribution
from ranking.uncertainty.rank_intervals import Intervals, estimate_intervals, with_joint_ranges
from ranking.uncertainty.units import Uncertainty


def intervals(ranks, order: str | list[str], *more) -> Intervals:
    """Intervals of components by the ranks drawn, of ids a, b, c … or c0, c1, c2 …"""
    components = []
    for ids, drawn in ((sorted(order), ranks), *more):
        zeros = np.zeros(len(ids))
        distribution = RankDistribution(pd.Index(list(ids)), np.array(drawn))
        components.append(
            ComponentIntervals(
                distribution.candidates,
                *(zeros, zeros, zeros),
                np.eye(len(ids)),
                1,
                distribution,
            )
        )
    everybody = [*order, *(name for ids, _ in more for name in ids)]
    ranking = pd.DataFrame({"candidate": everybody})
    return Intervals(ranking, Uncertainty("candidate"), tuple(components))


def test_a_distribution_made_by_hand():
    """Draws are rows, a, b and c columns; one passed, so rank 1 of c is there without probability.

    b leads the ranking, so b's rows are first.
    """
    found = rank_probabilities(intervals([[1, 2, 3], [2, 1, 3], [2, 1, 3], [3, 1, 2]], "bac"), "b")
    expected = [
        *(("b", 1, 0.75, 0.75), ("b", 2, 0.25, 1)),
        *(("a", 1, 0.25, 0.25), ("a", 2, 0.5, 0.75), ("a", 3, 0.25, 1)),
        *(("c", 1, 0, 0), ("c", 2, 0.25, 0.25), ("c", 3, 0.75, 1)),
    ]
    pd.testing.assert_frame_equal(
        found,
        pd.DataFrame(expected, columns=list(RANK_PROBABILITIES)),
        check_dtype=False,
    )


def test_ranks_start_anew_in_each_component():
    """Of a and b one passed, of c and d both; a component where nobody passed has no such row."""
    found = rank_probabilities(
        intervals([[1, 2]], "ab", ("cd", [[2, 1]]), ("ef", [[1, 2]])), {"b", "c", "d"}
    )
    rows = [(row.candidate, row.rank, row.at_most) for row in found.itertuples()]
    assert rows == [
        *(("a", 1, 1), ("b", 1, 0), ("b", 2, 1)),
        *(("c", 2, 1), ("d", 1, 1), ("d", 2, 1)),
        *(("e", 1, 1), ("f", 2, 1)),
    ]


def field(n: int) -> Intervals:
    ids = [f"c{i:04}" for i in range(n)]
    noise = np.random.default_rng(n).normal(size=(2000, n))
    drawn = rank_distribution(pd.Index(ids), np.linspace(3, 0, n) + noise)
    return intervals(drawn.ranks, ids)


@pytest.mark.parametrize("n", [7, 300])
def test_probabilities_add_up_and_agree_with_the_draws(n):
    found, passed = field(n), [f"c{i:04}" for i in range(n // 3)]
    distribution = found.components[0].distribution
    table = rank_probabilities(found, passed)
    by_candidate = table.groupby("candidate")
    np.testing.assert_allclose(by_candidate["probability"].sum(), 1)
    np.testing.assert_allclose(by_candidate["at_most"].last(), 1)
    np.testing.assert_allclose(by_candidate["probability"].cumsum(), table["at_most"])
    for places in (1, len(passed)):
        own = table[table["rank"] == places].set_index("candidate")["at_most"]
        expected = distribution.above_cut(places)
        np.testing.assert_allclose(own, expected[expected.index.isin(own.index)])
        assert (expected[~expected.index.isin(own.index)] == 0).all()
    assert (table["rank"] == len(passed)).sum() == n


def test_few_candidates_have_every_rank_with_a_probability_and_each_rank_adds_up():
    found = field(7)
    table = rank_probabilities(found)
    assert (table["probability"] > 0).all()
    np.testing.assert_allclose(table.groupby("rank")["probability"].sum(), 1)
    every = found.components[0].distribution.probabilities()
    own = [every.loc[row.candidate, row.rank] for row in table.itertuples()]
    np.testing.assert_allclose(table["probability"], own)
    assert len(table) == (every > 0).to_numpy().sum()


def test_many_candidates_have_about_a_hundred_rows_each():
    table = rank_probabilities(field(300), ["c0000"])
    assert table.groupby("candidate").size().max() <= 102
    gaps = table.groupby("candidate")["at_most"].diff()
    assert gaps[table["rank"] > 1].max() < 0.1


def test_a_file_of_them_is_read_as_it_was_written():
    table = rank_probabilities(field(7))
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(to_csv(table))), table)


def test_without_draws_there_are_none():
    none = rank_probabilities(Intervals(pd.DataFrame({"candidate": ["a"]}), Uncertainty()))
    assert none.empty
    assert tuple(none) == RANK_PROBABILITIES


def tally(wins) -> Tally:
    wins = np.array(wins, dtype=float)
    return Tally(pd.Index(list("abcd"[: len(wins)])), wins + wins.T, wins)


def test_joint_ranges_hold_the_rank_and_are_those_of_the_tests():
    """The first won 38 of 40 against each of two, who won half against each other."""
    own = tally([[0, 38, 38], [2, 0, 20], [2, 20, 0]])
    each = estimate_intervals(rank_candidates(own, BRADLEY_TERRY), own, BRADLEY_TERRY)
    joint = with_joint_ranges(each, own)
    ranges = joint.ranking.set_index("candidate")[["rank", "rank_low", "rank_high"]]
    assert ranges.loc["a"].tolist() == [1, 1, 1]
    assert ranges.loc[["b", "c"]].to_numpy().tolist() == [[2, 2, 3], [2, 2, 3]]
    same = [name for name in each.ranking if not name.startswith("rank_")]
    pd.testing.assert_frame_equal(joint.ranking[same], each.ranking[same])
    assert each.uncertainty.sentence.count("right on average over candidates") == 1
    assert "hold all ranks of a component together with 95 %" in joint.uncertainty.sentence
    assert not each.uncertainty.joint_ranks


def test_joint_ranges_hold_both_orders_where_no_wins_determine_one():
    """Two beat a third and met nobody else: nothing says who of the two is better."""
    own = tally([[0, 0, 900], [0, 0, 90], [0, 0, 0]])
    each = estimate_intervals(rank_candidates(own, BRADLEY_TERRY), own, BRADLEY_TERRY)
    ranges = with_joint_ranges(each, own).ranking.set_index("candidate")
    assert (ranges.loc[["a", "b"], "rank_low"] == 1).all()
    assert (ranges.loc[["a", "b"], "rank_high"] >= 2).all()


DRAWN = [[1, 2, 3], [2, 1, 3], [2, 1, 3], [3, 1, 2]]


def test_the_higher_ranked_of_every_two_is_better_in_as_many_draws():
    """The ranking is b, a, c; of d and e, of another component, d is always better."""
    found = better_probabilities(intervals(DRAWN, "bac", ("de", [[1, 2], [1, 2]])))
    rows = [("b", "a", 0.75), ("b", "c", 1.0), ("a", "c", 0.75), ("d", "e", 1.0)]
    expected = pd.DataFrame(rows, columns=list(BETTER_PROBABILITIES))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_a_larger_field_has_rows_of_those_near_each_other():
    ids = [f"c{number:03}" for number in range(201)]
    found = better_probabilities(intervals([[*range(1, 202)]] * 2, ids))
    assert len(found) == 201 * 25 - sum(range(1, 26))
    assert (found["p_better"] == 1).all()


def test_probabilities_among_as_many_as_were_chosen_in_each_component():
    """One of a, b and c passed, and nobody of d and e."""
    found = probabilities_among(
        intervals(DRAWN, "bac", ("de", [[1, 2], [2, 1]])), {"p_one": {"c"}, "p_two": {"a", "c"}}
    )
    expected = {
        "p_first_place": [0.25, 0.75, 0.0, 0.5, 0.5],
        "p_one": [0.25, 0.75, 0.0, 0.0, 0.0],
        "p_two": [0.75, 1.0, 0.25, 0.0, 0.0],
    }
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected, index=list("abcde")))


def test_without_draws_there_are_no_probabilities():
    none = Intervals(pd.DataFrame({"candidate": ["a"]}), Uncertainty(reason="none"))
    assert better_probabilities(none).empty
    assert probabilities_among(none, {"p_one": {"a"}}).empty
