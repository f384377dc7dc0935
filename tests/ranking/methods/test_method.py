"""Numeric oracles for :mod:`ranking.methods.method`."""

import itertools
import math

import choix
import evalica
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import RankingError
from ranking.methods.bradley_terry import bradley_terry, information, newton_step
from ranking.methods.method import METHODS, competition_rank, rank_candidates
from ranking.methods.pagerank import pagerank
from ranking.tables import COMPARISONS, TIE


def comparisons(*verdicts: tuple[str, str, str]) -> pd.DataFrame:
    """Make a table of comparisons from (first, second, winner)."""
    return pd.DataFrame([(*verdict, 1, 1) for verdict in verdicts], columns=list(COMPARISONS))


def random_wins(n: int, seed: int, games: int = 6, spread: float = 0.7) -> np.ndarray:
    """Wins of a round robin by Bradley-Terry's own model."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, spread, n)
    chance = 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))
    upper = np.triu(rng.binomial(games, chance), 1)
    return (upper + np.tril(games - upper.T, -1)).astype(float)


def test_two_candidates_have_a_closed_form():
    """The odds of winning are the ratio of wins: 3 to 1."""
    verdicts = [("a", "b", "a"), ("b", "a", "a"), ("a", "b", "a"), ("b", "a", "b")]
    strength = rank_candidates(comparisons(*verdicts)).set_index("candidate")["strength"]
    assert strength["a"] - strength["b"] == pytest.approx(math.log(3), abs=1e-12)


def test_cycle_of_three_is_a_tie():
    ranking = rank_candidates(comparisons(("a", "b", "a"), ("b", "c", "b"), ("c", "a", "c")))
    assert ranking["rank"].tolist() == [1, 1, 1]
    assert np.allclose(ranking["strength"], 0)


def test_icpc2015_plays_272_comparisons_each():
    """137 candidates, both orders: 18 632 comparisons, 272 for each (sec. 5.1.1)."""
    pairs = itertools.permutations([f"c{i:03}" for i in range(137)], 2)
    table = comparisons(*((first, second, first) for first, second in pairs))
    assert len(table) == 18_632
    assert (rank_candidates(table, "wins")["games"] == 272).all()


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["first", "second", "tie"]), min_size=30, max_size=30))
def test_full_round_robin_is_ordered_by_wins(verdicts):
    """Wins are sufficient for Bradley-Terry when everyone meets everyone equally often."""
    pairs = list(itertools.permutations("abcdef", 2))
    table = comparisons(
        *(
            (first, second, {"first": first, "second": second, "tie": TIE}[verdict])
            for (first, second), verdict in zip(pairs, verdicts, strict=True)
        )
    )
    ranks = [
        rank_candidates(table, by).set_index("candidate")["rank"].sort_index().tolist()
        for by in ("wins", "win-rate", "bradley-terry")
    ]
    assert ranks[0] == ranks[1] == ranks[2]


def test_a_tie_is_half_a_win_for_each():
    table = comparisons(("a", "b", TIE), ("b", "a", "a"))
    ranking = rank_candidates(table, "wins").set_index("candidate")
    assert ranking.loc["a", "wins"] == 1.5
    assert ranking.loc["b", "wins"] == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_strengths_are_the_maximum_of_the_likelihood(seed):
    """Expected wins equal the wins, whatever the schedule (Zermelo's equations)."""
    wins = random_wins(15, seed)
    wins[2, 3:] = wins[3:, 2] = 0  # an uneven schedule
    wins[2, 0] = wins[0, 2] = 1
    strength = bradley_terry(wins)
    chance = 1 / (1 + np.exp(strength[np.newaxis, :] - strength[:, np.newaxis]))
    assert ((wins + wins.T) * chance).sum(axis=1) == pytest.approx(wins.sum(axis=1), abs=1e-9)
    assert strength.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_choix_and_evalica_agree(seed):
    """Two other programs, 0.01 in log-strength; each with its own stopping rule."""
    wins = random_wins(20, seed)
    assert (wins.sum(axis=0) > 0).all()
    assert (wins.sum(axis=1) > 0).all()
    winner, loser = np.nonzero(wins)
    weights = wins[winner, loser]
    names = [f"c{i:02}" for i in range(20)]
    result = evalica.bradley_terry(
        [names[i] for i in winner],
        [names[i] for i in loser],
        [evalica.Winner.X] * len(winner),
        weights=weights.tolist(),
        tolerance=1e-10,
        limit=10_000,
    )
    theirs = np.log(result.scores.loc[names].to_numpy())
    pairs = [(i, j) for i, j in zip(winner, loser, strict=True) for _ in range(int(wins[i, j]))]
    choice = choix.opt_pairwise(20, pairs)
    ours = bradley_terry(wins)
    assert ours == pytest.approx(theirs - theirs.mean(), abs=0.01)
    assert ours == pytest.approx(choice - choice.mean(), abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_pagerank_is_that_of_networkx(seed):
    wins = random_wins(12, seed, games=2)
    wins[:, 3] = 0  # someone who never lost
    graph = nx.from_numpy_array(wins.T, create_using=nx.DiGraph)
    theirs = nx.pagerank(graph, tol=1e-13)
    assert pagerank(wins) == pytest.approx([theirs[i] for i in range(12)], abs=1e-10)


def test_pagerank_counts_a_candidate_of_weight_two_as_two():
    """Splitting a candidate into two equal halves leaves everyone's probability."""
    wins = random_wins(8, 0)
    weights = np.ones(8)
    weights[5] = 2
    twice = np.vstack([np.hstack([wins, wins[:, [5]]]), np.append(wins[5], 0)])
    twice[5, 8] = twice[8, 5] = 0
    single = pagerank(wins, weights)
    doubled = pagerank(twice)
    assert single == pytest.approx(doubled[:8], abs=1e-9)


def test_one_newton_step_reaches_the_reweighted_maximum_nearly():
    """The interval's shortcut against a full fit of the same weights."""
    wins = random_wins(40, 1)
    weights = np.random.default_rng(0).dirichlet(np.ones(40)) * 40
    fitted = bradley_terry(wins)
    exact = fitted
    for _ in range(20):
        exact = newton_step(wins, exact, weights)
    step = newton_step(wins, fitted, weights)
    assert np.abs(step - exact).max() < 0.15 * np.abs(exact - fitted).max()


@pytest.mark.parametrize("wide", [True, False], ids=["met widely", "met in a chain"])
def test_a_newton_step_solves_its_equations(wide):
    """By conjugate gradients or by factoring: the step times the information is the slope."""
    wins = random_wins(300, 0)
    if not wide:
        wins *= np.abs(np.subtract.outer(np.arange(300), np.arange(300))) == 1
    start = np.random.default_rng(1).normal(0, 0.5, 300)
    step = newton_step(wins, start) - start
    chance = 1 / (1 + np.exp(start[np.newaxis, :] - start[:, np.newaxis]))
    slope = (wins - (wins + wins.T) * chance).sum(axis=1)
    curvature = information(wins, start) - 1 / 300
    assert curvature @ step == pytest.approx(slope, abs=1e-8)


def test_information_gives_the_standard_error_of_two_candidates():
    """For n games at even odds the variance of the log-odds is 4 / n; half of it each way."""
    wins = np.array([[0.0, 8.0], [8.0, 0.0]])
    inverse = np.linalg.inv(information(wins, np.zeros(2))) - 1 / 2
    assert inverse[0, 0] + inverse[1, 1] - 2 * inverse[0, 1] == pytest.approx(4 / 16)


@settings(max_examples=200)
@given(st.integers(2, 7), st.data())
def test_any_comparisons_can_be_ranked(n, data):
    """Strengths are finite and everyone has a rank, connected or not."""
    pairs = list(itertools.permutations([f"c{i}" for i in range(n)], 2))
    some = data.draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    verdicts = [
        (first, second, data.draw(st.sampled_from([first, second, TIE]))) for first, second in some
    ]
    for by in METHODS:
        ranking = rank_candidates(comparisons(*verdicts), by)
        assert np.isfinite(ranking["strength"]).all()
        assert ranking["rank"].min() == 1
        assert ranking["strength"].diff().fillna(0).max() < 1e-9


def test_an_unbeaten_candidate_is_first_at_a_finite_distance():
    table = comparisons(("a", "b", "a"), ("b", "c", "b"), ("c", "b", "c"), ("a", "c", "a"))
    ranking = rank_candidates(table)
    assert ranking["candidate"].iloc[0] == "a"
    assert 0 < ranking["strength"].iloc[0] < 10


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_competition_rank_is_one_more_than_the_number_of_better(values):
    strength = np.array(values, dtype=float)
    expected = [1 + sum(other > own for other in values) for own in values]
    assert competition_rank(strength).tolist() == expected
    assert competition_rank(np.stack([strength, strength])).tolist() == [expected, expected]


def test_unknown_method_is_named_with_the_choices():
    with pytest.raises(RankingError, match=r"no method 'elo'; choose bradley-terry, wins"):
        rank_candidates(comparisons(("a", "b", "a")), "elo")


def test_rows_in_any_order_give_the_same_ranking():
    table = comparisons(
        ("a", "b", "a"), ("b", "c", "c"), ("c", "a", "c"), ("b", "a", "b"), ("c", "b", "b")
    )
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(rank_candidates(table), rank_candidates(shuffled))
