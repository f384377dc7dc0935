"""The whole chain finds what is planted, and neither by the controls nor where it is shuffled."""

import pandas as pd
import pytest
from planted import PLANS, SPLITS, train_and_test, write_recordings

from ranking.probe.settings import TrainingSettings


@pytest.mark.slow
def test_planted_grades_are_found_and_controls_and_shuffled_grades_are_at_chance(tmp_path):
    planted, shuffled = write_recordings("difficulty", tmp_path, 162, 10.0, seed=0)
    training = TrainingSettings(epochs=30, patience=30, batch_size=8)
    found = train_and_test("difficulty", planted, "spectrogram", 1, training, 3)
    assert found.estimate.low > 1.2 * found.random
    for manifest, encoder in ((planted, "controls"), (shuffled, "spectrogram")):
        found = train_and_test("difficulty", manifest, encoder, 1, training, 3)
        assert found.estimate.low < found.random < found.estimate.high


@pytest.mark.slow
@pytest.mark.parametrize("task", PLANS)
def test_each_label_is_in_each_split_as_often_shuffled_or_not(tmp_path, task):
    plan = PLANS[task]
    manifests = write_recordings(task, tmp_path, len(SPLITS) * plan.block, 1.0, seed=0)
    planted, shuffled = (pd.read_csv(manifest) for manifest in manifests)
    counts = planted.groupby(["split", plan.labels]).size()
    pd.testing.assert_series_equal(counts, shuffled.groupby(["split", plan.labels]).size())
    assert (planted[plan.labels] != shuffled[plan.labels]).any()
    assert planted["split"].value_counts().to_dict() == {
        "train": 3 * plan.block,
        "val": plan.block,
        "test": 2 * plan.block,
    }
