"""Comparisons without an order: by counting all of them, and by simulation."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons.marks import marks_to_comparisons
from ranking.comparisons.tally import Tally, WinMatrix, count_comparisons
from ranking.consistency.null_transitivity import circular_p, flip_coins, shuffle_marks
from ranking.consistency.transitivity import (
    count_circular_triads,
    count_feedback_arcs_and_decided_pairs,
)
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WINS


def complete(n: int) -> Tally:
    upper = np.triu(np.ones((n, n)), 1)
    return Tally(pd.Index([f"c{at:03}" for at in range(n)]), upper, upper)


@pytest.mark.parametrize(("n", "p"), [(3, 1.0), (4, 0.75), (5, 2 * 120 / 1024)])
def test_the_p_of_a_transitive_ranker_is_that_of_all_tournaments(n, p):
    """Of 2^(n(n − 1)/2) tournaments n! are transitive; twice the share, at most 1."""
    assert circular_p(np.triu(np.ones((n, n)), 1)) == pytest.approx(p)


def test_the_p_of_many_candidates_is_normal_and_of_some_simulated():
    for n in (20, 60):
        assert circular_p(np.triu(np.ones((n, n)), 1)) < 0.01
        rng = np.random.default_rng(n)
        upper = np.triu(rng.random((n, n)) < 0.5, 1)
        assert circular_p((upper + np.tril(~upper.T, -1)).astype(float)) > 0.01


def test_a_ranking_fitted_to_coin_flips_is_contradicted_by_less_than_half_of_the_pairs():
    """All 64 tournaments of four, ranked by wins; then about a third of 20 candidates."""
    shares = []
    i, j = np.triu_indices(4, 1)
    for flip in product((0, 1), repeat=6):
        wins = np.zeros((4, 4))
        wins[i, j], wins[j, i] = flip, 1 - np.array(flip)
        against, decided = count_feedback_arcs_and_decided_pairs(
            wins, WINS.strengths(WinMatrix(wins), None, None)
        )
        shares.append(against / decided)
    assert np.mean(shares) < 0.15
    found = [flip_coins(complete(4), WINS, seed).feedback.mean() for seed in range(10)]
    assert np.mean(found) == pytest.approx(np.mean(shares), abs=0.01)
    twenty = flip_coins(complete(20), BRADLEY_TERRY)
    assert 0.3 < twenty.feedback.mean() < 0.36
    assert twenty.circular.mean() == pytest.approx(0.25, abs=0.01)


@pytest.fixture
def panel():
    rng = np.random.default_rng(0)
    rows = [
        (f"j{juror}", f"c{at:02}", float(mark), juror == 0 and at < 5)
        for juror in range(9)
        for at, mark in enumerate(rng.integers(0, 25, 24) + np.arange(24))
    ]
    columns = ["juror", "candidate", "mark", "recused"]
    return marks_to_comparisons(pd.DataFrame(rows, columns=columns))


def test_shuffled_marks_are_far_more_transitive_than_coin_flips(panel):
    """A juror never contradicts itself, so the majority of some seldom does."""
    tally = count_comparisons(panel)
    shuffled, flips = shuffle_marks(panel, BRADLEY_TERRY), flip_coins(tally, BRADLEY_TERRY)
    assert shuffled.circular.mean() < 0.1 < flips.circular.mean()
    assert shuffled.feedback.mean() < flips.feedback.mean()
    own = count_circular_triads(tally.wins)
    assert own.circular / own.decided < shuffled.circular.min()


def test_shuffling_keeps_whom_a_juror_marked(panel):
    """One juror alone: every draw is a permutation of one order, with no circular triad."""
    alone = shuffle_marks(panel[panel["juror"] == "j0"], BRADLEY_TERRY)
    assert (alone.circular == 0).all()
    assert (alone.feedback == 0).all()


@pytest.mark.slow
def test_the_null_of_a_panel_covers_panels_without_an_order():
    """300 panels of 7 jurors who agree on nothing: 95 ± 4 % inside the range of their triads."""
    rng = np.random.default_rng(5)
    inside = 0
    for seed in range(300):
        marks = pd.DataFrame(
            [(f"j{j}", f"c{c:02}", rng.random(), False) for j in range(7) for c in range(12)],
            columns=["juror", "candidate", "mark", "recused"],
        )
        table = marks_to_comparisons(marks)
        own = count_circular_triads(count_comparisons(table).wins)
        low, high = np.quantile(shuffle_marks(table, WINS, seed).circular, (0.025, 0.975))
        inside += low <= own.circular / own.decided <= high
    assert 0.91 <= inside / 300 <= 0.99
