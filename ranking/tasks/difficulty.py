"""How difficult a piece is to play: its Henle grade, from a recording.

Conventions
-----------
A manifest gives grades 1 to 9, as Henle's editions do [1]_. Nine classes are the grades; three are
1 to 3, 4 to 6 and 7 to 9. Acc_n is the share of recordings at most n classes off, averaged over the
classes (Eq. 2 [2]_); it chooses between epochs, too. A scale of one's own, such as 1 to 8 or easy,
medium and hard, is named from the easiest on. By default the loss is cross-entropy, as the paper's;
``loss`` = ordinal takes the squared earth mover's distance, to which a grade further off costs
more. With ``class_weights`` = balanced an example of a class counts by the inverse of how many the
training set has of it.

References
----------
.. [1] P. Ramoneda et al., "Combining piano performance dimensions for score difficulty
   classification", Expert Systems with Applications 2024: the grades of CIPI.
.. [2] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, eq. 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import softmax

from ranking.errors import Given, ProbeError
from ranking.files.text import escape_controls
from ranking.tasks.by_recording import (
    average_windows,
    bootstrap_groups,
    window_examples,
    without_pairs,
)
from ranking.tasks.manifest import Column, Manifest
from ranking.tasks.metrics import (
    class_average_precisions,
    grade_metrics,
    random_accuracy_within,
)
from ranking.tasks.task import (
    CROSS_ENTROPY,
    PUBLISHED_CROSS_ENTROPY,
    Evaluation,
    Examples,
    Loss,
    Predictions,
    Task,
    refuse_untrained_classes,
)

GRADES = tuple(str(grade) for grade in range(1, 10))
MERGED = ("1-3", "4-6", "7-9")
LOSSES = {
    "cross-entropy": CROSS_ENTROPY,
    "ordinal": Loss("squared_earth_movers_distance"),
    "published": PUBLISHED_CROSS_ENTROPY,
}
COLUMNS = (Column("grade", "give a Henle grade, 1 to 9", allowed=GRADES, stratify=True),)


def class_names(classes: int, scale: str = "") -> tuple[str, ...]:
    """Return the names of nine classes, or three; or of a scale "easy,medium,hard".

    Raises
    ------
    ValueError
        If there is no such number of classes.
    ProbeError
        If a scale has another number, or a grade without a name, or there twice.
    """
    if scale:
        names = tuple(name.strip() for name in scale.split(","))
        if len(names) != classes or len(names) < 2 or len(set(names)) < classes or "" in names:
            raise ProbeError(
                Given(grades=escape_controls(scale)),
                f"these are not {max(classes, 2)} grades, each with a name of its own",
                "name them from the easiest on, with commas between them",
            )
        return names
    if classes not in (len(GRADES), len(MERGED)):
        raise ValueError(f"{classes} classes: 9 or 3")
    return GRADES if classes == len(GRADES) else MERGED


def grade_targets(grades: pd.Series, classes: int, scale: str = "") -> np.ndarray:
    """Return the class of grades, int, shape (N,), from 0.

    Parameters
    ----------
    grades
        Grades, as a manifest has them.
    classes
        Their number; of grades 1 to 9, 9 or 3.
    scale
        The grades in order, with commas between them; 1 to 9, if empty.
    """
    if scale:
        return np.asarray(grades.map(class_names(classes, scale).index), dtype=np.int64)
    nine: np.ndarray = grades.to_numpy().astype(np.int64) - 1
    return nine // (len(GRADES) // len(class_names(classes)))


def difficulty_task(
    classes: int, loss: str = "cross-entropy", class_weights: str = "none", grades: str = ""
) -> Task:
    """Return the task of nine classes, or three, or of a scale of one's own.

    Parameters
    ----------
    classes
        Their number.
    loss
        A name of :data:`LOSSES`.
    class_weights
        none, or balanced.
    grades
        The scale, from the easiest grade on, with commas between them; Henle's, if empty.

    Raises
    ------
    ProbeError
        If these are not as many grades, each with a name of its own.
    """
    names, columns = class_names(classes, grades), COLUMNS
    if grades:
        remedy = f"give a grade: {', '.join(names)}"
        columns = (Column("grade", remedy, allowed=names, stratify=True),)
    return Task(
        name=f"difficulty-{classes}",
        inputs=1,
        outputs=classes,
        columns=columns,
        make_examples=without_pairs(
            partial(_make_examples, classes, grades, class_weights == "balanced")
        ),
        decode=partial(softmax, axis=1),
        metrics=grade_metrics,
        selection_metric="acc0",
        evaluate=partial(_evaluate, names),
        loss=LOSSES[loss],
        average_precisions=partial(class_average_precisions, names=names),
        reported_metric="acc0",
        reported_draws=acc0_draws,
        example_noun="recording with a grade",
        lacks=partial(_lacks_grades, classes, grades),
        metrics_noun="recordings",
    )


def _lacks_grades(classes: int, scale: str, manifest: Manifest, chosen: np.ndarray) -> int:
    """How many of the classes that the manifest has are not among some recordings."""
    targets = grade_targets(manifest.recordings["grade"], classes, scale)
    return len(np.unique(targets)) - len(np.unique(targets[chosen]))


def _make_examples(
    classes: int,
    scale: str,
    balanced: bool,
    manifest: Manifest,
    windows: pd.DataFrame,
) -> Mapping[str, Examples]:
    targets = grade_targets(manifest.recordings["grade"], classes, scale)
    made = window_examples(manifest, windows, targets)
    refuse_untrained_classes(
        manifest.name, made, [f"grade {name}" for name in class_names(classes, scale)]
    )
    if balanced and "train" in made:
        made["train"] = replace(made["train"], weights=balanced_weights(made["train"].targets))
    return made


def balanced_weights(targets: np.ndarray) -> np.ndarray:
    """Return a weight for each example, so that all classes weigh the same; their mean is 1.

    Parameters
    ----------
    targets : classes of the training set, int, shape (N,)
    """
    counts = np.bincount(targets)
    weights: np.ndarray = len(targets) / (np.count_nonzero(counts) * counts[targets])
    return weights


def acc0_draws(table: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    """Return Acc_0 under each row of counts, shape (draws,), averaged over the classes that it has.

    Parameters
    ----------
    table
        Predictions of a test: ``truth`` and ``predicted``.
    counts : float array, shape (draws, R)
        How often each row of the table counts.
    """
    of_class = pd.get_dummies(table["truth"]).to_numpy(float)  # (R, C)
    right = (table["predicted"] == table["truth"]).to_numpy()
    present = counts @ of_class  # (draws, C)
    shares = np.divide(
        counts @ (right[:, np.newaxis] * of_class),
        present,
        out=np.zeros_like(present),
        where=present > 0,
    )
    with np.errstate(invalid="ignore"):
        value: np.ndarray = shares.sum(axis=1) / (present > 0).sum(axis=1)
    return value


def _evaluate(class_names: Sequence[str], found: Predictions, seed: int) -> Evaluation:
    """Acc_0 over recordings, by the mean of their windows' logits."""
    own = average_windows(found)
    classes = own.logits.shape[1]
    metrics, predicted = grade_metrics(own.logits, own.targets), own.logits.argmax(axis=1)
    names, p = np.array(class_names), softmax(own.logits, axis=1)
    table = own.table(
        {
            "truth": names[own.targets],
            "predicted": names[predicted],
            **{f"p_{name}": p[:, place] for place, name in enumerate(names)},
        }
    )
    return Evaluation(
        bootstrap_groups(own, metrics["acc0"], partial(acc0_draws, table), seed),
        metrics,
        random_accuracy_within(own.targets, classes, 0),
        own.groups,
        table,
    )
