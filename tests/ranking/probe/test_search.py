"""From a manifest to a tested probe: planted skill is found, the test never chooses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from skill import planted_bank

from ranking.errors import ProbeError, TableError
from ranking.probe.search import SearchSettings, search_and_cross_validate
from ranking.probe.settings import TrainingSettings
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.manifest import Manifest
from ranking.tasks.splits import folds_then_final_manifests, random_split

LEVELS = np.tile([0, 1, 2], 24)
NAMES = [f"r{number:03}" for number in range(len(LEVELS))]
SETTINGS = SearchSettings(
    TrainingSettings(epochs=4, batch_size=24, learning_rate=1e-2), max_pairs=216
)


def manifest(levels=LEVELS) -> Manifest:
    table = pd.DataFrame({"recording": NAMES, "level": levels.astype(float)})
    return Manifest("mine.csv", table.assign(split="", group=NAMES, event=""), stratify_by="level")


@pytest.fixture(scope="module")
def bank():
    return planted_bank(LEVELS, 30, 60, step=1.0)


@pytest.mark.slow
def test_folds_find_planted_skill_in_recordings_not_trained_on(bank):
    trained = search_and_cross_validate(
        EXPERTISE_TASKS[4], folds_then_final_manifests(manifest(), 4, 0), bank, SETTINGS
    )
    assert trained.test.metrics["winner_accuracy"] > 0.9
    assert trained.test.estimate.low > 2 * trained.test.random  # the class is right: 0.25
    assert trained.head.config.outputs == 4
    assert trained.examples == SETTINGS.max_pairs
    assert trained.test.estimate.pairs == 4 * SETTINGS.max_pairs


@pytest.mark.slow
def test_of_a_grid_val_chooses_and_all_else_stays_the_same(bank):
    split = [random_split(manifest(), 0)]
    training = replace(SETTINGS.training, epochs=2, windows_per_step=0, learning_rate=3e-3)
    short = replace(SETTINGS, training=training, max_pairs=60)
    grid = replace(short, grid=(("learning_rate", (1e-7, 3e-3)), ("seed", (5, 6))))
    trained = search_and_cross_validate(EXPERTISE_TASKS[2], split, bank, grid)
    assert trained.settings.learning_rate == 3e-3
    own = replace(short.training, seed=trained.settings.seed, shuffle_seed=0)
    alone = search_and_cross_validate(EXPERTISE_TASKS[2], split, bank, replace(short, training=own))
    assert alone.validation == pytest.approx(trained.validation, abs=1e-5)
    assert alone.test.estimate.value == trained.test.estimate.value


def test_a_grid_tries_every_batch_size_with_every_rate():
    grid = (("batch_size", (4, 32)), ("learning_rate", (1e-3, 3e-3)))
    points = [settings for settings, _ in SearchSettings(grid=grid).points()]
    assert [(one.batch_size, one.learning_rate) for one in points] == [
        (4, 1e-3),
        (4, 3e-3),
        (32, 1e-3),
        (32, 3e-3),
    ]
    with pytest.raises(ProbeError, match=r"grid batch_size: 2\.5 is out of range"):
        SearchSettings(grid=(("batch_size", (2.5,)),))


@pytest.mark.slow
def test_the_test_set_changes_nothing_in_training(bank):
    split = random_split(manifest(), 0)
    table = split.recordings
    level = table["level"].where(table["split"] != "test", 2 - table["level"])
    turned = replace(split, recordings=table.assign(level=level))
    short = replace(SETTINGS, max_pairs=60)
    one, other = (
        search_and_cross_validate(EXPERTISE_TASKS[2], [of], bank, short) for of in (split, turned)
    )
    assert one.validation == other.validation
    assert (one.head.output.weight == other.head.output.weight).all()
    assert other.test.estimate.value == pytest.approx(1 - one.test.estimate.value)


def test_pairs_without_levels_are_for_two_classes(bank):
    pairs = pd.DataFrame({"first": NAMES[:-1], "second": NAMES[1:], "winner": NAMES[1:]})
    own = replace(manifest(), pairs=pairs, recordings=manifest().recordings.assign(split="train"))
    with pytest.raises(TableError, match="not by how much; give levels, or two classes"):
        search_and_cross_validate(EXPERTISE_TASKS[4], [own], bank, SETTINGS)
    with pytest.raises(TableError, match="no pair of unequal level in val"):
        search_and_cross_validate(EXPERTISE_TASKS[2], [own], bank, SETTINGS)


def test_a_grid_varies_what_it_can(bank):
    with pytest.raises(ProbeError, match="grid colour: no such setting"):
        SearchSettings(grid=(("colour", (1.0,)),))
