"""The order effect by hand, by scikit-learn, by simulation; circular triads by networkx."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import t
from sklearn.linear_model import LogisticRegression

from ranking.comparisons.tally import Tally
from ranking.consistency.order_effect import (
    first_win_rate,
    order_effect_log_odds,
    same_winner_rate_in_both_orders,
)
from ranking.consistency.transitivity import (
    count_circular_triads,
    count_feedback_arcs_and_decided_pairs,
)
from ranking.methods.models.order_effect import is_identified, why_no_order_effect


def tournament(n: int, order_effect: float, seed: int, spread: float = 1.0) -> Tally:
    """All ordered pairs, with an advantage for the first."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, spread, n)
    probability = expit(strength[:, np.newaxis] - strength[np.newaxis, :] + order_effect)
    comparisons = 1.0 - np.eye(n)
    won = (rng.random((n, n)) < probability) * comparisons
    return Tally(pd.Index([f"c{i:02}" for i in range(n)]), comparisons, won)


@given(st.integers(3, 9), st.integers(0, 10_000), st.floats(0.3, 1.0))
def test_circular_triads_are_those_of_the_networkx_census(n, seed, decided):
    rng = np.random.default_rng(seed)
    wins = np.triu(rng.random((n, n)), 1)
    wins = wins + np.tril(1 - wins.T, -1)
    undecided = np.triu(rng.random((n, n)) > decided, 1)
    wins[undecided | undecided.T] = 0.5
    np.fill_diagonal(wins, 0)
    census = nx.triadic_census(nx.from_numpy_array(wins > wins.T, create_using=nx.DiGraph))
    triads = count_circular_triads(wins)
    assert triads.circular == census["030C"]
    assert triads.decided == census["030C"] + census["030T"]


@pytest.mark.parametrize("n", [5, 6, 11, 12])
def test_zeta_is_one_in_order_and_zero_at_the_most_circular(n):
    """Kendall and Babington Smith: at most (n³ − n) / 24 for odd n, (n³ − 4n) / 24 for even n."""
    ordered = np.triu(np.ones((n, n)), 1)
    assert count_circular_triads(ordered).zeta == 1
    ahead = (np.arange(n)[np.newaxis, :] - np.arange(n)[:, np.newaxis]) % n
    circular = ((ahead > 0) & (2 * ahead < n)).astype(float)
    circular += np.triu(2 * ahead == n, 1)  # opposite ones, for even n
    assert count_circular_triads(circular).zeta == pytest.approx(0)


def test_coin_flips_make_a_quarter_of_the_triads_circular_with_variance_3_16():
    """The closed form, and 3,000 tournaments of coin flips."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(3000):
        upper = np.triu(rng.random((12, 12)) < 0.5, 1)
        wins = upper + np.tril(~upper.T, -1)
        found.append(count_circular_triads(wins.astype(float)))
    circular = np.array([triads.circular for triads in found])
    assert circular.mean() == pytest.approx(found[0].expected_circular, rel=0.02)
    assert circular.std() == pytest.approx(found[0].standard_deviation, rel=0.05)


def test_order_agreement_by_hand():
    """The pair a, b alike; a, c swapped; b, c compared in one order only."""
    comparisons = np.array([[0, 1, 1], [1, 0, 1], [1, 0, 0]], dtype=float)
    first_wins = np.array([[0, 1, 1], [0, 0, 1], [1, 0, 0]], dtype=float)
    agreement = same_winner_rate_in_both_orders(
        Tally(pd.Index(list("abc")), comparisons, first_wins)
    )
    assert (agreement.value, agreement.pairs) == (0.5, 2)


def test_first_win_rate_is_the_share_that_the_first_won():
    tally = tournament(40, order_effect=1.0, seed=0, spread=0.01)
    estimate = first_win_rate(tally)
    assert estimate.value == pytest.approx(expit(1.0), abs=0.03)
    assert estimate.low > 0.5


@pytest.mark.parametrize("order_effect", [0.0, 0.8])
def test_the_order_effect_is_that_of_logistic_regression(order_effect):
    tally = tournament(20, order_effect, seed=4, spread=0.7)
    rows = list(itertools.permutations(range(20), 2))
    design = np.zeros((len(rows), 21))
    for at, (i, j) in enumerate(rows):
        design[at, [i, j, 20]] = 1, -1, 1
    won = [tally.first_wins[i, j] for i, j in rows]
    model = LogisticRegression(C=1e6, fit_intercept=False, tol=1e-10, max_iter=5000)
    # ours spreads a tenth of a tie per candidate over all pairs: a little towards 0
    assert order_effect_log_odds(tally).value == pytest.approx(
        model.fit(design, won).coef_[0, -1], rel=0.02, abs=0.005
    )


def test_the_standard_error_is_that_of_leaving_candidates_out():
    tally = tournament(40, 0.5, seed=2)
    estimate = order_effect_log_odds(tally)
    without = []
    for at in range(40):
        keep = np.arange(40) != at
        without.append(
            order_effect_log_odds(
                Tally(
                    tally.candidates[keep],
                    tally.comparisons[np.ix_(keep, keep)],
                    tally.first_wins[np.ix_(keep, keep)],
                )
            ).value
        )
    jackknife = np.sqrt(39 / 40 * np.sum((np.array(without) - np.mean(without)) ** 2))
    assert (estimate.high - estimate.value) / t.ppf(0.975, 39) == pytest.approx(jackknife, rel=0.1)


def test_the_interval_of_the_order_effect_covers():
    covered = sum(
        estimate.low <= 0.4 <= estimate.high
        for estimate in (order_effect_log_odds(tournament(25, 0.4, seed)) for seed in range(300))
    )
    assert (
        covered / 300 >= 0.93
    )  # 0.99 here: the jackknife is wide where comparisons are independent


def one_order(n: int, order_effect: float, seed: int, better_first: float = 0.5) -> Tally:
    """Each pair once, the better one first in a given share of pairs."""
    rng = np.random.default_rng(seed)
    strength = np.sort(rng.normal(0, 1.5, n))[::-1]  # the better ones first
    first = np.triu(rng.random((n, n)) < better_first, 1)
    comparisons = (first + np.tril(~first.T, -1)).astype(float)
    probability = expit(strength[:, np.newaxis] - strength[np.newaxis, :] + order_effect)
    won = (rng.random((n, n)) < probability) * comparisons
    return Tally(pd.Index([f"c{i:02}" for i in range(n)]), comparisons, won)


def test_an_order_effect_is_found_where_each_pair_was_compared_in_one_order():
    found = [order_effect_log_odds(one_order(40, 0.6, seed, 0.7)) for seed in range(20)]
    assert np.mean([one.value for one in found]) == pytest.approx(0.6, abs=0.1)
    assert np.mean([one.low > 0 for one in found]) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 20, 40])
@pytest.mark.parametrize("better_first", [0.5, 0.8])
@pytest.mark.parametrize("both", [True, False], ids=["both orders", "one order"])
def test_no_order_effect_is_seldom_found(n, better_first, both):
    """1,000 unbiased fields: at most 6.5 %, three errors above 5; the t interval is wide."""
    alarms = fitted = 0
    for seed in range(1000):
        tally = tournament(n, 0, seed) if both else one_order(n, 0, seed, better_first)
        estimate = order_effect_log_odds(tally)
        fitted += not np.isnan(estimate.value)
        alarms += estimate.low > 0 or estimate.high < 0
    assert fitted > 200
    assert alarms / fitted <= 0.065


def test_a_ranker_that_is_consistent_in_both_orders_has_no_order_effect():
    """A cycle through twelve, the same in both orders: exactly 0, within an interval."""
    n = 12
    comparisons = 1.0 - np.eye(n)
    won = np.triu(comparisons)
    won[0, n - 1], won[n - 1, 0] = 0, 1
    effect = order_effect_log_odds(
        Tally(pd.Index([f"{at:02}" for at in range(n)]), comparisons, won)
    )
    assert effect.value == 0
    assert effect.low <= 0 <= effect.high


def test_a_ranker_that_always_prefers_the_first_has_an_infinite_order_effect():
    comparisons = 1.0 - np.eye(12)
    tally = Tally(pd.Index([f"{at:02}" for at in range(12)]), comparisons, comparisons)
    assert order_effect_log_odds(tally).value == np.inf


def test_without_wins_both_ways_or_ten_candidates_none_is_estimated():
    ordered = np.triu(np.ones((12, 12)), 1)
    ids = pd.Index([f"{at:02}" for at in range(12)])
    perfect = Tally(ids, ordered + ordered.T, ordered)
    assert np.isnan(order_effect_log_odds(perfect).value)
    assert why_no_order_effect(perfect) == "wins connect no candidates both ways, and it takes 10"
    nine = tournament(9, 1.0, 0)
    assert np.isnan(order_effect_log_odds(nine).value)
    assert why_no_order_effect(nine) == "wins connect 9 candidates both ways, and it takes 10"


def test_an_order_that_strengths_explain_is_not_identified():
    """Whoever is of the first group came first against everyone of the second."""
    comparisons = np.zeros((12, 12))
    comparisons[:6, 6:] = 2
    ids = pd.Index([f"{at:02}" for at in range(12)])
    assert not is_identified(Tally(ids, comparisons, comparisons / 2))
    comparisons[0, 1] = 1
    assert is_identified(Tally(ids, comparisons, comparisons / 2))


def test_feedback_arcs_are_wins_against_the_ranking():
    wins = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=float)  # a cycle
    assert count_feedback_arcs_and_decided_pairs(wins, np.array([3.0, 2.0, 1.0])) == (1, 3)
    assert count_feedback_arcs_and_decided_pairs(
        np.triu(np.ones((4, 4)), 1), np.array([4.0, 3, 2, 1])
    ) == (0, 6)


def test_a_tie_that_rounding_breaks_is_no_feedback_arc():
    wins = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=float)
    assert count_feedback_arcs_and_decided_pairs(wins, np.array([0.0, 1e-17, -1e-17])) == (0, 3)
