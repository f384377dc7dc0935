"""Pairs to compare next: reproducible, joined after two rounds, and none twice before all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from ranking.comparisons.graph.components import weakly_connected_components
from ranking.errors import RankingError
from ranking.selection.compared_pairs import (
    PRIOR_VARIANCE,
    ComparedPairs,
    all_pairs_of,
    nothing_compared,
)
from ranking.selection.rules import number_of_pairs, select_pairs
from ranking.tables import RULES
from ranking.uncertainty.normal_prior import posterior_given


def with_results(compared: ComparedPairs, pairs: np.ndarray, true: np.ndarray) -> ComparedPairs:
    """The comparisons, and those of some pairs: the stronger one wins."""
    points = (true[pairs[:, 0]] > true[pairs[:, 1]]).astype(float)
    return ComparedPairs(
        compared.n,
        np.concatenate([compared.pairs, pairs]),
        np.concatenate([compared.points, points]),
    )


def after_rounds(n: int, rounds: int, rule: str, seed: int = 0) -> list[ComparedPairs]:
    """The comparisons after each round."""
    compared, out = nothing_compared(n), []
    for _ in range(rounds):
        pairs = select_pairs(compared, n // 2, rule, seed)
        compared = with_results(compared, pairs, np.arange(n) / n)
        out.append(compared)
    return out


def counts(compared: ComparedPairs) -> np.ndarray:
    """How often row and column were compared, shape (n, n)."""
    out = np.zeros((compared.n, compared.n))
    np.add.at(out, tuple(compared.pairs.T), 1)
    return out + out.T


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 14), seed=st.integers(0, 99), rule=st.sampled_from(RULES))
def test_two_rounds_join_all_and_nobody_is_in_two_pairs_of_a_round(n, seed, rule):
    one, two = after_rounds(n, 2, rule, seed)
    for own in (one.pairs, two.pairs[len(one) :]):
        assert len(set(own.ravel().tolist())) == own.size == 2 * (n // 2)
    if n > 3:
        assert len(weakly_connected_components(counts(two))) == 1


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("n", "more"), [(2, 3), (5, 4), (6, 1)])
def test_no_pair_is_compared_again_before_all_have_been(n, more, rule):
    total = all_pairs_of(n)
    at_once = select_pairs(nothing_compared(n), total + more, rule)
    in_steps = nothing_compared(n)
    while len(in_steps) < total:
        number = min(3, total - len(in_steps))
        in_steps = with_results(
            in_steps, select_pairs(in_steps, number, rule), np.arange(n, dtype=float)
        )
    for pairs in (at_once[:total], in_steps.pairs):
        assert len({tuple(sorted(pair)) for pair in pairs.tolist()}) == total
    assert counts(ComparedPairs(n, at_once, np.zeros(len(at_once)))).max() <= 1 + -(-more // total)


@pytest.mark.parametrize("rule", ["swiss", "random"])
@pytest.mark.parametrize("n", [20, 21])
def test_everyone_is_compared_and_comes_first_about_equally_often(rule, n):
    compared = after_rounds(n, 8, rule)[-1]
    often = counts(compared).sum(axis=1)
    assert often.max() - often.min() <= n % 2
    first = np.bincount(compared.pairs[:, 0], minlength=n)
    assert np.abs(2 * first - often).max() <= 3


@pytest.mark.parametrize("rule", RULES)
def test_equal_comparisons_and_seed_give_equal_pairs(rule):
    compared = after_rounds(16, 3, rule)[-1]
    again = select_pairs(compared, 8, rule, 5)
    assert (select_pairs(compared, 8, rule, 5) == again).all()
    others = [select_pairs(nothing_compared(16), 8, rule, seed) for seed in range(5)]
    assert len({pairs.tobytes() for pairs in others}) == 5


def test_swiss_pairs_tell_more_than_random_ones():
    compared = after_rounds(40, 6, "random")[-1]
    strength = compared.strengths()

    def information(rule):
        first, second = select_pairs(compared, 20, rule).T
        p = expit(strength[first] - strength[second])
        return (p * (1 - p)).sum()

    assert information("swiss") > 1.3 * information("random")


def test_neighbours_in_strength_are_compared():
    compared = after_rounds(40, 4, "swiss")[-1]
    pairs = select_pairs(compared, 20, "swiss")
    place = np.argsort(np.argsort(-compared.strengths(), kind="stable"))
    assert np.median(np.abs(np.diff(place[pairs], axis=1))) <= 4


@pytest.mark.parametrize("rule", ["swiss", "random"])
def test_everyone_is_paired_also_where_most_pairs_were_compared(rule):
    for number, compared in enumerate(after_rounds(8, 5, rule), 1):
        assert counts(compared).sum(axis=1).tolist() == [number] * 8
        assert counts(compared).max() == 1


def test_a_part_of_a_round_is_of_those_compared_least():
    compared = select_pairs(nothing_compared(10), 3, "random")
    so_far = with_results(nothing_compared(10), compared, np.arange(10.0))
    rest = select_pairs(so_far, 2, "random")
    assert len(set(rest.ravel().tolist()) & set(compared.ravel().tolist())) <= 2


def test_strengths_are_those_of_the_posterior_by_a_matrix_of_all_pairs():
    rng = np.random.default_rng(1)
    pairs = select_pairs(nothing_compared(30), 60, "random")
    points = rng.choice([0.0, 0.5, 1.0], 60)
    wins = np.zeros((30, 30))
    np.add.at(wins, tuple(pairs.T), points)
    np.add.at(wins, tuple(pairs[:, ::-1].T), 1 - points)
    expected, _ = posterior_given(wins, PRIOR_VARIANCE)
    assert np.allclose(ComparedPairs(30, pairs, points).strengths(), expected, atol=1e-8)


def test_an_unknown_rule_is_refused():
    with pytest.raises(RankingError, match="did you mean 'swiss'"):
        select_pairs(nothing_compared(4), 1, "swis")
    with pytest.raises(ValueError, match="make no pair"):
        select_pairs(nothing_compared(1), 1)


def test_active_pairs_are_of_few_candidates_alone():
    with pytest.raises(RankingError, match="500 at most"):
        select_pairs(nothing_compared(1_001), 1, "active")


@pytest.mark.parametrize(
    ("budget", "expected"), [("23%", 2143), ("0.23", 2143), ("2000", 2000), ("1e6", 9316), ("1", 1)]
)
def test_a_budget_is_a_number_or_a_share(budget, expected):
    assert number_of_pairs(budget, 137) == expected


@pytest.mark.parametrize("budget", ["", "many", "0", "-5", "1.5", "150%", "nan", "inf%"])
def test_any_other_budget_is_refused(budget):
    with pytest.raises(RankingError, match="neither a number of pairs nor a share"):
        number_of_pairs(budget, 137)
