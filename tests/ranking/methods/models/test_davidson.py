"""Davidson's model: his own example, statsmodels' Poisson regression, and without ties."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import bradley_terry_log_strengths
from ranking.methods.models.davidson import (
    DAVIDSON,
    davidson_log_strengths,
    davidson_remark,
    tie_parameter,
)

PUDDINGS = """
1 2 19 22 16
1 3 16 19 12
2 3 19 19 10
1 4 18 23 13
2 4 23 19 9
3 4 19 20 15
1 5 13 19 18
2 5 16 20 12
3 5 16 15 17
4 5 17 14 16
1 6 18 21 12
2 6 22 20 12
3 6 13 18 10
4 6 14 19 18
5 6 11 21 12
"""
"""Brands of chocolate pudding i and j, how many liked i, j, and both alike: Davidson 1970, example
2; as the R package PlackettLuce has it."""
WORTHS = [0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855]
NU = 0.7468147
"""Davidson's estimates after seven iterations, ibid."""


def matrix(rows: list[list[int]], n: int) -> WinMatrix:
    wins, ties = np.zeros((2, n, n))
    for i, j, won, lost, tied in rows:
        wins[i, j] += won + tied / 2
        wins[j, i] += lost + tied / 2
        ties[i, j] += tied
        ties[j, i] += tied
    return WinMatrix(wins, ties)


def puddings() -> WinMatrix:
    rows = [list(map(int, row.split())) for row in PUDDINGS.split("\n") if row]
    return matrix([[i - 1, j - 1, *counts] for i, j, *counts in rows], 6)


def by_poisson_regression(wins: WinMatrix) -> tuple[np.ndarray, float]:
    """Strengths and ν by a log-linear model of the counts, with a level for each pair."""
    n, rows, counts = len(wins), [], []
    pairs = list(zip(*np.triu_indices(n, 1), strict=True))
    for number, (i, j) in enumerate(pairs):
        tied = wins.ties[i, j]
        for share, count, tie in (
            (1.0, wins.wins[i, j] - tied / 2, 0),
            (0.0, wins.wins[j, i] - tied / 2, 0),
            (0.5, tied, 1),
        ):
            row = np.zeros(n + 1 + len(pairs))
            row[i], row[j], row[n], row[n + 1 + number] = share, 1 - share, tie, 1
            rows.append(row)
            counts.append(count)
    design = np.array(rows)[:, 1:]  # the first strength is 0
    fitted = sm.GLM(np.array(counts), design, family=sm.families.Poisson()).fit(tol=1e-12)
    strength = np.append(0.0, fitted.params[: n - 1])
    return strength - strength.mean(), float(np.exp(fitted.params[n - 1]))


def test_the_chocolate_puddings_of_1970():
    wins = puddings()
    worth = np.exp(davidson_log_strengths(wins))
    assert worth / worth.sum() == pytest.approx(WORTHS, abs=3e-5)
    assert tie_parameter(wins) == pytest.approx(NU, abs=3e-5)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_a_poisson_regression_of_the_counts(seed):
    rng = np.random.default_rng(seed)
    rows = [[i, j, *rng.integers(1, 9, 3)] for i in range(4) for j in range(i + 1, 4)]
    wins = matrix(rows, 4)
    strength, nu = by_poisson_regression(wins)
    assert davidson_log_strengths(wins) == pytest.approx(strength, abs=1e-6)
    assert tie_parameter(wins) == pytest.approx(nu, rel=1e-6)


def test_of_two_it_has_a_closed_form():
    """The log-odds are those of decided comparisons, and ν² = ties² / (wins × losses)."""
    wins = matrix([[0, 1, 8, 2, 6]], 2)
    assert np.diff(davidson_log_strengths(wins)) == pytest.approx(np.log(2 / 8), abs=1e-9)
    assert tie_parameter(wins) == pytest.approx(6 / np.sqrt(8 * 2))
    remark = davidson_remark(wins, np.zeros(2), ["a", "b"])
    assert remark == (
        "Davidson's tie parameter ν is 1.5: equals tie in 42.9 % of their comparisons."
    )


def test_without_ties_it_is_bradley_terry():
    wins = WinMatrix(puddings().wins)
    assert davidson_log_strengths(wins).tolist() == bradley_terry_log_strengths(wins).tolist()
    assert "no ties" in davidson_remark(wins, np.zeros(6), list("abcdef"))


def test_ties_alone_make_all_equal():
    wins = matrix([[0, 1, 0, 0, 3], [1, 2, 0, 0, 1]], 3)
    assert davidson_log_strengths(wins).tolist() == [0, 0, 0]
    assert "is not known" in davidson_remark(wins, np.zeros(3), ["a", "b", "c"])


def test_groups_have_one_tie_parameter_and_are_infinitely_far_apart():
    """Two pairs, one of whom always wins: within the pairs the differences of both are fitted."""
    wins = matrix([[0, 1, 8, 2, 6], [2, 3, 8, 2, 6], [0, 2, 5, 0, 0], [1, 3, 5, 0, 0]], 4)
    strength = davidson_log_strengths(wins)
    assert strength[[0, 2]] - strength[[1, 3]] == pytest.approx([np.log(4)] * 2, abs=1e-6)
    assert strength[1] - strength[2] > 5
    assert tie_parameter(wins) == pytest.approx(1.5)


def test_a_likelihood_that_grows_without_end_has_a_finite_fit():
    """The first beat the second, and both tied with the third."""
    wins = matrix([[0, 1, 1, 0, 0], [1, 2, 0, 0, 1], [0, 2, 0, 0, 1]], 3)
    strength = davidson_log_strengths(wins)
    assert strength[0] > strength[2] > strength[1]
    assert np.abs(strength).max() < 20
    assert strength[2] == pytest.approx(0, abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_from_near_strengths_it_takes_a_few_steps(seed):
    wins = puddings()
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, 6)
    near = DAVIDSON.strengths(wins, weights, davidson_log_strengths(wins))
    assert near == pytest.approx(davidson_log_strengths(wins, weights), abs=1e-5)
