"""Metrics against scikit-learn, closed forms, and the trap of averaging over batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from ranking.tasks.metrics import class_metrics, multilabel_metrics

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=25)  # scikit-learn takes its time


@few
@given(seeds)
def test_class_metrics_are_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    logits, truth = rng.normal(size=(40, 4)), rng.integers(0, 4, 40)
    report = sk.classification_report(truth, logits.argmax(1), output_dict=True, zero_division=0)
    found = class_metrics(logits, truth)
    assert found["accuracy"] == pytest.approx(report["accuracy"], abs=1e-9)
    assert found["f1"] == pytest.approx(report["macro avg"]["f1-score"], abs=1e-9)


@few
@given(seeds)
def test_label_metrics_are_the_mean_over_labels_of_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    logits, truth = rng.normal(size=(30, 7)), (rng.random((30, 7)) < 0.3).astype(float)
    truth[0], truth[1] = 0, 1
    found = multilabel_metrics(logits, truth)
    for name, score in (("mAP", sk.average_precision_score), ("AUC", sk.roc_auc_score)):
        each = [score(truth[:, c], logits[:, c]) for c in range(7)]
        assert found[name] == pytest.approx(np.mean(each), abs=1e-9)
    assert found["accuracy"] == pytest.approx(1 - sk.hamming_loss(truth, logits > 0), abs=1e-9)
    coverage = [truth[n, logits[n].argmax()] for n in range(30)]
    assert found["single"] == pytest.approx(np.mean(coverage), abs=1e-9)


def test_a_label_that_tells_nothing_stays_out():
    logits = np.array([[1.0, -2, 3], [2, 1, -1], [-1, 0.5, 2]])
    truth = np.array([[1, 0, 1], [1, 0, 1], [0, 0, 1]])
    found = multilabel_metrics(logits, truth)
    assert (found["mAP"], found["AUC"]) == (1, 1)
    silent = multilabel_metrics(logits, np.zeros((3, 3)))
    assert np.isnan(silent["mAP"])
    assert np.isnan(silent["AUC"])


def test_chance_is_the_share_of_positives_once_and_more_in_batches():
    """Average precision of random answers: about the share of positives; in small batches, more."""
    rng = np.random.default_rng(0)
    logits, truth = rng.normal(size=(1600, 1)), (rng.random((1600, 1)) < 0.2).astype(float)
    assert multilabel_metrics(logits, truth)["mAP"] == pytest.approx(0.2, abs=0.03)
    batches = [
        multilabel_metrics(logits[i : i + 8], truth[i : i + 8])["mAP"] for i in range(0, 1600, 8)
    ]
    assert np.nanmean(batches) > 0.35
