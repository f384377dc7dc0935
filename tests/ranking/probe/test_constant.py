"""Answers without hearing: what the commonest class reaches, in closed form."""

import numpy as np
import pandas as pd
import pytest

from ranking.probe.constant import constant_logits, evaluate_constant_answers
from ranking.tasks.registry import DIFFICULTY, EXPERTISE, TECHNIQUE
from ranking.tasks.task import Examples


def examples(targets):
    numbers = np.arange(len(targets))
    return Examples(numbers[:, np.newaxis], np.asarray(targets), numbers)


def windows(count):
    names = [f"r{number}" for number in range(count)]
    table = pd.DataFrame({"candidate": names, "window": 0, "start": 0.0, "stop": 30.0})
    return table.assign(row=np.arange(count)), dict(zip(names, names, strict=True))


def test_the_commonest_grade_is_one_class_in_nine():
    train, test = examples([2, 2, 2, 5]), examples(np.arange(9))
    table, groups = windows(9)
    found = evaluate_constant_answers(
        DIFFICULTY.task(), [{"train": train, "test": test}], table, groups
    )
    assert found.estimate.value == pytest.approx(1 / 9)
    assert found.metrics["acc1"] == pytest.approx(3 / 9)  # grades 2, 3 and 4
    assert set(found.table["predicted"]) == {"3"}


def test_each_fold_has_the_commonest_of_its_own_training():
    table, groups = windows(4)
    first, second = examples([0, 0, 1]), examples([1, 1, 0])
    test = examples([0, 1, 0, 1])
    folds = [
        {"train": first, "test": test.subset(np.array([0, 2]))},
        {"train": second, "test": test.subset(np.array([1, 3]))},
    ]
    found = evaluate_constant_answers(DIFFICULTY.task(3), folds, table, groups)
    assert found.estimate.value == 1
    assert found.table["fold"].tolist() == [1, 2, 1, 2]


def test_labels_have_the_log_odds_of_those_that_are_known():
    targets = np.array([[1, 0, np.nan], [1, 1, np.nan], [0, np.nan, np.nan], [1, 0, np.nan]])
    expected = [np.log(3), np.log(1 / 2), 0]
    assert constant_logits(targets, 3) == pytest.approx(expected)


def test_equal_answers_reach_the_chance_of_average_precision():
    rng = np.random.default_rng(0)
    truth = (rng.random((40, 7)) < 0.3).astype(float)
    table, groups = windows(40)
    own = [{"train": examples(truth), "test": examples(truth)}]
    found = evaluate_constant_answers(TECHNIQUE.task(), own, table, groups)
    assert found.estimate.value == pytest.approx(truth.mean(axis=0).mean())
    assert found.estimate.value < found.random  # of unequal answers in random order
    assert found.metrics["AUC"] == pytest.approx(0.5)


def test_pairs_in_both_orders_tie():
    pairs = np.array([[0, 1], [1, 0], [2, 3], [3, 2]])
    own = Examples(pairs, np.array([1, 0, 1, 0]), np.array([0, 0, 1, 1]))
    table, groups = windows(4)
    found = evaluate_constant_answers(
        EXPERTISE.task(2), [{"train": own, "test": own}], table, groups
    )
    assert found.estimate.value == pytest.approx(0.5)
    assert found.metrics["accuracy"] == pytest.approx(0.5)
    assert set(found.table["winner"]) == {"tie"}
