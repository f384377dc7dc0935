"""Which of seven piano techniques a recording shows; it may be several, or none.

Conventions
-----------
A manifest has a column for each technique, 1 where it is there, 0 where it is not, and empty where
nobody knows; or one column ``techniques``, those that are there, with ``;`` between them, or
``none``: the others are then not there, and an empty field is not known. What is not known counts
neither in the loss nor in metrics. A window is three segments, thirty seconds: clips are short, and
the last layer reads segments by their place, so that others would stay untrained.

As in the paper [1]_ the answers are evaluated as yes or no for each technique (mAP, AUC, F1 and
accuracy), and as one answer, the likeliest technique, which is right if it is one of the true ones
(single).

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.3.
"""

import re
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit

from ranking.errors import TableError
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
COLUMNS = (
    Column(
        "techniques",
        f"write {', '.join(TECHNIQUES)}, several with ; between them, or {NONE}",
        allowed=(*TECHNIQUES, NONE),
        several=SEPARATORS,
        optional=True,
    ),
    *(
        Column(
            name, "write 1, 0, or nothing where it is not known", allowed=("1", "0"), optional=True
        )
        for name in TECHNIQUES
    ),
)


def technique_targets(manifest: Manifest) -> np.ndarray:
    """Return 1, 0 or NaN for each technique of a manifest's recordings, float, shape (R, 7).

    Raises
    ------
    TableError
        If a field contradicts itself, or nothing is known of any recording.
    """
    table = manifest.recordings
    each = table[list(TECHNIQUES)].replace("", np.nan).astype(float).to_numpy()
    listed = np.full_like(each, np.nan)
    for row, (recording, field) in enumerate(
        zip(table["recording"], table["techniques"], strict=True)
    ):
        names = [name.strip() for name in re.split(SEPARATORS, field)]
        if NONE in names and len(names) > 1:
            raise TableError(
                manifest.name, f"{recording!r} has {field!r}", f"let {NONE} stand alone"
            )
        if field:
            listed[row] = [name in names for name in TECHNIQUES]
    targets: np.ndarray = np.where(np.isnan(each), listed, each)
    if np.isnan(targets).all():
        raise TableError(
            manifest.name,
            "no technique of any recording is known",
            f"give a column techniques, or one for each: {', '.join(TECHNIQUES)}",
        )
    return targets


def technique_task(labels: int, loss: str = "cross-entropy") -> Task:
    """Return the task of the seven techniques.

    Parameters
    ----------
    labels
        Their number.
    loss
        A name of :data:`LOSSES`.
    """
    return Task(
        name=f"technique-{labels}",
        inputs=1,
        outputs=labels,
        columns=COLUMNS,
        make_examples=without_pairs(_make_examples),
        decode=expit,
        metrics=multilabel_metrics,
        selection_metric="mAP",
        evaluate=_evaluate,
        loss=LOSSES[loss],
        average_precisions=partial(label_average_precisions, names=TECHNIQUES),
        reported_metric="mAP",
        reported_draws=average_precision_draws_of_table,
        example_noun="recording with known techniques",
        lacks=_lacks_techniques,
        metrics_noun="recordings",
        segments=SEGMENTS,
    )


def _lacks_techniques(manifest: Manifest, chosen: np.ndarray) -> int:
    """How many of the answers, yes or no to each technique, are not among some recordings."""
    targets = technique_targets(manifest)
    answers = [own == value for own in targets.T for value in (0, 1)]
    return sum(int(one.any() and not one[chosen].any()) for one in answers)


def _make_examples(manifest: Manifest, windows: pd.DataFrame) -> Mapping[str, Examples]:
    made = window_examples(manifest, windows, technique_targets(manifest))
    if "train" in made:
        _refuse_untrained(manifest.name, made["train"].targets)
    return made


def _refuse_untrained(name: str, targets: np.ndarray) -> None:
    """Refuse a technique that all of the training set is known to have, or none."""
    for technique, own in zip(TECHNIQUES, targets.T, strict=True):
        for value, verb in ((1, "has"), (0, "lacks")):
            if not (own == value).any():
                raise TableError(
                    name,
                    f"no recording in train is known that {verb} {technique}",
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
    each = np.full((len(TECHNIQUES), len(counts)), np.nan)
    for place, name in enumerate(TECHNIQUES):
        truth, p = (table[f"{kind}_{name}"].to_numpy(float) for kind in ("truth", "p"))
        rows = ~np.isnan(truth)
        if rows.any():
            each[place] = average_precision_draws(truth[rows], p[rows], counts[:, rows])
    some = ~np.isnan(each).all(axis=0)
    value = np.full(len(counts), np.nan)
    value[some] = np.nanmean(each[:, some], axis=0)
    return value


def _evaluate(found: Predictions, seed: int) -> Evaluation:
    """The mAP over recordings, by the mean of their windows' logits."""
    own = average_windows(found)
    metrics, table = multilabel_metrics(own.logits, own.targets), _table(own)
    return Evaluation(
        bootstrap_groups(
            own, metrics["mAP"], partial(average_precision_draws_of_table, table), seed
        ),
        metrics,
        random_average_precision(own.targets),
        own.groups,
        table,
    )


def _table(own: RecordingPredictions) -> pd.DataFrame:
    """Truth and probability of each technique; truth is missing where it is not known."""
    p = expit(own.logits)
    columns = {f"truth_{name}": own.targets[:, c] for c, name in enumerate(TECHNIQUES)}
    return own.table({**columns, **{f"p_{name}": p[:, c] for c, name in enumerate(TECHNIQUES)}})
