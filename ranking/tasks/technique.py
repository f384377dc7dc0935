"""Which of seven piano techniques a recording shows; it may be several, or none.

Conventions
-----------
A manifest has a column for each technique, 1 where it is there, 0 where it is not, and empty where
nobody knows; or one column ``techniques``, those that are there, with ``;`` between them, or
``none``: the others are then not there, and an empty field is not known. What is not known counts
neither in the loss nor in metrics. Labels of one's own, such as trills and tremolo, are asked for
by name, and have a column each, or stand in ``techniques``. With ``class_weights`` = balanced each
label's positives count in the loss by how many negatives the training set has for one of them,
among recordings of which it is known. A window is three segments, thirty seconds: clips are short,
and the last layer reads segments by their place, so that others would stay untrained.

As in the paper [1]_ the answers are evaluated as yes or no for each technique (mAP, AUC, F1 and
accuracy), and as one answer, the likeliest technique, which is right if it is one of the true ones
(single).

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.3.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit

from ranking.errors import Given, ProbeError, TableError
from ranking.files.text import escape_controls
from ranking.tasks.by_recording import (
    RecordingPredictions,
    average_windows,
    bootstrap_groups,
    window_examples,
    without_pairs,
)
from ranking.tasks.manifest import Column, Manifest
from ranking.tasks.metrics import (
    average_precision_draws,
    label_average_precisions,
    multilabel_metrics,
    random_average_precision,
)
from ranking.tasks.task import (
    BINARY_CROSS_ENTROPY,
    PUBLISHED_BINARY_CROSS_ENTROPY,
    Evaluation,
    Examples,
    Predictions,
    Task,
)

TECHNIQUES = (
    "scales",
    "arpeggios",
    "ornaments",
    "repeated-notes",
    "double-notes",
    "octaves",
    "staccato",
)
"""In the order of the paper."""
LOSSES = {
    "cross-entropy": BINARY_CROSS_ENTROPY,
    "published": PUBLISHED_BINARY_CROSS_ENTROPY,
}
NONE = "none"
SEGMENTS = 3
SEPARATORS = "[;|,]"
TAKEN = frozenset({"recording", "split", "group", "event", "excluded", "techniques", NONE})
"""What no label can be called."""


def label_names(text: str) -> tuple[str, ...]:
    """Return the labels of a text "trills,tremolo"; the paper's seven if it is empty.

    Raises
    ------
    ProbeError
        If one is empty, there twice, or the name of another column.
    """
    names = tuple(name.strip() for name in text.split(",")) if text else TECHNIQUES
    for name in names:
        if not name or names.count(name) > 1 or name in TAKEN or re.search(SEPARATORS, name):
            what = f"{name!r} is there twice" if names.count(name) > 1 else f"{name!r} is no label"
            raise ProbeError(
                Given(labels=escape_controls(text)),
                escape_controls(what),
                "name columns of the manifest, with commas between them",
            )
    return names


def label_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a manifest: a list of labels, and one column for each."""
    return (
        Column(
            "techniques",
            f"write {', '.join(names)}, several with ; between them, or {NONE}",
            allowed=(*names, NONE),
            several=SEPARATORS,
            optional=True,
        ),
        *(
            Column(
                name,
                "write 1, 0, or nothing where it is not known",
                allowed=("1", "0"),
                optional=True,
            )
            for name in names
        ),
    )


COLUMNS = label_columns(TECHNIQUES)


def technique_targets(manifest: Manifest, names: Sequence[str] = TECHNIQUES) -> np.ndarray:
    """Return 1, 0 or NaN for each label of a manifest's recordings, float, shape (R, C).

    Raises
    ------
    TableError
        If a field contradicts itself, or nothing is known of any recording.
    """
    table = manifest.recordings
    each = table[list(names)].replace("", np.nan).astype(float).to_numpy()
    listed = np.full_like(each, np.nan)
    for row, (recording, field) in enumerate(
        zip(table["recording"], table["techniques"], strict=True)
    ):
        there = [name.strip() for name in re.split(SEPARATORS, field)]
        if NONE in there and len(there) > 1:
            raise TableError(
                manifest.name, f"{recording!r} has {field!r}", f"let {NONE} stand alone"
            )
        if field:
            listed[row] = [name in there for name in names]
    targets: np.ndarray = np.where(np.isnan(each), listed, each)
    if np.isnan(targets).all():
        raise TableError(
            manifest.name,
            "no technique of any recording is known",
            f"give a column techniques, or one for each: {', '.join(names)}",
        )
    return targets


def positive_weights(targets: np.ndarray) -> np.ndarray:
    """Return a weight for each label of each example, float, shape (N, C).

    A positive counts by the number of negatives for each positive of its label, all else once.

    Parameters
    ----------
    targets : labels of the training set, 1, 0 or NaN, shape (N, C)
    """
    positive = targets == 1
    ratio = (targets == 0).sum(axis=0) / np.maximum(positive.sum(axis=0), 1)
    weights: np.ndarray = np.where(positive, ratio, 1.0)
    return weights


def technique_task(
    count: int, loss: str = "cross-entropy", labels: str = "", class_weights: str = "none"
) -> Task:
    """Return the task of the seven techniques, or of labels of one's own.

    Parameters
    ----------
    count
        Number of labels.
    loss
        A name of :data:`LOSSES`.
    labels
        Their names, with commas between them; the paper's seven, if empty.
    class_weights
        none, or balanced.

    Raises
    ------
    ProbeError
        If there are as many labels of other names, or names that no label can have.
    """
    names = label_names(labels)
    if len(names) != count:
        raise ProbeError(
            Given(labels=labels or None),
            f"{len(names)} labels, and {count} are asked for",
            "name as many",
        )
    return Task(
        name=f"technique-{count}",
        inputs=1,
        outputs=count,
        columns=label_columns(names),
        make_examples=without_pairs(partial(_make_examples, names, class_weights == "balanced")),
        decode=expit,
        metrics=multilabel_metrics,
        selection_metric="mAP",
        evaluate=partial(_evaluate, names),
        loss=LOSSES[loss],
        average_precisions=partial(label_average_precisions, names=names),
        reported_metric="mAP",
        reported_draws=average_precision_draws_of_table,
        example_noun="recording with known techniques",
        lacks=partial(_lacks_labels, names),
        metrics_noun="recordings",
        segments=SEGMENTS,
    )


def _lacks_labels(names: Sequence[str], manifest: Manifest, chosen: np.ndarray) -> int:
    """How many of the answers, yes or no to each label, are not among some recordings."""
    targets = technique_targets(manifest, names)
    answers = [own == value for own in targets.T for value in (0, 1)]
    return sum(int(one.any() and not one[chosen].any()) for one in answers)


def _make_examples(
    names: Sequence[str], balanced: bool, manifest: Manifest, windows: pd.DataFrame
) -> Mapping[str, Examples]:
    made = window_examples(manifest, windows, technique_targets(manifest, names))
    if "train" in made:
        _refuse_untrained(manifest.name, made["train"].targets, names)
        if balanced:
            weights = positive_weights(made["train"].targets)
            made["train"] = replace(made["train"], weights=weights)
    return made


def _refuse_untrained(name: str, targets: np.ndarray, names: Sequence[str]) -> None:
    """Refuse a label that all of the training set is known to have, or none."""
    for label, own in zip(names, targets.T, strict=True):
        for value, verb in ((1, "has"), (0, "lacks")):
            if not (own == value).any():
                raise TableError(
                    name,
                    f"no recording in train is known that {verb} {label}",
                    "put one there, or give more recordings",
                )


def average_precision_draws_of_table(table: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    """Return mAP under each row of counts, shape (draws,), of techniques that it has and has not.

    Parameters
    ----------
    table
        Predictions of a test: ``truth_…`` and ``p_…`` of each technique.
    counts : float array, shape (draws, R)
        How often each row of the table counts.
    """
    names = [name.removeprefix("p_") for name in table if name.startswith("p_")]
    each = np.full((len(names), len(counts)), np.nan)
    for place, name in enumerate(names):
        truth, p = (table[f"{kind}_{name}"].to_numpy(float) for kind in ("truth", "p"))
        rows = ~np.isnan(truth)
        if rows.any():
            each[place] = average_precision_draws(truth[rows], p[rows], counts[:, rows])
    some = ~np.isnan(each).all(axis=0)
    value = np.full(len(counts), np.nan)
    value[some] = np.nanmean(each[:, some], axis=0)
    return value


def _evaluate(names: Sequence[str], found: Predictions, seed: int) -> Evaluation:
    """The mAP over recordings, by the mean of their windows' logits."""
    own = average_windows(found)
    metrics, table = multilabel_metrics(own.logits, own.targets), _table(own, names)
    return Evaluation(
        bootstrap_groups(
            own, metrics["mAP"], partial(average_precision_draws_of_table, table), seed
        ),
        metrics,
        random_average_precision(own.targets),
        own.groups,
        table,
    )


def _table(own: RecordingPredictions, names: Sequence[str]) -> pd.DataFrame:
    """Truth and probability of each label; truth is missing where it is not known."""
    p = expit(own.logits)
    columns = {f"truth_{name}": own.targets[:, c] for c, name in enumerate(names)}
    return own.table({**columns, **{f"p_{name}": p[:, c] for c, name in enumerate(names)}})
