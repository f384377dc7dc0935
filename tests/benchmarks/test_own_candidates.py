"""Sizes of the tests of own candidates and of trends, and their power: a part of the benchmark."""

import runpy
from pathlib import Path

import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).parent / "own_candidates.py"))
Panel = BENCHMARK["Panel"]
HOLDS = 0.02  # twice the Monte Carlo error of a share of 5 % among 400 panels


def test_every_panel_can_be_simulated():
    panels = BENCHMARK["panels"]()
    assert {one.jurors for one in panels} == {5, 9, 17}
    assert len({str(one) for one in panels}) == len(panels)
    assert all(0 <= share <= 1 for share in BENCHMARK["sizes"](Panel(5, 12, 3), 2, 0))
    assert all(0 <= share <= 1 for share in BENCHMARK["trend_sizes"](3, 5, 2, 0))


@pytest.mark.slow
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("jurors", [5, 9, 17])
def test_without_a_difference_jurors_are_seldom_significant(jurors, shared):
    any_juror, together, covered, _ = BENCHMARK["sizes"](Panel(jurors, 40, 6, shared), 200, 1)
    assert any_juror <= 0.07 + HOLDS
    assert together <= 0.07 + HOLDS
    assert covered >= 0.93


@pytest.mark.slow
def test_four_marks_on_six_pupils_are_found_among_17_jurors():
    found = BENCHMARK["power"]
    panel = Panel(17, 84, 6, sigma=1.8)
    assert found(panel, 4.0, 150, 0) >= 0.8
    assert found(panel, 1.0, 150, 0) <= 0.2


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("jurors", [5, 17])
def test_without_a_trend_slopes_are_seldom_significant(jurors, rounds):
    slope, any_juror, covered = BENCHMARK["trend_sizes"](rounds, jurors, 300, 1)
    assert slope <= 0.07 + HOLDS
    assert any_juror <= 0.07 + HOLDS
    assert covered >= 0.93
