"""Tests of rankers fitted in folds: those beside finished comparisons find too much."""

import runpy
from pathlib import Path

import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).parent / "permutations.py"))


@pytest.mark.slow
def test_fitted_anew_there_are_no_more_false_alarms_than_stated():
    finished, anew = BENCHMARK["sizes"](40, 120)
    assert finished > 0.1
    assert anew <= 0.07 + 0.02  # and a Monte Carlo error
