"""A second task needs one file: it is trained, kept, loaded and evaluated by what knows no task."""

from dataclasses import replace

import loudness
import numpy as np
import pandas as pd
import pytest
from skill import planted_bank, taking

from ranking.embeddings.store import CacheKey
from ranking.errors import ProbeError, TableError
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Probe, Record, load_probe, save_probe
from ranking.probe.fit import fit_run
from ranking.probe.loop import predict
from ranking.probe.settings import FitSettings, Run
from ranking.probe.train import TrainSettings, evaluate_heads, train_head
from ranking.tasks.manifest import read_manifest
from ranking.tasks.metrics import label_metrics
from ranking.tasks.splits import folds, split_by_lot
from ranking.tasks.task import BINARY_CROSS_ENTROPY, Examples

CLASSES = np.tile([0, 1, 2], 48)
NAMES = [f"r{number:03}" for number in range(len(CLASSES))]
TASK = loudness.SPEC.task()
SETTINGS = TrainSettings(FitSettings(epochs=5, batch=8, rate=1e-2))


@pytest.fixture(scope="module")
def bank():
    return planted_bank(CLASSES, 25, 25, step=3.0)


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "mine.csv"
    rows = zip(NAMES, np.array(loudness.LOUDNESS)[CLASSES], strict=True)
    pd.DataFrame(rows, columns=["recording", "loudness"]).to_csv(path, index=False)
    return read_manifest(path, TASK.columns, TASK.takes_pairs)


def test_it_is_trained_kept_loaded_and_evaluated(bank, manifest, tmp_path):
    dealt = split_by_lot(manifest, 0)
    trained = train_head(TASK, [dealt], bank, SETTINGS)
    assert trained.test.estimate.value > 0.7  # by chance a third
    assert trained.test.estimate.pairs == (dealt.recordings["split"] == "test").sum()
    assert trained.examples == (dealt.recordings["split"] == "train").sum()
    record = Record(TASK.name, CacheKey("spectrogram"), trained.head.config)
    save_probe(Probe(trained.head, record), tmp_path / "loud.safetensors")
    again = load_probe(tmp_path / "loud.safetensors")
    assert again.record.task == "loudness-3"
    test = TASK.make_examples(dealt, bank.windows, 0, 0)["test"]
    groups = dict(zip(NAMES, NAMES, strict=True))
    found = evaluate_heads(TASK, [(again.head, test)], bank, groups, SETTINGS.fit)
    assert found == trained.test


def test_folds_test_every_recording_once(bank, manifest):
    short = replace(SETTINGS, fit=replace(SETTINGS.fit, epochs=1))
    test = train_head(TASK, folds(manifest, 4, 0), bank, short).test
    assert test.estimate.pairs == len(NAMES)
    assert test.estimate.low <= test.estimate.value == test.metrics["accuracy"]


def test_what_it_lacks_is_said_in_its_words(bank, manifest):
    dealt = split_by_lot(manifest, 0)
    table = dealt.recordings.assign(split="train")
    with pytest.raises(TableError, match="no recording of known loudness in val; put more"):
        train_head(TASK, [replace(dealt, recordings=table)], bank, SETTINGS)
    crossing = replace(SETTINGS, fit=replace(SETTINGS.fit, crossed=4))
    with pytest.raises(ProbeError, match="crossed 4: loudness-3 compares no windows; leave it out"):
        train_head(TASK, [dealt], bank, crossing)


def test_labels_are_learnt_by_the_same_loop(bank):
    """Two yes or no questions to each window: is it more than quiet, is it loud?"""
    labels = replace(
        TASK,
        name="louder-2",
        outputs=2,
        loss=BINARY_CROSS_ENTROPY,
        metrics=label_metrics,
        select="mAP",
    )
    targets = (CLASSES[:, np.newaxis] > [0, 1]).astype(np.float32)
    every, test = np.arange(len(NAMES)), np.arange(120, 144)
    examples = Examples(every[:, np.newaxis], targets, every)
    config = HeadConfig(25, 25, labels.outputs)
    train, validation = examples.of(every < 96), examples.of((every >= 96) & (every < 120))
    run = Run(config, SETTINGS.fit, train, validation)
    fitted = fit_run(labels, run, taking(bank))
    logits = predict(fitted.head.of_sounding, taking(bank), examples.windows[test])
    assert label_metrics(logits, targets[test])["mAP"] > 0.9
