"""What each choice of the paper's release, a switch, does to a result.

Conventions
-----------
Switches of metrics and of votes are computed anew from the stored predictions of a test. Those of
training are read from other results of the same task, encoder, weights, seed and folds that differ
in that switch alone. Choosing epochs by the test set is a leak, and not among them.

The release takes macro metrics of each batch and averages them: batches that lack a class make it
another number, which depends on their size and order. Here it is the mean over random orders.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, and its
   release.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from icpc.experiments.confusion import PROBABILITY, TRUTH
from icpc.experiments.results import Result
from ranking.evaluation.resampling import BOOTSTRAP_DRAWS
from ranking.tasks.by_pair import TRUE_CLASS, class_probabilities, true_classes
from ranking.tasks.registry import TASKS, find_trained_task
from ranking.tasks.task import Task

COLUMNS = ("switch", "chosen", "other", "metric", "value", "other_value")
"""Name of the switch, its two values in words, the metric, and that under each of them."""
ORDERS = 4
"""Random orders of the predictions that are cut into batches."""
PAIRS_ONE_BY_ONE = "0"
Row = tuple[str, str, str, str, float, float]


def switch_table(
    result: Result, predictions: pd.DataFrame | None, others: Sequence[Result] = ()
) -> pd.DataFrame:
    """Return a row for each switch and metric, with the metric under both values.

    Parameters
    ----------
    result
        The test.
    predictions
        Its predictions; None where they are not there: then of training alone.
    others
        Results that may differ from it in a switch of training.
    """
    rows: list[Row] = []
    if predictions is not None:
        rows += _of_batches(result, predictions)
        rows += _of_votes(predictions)
        rows += _of_resampling(result, predictions)
    rows += _of_training(result, others)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def scores_and_targets(predictions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return scores (N, C) that order answers as logits do, above 0 for yes, and their targets.

    Parameters
    ----------
    predictions
        The table that a test writes (:func:`icpc.experiments.confusion.confusion_matrices`).
    """
    if TRUE_CLASS in predictions:
        return class_probabilities(predictions), true_classes(predictions)
    if "winner" in predictions:
        p = predictions["p_first"].to_numpy(float)
        targets = (predictions["truth"] == predictions["first"]).to_numpy(np.int64)
        return np.stack([1 - p, p], axis=1), targets
    names = [name.removeprefix(PROBABILITY) for name in predictions if name.startswith(PROBABILITY)]
    p = predictions[[f"{PROBABILITY}{name}" for name in names]].to_numpy(float)
    if "predicted" in predictions:
        return p, pd.Index(names).get_indexer(predictions["truth"].astype(str))
    return p - 0.5, predictions[[f"{TRUTH}{name}" for name in names]].to_numpy(float)


def batch_means(
    task: Task, scores: np.ndarray, targets: np.ndarray, batch_size: int, seed: int = 0
) -> dict[str, float]:
    """Return metrics as means of those of batches, over random orders, without what is not known.

    Parameters
    ----------
    task
        The task that gives the metrics.
    scores : float array, shape (N, C)
    targets : classes (N,), or labels (N, C)
    batch_size
        Examples of a batch.
    seed
        Seed of the orders.
    """
    rng = np.random.default_rng(seed)
    edges = np.arange(batch_size, len(scores), batch_size)
    each = [
        task.metrics(scores[batch], targets[batch])
        for _ in range(ORDERS)
        for batch in np.split(rng.permutation(len(scores)), edges)
    ]
    means = pd.DataFrame(each, dtype=float).mean()
    return {str(name): float(value) for name, value in means.items()}


def _of_batches(result: Result, predictions: pd.DataFrame) -> Iterator[Row]:
    task = find_trained_task(result.task, result.settings)
    size = int(result.settings.get("batch_size", 16))
    scores, targets = scores_and_targets(predictions)
    once, batched = task.metrics(scores, targets), batch_means(task, scores, targets, size)
    for metric, value in once.items():
        yield "metrics", "once", f"batches of {size}", metric, value, batched[metric]


def _of_votes(predictions: pd.DataFrame) -> Iterator[Row]:
    """By majority of windows, or by their mean probability."""
    if "winner" not in predictions or TRUE_CLASS in predictions:
        return
    first, p = predictions["truth"] == predictions["first"], predictions["p_first"].to_numpy(float)
    by_majority = (predictions["winner"] == predictions["truth"]).mean()
    by_mean = np.where(p == 0.5, 0.5, (p > 0.5) == first).mean()
    yield "votes of windows", "majority", "mean", "accuracy", float(by_majority), float(by_mean)


def _of_resampling(result: Result, predictions: pd.DataFrame) -> Iterator[Row]:
    """The release draws a test set of grades from the test set, with replacement."""
    draws = find_trained_task(result.task, result.settings).reported_draws
    if "predicted" not in predictions or draws is None:
        return
    count = len(predictions)
    drawn = np.random.default_rng(0).multinomial(
        count, np.full(count, 1 / count), size=BOOTSTRAP_DRAWS
    )
    found = draws(predictions, drawn.astype(float))
    own = float(draws(predictions, np.ones((1, count)))[0])
    yield "test set", "as it is", "resampled", result.reported, own, float(np.nanmean(found))


def _of_training(result: Result, others: Sequence[Result]) -> Iterator[Row]:
    own = _switches(result)
    for other in others:
        theirs = _switches(other)
        differing = [name for name in {**own, **theirs} if own.get(name) != theirs.get(name)]
        same = _what_is_the_same(result) == _what_is_the_same(other)
        if not same or len(differing) != 1:
            continue
        (name,) = differing
        values = own.get(name, ""), theirs.get(name, "")
        for metric, value in result.metrics.items():
            both = value, other.metrics.get(metric)
            if both[0] is not None and both[1] is not None:
                yield name.replace("_", " "), *values, metric, both[0], both[1]


def _what_is_the_same(result: Result) -> tuple[Any, ...]:
    return (
        *(result.task, result.encoder, result.weights_sha256),
        *(result.seed, result.folds, result.groups, result.competition),
    )


def _switches(result: Result) -> Mapping[str, str]:
    """The switches of training, by name; those of the task too."""
    pairs = str(result.settings.get("windows_per_step", PAIRS_ONE_BY_ONE))
    spec, _, _ = result.task.rpartition("-")
    defaults = {one.name: one.default for one in TASKS[spec].options}
    return {"windows_per_step": pairs, **defaults, **result.settings.get("task_options", {})}
