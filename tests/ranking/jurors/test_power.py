"""Jurors needed: statsmodels' paired t-test, and the formula of the normal distribution."""

import numpy as np
import pytest
from scipy.special import stdtrit

from ranking.jurors.power import (
    detectable_difference,
    jurors_needed,
    power_curve,
    power_of_t,
    round_differences,
)


@pytest.mark.parametrize("difference", [0.5, 1.0, 2.0, 4.0])
def test_jurors_are_those_of_statsmodels(difference):
    power = pytest.importorskip("statsmodels.stats.power")
    sigma = 2.23
    needed = jurors_needed(difference, sigma**2)
    effect = difference / (sigma * np.sqrt(2))
    expected = power.TTestPower().solve_power(effect, alpha=0.05, power=0.8)
    assert needed == np.ceil(expected)
    assert power_of_t(difference, sigma * np.sqrt(2 / 17), 16) == pytest.approx(
        power.TTestPower().power(effect, 17, 0.05)
    )


@pytest.mark.parametrize("difference", [0.1, 0.5, 1.0, 2.0])
def test_it_takes_a_few_jurors_more_than_with_the_normal_distribution(difference):
    normal = 2 * 4 * (1.959964 + 0.841621) ** 2 / difference**2
    assert normal < jurors_needed(difference, 4.0) < normal + 4


def test_a_detectable_difference_has_the_power():
    found = detectable_difference(0.7, 12, 0.01, 0.8)
    assert power_of_t(found, 0.7, 12, 0.01) == pytest.approx(0.8)
    for freedom in (1, 2, 5):
        found = detectable_difference(1.0, freedom, 0.05 / 17)
        assert power_of_t(found, 1.0, freedom, 0.05 / 17) == pytest.approx(0.8)
    assert np.isnan(detectable_difference(0.0, 12))
    assert np.isnan(detectable_difference(1.0, 0))


@pytest.mark.parametrize("freedom", [1, 2, 5, 40])
def test_power_grows_with_the_difference_up_to_1(freedom):
    found = [power_of_t(difference, 1.0, freedom) for difference in np.linspace(0, 60, 241)]
    assert (np.diff(found) > -1e-3).all()
    assert found[0] == pytest.approx(0.05)
    assert found[-1] == pytest.approx(1, abs=1e-3)


def test_power_far_off_is_that_of_simulated_errors():
    rng = np.random.default_rng(0)
    error = np.sqrt(rng.chisquare(2, 400_000) / 2)
    level = 0.05 / 500
    t = (60 + rng.standard_normal(400_000)) / error
    simulated = (t > stdtrit(2, 1 - level / 2)).mean()
    assert power_of_t(60.0, 1.0, 2, level) == pytest.approx(simulated, abs=0.004)


def test_without_a_difference_the_power_is_the_level():
    assert power_of_t(0.0, 1.0, 5, 0.05) == pytest.approx(0.05)


def test_power_in_simulation():
    rng = np.random.default_rng(0)
    needed = jurors_needed(1.0, 1.0)
    marks = rng.normal([[1.0], [0.0]], 1, (20_000, 2, needed)) + rng.normal(
        0, 3, (20_000, 1, needed)
    )
    gaps = marks[:, 0] - marks[:, 1]
    t = gaps.mean(axis=1) / gaps.std(axis=1, ddof=1) * np.sqrt(needed)
    expected = power_of_t(1.0, np.sqrt(2 / needed), needed - 1)
    assert 0.8 <= expected < 0.84
    found = (np.abs(t) > stdtrit(needed - 1, 0.975)).mean()
    assert found == pytest.approx(expected, abs=0.01)


def test_the_curve_falls_and_has_round_differences():
    curve = power_curve(4.0, 17)
    assert curve["jurors"].is_monotonic_decreasing
    assert curve["power"].is_monotonic_increasing
    assert curve["difference"].tolist() == round_differences(2.0)
    enough = curve["jurors"] <= 17
    assert (enough == (curve["power"] >= 0.8)).all()
    assert power_curve(4.0, 1)["power"].isna().all()


@pytest.mark.parametrize("sigma", [0.013, 0.2, 1.0, 2.23, 45.0])
def test_round_differences_grow_with_sigma(sigma):
    found = np.array(round_differences(sigma))
    assert (np.diff(found) > 0).all()
    assert 0.1 <= found[0] / sigma < 0.16
    assert 2.0 < found[-1] / sigma <= 3.0


@pytest.mark.parametrize(("difference", "variance"), [(0, 1), (-1, 1), (1, 0), (1e-4, 1)])
def test_what_cannot_be_found_is_refused(difference, variance):
    with pytest.raises(ValueError, match=r"above 0|more than 100,000"):
        jurors_needed(difference, variance)
