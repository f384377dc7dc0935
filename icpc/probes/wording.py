"""What was trained and tested, in sentences and cells.

Conventions
-----------
Loss and metrics on val, and those on test but the reported one, are over windows, or pairs of them,
where a task does not say otherwise. The reported one is the task's own: for expertise the accuracy
over pairs of recordings, each in both orders, by majority of its windows.
"""

from collections.abc import Iterator, Sequence
from math import isnan
from statistics import fmean
from typing import Any

from icpc.experiments.results import Result
from icpc.findings.wording import interval, metric_name, percent
from ranking.evaluation.resampling import Estimate
from ranking.probe.search import TrainedHead
from ranking.tasks.manifest import Manifest
from ranking.tasks.metrics import PANEL, PANEL_METRICS, SURE_ACCURACY, SURE_PANEL
from ranking.tasks.task import Evaluation, Task


def describe_training(task: Task, trained: TrainedHead) -> list[str]:
    """Return settings and results of what was trained, in sentences."""
    own, windows = trained.settings, "pairs of windows" if task.inputs == 2 else "windows"
    sentences = [
        f"Trained on {trained.examples:,} {windows}; epoch {trained.epoch} was the best on val: "
        f"{metric_name(task.selection_metric)} {trained.validation[task.selection_metric]:.3f} "
        f"(learning rate {own.learning_rate:g}, weight decay {own.weight_decay:g}, dropout "
        f"{trained.head.config.dropout:g}, seed {own.seed})."
    ]
    if trained.test is None:
        return [*sentences, "Not tested: no recordings are in test."]
    return [*sentences, *describe_test(task, trained.test)]


def describe_test(task: Task, test: Evaluation) -> list[str]:
    """Return the results of a test, in sentences."""
    found = test.estimate
    value, name = percent(found.value), metric_name(task.reported_metric)
    what = f"{value} right" if task.reported_metric == "accuracy" else f"{name} {value}"
    others = ", ".join(
        f"{metric_name(n)} {one:.3f}"
        for n, one in _other_metrics(task, test)
        if n not in PANEL_METRICS
    )
    over = f"; {others} over {task.metrics_noun}" if others else ""
    groups = f" in {test.groups:,} groups" if test.groups else ""
    sentences = [
        f"Test: of {int(found.pairs):,} {task.tested_noun}{groups}, {what} {interval(found)}{over}."
    ]
    if not isnan(test.random):
        sentences.append(f"Random answers reach {percent(test.random)} on average.")
    return [*sentences, *_fresh_panel(test)]


def _fresh_panel(test: Evaluation) -> Iterator[str]:
    """What a fresh panel would reach, where the labels say it."""
    found = test.metrics
    if PANEL in found:
        yield f"A fresh panel of the same size would agree on {percent(found[PANEL])} of them."
    if SURE_PANEL in found:
        yield (
            f"Of those two standard errors apart, the probe is right on "
            f"{percent(found[SURE_ACCURACY])}, a fresh panel on {percent(found[SURE_PANEL])}."
        )


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


def describe_seeds(task: Task, results: Sequence[Result], found: Estimate) -> list[str]:
    """Return the results of several seeds, in sentences.

    Parameters
    ----------
    task
        What was trained.
    results
        One of each seed.
    found
        The reported metric over them.
    """
    name = metric_name(task.reported_metric)
    values = [value for one in results if (value := one.metrics[one.reported]) is not None]
    sentences = [
        f"Test over {len(results)} seeds, each with its own split and weights: {name} "
        f"{percent(found.value)} {interval(found)}; "
        f"by seed {100 * min(values):.1f} to {percent(max(values))}."
    ]
    without = {
        "Random answers": [one.random for one in results],
        "Always the commonest of train": [one.majority.get(one.reported) for one in results],
    }
    for who, each in without.items():
        known = [value for value in each if value is not None]
        if known:
            verb = "reach" if who.endswith("s") else "reaches"
            sentences.append(f"{who} {verb} {percent(fmean(known))} on average.")
    return sentences


def cells_of_seeds(results: Sequence[Result], found: Estimate) -> dict[str, Any]:
    """Return the results of several seeds by name, as cells of a row: means of metrics.

    Parameters
    ----------
    results
        One of each seed.
    found
        The reported metric over them.
    """
    reported = results[0].reported
    means = {
        name: fmean(known)
        for name in results[0].metrics
        if (known := [v for one in results if (v := one.metrics[name]) is not None])
    }
    values = [value for one in results if (value := one.metrics[reported]) is not None]
    return {
        "seeds": len(results),
        f"test_{reported}": found.value,
        "test_low": found.low,
        "test_high": found.high,
        "smallest": min(values),
        "largest": max(values),
        **{f"test_{name}": value for name, value in means.items() if name != reported},
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
