"""Severities, spreads and fits against closed forms, full least squares, and simulation."""

import numpy as np
import pytest
from marked import simulated_marks as simulated
from scipy import stats

from ranking.jurors.additive import (
    adjusted_without_each,
    are_joined,
    fit_additive,
    joined_parts,
    juror_spreads,
    severity_intervals,
)


def design(marks):
    """Dummies of candidates and jurors of each mark, and the marks."""
    juror, candidate = np.nonzero(~np.isnan(marks))
    rows = np.zeros((len(juror), sum(marks.shape)))
    rows[np.arange(len(juror)), candidate] = 1
    rows[np.arange(len(juror)), marks.shape[1] + juror] = 1
    return rows, marks[juror, candidate]


@pytest.mark.parametrize("seed", range(4))
def test_effects_residuals_and_shares_are_those_of_the_regression_on_dummies(seed):
    marks, _ = simulated(seed, missing=0.3)
    fit = fit_additive(marks)
    rows, values = design(marks)
    effects = np.linalg.lstsq(rows, values)[0]
    jurors = effects[marks.shape[1] :]
    np.testing.assert_allclose(fit.severity, jurors.mean() - jurors, atol=1e-9)
    np.testing.assert_allclose(fit.adjusted, effects[: marks.shape[1]] + jurors.mean(), atol=1e-9)
    hat = rows @ np.linalg.pinv(rows)
    known = ~np.isnan(marks)
    np.testing.assert_allclose(fit.shares[known], 1 - np.diag(hat), atol=1e-9)
    assert fit.freedom == round(len(values) - np.trace(hat))
    left = values - hat @ values
    assert fit.residual_variance == pytest.approx(left @ left / fit.freedom)


def test_intervals_of_complete_marks_are_those_of_the_paired_t():
    marks, _ = simulated(1, jurors=4, n=9, spread=(0.5, 1, 2, 3))
    error, low, high = severity_intervals(fit_additive(marks))
    for juror, own in enumerate(marks.mean(axis=0) - marks):
        test = stats.ttest_1samp(own, 0)
        interval = test.confidence_interval(0.95)
        assert (low[juror], high[juror]) == pytest.approx((interval.low, interval.high))
        assert error[juror] == pytest.approx(own.std(ddof=1) / 3)


def test_severity_moves_no_interval_but_its_own():
    marks, _ = simulated(2, missing=0.2)
    moved = marks.copy()
    moved[0] -= 5
    before, after = fit_additive(marks), fit_additive(moved)
    np.testing.assert_allclose(after.severity - before.severity, [4, -1, -1, -1, -1], atol=1e-9)
    np.testing.assert_allclose(severity_intervals(after)[0], severity_intervals(before)[0])
    np.testing.assert_allclose(juror_spreads(moved), juror_spreads(marks))
    np.testing.assert_allclose(after.mean_square(1), before.mean_square(1))


def test_spreads_of_three_jurors_are_grubbs_own():
    """Of three, each variance is half of two variances of differences less the third."""
    marks, _ = simulated(3, jurors=3, n=40)
    pairs = {(a, b): (marks[a] - marks[b]).var(ddof=1) for a in range(3) for b in range(a)}
    expected = [
        (pairs[1, 0] + pairs[2, 0] - pairs[2, 1]) / 2,
        (pairs[1, 0] + pairs[2, 1] - pairs[2, 0]) / 2,
        (pairs[2, 0] + pairs[2, 1] - pairs[1, 0]) / 2,
    ]
    np.testing.assert_allclose(juror_spreads(marks) ** 2, expected)


def test_spreads_are_unbiased_where_jurors_differ_in_them():
    true = np.array([1.0, 1.2, 1.5, 2.0, 2.5])
    found = [
        juror_spreads(simulated(seed, n=30, missing=0.1, spread=true)[0]) for seed in range(60)
    ]
    np.testing.assert_allclose((np.array(found) ** 2).mean(axis=0), true**2, rtol=0.15)


def test_mean_squares_are_one_on_average():
    fit = fit_additive(simulated(4, missing=0.2)[0])
    for axis in (0, 1):
        weights = np.nansum(fit.shares, axis=axis)
        assert np.average(fit.mean_square(axis), weights=weights) == pytest.approx(1)


def test_adjusting_undoes_whom_severe_jurors_marked():
    """Two jurors, one of them 4 points lower, who marked other halves and three in common."""
    true = np.arange(9.0)
    marks = np.stack([true, true - 4])
    marks[0, 6:], marks[1, :3] = np.nan, np.nan
    fit = fit_additive(marks)
    np.testing.assert_allclose(fit.severity, [-2, 2])
    np.testing.assert_allclose(np.diff(fit.adjusted), 1)
    assert (np.diff(np.nanmean(marks, axis=0)) < 0).any()


def test_parts_that_no_mark_joins_are_told_apart():
    marks = np.full((3, 5), np.nan)
    marks[0, :3] = marks[1, 1:3] = 1
    marks[2, 3:] = 2
    (jurors, candidates), (others, left) = joined_parts(marks)
    assert (jurors.tolist(), candidates.tolist()) == ([0, 1], [0, 1, 2])
    assert (others.tolist(), left.tolist()) == ([2], [3, 4])
    assert not are_joined(marks)
    assert are_joined(marks[:2, :3])


def test_no_interval_where_one_candidate_joins_the_jurors_or_there_are_two():
    marks, _ = simulated(5, jurors=4, n=7)
    assert np.isnan(severity_intervals(fit_additive(marks[:2]))[0]).all()
    exact = np.arange(5.0) + np.arange(3.0)[:, np.newaxis] / 10
    assert fit_additive(exact).is_exact
    assert not fit_additive(marks).is_exact
    assert np.isnan(severity_intervals(fit_additive(exact))[0]).all()
    marks[:2, 4:] = np.nan
    marks[2:, :3] = np.nan
    assert np.isnan(severity_intervals(fit_additive(marks))[0]).all()
    marks[2:, 2] = 1.0
    assert not np.isnan(severity_intervals(fit_additive(marks))[0]).any()


def test_adjusted_means_without_a_juror_leave_out_whom_nobody_else_marked():
    marks, _ = simulated(6, jurors=3, n=5)
    marks[1:, 0] = np.nan
    without = adjusted_without_each(fit_additive(marks))
    assert np.isnan(without[0]).tolist() == [True, False, False, False, False]
    assert not np.isnan(without[1:]).any()
    np.testing.assert_allclose(np.nanmean(without, axis=1), 0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("spread", ["one", "several"])
@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("jurors", [5, 9, 17])
def test_intervals_hold_fixed_severities(jurors, missing, spread):
    spreads = 1.0 if spread == "one" else np.linspace(0.5, 2.5, jurors)
    covered = []
    for seed in range(300):
        marks, severity = simulated(seed, jurors, 20, missing, spreads)
        _, low, high = severity_intervals(fit_additive(marks))
        covered.append((low <= severity) & (severity <= high))
    rate = np.mean(covered, axis=0)
    assert rate.mean() >= 0.93
    assert rate.min() >= 0.90
