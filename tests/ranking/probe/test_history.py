"""The epochs of a training as a table: nothing is left out, and what was chosen is marked."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from skill import loader, planted_bank
from sklearn.metrics import average_precision_score

from ranking.network.head import HeadConfig
from ranking.probe.history import (
    average_precision_by_class,
    random_average_precisions,
    training_history,
)
from ranking.probe.loop import Loop, selection_key
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.state import load_state, save_state
from ranking.probe.train import train_runs
from ranking.progress import SILENT
from ranking.tables import HISTORY, check_table
from ranking.tasks.difficulty import difficulty_task
from ranking.tasks.metrics import expected_average_precision
from ranking.tasks.task import Examples

TASK = difficulty_task(3)
GRADES = np.tile([0, 1, 2], 12)
SETTINGS = TrainingSettings(epochs=3, batch_size=8, learning_rate=1e-2)


@pytest.fixture(scope="module")
def bank():
    return planted_bank(GRADES, 25, 25, step=3.0)


@pytest.fixture(scope="module")
def runs():
    every = np.arange(len(GRADES))
    examples = Examples(every[:, np.newaxis], GRADES, every)
    config = HeadConfig(25, 25, TASK.outputs)
    folds = [(every % 4 == 0, every % 4 == 1), (every % 4 == 2, every % 4 == 3)]
    return [
        TrainingRun(
            replace(config, dropout=dropout),
            replace(SETTINGS, seed=seed, shuffle_seed=0),
            examples.subset(train),
            examples.subset(validation),
        )
        for train, validation in folds
        for dropout, seed in ((0.0, 5), (0.2, 6))
    ]


@pytest.fixture(scope="module")
def trained(bank, runs):
    return train_runs(TASK, runs, loader(bank))


def test_every_epoch_of_every_run_is_a_row(runs, trained):
    table = training_history(TASK, runs, trained, [1, 2])
    check_table(table, HISTORY, "history")
    assert table.columns[: len(HISTORY)].tolist() == list(HISTORY)
    assert len(table) == sum(len(one.history) for one in trained)
    assert table["fold"].tolist() == ["1"] * 6 + ["final"] * 6
    assert table["dropout"].tolist() == ([0.0] * 3 + [0.2] * 3) * 2
    assert table["epoch"].tolist() == [1, 2, 3] * 4
    losses = [epoch["loss"] for one in trained for epoch in one.history]
    assert table["training_loss"].tolist() == losses
    assert table.loc[table["chosen"], "seed"].unique().tolist() == [6, 5]
    best = table[table["best"]]
    assert best["epoch"].tolist() == [one.epoch for one in trained]
    assert best["acc0"].tolist() == [one.history[one.epoch - 1]["acc0"] for one in trained]


def test_one_split_is_one_fold(runs, trained):
    table = training_history(TASK, runs[:2], trained[:2], [0])
    assert set(table["fold"]) == {"1"}


def test_average_precisions_are_those_of_the_epoch_that_is_kept(bank, runs, trained):
    """Of the head that is kept they are computed again, by scikit-learn."""
    table = training_history(TASK, runs, trained, [1, 2])
    for run, one in zip(runs, trained, strict=True):
        segments, mask = loader(bank)(run.validation.windows)
        with torch.inference_mode():
            p = one.head.logits(segments, mask).softmax(dim=1).numpy()
        own = one.average_precisions[one.epoch - 1]
        for place, name in enumerate(("1-3", "4-6", "7-9")):
            there = run.validation.targets == place
            expected = average_precision_score(there, p[:, place])
            assert own[name] == pytest.approx(expected, abs=1e-6)
            random = random_average_precisions(TASK, run.validation)[f"random_{name}"]
            wanted = expected_average_precision(len(there), there.sum())
            assert random == pytest.approx(wanted)
            assert own[name] in set(table[f"ap_{name}"])


def test_they_choose_nothing_and_change_no_hash(bank, runs, trained):
    without = replace(TASK, average_precisions=None)
    assert Loop(without, runs[:2], loader(bank), "cpu").sha256 == (
        Loop(TASK, runs[:2], loader(bank), "cpu").sha256
    )
    again = train_runs(without, runs[:2], loader(bank))
    assert [one.history for one in again] == [one.history for one in trained[:2]]
    assert [one.head.sha256 for one in again] == [one.head.sha256 for one in trained[:2]]
    for one in again:
        keys = [selection_key(epoch, without) for epoch in one.history]
        assert keys.index(max(keys)) == one.epoch - 1
    table = training_history(without, runs[:2], again, [0])
    assert not [name for name in table if name.startswith(("ap_", "random_"))]


@pytest.mark.slow
def test_a_state_of_an_earlier_version_is_gone_on_from(bank, runs, trained, tmp_path):
    """It has no average precisions: those of its epochs stay unknown, all else is the same."""
    path = tmp_path / "one.fit"
    loop = Loop(TASK, runs[:2], loader(bank), "cpu")
    for step in range(loop.steps):
        loop._step(0, step)
    loop._validate(0)
    loop._save_state(path)
    state = load_state(path, torch.device("cpu"))
    for one in state["fitted"]:
        del one["average_precisions"]
    save_state(state, path)
    resumed = Loop(TASK, runs[:2], loader(bank), "cpu").finish(SILENT, path)
    assert [one.history for one in resumed] == [one.history for one in trained[:2]]
    for one, whole in zip(resumed, trained, strict=False):
        assert one.average_precisions == [{}, *whole.average_precisions[1:]]
    table = training_history(TASK, runs[:2], resumed, [0])
    unknown = table.loc[table["epoch"] == 1, "ap_1-3"]
    assert pd.isna(unknown).all()
    assert table.loc[table["epoch"] > 1, "ap_1-3"].notna().all()


def test_average_precision_over_epochs_is_the_mean_of_the_chosen_heads(runs, trained):
    history = training_history(TASK, runs, trained, [1, 2])
    shorter = history[(history["fold"] != "final") | (history["epoch"] < 3)]
    found = average_precision_by_class([history, shorter])
    assert found["name"].unique().tolist() == ["1-3", "4-6", "7-9"]
    assert set(found["epoch"]) == {1, 2}  # as far as all were trained
    chosen = history[history["chosen"] & (history["epoch"] == 2)]
    own = found[(found["name"] == "4-6") & (found["epoch"] == 2)]
    assert own["average_precision"].item() == pytest.approx(chosen["ap_4-6"].mean())
    assert own["random"].item() == pytest.approx(chosen["random_4-6"].mean())
    without = history.drop(columns=[name for name in history if name.startswith("ap_")])
    assert average_precision_by_class([without]).empty
