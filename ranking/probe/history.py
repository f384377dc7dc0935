"""The epochs of trained heads as a table: losses, metrics, and what was chosen.

Conventions
-----------
Heads are given fold by fold, all settings of a fold together; of each fold one is chosen. Metrics
and average precisions are those of the validation examples, which choose.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ranking.tables import HISTORY
from ranking.tasks.metrics import expected_average_precision

if TYPE_CHECKING:  # who reads histories needs no torch
    from ranking.probe.settings import TrainedRun, TrainingRun
    from ranking.tasks.task import Examples, Task

FINAL = "final"
"""The fold of the head that is kept, where others were tested."""
PRECISION, RANDOM = "ap_", "random_"
"""What the columns of a class or label begin with."""


def training_history(
    task: "Task",
    runs: "Sequence[TrainingRun]",
    trained: "Sequence[TrainedRun]",
    chosen: Sequence[int],
) -> pd.DataFrame:
    """Return a HISTORY table, a row for each epoch of each run.

    Parameters
    ----------
    task
        The question that gives metrics.
    runs
        What was trained, fold by fold.
    trained
        What came of each.
    chosen
        The number of the run that was chosen, of each fold.
    """
    each = len(runs) // len(chosen)
    rows: list[dict[str, object]] = []
    for place, own in enumerate(chosen):
        kept = len(chosen) > 1 and place == len(chosen) - 1
        fold = {"fold": FINAL if kept else str(place + 1)}
        random_values = random_average_precisions(task, runs[own].validation)
        for number in range(place * each, (place + 1) * each):
            run = fold | _settings(runs[number]) | {"chosen": number == own}
            rows += [run | row | random_values for row in _epochs(trained[number])]
    table = pd.DataFrame(rows)
    classes = [name for name in table if str(name).startswith((PRECISION, RANDOM))]
    return table[[*HISTORY, *table.columns.drop([*HISTORY, *classes]), *classes]]


def random_average_precisions(task: "Task", examples: "Examples") -> dict[str, float]:
    """Return by column the average precision of each class or label of answers in random order.

    It is missing where no example has the label, or every one.
    """
    if task.average_precisions is None:
        return {}
    names = task.average_precisions(np.zeros((len(examples), task.outputs)), examples.targets)
    own = examples.targets
    each = (own[:, np.newaxis] == np.arange(task.outputs)).astype(float) if own.ndim == 1 else own
    known = [label[~np.isnan(label)] for label in each.T]
    return {
        f"{RANDOM}{name}": expected_average_precision(len(label), int(label.sum()))
        if 0 < label.sum() < len(label)
        else float("nan")
        for name, label in zip(names, known, strict=True)
    }


def _settings(run: "TrainingRun") -> dict[str, object]:
    own = run.settings
    return {
        "learning_rate": own.learning_rate,
        "weight_decay": own.weight_decay,
        "dropout": run.config.dropout,
        "seed": own.seed,
        "batch_size": own.batch_size,
    }


def _epochs(trained: "TrainedRun") -> Iterator[dict[str, object]]:
    """Losses, metrics and average precisions of each epoch."""
    both = zip(trained.history, trained.average_precisions, strict=True)
    for epoch, (row, precisions) in enumerate(both, start=1):
        yield {
            "epoch": epoch,
            "best": epoch == trained.epoch,
            "training_loss": row["loss"],
            **{name: value for name, value in row.items() if name != "loss"},
            **{f"{PRECISION}{name}": value for name, value in precisions.items()},
        }


def average_precision_by_class(histories: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return average precisions over the epochs, mean of the chosen heads of all folds.

    They go as far as all of these heads were trained.

    Parameters
    ----------
    histories
        HISTORY tables of one task, such as those of several seeds.

    Returns
    -------
    table with a row for each class and epoch: ``name``, ``epoch``, ``average_precision`` and the
    ``random`` of random order; without rows where the task has no average precisions
    """
    chosen = [
        own
        for history in histories
        for _, own in history[history["chosen"]].groupby("fold", sort=False)
    ]
    table = pd.concat(chosen, ignore_index=True)
    shared = table[table["epoch"] <= min(int(own["epoch"].max()) for own in chosen)]
    mean = shared.drop(columns="fold").groupby("epoch").mean().reset_index()
    columns = ["name", "epoch", "average_precision", "random"]
    parts = [
        pd.DataFrame(
            {
                "name": name.removeprefix(PRECISION),
                "epoch": mean["epoch"],
                "average_precision": mean[name],
                "random": mean[RANDOM + name.removeprefix(PRECISION)],
            }
        )
        for name in map(str, mean.columns)
        if name.startswith(PRECISION)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
