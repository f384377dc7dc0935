"""Calibration of the probabilities of ranks: a part of the benchmark."""

import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def benchmark():
    """The benchmark, which imports another from its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(Path(__file__).parent), *sys.path])
        yield import_module("probabilities")


def test_what_is_said_adds_up(benchmark):
    table = benchmark.say(benchmark.Panel(3, 12, near=False), 2, 0)
    sums = table.groupby("field")[["first", "passes", "is_first", "has_passed"]].sum()
    assert sums.to_numpy().ravel().tolist() == pytest.approx([1, 4, 1, 4] * 2)
    predicted, true = benchmark.leaders(table)
    assert 0 < predicted <= 1
    assert 0 <= true <= 1


def test_classes_have_what_is_said_and_what_is_true(benchmark):
    predicted = pd.Series([0.0, 0.02, 0.5, 0.5, 1.0])
    found = benchmark.by_class(predicted, pd.Series([False, False, True, False, True]))
    assert found["number"].tolist() == [2, 2, 1]
    assert found["predicted"].tolist() == pytest.approx([0.01, 0.5, 1.0])
    assert found["true"].tolist() == pytest.approx([0.0, 0.5, 1.0])


@pytest.mark.slow
@pytest.mark.parametrize("jurors", [5, 17])
def test_probabilities_in_spread_fields_are_right(benchmark, jurors):
    table = benchmark.say(benchmark.Panel(jurors, 40, near=False), 60, 1)
    found = benchmark.by_class(table["passes"], table["has_passed"])
    for row in found[found["number"] >= 100].itertuples():
        assert row.true == pytest.approx(row.predicted, abs=0.05 + 1 / row.number**0.5)
