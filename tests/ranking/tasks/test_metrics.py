"""Metrics against scikit-learn, closed forms, and the trap of averaging over batches."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.metrics import average_precision_score

from ranking.tasks.metrics import (
    accuracy_within,
    average_precision_draws,
    class_average_precisions,
    class_metrics,
    expected_average_precision,
    grade_metrics,
    label_average_precisions,
    multilabel_metrics,
    random_accuracy_within,
    random_average_precision,
    single_answers,
)

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


@pytest.mark.slow
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
    having = [n for n in range(30) if truth[n].any()]
    coverage = [truth[n, logits[n].argmax()] for n in having]
    assert found["single"] == pytest.approx(np.mean(coverage), abs=1e-9)


def test_a_label_that_tells_nothing_stays_out():
    logits = np.array([[1.0, -2, 3], [2, 1, -1], [-1, 0.5, 2]])
    truth = np.array([[1, 0, 1], [1, 0, 1], [0, 0, 1]])
    found = multilabel_metrics(logits, truth)
    assert (found["mAP"], found["AUC"]) == (1, 1)
    silent = multilabel_metrics(logits, np.zeros((3, 3)))
    assert np.isnan(silent["mAP"])
    assert np.isnan(silent["AUC"])


@pytest.mark.slow
def test_chance_is_the_share_of_positives_once_and_more_in_batches():
    """Average precision of random answers: about the share of positives; in small batches, more."""
    rng = np.random.default_rng(0)
    logits, truth = rng.normal(size=(1600, 1)), (rng.random((1600, 1)) < 0.2).astype(float)
    assert multilabel_metrics(logits, truth)["mAP"] == pytest.approx(0.2, abs=0.03)
    batches = [
        multilabel_metrics(logits[i : i + 8], truth[i : i + 8])["mAP"] for i in range(0, 1600, 8)
    ]
    assert np.nanmean(batches) > 0.35


def test_accuracy_within_is_averaged_over_the_classes_present():
    """Eq. 2 by hand: of grade 1 both within one, of grade 5 one of three, of grade 9 none."""
    truth, predicted = np.array([0, 0, 4, 4, 4, 8]), np.array([0, 1, 4, 2, 7, 0])
    assert accuracy_within(truth, predicted, 0) == pytest.approx((1 / 2 + 1 / 3 + 0) / 3)
    assert accuracy_within(truth, predicted, 1) == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert accuracy_within(truth, predicted, 8) == 1
    with pytest.raises(ValueError, match="6 true classes, 5 predicted"):
        accuracy_within(truth, predicted[:5], 0)


@few
@given(seeds)
def test_grade_metrics_are_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    logits, truth = rng.normal(size=(60, 9)), rng.integers(0, 9, 60)
    found, predicted = grade_metrics(logits, truth), logits.argmax(1)
    recall = sk.recall_score(
        truth, predicted, labels=np.unique(truth), average="macro", zero_division=0
    )
    assert found["acc0"] == pytest.approx(recall, abs=1e-12)
    weighted = sk.cohen_kappa_score(truth, predicted, weights="quadratic")
    assert found["kappa"] == pytest.approx(weighted)
    assert found["f1"] == pytest.approx(sk.f1_score(truth, predicted, average="macro"))


def test_where_all_are_of_one_grade_there_is_no_kappa():
    assert np.isnan(grade_metrics(np.eye(9)[[3, 3]], np.array([3, 3]))["kappa"])


@pytest.mark.parametrize(("n", "expected"), [(0, 1 / 9), (1, 25 / 81), (8, 1)])
def test_random_grades_reach_what_the_formula_says(n, expected):
    rng, truth = np.random.default_rng(0), np.repeat(np.arange(9), 20_000)
    assert random_accuracy_within(truth, 9, n) == pytest.approx(expected)
    drawn = accuracy_within(truth, rng.integers(0, 9, len(truth)), n)
    assert drawn == pytest.approx(expected, abs=0.005)
    assert random_accuracy_within(np.array([0, 8]), 9, 1) == pytest.approx(2 / 9)


@pytest.mark.parametrize(("examples", "with_label"), [(2, 1), (6, 1), (6, 2), (7, 4), (5, 5)])
def test_random_orders_reach_the_mean_of_all_orders(examples, with_label):
    found = []
    for own in itertools.combinations(range(examples), with_label):
        truth = np.isin(np.arange(examples), own)
        found.append(average_precision_score(truth, -np.arange(examples)))
    assert expected_average_precision(examples, with_label) == pytest.approx(np.mean(found))


def test_random_techniques_reach_about_the_share_of_positives_of_many():
    rng = np.random.default_rng(0)
    truth = (rng.random((20_000, 3)) < [0.1, 0.3, 0.5]).astype(float)
    truth[:5000, 0] = np.nan
    found = multilabel_metrics(rng.normal(size=truth.shape), truth)
    assert random_average_precision(truth) == pytest.approx(0.3, abs=0.01)
    assert found["mAP"] == pytest.approx(random_average_precision(truth), abs=0.01)


@few
@given(seeds)
def test_labels_that_are_not_known_leave_metrics_as_they_are_without_them(seed):
    rng = np.random.default_rng(seed)
    logits, truth = rng.normal(size=(30, 4)), (rng.random((30, 4)) < 0.4).astype(float)
    truth[0], truth[1] = 0, 1
    hidden = rng.random((30, 4)) < 0.3
    hidden[:2] = False
    found = multilabel_metrics(logits, np.where(hidden, np.nan, truth))
    for name, score in (("mAP", sk.average_precision_score), ("AUC", sk.roc_auc_score)):
        each = [score(truth[~hidden[:, c], c], logits[~hidden[:, c], c]) for c in range(4)]
        assert found[name] == pytest.approx(np.mean(each), abs=1e-12)
    right = ((logits > 0) == truth)[~hidden]
    assert found["accuracy"] == pytest.approx(right.mean(), abs=1e-12)


def test_the_single_answer_is_right_if_any_true_label_is_it():
    """Else the first true label is what it should be; unknown labels are no answer."""
    nan = np.nan
    truth = np.array([[0, 1, 1], [1, 0, 1], [0, 0, 0], [nan, 1, 0], [0, nan, 1]])
    logits = np.array([[0, 1, 2], [0, 3, 1], [9, 0, 0], [9, 1, 0], [3, 2, 1.0]])
    answer, wanted = single_answers(logits, truth)
    assert answer.tolist() == [2, 1, 1, 0]
    assert wanted.tolist() == [2, 0, 1, 2]
    found = multilabel_metrics(logits, truth)
    assert found["single"] == 0.5
    expected = sk.f1_score(wanted, answer, average="macro", zero_division=0)
    assert found["single_f1"] == pytest.approx(expected)


@few
@given(seeds)
def test_average_precision_of_draws_is_scikit_learns_with_weights(seed):
    rng = np.random.default_rng(seed)
    truth, score = (rng.random(25) < 0.4).astype(float), rng.integers(0, 8, 25).astype(float)
    weights = rng.multinomial(25, np.full(25, 1 / 25), size=6).astype(float)
    found = average_precision_draws(truth, score, weights)
    for own, value in zip(weights, found, strict=True):
        drawn = truth[own > 0]
        if 0 < drawn.mean() < 1:
            expected = sk.average_precision_score(truth, score, sample_weight=own)
            assert value == pytest.approx(expected, abs=1e-12)
        else:
            assert np.isnan(value)


def test_average_precisions_by_name_are_scikit_learns():
    rng = np.random.default_rng(1)
    logits, truth = rng.normal(size=(40, 4)).round(1), rng.integers(0, 3, 40)  # none of class 3
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = class_average_precisions(logits, truth, "abcd")
    for place, name in enumerate("abc"):
        expected = sk.average_precision_score(truth == place, p[:, place])
        assert found[name] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(found["d"])
    labels = (rng.random((40, 3)) < 0.4).astype(float)
    labels[rng.random((40, 3)) < 0.2] = np.nan
    labels[:, 2] = np.nan
    each = label_average_precisions(logits[:, :3], labels, "abc")
    for place, name in enumerate("ab"):
        own = ~np.isnan(labels[:, place])
        expected = sk.average_precision_score(labels[own, place], logits[own, place])
        assert each[name] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(each["c"])


def test_average_precision_of_equal_scores_is_the_share():
    truth = np.array([0, 0, 1, 2, 2])
    assert class_average_precisions(np.zeros((5, 3)), truth, "abc") == pytest.approx(
        {"a": 0.4, "b": 0.2, "c": 0.4}
    )


def test_f1_is_of_the_known_labels_alone():
    rng = np.random.default_rng(1)
    logits, truth = rng.normal(size=(40, 3)), (rng.random((40, 3)) < 0.5).astype(float)
    truth[rng.random((40, 3)) < 0.4] = np.nan
    each = [
        sk.f1_score(truth[known, c], logits[known, c] > 0)
        for c, known in enumerate(~np.isnan(truth.T))
    ]
    assert multilabel_metrics(logits, truth)["f1"] == pytest.approx(np.mean(each), abs=1e-12)
