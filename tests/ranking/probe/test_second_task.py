"""A second task needs one file: it is trained, saved, loaded and evaluated as the first is."""

from dataclasses import replace

import loudness
import numpy as np
import pandas as pd
import pytest
from skill import loader, planted_bank

from ranking.embeddings.cache_key import CacheKey
from ranking.errors import ProbeError, TableError
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Probe, Record, load_probe, save_probe
from ranking.probe.loop import predict_logits
from ranking.probe.search import SearchSettings, evaluate_heads_pooled, search_and_cross_validate
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_run
from ranking.tasks.manifest import read_manifest
from ranking.tasks.metrics import multilabel_metrics
from ranking.tasks.splits import folds_then_final_manifests, random_split
from ranking.tasks.task import BINARY_CROSS_ENTROPY, Examples

CLASSES = np.tile([0, 1, 2], 48)
NAMES = [f"r{number:03}" for number in range(len(CLASSES))]
TASK = loudness.SPEC.task()
SETTINGS = SearchSettings(TrainingSettings(epochs=5, batch_size=8, learning_rate=1e-2))


@pytest.fixture(scope="module")
def bank():
    return planted_bank(CLASSES, 25, 25, step=3.0)


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "mine.csv"
    rows = zip(NAMES, np.array(loudness.LOUDNESS)[CLASSES], strict=True)
    pd.DataFrame(rows, columns=["recording", "loudness"]).to_csv(path, index=False)
    return read_manifest(path, TASK.columns, TASK.takes_pairs)


def test_it_is_trained_saved_loaded_and_evaluated(bank, manifest, tmp_path):
    split = random_split(manifest, 0)
    trained = search_and_cross_validate(TASK, [split], bank, SETTINGS)
    assert trained.test.estimate.value > 0.7  # by chance a third
    assert trained.test.estimate.pairs == (split.recordings["split"] == "test").sum()
    assert trained.examples == (split.recordings["split"] == "train").sum()
    record = Record(TASK.name, CacheKey("spectrogram"), trained.head.config)
    save_probe(Probe(trained.head, record), tmp_path / "loud.safetensors")
    again = load_probe(tmp_path / "loud.safetensors")
    assert again.record.task == "loudness-3"
    test = TASK.make_examples(split, bank.windows, 0, 0)["test"]
    groups = dict(zip(NAMES, NAMES, strict=True))
    found = evaluate_heads_pooled(TASK, [(again.head, test)], bank, groups, SETTINGS.training)
    assert repr(found) == repr(trained.test)  # NaN, where it has no p, equals nothing


@pytest.mark.slow
def test_folds_test_every_recording_once(bank, manifest):
    short = replace(SETTINGS, training=replace(SETTINGS.training, epochs=1))
    test = search_and_cross_validate(
        TASK, folds_then_final_manifests(manifest, 4, 0), bank, short
    ).test
    assert test.estimate.pairs == len(NAMES)
    assert test.estimate.low <= test.estimate.value == test.metrics["accuracy"]


def test_what_it_lacks_is_named_in_its_words(bank, manifest):
    split = random_split(manifest, 0)
    table = split.recordings.assign(split="train")
    with pytest.raises(TableError, match="no recording of known loudness in val; put more"):
        search_and_cross_validate(TASK, [replace(split, recordings=table)], bank, SETTINGS)
    paired = replace(SETTINGS, training=replace(SETTINGS.training, windows_per_step=4))
    with pytest.raises(
        ProbeError, match="windows per step 4: loudness-3 compares no windows; leave it out"
    ):
        search_and_cross_validate(TASK, [split], bank, paired)


@pytest.mark.slow
def test_labels_are_trained_by_the_same_loop(bank):
    """Two yes or no questions to each window: is it more than quiet, is it loud?"""
    labels = replace(
        TASK,
        name="louder-2",
        outputs=2,
        loss=BINARY_CROSS_ENTROPY,
        metrics=multilabel_metrics,
        selection_metric="mAP",
    )
    targets = (CLASSES[:, np.newaxis] > [0, 1]).astype(np.float32)
    every, test = np.arange(len(NAMES)), np.arange(120, 144)
    examples = Examples(every[:, np.newaxis], targets, every)
    config = HeadConfig(25, 25, labels.outputs)
    train, validation = examples.subset(every < 96), examples.subset((every >= 96) & (every < 120))
    run = TrainingRun(config, SETTINGS.training, train, validation)
    fitted = train_run(labels, run, loader(bank))
    logits = predict_logits(fitted.head.logits, loader(bank), examples.windows[test])
    assert multilabel_metrics(logits, targets[test])["mAP"] > 0.9
