"""Figures of results: Figure 3, training curves, confusion matrices, and hit-rates of runs.

Conventions
-----------
They are drawn from the files beside the results, whose hashes are checked: histories of training
and predictions. What is not there is not drawn. Of several seeds, average precisions are means over
them, confusion matrices sums, and training curves those of the first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from icpc.experiments.confusion import confusion_matrices
from icpc.experiments.results import Result, file_of_result
from icpc.experiments.seeds import read_predictions
from icpc.experiments.tested import EncoderResults
from icpc.findings.wording import metric_name
from icpc.study.hit_rate import HitRateCurve
from ranking.errors import RunError
from ranking.files.atomic import safe_file_name
from ranking.files.table_reader import read_csv
from ranking.probe.history import average_precision_by_class
from ranking.tables import HISTORY
from ranking.tasks.registry import find_trained_task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AVERAGE_PRECISION, TRAINING, CONFUSION, HIT_RATE = (
    "average-precision",
    "training",
    "confusion",
    "hitrate",
)
"""Kinds of figures."""
FLAGS = {"True": True, "False": False}


@dataclass(frozen=True)
class ResultFigure:
    """One figure, and the numbers in it."""

    kind: str
    """Which of the four it is."""
    name: str
    """Name of its file, without ending."""
    title: str
    draw: "Callable[[], Figure]"
    """Returns it, in the style that is in force."""
    tables: Mapping[str, pd.DataFrame]
    """Its numbers, by what they are of."""


def result_figures(
    tested: Sequence[EncoderResults], folder: Path, curves: Mapping[str, HitRateCurve]
) -> list[ResultFigure]:
    """Return the figures of results, and of the rankings of runs.

    Parameters
    ----------
    tested
        What was tested.
    folder
        The folder of the file of results.
    curves
        Hit-rates by the name of their run.

    Raises
    ------
    RunError
        If a history or predictions are not those that were written.
    """
    found = [
        *_average_precisions(tested, folder),
        *(one for own in tested for one in (*_training(own, folder), *_confusion(own, folder))),
        *_hit_rates(curves),
    ]
    names = [safe_file_name(one.name.lower(), one.kind) for one in found]
    unique = [
        name if names.count(name) == 1 else f"{name}-{names[:place].count(name) + 1}"
        for place, name in enumerate(names)
    ]
    return [replace(one, name=name) for one, name in zip(found, unique, strict=True)]


def without_files(tested: Sequence[EncoderResults], folder: Path) -> dict[str, int]:
    """Return of how many results histories and predictions are not there; of none, nothing.

    Parameters
    ----------
    tested
        What was tested.
    folder
        The folder of the file of results.
    """
    results = [one for own in tested for one in own.results]
    absent = {
        kind: sum(not (named and (folder / named).is_file()) for named in names)
        for kind, names in (
            ("histories of training", [one.history for one in results]),
            ("predictions", [one.predictions for one in results]),
        )
    }
    return {kind: count for kind, count in absent.items() if count}


def read_history(result: Result, folder: Path) -> pd.DataFrame | None:
    """Return the HISTORY table that belongs to a result; None where it is not there.

    Parameters
    ----------
    result
        One test of a probe.
    folder
        The folder of the file of results.

    Raises
    ------
    RunError
        If it is not what was written.
    """
    path = file_of_result(result.history, result.history_sha256, folder)
    if path is None:
        return None
    table = read_csv(path, HISTORY).rows
    for column in table:
        if column in ("chosen", "best"):
            table[column] = table[column].map(FLAGS)
        elif column != "fold":
            table[column] = pd.to_numeric(table[column])
    if table[["chosen", "best"]].isna().any(axis=None) or table.empty:
        raise RunError(str(path), "it is not a history of training", "train again")
    return table


def _average_precisions(tested: Sequence[EncoderResults], folder: Path) -> Iterator[ResultFigure]:
    """Figure 3 of each task: a panel for each encoder."""
    tasks: dict[str, dict[str, pd.DataFrame]] = {}
    for own in tested:
        found = [read_history(one, folder) for one in own.results]
        histories = [one for one in found if one is not None]
        table = average_precision_by_class(histories) if histories else pd.DataFrame()
        if len(table):
            tasks.setdefault(own.task, {})[own.name] = table
    for task, panels in tasks.items():
        title = f"{task}: average precision of each class over the epochs (dotted: random answers)"
        yield ResultFigure(
            AVERAGE_PRECISION,
            f"{AVERAGE_PRECISION}-{task}",
            title,
            partial(_average_precision_figure, panels, title),
            {name: _first_and_last(table) for name, table in panels.items()},
        )


def _first_and_last(table: pd.DataFrame) -> pd.DataFrame:
    """Of each class what random answers have, and its first and last average precision."""
    rows = []
    for name, own in table.groupby("name", sort=False):
        values = own.sort_values("epoch")["average_precision"]
        rows.append((name, own["random"].iloc[0], values.iloc[0], values.iloc[-1], values.max()))
    return pd.DataFrame(rows, columns=["class", "random", "first epoch", "last epoch", "highest"])


def _training(own: EncoderResults, folder: Path) -> Iterator[ResultFigure]:
    """Training curves of the first seed."""
    first = own.results[0]
    history = read_history(first, folder)
    if history is None:
        return
    metric = find_trained_task(first.task, first.settings).selection_metric
    name = metric_name(metric)
    seed = f", seed {first.seed}" if len(own.results) > 1 else ""
    title = f"{own.task}, {own.name}{seed}: training and validation"
    best = history[history["chosen"] & history["best"]]
    columns = ["fold", "learning_rate", "weight_decay", "dropout", "seed", "epoch"]
    shown = best[[*columns, "training_loss", "validation_loss", metric]]
    yield ResultFigure(
        TRAINING,
        f"{TRAINING}-{own.task}-{own.name}",
        title,
        partial(_training_figure, history, metric, name, title),
        {"Chosen settings and epochs": shown.rename(columns={metric: name})},
    )


def _confusion(own: EncoderResults, folder: Path) -> Iterator[ResultFigure]:
    """Confusion matrices, added up over seeds."""
    found = [read_predictions(one, folder) for one in own.results]
    predicted = [confusion_matrices(one.table) for one in found if one is not None]
    if not predicted or not predicted[0]:
        return
    summed = {
        label: sum_of_counts([one[label] for one in predicted if label in one])
        for label in predicted[0]
    }
    seeds = f", {len(predicted)} seeds together" if len(predicted) > 1 else ""
    title = f"{own.task}, {own.name}{seeds}: confusion on test"
    yield ResultFigure(
        CONFUSION,
        f"{CONFUSION}-{own.task}-{own.name}",
        title,
        partial(_confusion_figure, summed, title),
        summed,
    )


def sum_of_counts(each: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return confusion matrices added up; a column that one lacks, such as of ties, counts 0."""
    columns = max((list(one.columns) for one in each), key=len)
    parts = [one.reindex(columns=columns, fill_value=0) for one in each]
    total = parts[0].copy()
    for one in parts[1:]:
        total += one
    return total


def _hit_rates(curves: Mapping[str, HitRateCurve]) -> Iterator[ResultFigure]:
    """Figure 2 of each run."""
    for name, curve in curves.items():
        yield ResultFigure(
            HIT_RATE, f"{HIT_RATE}-{name}", f"{name}: {curve.title}", curve.figure, {}
        )


def _average_precision_figure(panels: Mapping[str, pd.DataFrame], title: str) -> "Figure":
    from plots.average_precision import average_precision_figure

    return average_precision_figure(panels, title)


def _training_figure(history: pd.DataFrame, metric: str, name: str, title: str) -> "Figure":
    from plots.training import training_figure

    return training_figure(history, metric, name, title)


def _confusion_figure(matrices: Mapping[str, pd.DataFrame], title: str) -> "Figure":
    from plots.cells import confusion_figure

    return confusion_figure(matrices, title)
