"""The whole chain finds what is planted: not from controls, nor where labels are shuffled.

A control explains nothing when it does worse than random answers: of six intervals at 95 %, one
may well lie below, and threads alone move an end by a point. So only the upper side is asked.
"""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from planted import PLANS, SPLITS, train_and_test, write_recordings

GRID = 3
QUICK = ("expertise", "difficulty")
"""Tasks that are tested: technique takes a grid of 16, and as long as both; the recipe has it."""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Writes the recordings of a task, once; returns the manifest, and the shuffled one."""
    return cache(
        lambda task: write_recordings(task, PLANS[task], tmp_path_factory.mktemp(task), seed=0)
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", QUICK)
def test_what_is_planted_is_found_and_not_by_controls(recordings, task):
    plan = PLANS[task]
    planted, _ = recordings(task)
    found = train_and_test(task, plan, planted, "spectrogram", GRID)
    assert found.above_chance
    assert found.estimate.value > 1.25 * found.random
    assert not train_and_test(task, plan, planted, "controls", GRID).above_chance


@pytest.mark.slow
def test_shuffled_grades_are_not_found(recordings):
    _, shuffled = recordings("difficulty")
    found = train_and_test("difficulty", PLANS["difficulty"], shuffled, "spectrogram", GRID)
    assert not found.above_chance


@pytest.mark.slow
@pytest.mark.parametrize("task", PLANS)
def test_each_label_is_in_each_split_as_often_shuffled_or_not(tmp_path, task):
    plan = replace(PLANS[task], recordings=len(SPLITS) * PLANS[task].block, seconds=1.0)
    manifests = write_recordings(task, plan, tmp_path, seed=0)
    planted, shuffled = (pd.read_csv(manifest) for manifest in manifests)
    counts = planted.groupby(["split", plan.labels]).size()
    pd.testing.assert_series_equal(counts, shuffled.groupby(["split", plan.labels]).size())
    assert (planted[plan.labels] != shuffled[plan.labels]).any()
    assert planted["split"].value_counts().to_dict() == {
        "train": 3 * plan.block,
        "val": plan.block,
        "test": 2 * plan.block,
    }
