"""Which of two recordings is the better playing: targets, and probabilities from logits.

Conventions
-----------
Q(p) is the level of a recording, larger for better. Of an ordered pair (p1, p2) [1]_:
two classes, R2 = 1 if Q(p1) > Q(p2), 0 if Q(p1) < Q(p2); four classes, R4 = 0, 1, 2, 3 for
Q(p2) - Q(p1) = 2, 1 and Q(p1) - Q(p2) = 1, 2. The paper's levels are beginner 0, advanced 1 and
virtuoso 2; with more levels, R4 = 0 and 3 hold every difference of two or more. Two recordings of
equal level are no pair. A manifest gives levels, or, for two classes, pairs with their winner.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, eq. 1.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.tasks.by_pair import class_accuracy_draws, decode_pairs, evaluate_pairs
from ranking.tasks.drawing import MatchedDraw
from ranking.tasks.manifest import SPLITS, Column, Manifest
from ranking.tasks.metrics import class_average_precisions, class_metrics
from ranking.tasks.pair_examples import (
    CLASSES,
    aligned_windows,
    examples_drawn_anew,
    examples_of_pairs,
    pair_examples_in_both_orders,
)
from ranking.tasks.pairs import (
    accuracy_draws,
    labelled_pairs,
    lacks_pairs,
    match_levels,
    matching_tables,
)
from ranking.tasks.task import PAIR_LOSSES, Examples, Task, refuse_untrained_classes

COLUMNS = (
    Column("level", "give a number, larger for better", numeric=True, stratify=True),
    Column("event", optional=True),
)
"""Only recordings of one event are compared with each other."""


def expertise_task(
    classes: int,
    sampling: str = "all",
    pairs_drawn: str = "each-epoch",
    loss: str = "cross-entropy",
) -> Task:
    """Return the task of two classes, or four.

    Parameters
    ----------
    classes
        Their number.
    sampling
        all, or matched: which pairs of levels are made (:mod:`ranking.tasks.pairs`).
    pairs_drawn
        each-epoch, or once: when pairs to train on are drawn, where not all of them are.
    loss
        A name of :data:`ranking.tasks.task.PAIR_LOSSES`.
    """
    return Task(
        name=f"expertise-{classes}",
        inputs=2,
        outputs=classes,
        columns=COLUMNS,
        takes_pairs=True,
        make_examples=partial(_make_examples, classes, sampling, pairs_drawn == "each-epoch"),
        decode=decode_pairs,
        metrics=class_metrics,
        selection_metric="accuracy",
        evaluate=partial(evaluate_pairs, classes),
        reported_draws=accuracy_draws if classes == 2 else class_accuracy_draws,
        loss=PAIR_LOSSES[loss],
        average_precisions=partial(class_average_precisions, names=CLASSES[classes]),
        example_noun="pair of unequal level",
        tested_noun="comparisons, each pair in both orders",
        lacks=lacks_pairs,
        lacking="they are of one level, or of different events",
    )


def _make_examples(
    classes: int,
    sampling: str,
    anew: bool,
    manifest: Manifest,
    windows: pd.DataFrame,
    max_pairs: int,
    seed: int,
) -> Mapping[str, Examples]:
    if manifest.pairs is not None and classes != 2:
        raise TableError(
            manifest.name,
            "pairs say who is better, not by how much",
            "give levels, or two classes",
            "levels-or-two-classes",
        )
    labelled = match_levels(manifest, seed) if sampling == "matched" else labelled_pairs(manifest)
    split = labelled["first"].map(manifest.recordings.set_index("recording")["split"])
    made = {}
    for name in SPLITS:
        own = labelled[split == name]
        if not len(own):
            continue
        train = anew and name == "train"
        if train and sampling == "matched":
            made[name] = _matched_anew(classes, manifest, windows, max_pairs)
        else:
            make = examples_drawn_anew if train else examples_of_pairs
            made[name] = make(own, windows, classes, max_pairs, seed)
    refuse_untrained_classes(manifest.name, made, CLASSES[classes], "pair")
    return made


def _matched_anew(
    classes: int, manifest: Manifest, windows: pd.DataFrame, max_pairs: int
) -> Examples:
    """Both orders of all pairs in train, of which every epoch draws a matching."""
    table = manifest.recordings
    train = replace(manifest, recordings=table[table["split"] == "train"].reset_index(drop=True))
    pairs = labelled_pairs(train)
    tables, counts = matching_tables(train, pairs)
    examples = pair_examples_in_both_orders(pairs, windows, classes)
    _, length = aligned_windows(pairs, windows)
    number = np.repeat(np.arange(len(pairs)), length)[examples.units]
    draw = MatchedDraw(number, tables, counts, max_pairs)
    count, of = draw.count(examples.units)
    return replace(examples, drawn=(count, of), draw=draw) if count < of else examples


EXPERTISE_TASKS = {classes: expertise_task(classes) for classes in CLASSES}
"""The task by its number of classes, 2 or 4."""
