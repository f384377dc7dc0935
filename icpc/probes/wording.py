"""What was trained and tested, in sentences and cells.

Conventions
-----------
Loss and metrics on val, and those on test but the reported one, are over windows, or pairs of them,
where a task does not say otherwise. The reported one is the task's own: for expertise the accuracy
over pairs of recordings, each in both orders, by majority of its windows.
"""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from icpc.findings.wording import interval, percent
from ranking.probe.search import TrainedHead
from ranking.tasks.manifest import Manifest
from ranking.tasks.task import Evaluation, Task

METRIC_NAMES = {
    "f1": "F1",
    "acc0": "Acc_0",
    "acc1": "Acc_1",
    "kappa": "quadratic kappa",
    "single": "single accuracy",
    "single_f1": "single F1",
}
"""Metrics whose name is written otherwise."""


def describe_training(task: Task, trained: TrainedHead) -> list[str]:
    """Return settings and results of what was trained, in sentences."""
    own, windows = trained.settings, "pairs of windows" if task.inputs == 2 else "windows"
    sentences = [
        f"Trained on {trained.examples:,} {windows}; epoch {trained.epoch} was the best on val: "
        f"{_metric_name(task.selection_metric)} {trained.validation[task.selection_metric]:.3f} "
        f"(learning rate {own.learning_rate:g}, weight decay {own.weight_decay:g}, dropout "
        f"{trained.head.config.dropout:g}, seed {own.seed})."
    ]
    if trained.test is None:
        return [*sentences, "Not tested: no recordings are in test."]
    return [*sentences, *describe_test(task, trained.test)]


def describe_test(task: Task, test: Evaluation) -> list[str]:
    """Return the results of a test, in sentences."""
    found = test.estimate
    value, name = percent(found.value), _metric_name(task.reported_metric)
    what = f"{value} right" if task.reported_metric == "accuracy" else f"{name} {value}"
    others = ", ".join(f"{_metric_name(n)} {one:.3f}" for n, one in _other_metrics(task, test))
    over = f"; {others} over {task.metrics_noun}" if others else ""
    groups = f" in {test.groups:,} groups" if test.groups else ""
    sentences = [
        f"Test: of {int(found.pairs):,} {task.tested_noun}{groups}, {what} {interval(found)}{over}."
    ]
    if not isnan(test.random):
        sentences.append(f"Random answers reach {percent(test.random)} on average.")
    return sentences


def cells_of_test(task: Task, test: Evaluation) -> dict[str, Any]:
    """Return the results of a test by name, as cells of a row."""
    own = test.estimate
    return {
        f"test_{'pairs' if task.inputs == 2 else 'recordings'}": int(own.pairs),
        f"test_{task.reported_metric}": own.value,
        "test_low": own.low,
        "test_high": own.high,
        **({"test_groups": test.groups} if test.groups else {}),
        **({} if isnan(test.random) else {"test_random": test.random}),
        **{f"test_{name}": value for name, value in _other_metrics(task, test)},
    }


def pairs_left_out_remark(manifests: Sequence[Manifest]) -> str:
    """Return how many pairs splitting has left out, as a sentence; nothing if none."""
    counts = [manifest.pairs_left_out for manifest in manifests]
    if not max(counts):
        return ""
    each = f"{min(counts)} to {max(counts)} in each fold" if len(counts) > 1 else f"{counts[0]}"
    return f"pairs left out, as their recordings are in different splits: {each}"


def ungrouped_remark(manifests: Sequence[Manifest]) -> str:
    """Return that a random split knows of no groups, as a sentence; "" where it does."""
    last = manifests[-1]
    if not last.at_random or last.has_groups:
        return ""
    return (
        f"{last.name}: split at random by recording, since no two are of one group: recordings of "
        "one player may be in train and in test (a column group keeps them together)"
    )


def _other_metrics(task: Task, test: Evaluation) -> Iterator[tuple[str, float]]:
    """Metrics of a test beside the reported one."""
    return (one for one in test.metrics.items() if one[0] != task.reported_metric)


def _metric_name(metric: str) -> str:
    return METRIC_NAMES.get(metric, metric)
