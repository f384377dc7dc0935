"""One metric of several seeds: its mean, and one interval over all of them.

Conventions
-----------
Each seed splits the groups anew and draws its own weights. Every draw of the bootstrap resamples
the groups that any seed tested; the metric of a draw is the mean over seeds of each seed's metric
on its own predictions. The predictions of the trained probes are fixed: how much another training
would change them, only the range over seeds shows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.experiments.results import Result, file_of_result
from ranking.evaluation.resampling import (
    Estimate,
    bootstrap_counts,
    centred_interval,
    withhold_without_width,
)
from ranking.files.table_reader import read_csv
from ranking.tasks.registry import find_trained_task

NUMERIC = ("p_", "truth_", "fold")
"""How columns of predictions begin that hold numbers."""
CHUNK = 100
"""Draws that are computed at a time."""
NOT_BESIDE = "predictions of its seeds do not lie beside the file of results"
Draws = Callable[[pd.DataFrame, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Predicted:
    """Predictions of a test, and the groups of each row."""

    table: pd.DataFrame
    """As :attr:`ranking.tasks.task.Evaluation.table`."""
    groups: np.ndarray
    """Names, shape (rows, 1), or (rows, 2) of pairs."""


def read_predictions(result: Result, folder: Path) -> Predicted | None:
    """Return the predictions that belong to a result; None where they are not there.

    Parameters
    ----------
    result
        One test of a probe.
    folder
        The folder of the file of results.

    Raises
    ------
    RunError
        If they are not those that were written.
    """
    path = file_of_result(result.predictions, result.predictions_sha256, folder)
    if path is None:
        return None
    table = read_csv(path, ("fold",)).rows
    for column in table:
        if column.startswith(NUMERIC):
            table[column] = pd.to_numeric(table[column], errors="coerce")
    columns = ["group"] if "group" in table else ["first_group", "second_group"]
    if not {*columns} <= {*table}:
        return None
    return Predicted(table, table[columns].to_numpy(str))


def estimate_over_seeds(results: Sequence[Result], folder: Path) -> Estimate:
    """Return the mean of the reported metric over seeds, with an interval where it has one.

    Parameters
    ----------
    results
        Tests of one task, a seed each.
    folder
        The folder of the file of results.

    Raises
    ------
    RunError
        If predictions are not those that were written.
    """
    values = [one.metrics[one.reported] for one in results]
    known = [value for value in values if value is not None]
    mean = float(np.mean(known)) if known else float("nan")
    first = results[0]
    if len(results) == 1:
        low, high = (np.nan if end is None else end for end in (first.low, first.high))
        return Estimate(mean, low, high, unit="groups")
    draws = find_trained_task(first.task, first.settings).reported_draws
    found = [read_predictions(one, folder) for one in results]
    predicted = [one for one in found if one is not None]
    if draws is None:
        return Estimate(mean, unit="groups", no_interval="this task has none over several seeds")
    if len(predicted) < len(results):
        return Estimate(mean, unit="groups", no_interval=NOT_BESIDE)
    return replace(bootstrap_over_seeds(draws, predicted), value=mean)


def bootstrap_over_seeds(draws: Draws, predicted: Sequence[Predicted]) -> Estimate:
    """Return the mean of a metric over seeds with its interval, groups resampled.

    Parameters
    ----------
    draws
        The metric (draws,) of a table of predictions from how often its rows count (draws, rows),
        :attr:`ranking.tasks.task.Task.reported_draws`.
    predicted
        Predictions of each seed.
    """
    names = np.unique(np.concatenate([one.groups.ravel() for one in predicted]))
    drawn = bootstrap_counts(len(names), 0)
    values, each = [], []
    for one in predicted:
        place = np.searchsorted(names, one.groups)
        values.append(draws(one.table, np.ones((1, len(place)))))
        parts = range(0, len(drawn), CHUNK)
        each.append([draws(one.table, row_counts(drawn[at : at + CHUNK], place)) for at in parts])
    (value,) = _mean_of_known(np.array(values))
    own = _mean_of_known(np.array([np.concatenate(parts) for parts in each]))
    low, high = centred_interval(float(value), own)
    return withhold_without_width(Estimate(float(value), low, high, unit="groups"))


def row_counts(drawn: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return how often each row counts in each draw, shape (draws, rows).

    A pair counts by the product of the counts of its two groups; one within a group, once as often
    as the group.

    Parameters
    ----------
    drawn : float array, shape (draws, G), how often each group is drawn
    place : int array, shape (rows, 1) or (rows, 2), the groups of each row
    """
    first, last = drawn[:, place[:, 0]], drawn[:, place[:, -1]]
    return np.where(place[:, 0] == place[:, -1], first, first * last)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """The mean over rows of what is known; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    sums = np.where(known, values, 0).sum(axis=0)
    return np.divide(sums, count, out=np.full(values.shape[1], np.nan), where=count > 0)
