"""The jackknife over clusters against closed forms, and where it must penalise."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from ranking.comparisons.marks import marks_to_comparisons
from ranking.comparisons.tally import WinMatrix
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WIN_RATE, WINS
from ranking.uncertainty.jackknife import (
    MAX_CLUSTERS,
    Jackknife,
    cluster_wins,
    jackknife_strengths,
)
from ranking.uncertainty.joint_ranks import difference_p


def panel(jurors, n, seed=0, spread=1.0):
    """Jurors' marks of n candidates as comparisons, and whose they are."""
    rng = np.random.default_rng(seed)
    marks = rng.normal(0, spread, n) + rng.normal(size=(jurors, n))
    ids = [f"c{i:02}" for i in range(n)]
    rows = [(f"j{j}", ids[i], marks[j, i]) for j in range(jurors) for i in range(n)]
    table = pd.DataFrame(rows, columns=["juror", "candidate", "mark"]).assign(recused=False)
    return marks_to_comparisons(table), pd.Index(ids)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    """Complete marks make a win rate the mean of the jurors' own (Tukey 1958)."""
    table, ids = panel(6, 10)
    clusters = cluster_wins(table, "juror", ids)
    own = np.stack([one.wins.sum(axis=1) / 9 for one in clusters])  # (J, n)
    found = jackknife_strengths(clusters, WIN_RATE)
    np.testing.assert_allclose(found.strength, own.mean(axis=0))
    np.testing.assert_allclose(found.pseudo_values, own, atol=1e-12)
    np.testing.assert_allclose(found.variance, own.var(axis=0, ddof=1) / 6, atol=1e-12)


def test_differences_are_tested_as_by_the_paired_t_test_over_jurors():
    table, ids = panel(6, 10)
    clusters = cluster_wins(table, "juror", ids)
    own = np.stack([one.wins.sum(axis=1) / 9 for one in clusters])
    pseudo = jackknife_strengths(clusters, WIN_RATE).pseudo_values
    p = difference_p(pseudo.mean(axis=0), np.cov(pseudo.T) / 6, 5)
    assert p[2, 7] == pytest.approx(ttest_rel(own[:, 2], own[:, 7]).pvalue)
    assert (p.diagonal() == 1).all()


def test_numbers_of_wins_have_the_errors_of_win_rates():
    """A strength that grows with the number of jurors is not less sure for that."""
    table, ids = panel(5, 8)
    clusters = cluster_wins(table, "juror", ids)
    rates, wins = (jackknife_strengths(clusters, one) for one in (WIN_RATE, WINS))
    np.testing.assert_allclose(wins.variance, rates.variance * 35**2)
    assert wins.error_variance == pytest.approx(rates.error_variance * 35**2)


def test_all_fits_are_penalised_where_one_would_be_infinite():
    """One juror alone lets the last candidate win: without that juror it never does."""
    jurors = [np.triu(np.ones((4, 4)), 1) for _ in range(3)]
    jurors[0] = jurors[0].T.copy()
    clusters = [WinMatrix(one) for one in jurors]
    assert WinMatrix(np.sum(jurors, axis=0)).connected
    found = jackknife_strengths(clusters, BRADLEY_TERRY)
    assert found.penalised
    assert np.abs(found.left_out).max() < 10
    assert (np.diff(found.strength) < 0).all()
    table, ids = panel(9, 6, spread=0.1)
    assert not jackknife_strengths(cluster_wins(table, "juror", ids), BRADLEY_TERRY).penalised


def test_strengths_estimated_wider_apart_are_not_taken_for_error():
    """Fits of J - 1 that are c times as wide have c² times the error; it is divided out."""
    rng = np.random.default_rng(1)
    jurors, n = 4, 4000
    values = rng.normal(size=n) + rng.normal(size=(jurors, n))
    left_out = (values.sum(axis=0) - values) / (jurors - 1)
    plain = Jackknife(values.mean(axis=0), left_out)
    wider = Jackknife(values.mean(axis=0), 1.5 * left_out)
    assert plain.error_variance == pytest.approx(1 / jurors, rel=0.05)
    assert wider.error_variance == pytest.approx(plain.error_variance, rel=0.05)
    assert wider.variance.mean() == pytest.approx(2.25 * plain.variance.mean())


def test_many_clusters_are_put_together_and_none_is_lost():
    rng = np.random.default_rng(2)
    first, second = np.array(["a", "b", "c"])[
        np.stack([rng.permutation(3)[:2] for _ in range(900)]).T
    ]
    table = pd.DataFrame({"first": first, "second": second, "winner": first})
    table = table.assign(votes=1, windows=1, match=np.arange(900))
    clusters = cluster_wins(table, "match", pd.Index(list("abc")), seed=3)
    assert len(clusters) == MAX_CLUSTERS
    assert {one.wins.sum() for one in clusters} == {9.0}
    same = cluster_wins(table, "match", pd.Index(list("abc")), seed=3)
    assert all((a.wins == b.wins).all() for a, b in zip(clusters, same, strict=True))


def test_weights_of_rows_count_within_clusters():
    table = pd.DataFrame(
        {"first": ["a", "a"], "second": ["b", "b"], "winner": ["a", "b"], "votes": 1, "windows": 1}
    ).assign(rater=["x", "y"], weight=[3.0, 1.0], count=[1, 1])
    one, other = cluster_wins(table, "rater", pd.Index(["a", "b"]))
    assert one.wins[0, 1] == 3 * other.wins[1, 0]


def test_two_clusters_are_too_few():
    with pytest.raises(ValueError, match="2 clusters"):
        jackknife_strengths([WinMatrix(np.ones((2, 2)))] * 2, WIN_RATE)
