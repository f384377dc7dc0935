"""From a manifest to a tested probe: planted skill is found, the test never chooses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from skill import planted_bank

from ranking.errors import ProbeError, TableError
from ranking.probe.settings import FitSettings
from ranking.probe.train import TrainSettings, train_head
from ranking.tasks.expertise import TASKS
from ranking.tasks.manifest import Manifest
from ranking.tasks.splits import folds, split_by_lot

LEVELS = np.tile([0, 1, 2], 24)
NAMES = [f"r{number:03}" for number in range(len(LEVELS))]
SETTINGS = TrainSettings(FitSettings(epochs=4, batch=24, rate=1e-2), most=216)


def manifest(levels=LEVELS) -> Manifest:
    table = pd.DataFrame({"recording": NAMES, "level": levels.astype(float)})
    return Manifest("mine.csv", table.assign(split="", group=NAMES, event=""), stratify_by="level")


@pytest.fixture(scope="module")
def bank():
    return planted_bank(LEVELS, 30, 60, step=1.0)


@pytest.mark.slow
def test_folds_find_planted_skill_in_recordings_never_heard(bank):
    trained = train_head(TASKS[4], folds(manifest(), 4, 0), bank, SETTINGS)
    assert trained.test.estimate.value > 0.9
    assert trained.head.config.classes == 4
    assert trained.examples == SETTINGS.most
    assert trained.test.estimate.pairs == 4 * SETTINGS.most


def test_of_a_grid_val_chooses_and_all_else_stays_the_same(bank):
    dealt = [split_by_lot(manifest(), 0)]
    short = replace(SETTINGS, fit=replace(SETTINGS.fit, epochs=2, rate=3e-3), most=60)
    grid = replace(short, grid=(("rate", (1e-7, 3e-3)), ("seed", (5, 6))))
    trained = train_head(TASKS[2], dealt, bank, grid)
    assert trained.settings.rate == 3e-3
    own = replace(short.fit, seed=trained.settings.seed, order=0)
    alone = train_head(TASKS[2], dealt, bank, replace(short, fit=own))
    assert alone.validation == pytest.approx(trained.validation, abs=1e-5)
    assert alone.test.estimate.value == trained.test.estimate.value


def test_what_the_test_holds_changes_nothing_that_is_learnt(bank):
    dealt = split_by_lot(manifest(), 0)
    table = dealt.recordings
    level = table["level"].where(table["split"] != "test", 2 - table["level"])
    turned = replace(dealt, recordings=table.assign(level=level))
    short = replace(SETTINGS, most=60)
    one, other = (train_head(TASKS[2], [of], bank, short) for of in (dealt, turned))
    assert one.validation == other.validation
    assert (one.head.output.weight == other.head.output.weight).all()
    assert other.test.estimate.value == pytest.approx(1 - one.test.estimate.value)


def test_pairs_without_levels_are_for_two_classes(bank):
    pairs = pd.DataFrame({"first": NAMES[:-1], "second": NAMES[1:], "winner": NAMES[1:]})
    own = replace(manifest(), pairs=pairs, recordings=manifest().recordings.assign(split="train"))
    with pytest.raises(TableError, match="not by how much; give levels, or two classes"):
        train_head(TASKS[4], [own], bank, SETTINGS)
    with pytest.raises(TableError, match="no pair of unequal level in val"):
        train_head(TASKS[2], [own], bank, SETTINGS)


def test_a_grid_varies_what_it_can(bank):
    with pytest.raises(ProbeError, match="grid colour: no such setting"):
        TrainSettings(grid=(("colour", (1.0,)),))
