"""From a manifest to a tested probe: planted skill is found, the test never chooses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from skill import planted_bank

from ranking.errors import ProbeError, TableError
from ranking.probe.settings import FitSettings
from ranking.probe.train import Plan, learn
from ranking.tasks.manifest import Manifest
from ranking.tasks.splits import folds, split_by_lot

LEVELS = np.tile([0, 1, 2], 24)
NAMES = [f"r{number:03}" for number in range(len(LEVELS))]
PLAN = Plan(settings=FitSettings(epochs=4, batch=24, rate=1e-2), most=216)


def manifest(levels=LEVELS) -> Manifest:
    table = pd.DataFrame({"recording": NAMES, "level": levels.astype(float)})
    return Manifest("mine.csv", table.assign(split="", group=NAMES, event=""))


@pytest.fixture(scope="module")
def bank():
    return planted_bank(LEVELS, 30, 60, step=1.0)


def test_folds_find_planted_skill_in_recordings_never_heard(bank):
    learnt = learn(folds(manifest(), 4, 0), bank, replace(PLAN, classes=4))
    assert learnt.test.value > 0.9
    assert learnt.head.config.classes == 4
    assert learnt.train_pairs == PLAN.most
    assert learnt.test.pairs == 4 * PLAN.most


def test_of_a_grid_val_chooses_and_all_else_stays_the_same(bank):
    dealt = [split_by_lot(manifest(), 0)]
    short = replace(PLAN, settings=replace(PLAN.settings, epochs=2, rate=3e-3), most=60)
    learnt = learn(dealt, bank, replace(short, grid=(("rate", (1e-7, 3e-3)), ("seed", (5, 6)))))
    assert learnt.settings.rate == 3e-3
    settings = replace(short.settings, seed=learnt.settings.seed, order=0)
    alone = learn(dealt, bank, replace(short, settings=settings))
    assert alone.validation == pytest.approx(learnt.validation, abs=1e-5)
    assert alone.test.value == learnt.test.value


def test_what_the_test_holds_changes_nothing_that_is_learnt(bank):
    dealt = split_by_lot(manifest(), 0)
    table = dealt.recordings
    level = table["level"].where(table["split"] != "test", 2 - table["level"])
    turned = replace(dealt, recordings=table.assign(level=level))
    short = replace(PLAN, most=60)
    one, other = learn([dealt], bank, short), learn([turned], bank, short)
    assert one.validation == other.validation
    assert (one.head.output.weight == other.head.output.weight).all()
    assert other.test.value == pytest.approx(1 - one.test.value)


def test_pairs_without_levels_are_for_two_classes(bank):
    pairs = pd.DataFrame({"first": NAMES[:-1], "second": NAMES[1:], "winner": NAMES[1:]})
    own = replace(manifest(), pairs=pairs, recordings=manifest().recordings.assign(split="train"))
    with pytest.raises(TableError, match="not by how much; give levels, or --classes 2"):
        learn([own], bank, replace(PLAN, classes=4))
    with pytest.raises(TableError, match="no pair of unequal level in val"):
        learn([own], bank, PLAN)


def test_a_grid_varies_what_it_can(bank):
    with pytest.raises(ProbeError, match="--grid colour: no such setting"):
        Plan(grid=(("colour", (1.0,)),))
