"""Techniques are yes, no or not known; what is not known changes nothing."""

import numpy as np
import pandas as pd
import pytest
import torch

from icpc.competition.bundled import bundled_collections
from ranking.errors import ProbeError, TableError
from ranking.tasks.losses import binary_cross_entropy
from ranking.tasks.manifest import read_manifest
from ranking.tasks.metrics import multilabel_metrics
from ranking.tasks.registry import TECHNIQUE, find_task
from ranking.tasks.task import Predictions
from ranking.tasks.technique import TECHNIQUES, technique_targets

TASK = TECHNIQUE.task()


@pytest.fixture
def read(tmp_path):
    def of(text: str):
        path = tmp_path / "mine.csv"
        path.write_text(text)
        return read_manifest(path, TASK.columns)

    return of


def test_the_published_list_has_the_papers_counts():
    """The paper says 35 repeated notes; its list has 36."""
    manifest = read_manifest(bundled_collections()["pld-technique"], TASK.columns)
    targets = technique_targets(manifest)
    assert targets.shape == (222, 7)
    assert targets.sum(axis=0).tolist() == [48, 40, 31, 36, 36, 35, 41]
    assert not np.isnan(targets).any()


def test_a_list_tells_of_all_seven_and_an_empty_field_of_none(read):
    targets = technique_targets(
        read("recording,techniques\na,scales;octaves\nb,\nc,none\nd,Staccato\n".lower())
    )
    assert targets[0].tolist() == [1, 0, 0, 0, 0, 1, 0]
    assert np.isnan(targets[1]).all()
    assert targets[2].tolist() == [0] * 7
    assert targets[3].tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_a_column_for_each_technique_may_be_empty(read):
    manifest = read("recording,scales,repeated-notes,techniques\na,1,0,\nb,,1,scales\nc,0,,\n")
    targets = technique_targets(manifest)
    assert targets[0, [0, 3]].tolist() == [1, 0]
    assert np.isnan(np.delete(targets[0], [0, 3])).all()
    assert targets[1].tolist() == [1, 0, 0, 1, 0, 0, 0]  # the list, but where a column says more


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("recording,techniques\na,scales;trills\n", "line 2: 'techniques' is 'scales;trills'; w"),
        ("recording,scales\na,yes\n", "line 2: 'scales' is 'yes'; write 1, 0, or nothing wher"),
    ],
)
def test_labels_outside_the_set_are_refused_with_the_line(read, text, words):
    with pytest.raises(TableError, match=f"mine.csv, {words}"):
        read(text)


def test_contradictions_and_empty_lists_are_refused(read):
    with pytest.raises(TableError, match="'a' has 'none;scales'; let none stand alone"):
        technique_targets(read("recording,techniques\na,none;scales\n"))
    with pytest.raises(TableError, match="no technique of any recording is known; give a column"):
        technique_targets(read("recording\na\n"))


def rows(split: str, *lists: str) -> list[str]:
    return [f"{split}{number},{one},{split}" for number, one in enumerate(lists)]


def windows_of(manifest):
    names = manifest.recordings["recording"]
    table = pd.DataFrame({"candidate": names, "window": 0, "row": range(len(names))})
    return table.assign(start=0.0, stop=30.0)


def test_a_technique_without_a_training_example_is_refused(read):
    lists = [*TECHNIQUES[:-1], "none"]
    lines = [*rows("train", *lists), *rows("val", *TECHNIQUES)]
    manifest = read("recording,techniques,split\n" + "\n".join(lines) + "\n")
    with pytest.raises(TableError, match="no recording in train is known that has staccato; put"):
        TASK.make_examples(manifest, windows_of(manifest), 0, 0)


def test_the_evaluation_is_over_recordings_of_known_techniques(read):
    lines = [*rows("train", *TECHNIQUES), *rows("test", *TECHNIQUES, "", "scales;octaves", "none")]
    manifest = read("recording,techniques,split\n" + "\n".join(lines) + "\n")
    windows = windows_of(manifest)
    examples = TASK.make_examples(manifest, windows, 0, 0)["test"]
    assert len(examples) == 9  # one has nothing known
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(9, 7))
    groups = {name: name for name in manifest.recordings["recording"]}
    found = TASK.evaluate(Predictions(examples, logits, windows, groups), 0)
    assert found.metrics == multilabel_metrics(logits, examples.targets)
    assert found.estimate.value == found.metrics["mAP"]
    assert found.estimate.low < found.estimate.value < found.estimate.high
    assert found.groups == found.estimate.pairs == 9
    harmonic = sum(1 / rank for rank in range(1, 10))
    once, twice = harmonic / 9, (harmonic + (9 - harmonic) / 8) / 9  # who have a technique
    assert found.random == pytest.approx((5 * once + 2 * twice) / 7)
    assert found.table["truth_scales"].sum() == 2
    np.testing.assert_allclose(found.table["p_octaves"], 1 / (1 + np.exp(-logits[:, 5])))


def test_a_window_is_three_segments():
    assert TASK.segments == TECHNIQUE.segments == 3


OWN = "trills, tremolo"


def own_manifest(tmp_path, lines: str):
    path = tmp_path / "mine.csv"
    path.write_text(lines)
    return read_manifest(path, TECHNIQUE.task(labels=OWN).columns)


def test_labels_of_ones_own_are_columns_or_stand_in_the_list(tmp_path):
    rows = "recording,techniques,trills,tremolo\na,,1,0\nb,trills;tremolo,,\nc,none,,1\nd,,,0\n"
    found = technique_targets(own_manifest(tmp_path, rows), ("trills", "tremolo"))
    assert found.tolist()[:3] == [[1, 0], [1, 1], [0, 1]]
    assert np.isnan(found[3, 0])
    task = find_task("technique-2", labels=OWN)
    assert (task.name, task.outputs) == ("technique-2", 2)
    with pytest.raises(TableError, match=r"mine\.csv, line 2: 'techniques' is 'scales'"):
        own_manifest(tmp_path, "recording,techniques\na,scales\n")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("a,,b", "'' is no label"),
        ("a,b,a", "'a' is there twice"),
        ("a,split", "'split' is no label"),
        ("a,b;c", "'b;c' is no label"),
    ],
)
def test_names_that_no_label_can_have_are_refused(labels, words):
    with pytest.raises(ProbeError, match=f"{words}; name columns of the manifest"):
        TECHNIQUE.task(labels=labels)


@pytest.mark.parametrize(("name", "labels"), [("technique-2", ""), ("technique-3", OWN)])
def test_a_number_of_labels_without_their_names_is_no_task(name, labels):
    with pytest.raises(ProbeError, match="no such task"):
        find_task(name, labels=labels)


def test_positives_count_by_the_negatives_of_train_where_a_label_is_known(tmp_path):
    rows = "recording,trills,tremolo,split\na,1,0,train\nb,0,1,train\nc,0,,train\nd,0,1,train\n"
    manifest = own_manifest(tmp_path, rows + "e,1,0,val\nf,1,1,val\n")
    windows = pd.DataFrame({"row": range(6), "candidate": list("abcdef"), "window": 0})
    windows = windows.assign(start=0.0, stop=30.0)
    plain, balanced = (
        TECHNIQUE.task(labels=OWN, class_weights=how).make_examples(manifest, windows, 9, 0)
        for how in ("none", "balanced")
    )
    assert plain["train"].weights is None
    assert balanced["val"].weights is None
    own = balanced["train"]
    known = ~np.isnan(own.targets)
    expected = torch.tensor([3.0, 0.5])  # 3 negatives for 1 positive, 1 for 2
    logits = torch.tensor(np.random.default_rng(0).normal(size=(4, 2)), dtype=torch.float32)
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        logits,
        torch.from_numpy(own.targets).float().nan_to_num(),
        pos_weight=expected,
        reduction="none",
    ).numpy()
    found = binary_cross_entropy(
        logits, torch.from_numpy(own.targets), label_weights=torch.from_numpy(own.weights).float()
    )
    assert found.tolist() == pytest.approx(
        (np.where(known, each, 0).sum(axis=1) / known.sum(axis=1)).tolist()
    )
    assert plain["train"].sha256 != own.sha256
