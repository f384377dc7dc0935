"""Kendall's W: worked examples, scipy's Friedman and Spearman, and its null."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare, spearmanr

from ranking.comparisons.marks import marks_to_comparisons
from ranking.consistency.concordance import kendall_w, mean_spearman, panel_concordance
from ranking.evaluation.permutation import p_among
from ranking.tables import TIE


def random_marks(jurors: int, n: int, seed: int, *, ties: bool = False, recused: float = 0.0):
    rng = np.random.default_rng(seed)
    marks = np.arange(n) / 2 + rng.normal(0, n / 4, (jurors, n))
    marks = np.rint(marks / 3) if ties else marks
    return np.where(rng.random((jurors, n)) < recused, np.nan, marks)


def comparisons_of(marks: np.ndarray) -> pd.DataFrame:
    """The COMPARISONS table of marks, NaN where a juror recused."""
    rows = [
        (f"j{juror}", f"c{at:02}", mark, np.isnan(mark))
        for juror, own in enumerate(marks)
        for at, mark in enumerate(own)
    ]
    columns = ["juror", "candidate", "mark", "recused"]
    return marks_to_comparisons(pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize(
    ("ranks", "sum_of_squares", "w"),
    [
        ([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]], 25.5 / 157.5, 0.16),
        (
            [
                [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
                [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
                [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
            ],
            591 / 714,
            0.828,
        ),
    ],
)
def test_w_is_that_of_worked_examples(ranks, sum_of_squares, w):
    """S. Siegel, "Nonparametric Statistics for the Behavioral Sciences", 1956, ch. 9."""
    found = kendall_w(-np.array(ranks, dtype=float))
    assert found == pytest.approx(sum_of_squares)
    assert found == pytest.approx(w, abs=0.005)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("jurors", "n"), [(2, 5), (5, 3), (17, 40)])
def test_friedmans_chi_square_is_j_times_n_less_1_times_w(jurors, n, ties):
    marks = random_marks(jurors, n, seed=n, ties=ties)
    marks[:, 0] = marks[:, 1] + 1  # nobody gives all equal marks
    chi_square = friedmanchisquare(*marks.T).statistic
    assert jurors * (n - 1) * kendall_w(marks) == pytest.approx(chi_square)


def test_without_ties_both_definitions_agree():
    for jurors, n in ((2, 4), (3, 12), (9, 30)):
        marks = random_marks(jurors, n, seed=jurors)
        mean = mean_spearman(marks)
        assert kendall_w(marks) == pytest.approx(((jurors - 1) * mean + 1) / jurors)


@pytest.mark.parametrize("ties", [False, True])
def test_two_jurors_are_correlated_over_those_whom_both_marked(ties):
    marks = random_marks(6, 15, seed=3, ties=ties, recused=0.2)
    assert np.isnan(marks).any()
    expected = []
    for one, other in combinations(marks, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        expected.append(spearmanr(one[both], other[both]).statistic)
    assert mean_spearman(marks) == pytest.approx(np.mean(expected))
    assert kendall_w(marks) == pytest.approx((5 * np.mean(expected) + 1) / 6)


def test_w_is_1_if_all_rank_alike_and_0_if_two_rank_the_reverse():
    order = np.arange(7.0)
    assert kendall_w(np.stack([order, 3 * order, order**3])) == pytest.approx(1)
    assert kendall_w(np.stack([order, -order])) == pytest.approx(0)
    recused = np.stack([order, 3 * order, order**3])
    recused[0, 2] = recused[1, 5] = np.nan
    assert kendall_w(recused) == pytest.approx(1)


def test_a_juror_who_ordered_nobody_is_left_out_and_named():
    marks = random_marks(4, 10, seed=0)
    found = panel_concordance(comparisons_of(marks))
    level = panel_concordance(comparisons_of(np.vstack([marks, np.full(10, 20.0)])))
    assert level.w == found.w == pytest.approx(kendall_w(marks))
    assert (found.jurors, found.without_order) == (4, ())
    assert (level.jurors, level.without_order) == (4, ("j4",))


def test_one_juror_has_no_w():
    assert np.isnan(kendall_w(random_marks(1, 9, seed=0)))
    apart = np.array([[1.0, 2, np.nan, np.nan], [np.nan, np.nan, 1, 2]])
    assert np.isnan(kendall_w(apart))
    assert panel_concordance(comparisons_of(apart)).shuffled.size == 0


@pytest.mark.parametrize("recused", [0.0, 0.2])
def test_w_of_comparisons_is_that_of_the_marks(recused):
    """Wins of a juror order the candidates as the marks do."""
    marks = random_marks(5, 12, seed=1, ties=True, recused=recused)
    table = comparisons_of(marks)
    assert panel_concordance(table).w == pytest.approx(kendall_w(marks))
    assert panel_concordance(table).complete == (recused == 0)
    reverse = table.rename(columns={"first": "second", "second": "first"})
    both = pd.concat([table, reverse], ignore_index=True)
    assert panel_concordance(both).w == pytest.approx(kendall_w(marks))


def test_comparisons_that_are_no_order_have_no_w():
    table = comparisons_of(random_marks(3, 6, seed=2))
    assert panel_concordance(table.iloc[1:]) is None
    cycle = pd.DataFrame({"first": ["a", "b", "c"], "second": ["b", "c", "a"]})
    cycle = cycle.assign(winner=cycle["first"], votes=1, windows=1, juror="j9")
    assert panel_concordance(pd.concat([table, cycle], ignore_index=True)) is None
    tied = cycle.assign(winner=["a", TIE, TIE])  # a beat b, and both tied with c
    assert panel_concordance(tied) is None


def test_shuffled_marks_have_the_moments_of_w_without_agreement():
    """Mean 1 / J, variance 2 (J − 1) / (J³ (n − 1)) of all permutations (Kendall 1990, ch. 6)."""
    shuffled = panel_concordance(comparisons_of(random_marks(6, 15, seed=4))).shuffled
    variance = 2 * 5 / (6**3 * 14)
    assert shuffled.mean() == pytest.approx(1 / 6, abs=4 * np.sqrt(variance / len(shuffled)))
    assert shuffled.var() == pytest.approx(variance, rel=0.4)


@pytest.mark.slow
def test_the_test_of_w_finds_agreement_in_few_panels_without_any():
    """400 panels with recusals and ties, who agree on nothing: 5 % at 5 %, give or take 2.5 %."""
    rng = np.random.default_rng(6)
    found = 0
    for seed in range(400):
        marks = rng.integers(0, 8, (7, 12)).astype(float)
        marks[rng.random(marks.shape) < 0.1] = np.nan
        panel = panel_concordance(comparisons_of(marks), seed)
        found += p_among(panel.w, panel.shuffled).p < 0.05
    assert 0.025 <= found / 400 <= 0.075
