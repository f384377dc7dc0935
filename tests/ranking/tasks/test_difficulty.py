"""Grades are classes in order; Acc_n and its interval are those of recordings and their groups."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from skill import loader, planted_bank

from icpc.competition.bundled import bundled_collections
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.errors import ProbeError, TableError
from ranking.network.head import HeadConfig
from ranking.probe.loop import Loop
from ranking.probe.search import SearchSettings, search_and_cross_validate
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.tasks.difficulty import balanced_weights, class_names, grade_targets
from ranking.tasks.manifest import Manifest, read_manifest
from ranking.tasks.registry import DIFFICULTY, find_task
from ranking.tasks.splits import random_split
from ranking.tasks.task import Predictions


def manifest_of(grades, splits, groups=None) -> Manifest:
    names = [f"r{number:03}" for number in range(len(grades))]
    table = pd.DataFrame({"recording": names, "grade": grades, "split": splits})
    return Manifest("mine.csv", table.assign(group=groups or names), stratify_by="grade")


def windows_of(counts):
    rows = [(f"r{n:03}", window) for n, count in enumerate(counts) for window in range(count)]
    table = pd.DataFrame(rows, columns=["candidate", "window"])
    return table.assign(row=table.index, start=0.0, stop=30.0)


def test_the_published_list_has_737_tracks_in_nine_grades():
    grades = pd.read_csv(bundled_collections()["pld-difficulty"], dtype=str)["grade"]
    nine, three = (np.bincount(grade_targets(grades, classes)) for classes in (9, 3))
    assert nine.tolist() == [14, 42, 54, 95, 137, 161, 134, 61, 39]
    assert three.tolist() == nine.reshape(3, 3).sum(axis=1).tolist()
    assert nine.sum() == 737


def test_three_classes_merge_three_grades_each():
    grades = pd.Series([str(grade) for grade in range(1, 10)])
    assert grade_targets(grades, 9).tolist() == [*range(9)]
    names = [class_names(3)[c] for c in grade_targets(grades, 3)]
    assert names == ["1-3"] * 3 + ["4-6"] * 3 + ["7-9"] * 3
    with pytest.raises(ValueError, match="4 classes: 9 or 3"):
        class_names(4)


def test_every_window_is_an_example_of_its_recordings_grade():
    manifest = manifest_of(["1", "9", "1"], ["train", "train", "val"])
    made = DIFFICULTY.task().make_examples(manifest, windows_of([2, 1, 3]), 0, 0)
    assert made["train"].windows.tolist() == [[0], [1], [2]]
    assert made["train"].targets.tolist() == [0, 0, 8]
    assert made["val"].targets.tolist() == [0, 0, 0]
    assert made["train"].weights is None


def test_class_weights_are_those_of_the_training_set_alone():
    task = DIFFICULTY.task(9, class_weights="balanced")
    manifest = manifest_of(["1", "1", "1", "9", "9"], ["train"] * 4 + ["val"])
    made = task.make_examples(manifest, windows_of([1] * 5), 0, 0)
    np.testing.assert_allclose(made["train"].weights, [4 / 6, 4 / 6, 4 / 6, 2])
    assert made["train"].weights.mean() == pytest.approx(1)
    assert made["val"].weights is None
    assert balanced_weights(np.array([0, 0, 2, 2])).tolist() == [1, 1, 1, 1]


def test_a_class_without_a_training_example_is_refused():
    manifest = manifest_of(["1", "2", "7", "7"], ["train", "train", "val", "test"])
    windows = windows_of([1] * 4)
    with pytest.raises(TableError, match=r"mine\.csv: grade 7 is in val, and no recording in t"):
        DIFFICULTY.task(9).make_examples(manifest, windows, 0, 0)
    with pytest.raises(TableError, match="grade 7-9 is in val, and no recording in train has it"):
        DIFFICULTY.task(3).make_examples(manifest, windows, 0, 0)


@pytest.mark.parametrize("grade", ["0", "10", "", "n/a", "4-6", "5.5"])
def test_other_grades_are_refused_with_the_line(tmp_path, grade):
    path = tmp_path / "mine.csv"
    path.write_text(f"recording,grade\nann,3\nbob,{grade}\n")
    with pytest.raises(TableError, match=f"line 3: 'grade' is '{grade}'; give a Henle grade, 1 to"):
        read_manifest(path, DIFFICULTY.task().columns)


def test_other_classes_and_options_are_refused():
    with pytest.raises(ProbeError, match="classes 4: no such task; give 9 or 3"):
        DIFFICULTY.task(4)
    with pytest.raises(ProbeError, match="loss hinge: difficulty has no such choice; choose cross"):
        DIFFICULTY.task(9, loss="hinge")
    with pytest.raises(ProbeError, match="colour red: difficulty has no such option; leave it out"):
        DIFFICULTY.task(9, colour="red")
    assert DIFFICULTY.changed_options({"loss": "ordinal", "class_weights": "none"}) == {
        "loss": "ordinal"
    }


def test_a_recording_is_the_mean_of_its_windows_logits():
    """Three windows of one recording, two of which alone would be wrong."""
    manifest = manifest_of(["1", "2"], ["train", "train"])
    windows = windows_of([3, 1])
    task = DIFFICULTY.task()
    examples = task.make_examples(manifest, windows, 0, 0)["train"]
    logits = np.zeros((4, 9))
    logits[0, 0], logits[1:3, 1], logits[3, 1] = 5, 2, 1
    groups = {"r000": "a", "r001": "b"}
    found = task.evaluate(Predictions(examples, logits, windows, groups), 0)
    assert found.metrics["acc0"] == found.estimate.value == 1
    assert (found.estimate.pairs, found.groups) == (2, 2)
    assert found.random == pytest.approx(1 / 9)
    assert found.table["truth"].tolist() == found.table["predicted"].tolist() == ["1", "2"]
    np.testing.assert_allclose(found.table.filter(like="p_").sum(axis=1), 1)


def test_the_interval_resamples_groups_and_has_no_width_of_nothing():
    rng = np.random.default_rng(0)
    grades = [str(1 + n % 9) for n in range(180)]
    manifest = manifest_of(grades, ["train"] * 180)
    windows, task = windows_of([1] * 180), DIFFICULTY.task()
    examples = task.make_examples(manifest, windows, 0, 0)["train"]
    right = np.repeat(rng.random(20) < 0.5, 9)  # all of a group, or none of it
    logits = np.where(right[:, np.newaxis], np.eye(9)[examples.targets], np.eye(9)[0])
    names = manifest.recordings["recording"]
    widths = []
    for groups in ({name: name for name in names}, {n: str(i // 9) for i, n in enumerate(names)}):
        found = task.evaluate(Predictions(examples, logits, windows, groups), 0)
        assert found.estimate.low < found.estimate.value < found.estimate.high
        widths.append(found.estimate.high - found.estimate.low)
    assert widths[1] > 2 * widths[0]
    perfect = Predictions(examples, np.eye(9)[examples.targets], windows, groups)
    assert np.isnan(task.evaluate(perfect, 0).estimate.low)


@pytest.mark.slow
def test_an_ordinal_loss_and_class_weights_are_trained_by_the_same_loop():
    grades = np.tile([0, 1, 2], 24)
    bank = planted_bank(grades, 25, 25, step=3.0)
    manifest = random_split(manifest_of([str(3 * g + 1) for g in grades], [""] * 72), 0)
    task = DIFFICULTY.task(3, loss="ordinal", class_weights="balanced")
    settings = SearchSettings(TrainingSettings(epochs=8, batch_size=8, learning_rate=1e-2))
    trained = search_and_cross_validate(task, [manifest], bank, settings)
    assert trained.test.estimate.value > 0.6  # by chance a third
    assert trained.head.config.segments == 30


def test_a_probe_of_three_segments_stores_three_and_longer_recordings_are_cut():
    rng = np.random.default_rng(0)
    counts = [3, 7, 8, 1]
    embeddings = [
        (
            f"r{n:03}",
            Embedding(rng.standard_normal((count, 25, 25)).astype("f2"), np.full(count, 10.0)),
        )
        for n, count in enumerate(counts)
    ]
    bank = EmbeddingBank(embeddings, segments_per_window=3)
    assert bank.windows["candidate"].value_counts().sort_index().tolist() == [1, 2, 3, 1]
    values, mask = bank.load_windows([5])  # segments 7 and 8 of the third recording
    assert (mask.tolist(), values.shape) == ([[True, True, False]], (1, 3, 25, 25))
    manifest = manifest_of(["1", "4", "1", "4"], ["train", "train", "val", "val"])
    task = replace(DIFFICULTY.task(3), segments=3)
    settings = SearchSettings(TrainingSettings(epochs=1))
    trained = search_and_cross_validate(task, [manifest], bank, settings)
    assert trained.head.config.segments == 3
    assert trained.head.output.in_features == 3 * trained.head.config.width
    with pytest.raises(ValueError, match="windows of 3 segments, not 30"):
        search_and_cross_validate(DIFFICULTY.task(3), [manifest], bank, settings)


def test_weights_of_examples_are_those_of_their_losses():
    """A training step with weights of 1 and 3 is one in which the second stands three times."""
    bank = planted_bank(np.array([0, 1, 0, 1]), 25, 25)
    task = DIFFICULTY.task(3)
    manifest = manifest_of(["1", "4", "1", "4"], ["train", "train", "val", "val"])
    made = task.make_examples(manifest, bank.windows, 0, 0)
    weighted = replace(made["train"], weights=np.array([1.0, 3.0]))
    run = TrainingRun(HeadConfig(25, 25, 3), TrainingSettings(), weighted, made["val"])
    loop = Loop(task, [run], loader(bank), "cpu")
    logits, targets = torch.randn(2, 3), torch.from_numpy(weighted.targets)
    plain = loop.loss(logits, targets)
    found = loop._mean_loss(logits, targets, weighted.weights)
    torch.testing.assert_close(found, (plain[0] + 3 * plain[1]) / 4)
    torch.testing.assert_close(loop._mean_loss(logits, targets, None), plain.mean())


def test_a_scale_of_ones_own_is_in_the_order_of_its_names(tmp_path):
    scale = "easy, medium, hard, virtuoso"
    task = find_task("difficulty-4", grades=scale, class_weights="balanced")
    rows = ["a,hard,train", "b,easy,train", "c,medium,train", "d,virtuoso,train", "e,hard,test"]
    (tmp_path / "mine.csv").write_text("\n".join(["recording,grade,split", *rows]) + "\n")
    manifest = read_manifest(tmp_path / "mine.csv", task.columns)
    assert grade_targets(manifest.recordings["grade"], 4, scale).tolist() == [2, 0, 1, 3, 2]
    windows = pd.DataFrame({"row": range(5), "candidate": list("abcde"), "window": 0})
    made = task.make_examples(manifest, windows.assign(start=0.0, stop=300.0), 0, 0)
    assert made["train"].targets.tolist() == [2, 0, 1, 3]
    groups = {name: name for name in "abcde"}
    found = task.evaluate(Predictions(made["test"], np.eye(4)[[1]], windows, groups), 0)
    assert found.table[["truth", "predicted"]].to_numpy().tolist() == [["hard", "medium"]]
    assert (found.metrics["acc0"], found.metrics["acc1"]) == (0, 1)
    (tmp_path / "mine.csv").write_text("recording,grade\na,5\n")
    with pytest.raises(TableError, match="line 2: 'grade' is '5'; give a grade: easy, medium"):
        read_manifest(tmp_path / "mine.csv", task.columns)


@pytest.mark.parametrize("scale", ["1", "1,2,", "1,2,2"])
def test_a_scale_that_is_none_is_refused(scale):
    with pytest.raises(ProbeError, match="grades, each with a name of its own; name them from"):
        DIFFICULTY.task(grades=scale)
