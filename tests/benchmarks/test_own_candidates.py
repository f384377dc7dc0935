"""Sizes of the tests of own candidates and of trends, and their power: a part of the benchmark."""

import runpy
from pathlib import Path

import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).parent / "own_candidates.py"))
Panel = BENCHMARK["Panel"]
LARGEST = 0.07


def largest(fields: int) -> float:
    """The largest share of so many panels that a size of 7 % allows, by twice the error of 5 %."""
    return float(LARGEST + 2 * (0.05 * 0.95 / fields) ** 0.5)


def test_every_panel_can_be_simulated():
    panels = BENCHMARK["panels"]()
    assert {one.jurors for one in panels} == {5, 9, 17}
    assert len({str(one) for one in panels}) == len(panels)
    assert all(0 <= share <= 1 for share in BENCHMARK["sizes"](Panel(5, 12, 3), 2, 0))
    assert all(0 <= share <= 1 for share in BENCHMARK["trend_sizes"](3, 5, 2, 0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("panel", "fields"),
    [
        (Panel(5, 40, 6), 200),
        (Panel(5, 40, 6, shared=True), 200),
        (Panel(9, 40, 6), 100),
        (Panel(17, 40, 6, shared=True), 60),
    ],
    ids=str,
)
def test_without_a_difference_jurors_are_seldom_significant(panel, fields):
    any_juror, together, covered, _ = BENCHMARK["sizes"](panel, fields, 1)
    assert any_juror <= largest(fields)
    assert together <= largest(fields)
    assert covered >= 0.93


@pytest.mark.slow
def test_four_marks_on_six_pupils_are_found_among_17_jurors():
    found = BENCHMARK["power"]
    panel = Panel(17, 84, 6, sigma=1.8)
    assert found(panel, 4.0, 100, 0) >= 0.8
    assert found(panel, 1.0, 100, 0) <= 0.2


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("jurors", [5, 17])
def test_without_a_trend_slopes_are_seldom_significant(jurors, rounds):
    slope, any_juror, covered = BENCHMARK["trend_sizes"](rounds, jurors, 300, 1)
    assert slope <= largest(300)
    assert any_juror <= largest(300)
    assert covered >= 0.92
