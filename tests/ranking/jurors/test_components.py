"""Components equal to those of an independent likelihood, and of the analysis of variance."""

import numpy as np
import pytest
from marked import SHROUT_FLEISS, simulated_marks, stage_marks
from scipy.optimize import minimize

from ranking.jurors.additive import fit_additive
from ranking.jurors.components import estimate_components, moment_components, reml_components
from ranking.jurors.reliability import (
    harmonic_mean_count,
    intraclass_correlations,
    separation_reliability,
)


def direct_reml(marks):
    """Minus twice the restricted likelihood over log variances, by Henderson's equations."""
    juror, candidate = np.nonzero(~np.isnan(marks))
    values = marks[juror, candidate]
    jurors, n = marks.shape
    random = np.zeros((len(values), n + jurors))
    at = np.arange(len(values))
    random[at, candidate] = random[at, n + juror] = 1
    known = np.column_stack([np.ones(len(values)), values])
    inner, cross, outer = random.T @ random, random.T @ known, known.T @ known

    def deviance(logs):
        c, j, e = np.exp(logs)
        ratio = e / np.append(np.full(n, c), np.full(jurors, j))
        equations = inner + np.diag(ratio)
        left = (outer - cross.T @ np.linalg.solve(equations, cross)) / e
        size = (len(values) - n - jurors) * logs[2] + n * logs[0] + jurors * logs[1]
        size += np.linalg.slogdet(equations)[1]
        return size + np.log(left[0, 0]) + left[1, 1] - left[0, 1] ** 2 / left[0, 0]

    start = np.log(values.var()) - np.array([1.0, 1.0, 0.5])
    options = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000}
    return np.exp(minimize(deviance, start, method="Nelder-Mead", options=options).x)


def as_array(components):
    return np.array([components.candidate, components.juror, components.residual])


@pytest.mark.parametrize("round_name", ["final", pytest.param("stage1", marks=pytest.mark.slow)])
def test_components_of_2025_are_those_of_an_independent_likelihood(round_name):
    marks = stage_marks(round_name)
    fit = fit_additive(marks)
    found, direct = reml_components(fit), direct_reml(marks)
    np.testing.assert_allclose(as_array(found), direct, rtol=1e-3)
    icc = intraclass_correlations(fit, found)
    k = harmonic_mean_count(marks)
    c, j, e = direct
    assert icc.consistency.value == pytest.approx(c / (c + e / k), abs=1e-3)
    assert icc.agreement.value == pytest.approx(c / (c + (j + e) / k), abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_components_of_incomplete_marks_are_those_of_an_independent_likelihood(seed):
    marks, _ = simulated_marks(seed, 6, 10, missing=0.2)
    found = as_array(reml_components(fit_additive(marks)))
    np.testing.assert_allclose(found, direct_reml(marks), rtol=1e-3, atol=1e-6)


def test_components_of_complete_marks_are_those_of_the_analysis_of_variance():
    """Mean squares 11.24 of candidates, 32.49 of jurors, 1.02 of the rest."""
    fit = fit_additive(SHROUT_FLEISS)
    expected = [(11.2417 - 1.0194) / 4, (32.4861 - 1.0194) / 6, 1.0194]
    for found in (reml_components(fit), moment_components(fit)):
        np.testing.assert_allclose(as_array(found), expected, rtol=1e-3)


def test_many_marks_are_taken_by_moments_which_differ_little():
    marks, _ = simulated_marks(0, 40, 400, missing=0.6)
    found = estimate_components(fit_additive(marks))
    assert not found.reml
    np.testing.assert_allclose([found.candidate, found.residual], [4, 1], rtol=0.1)
    assert found.juror == pytest.approx(1, rel=0.5)
    few = fit_additive(SHROUT_FLEISS)
    assert estimate_components(few) == reml_components(few)


def test_jurors_alike_have_a_component_of_nothing():
    marks, _ = simulated_marks(1, 4, 30)
    marks -= marks.mean(axis=1, keepdims=True)  # all severities are 0: less than by chance
    fit = fit_additive(marks)
    assert moment_components(fit).juror < 0
    found = reml_components(fit)
    assert found.juror == 0
    assert found.candidate > 1


def test_icc_of_shrout_and_fleiss_is_as_published():
    """ICC(2,4) 0.62 and ICC(3,4) 0.91 in their table 4; intervals as pingouin 0.7 gives them."""
    fit = fit_additive(SHROUT_FLEISS)
    icc = intraclass_correlations(fit, reml_components(fit))
    assert icc.k == 4
    assert icc.agreement.value == pytest.approx(0.620051, abs=1e-5)
    assert icc.consistency.value == pytest.approx(0.909316, abs=1e-5)
    ends = [end for one in (icc.agreement, icc.consistency) for end in (one.low, one.high)]
    assert [round(end, 2) for end in ends] == [0.07, 0.93, 0.68, 0.99]


def test_two_jurors_have_reliability_without_interval():
    fit = fit_additive(SHROUT_FLEISS[:2])
    icc = intraclass_correlations(fit, reml_components(fit))
    assert 0 < icc.agreement.value < icc.consistency.value < 1
    assert np.isnan(icc.consistency.low)
    assert np.isnan(separation_reliability(fit))


def test_separation_of_stage_one_has_errors_by_juror():
    assert separation_reliability(fit_additive(stage_marks("stage1"))) == pytest.approx(
        0.865, abs=5e-4
    )


def test_separation_is_high_where_jurors_agree_and_none_where_they_mark_at_random():
    rng = np.random.default_rng(0)
    agreeing = np.arange(20.0) + 0.1 * rng.normal(size=(6, 20))
    assert separation_reliability(fit_additive(agreeing)) > 0.99
    assert separation_reliability(fit_additive(rng.normal(size=(6, 20)))) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("spread", [1.0, 6.0**0.5])
@pytest.mark.parametrize("jurors", [5, 9, 17])
def test_intervals_of_reliability_hold_the_true_one(jurors, spread):
    """Of 200 panels that miss a tenth of the marks; components by moments, which take no time."""
    held, separation = [], []
    for seed in range(200):
        fit = fit_additive(simulated_marks(seed, jurors, 20, 0.1, spread)[0])
        icc = intraclass_correlations(fit, moment_components(fit))
        k, residual = icc.k, spread**2
        true = [4 / (4 + residual / k), 4 / (4 + (1 + residual) / k)]
        both = zip((icc.consistency, icc.agreement), true, strict=True)
        held.append([one.low <= value <= one.high for one, value in both])
        separation.append(separation_reliability(fit) - true[0])
    assert (np.mean(held, axis=0) >= 0.92).all()
    assert -0.06 < np.mean(separation) < 0.01
