"""Confusion matrices of a test, from its predictions.

Conventions
-----------
Rows are the truth, columns the answers of the probe, cells counts. Of classes there is one matrix;
of labels one for each, yes or no, of the recordings of which it is known; of pairs one for who is
the better of the two, of four classes by how much, too. Predictions of several folds are counted
together.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from ranking.tables import TIE
from ranking.tasks.by_pair import TRUE_CLASS, class_probabilities, true_classes
from ranking.tasks.pair_examples import CLASSES

PROBABILITY, TRUTH = "p_", "truth_"
"""What the columns of a class or label begin with."""
YES_OR_NO = ("no", "yes")
WHO = ("first", "second")
OF_PAIRS = ("first better", "second better")


def confusion_matrices(predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return confusion matrices by label; one of classes, or of pairs, has no name.

    Parameters
    ----------
    predictions
        The table that a test writes; of recordings: ``truth`` and ``predicted``, or ``truth_…`` and
        ``p_…`` of each label; of pairs: ``first``, ``second``, ``truth`` and ``winner``, and
        of four classes what :func:`ranking.tasks.by_pair.pair_table` adds.
    """
    if TRUE_CLASS in predictions:
        return {"": _of_four(predictions)}
    if "winner" in predictions:
        return {"": _of_pairs(predictions)}
    if "predicted" in predictions:
        return {"": _of_classes(predictions)}
    labels = [name.removeprefix(TRUTH) for name in predictions if name.startswith(TRUTH)]
    return {label: _of_label(predictions, label) for label in labels}


def _of_classes(predictions: pd.DataFrame) -> pd.DataFrame:
    """In the order of the classes, which the columns of their probabilities have."""
    names = [name.removeprefix(PROBABILITY) for name in predictions if name.startswith(PROBABILITY)]
    return _counts(predictions["truth"].astype(str), predictions["predicted"].astype(str), names)


def _of_label(predictions: pd.DataFrame, label: str) -> pd.DataFrame:
    """Of the recordings of which the label is known; yes where it is more probable than not."""
    known = predictions[predictions[f"{TRUTH}{label}"].notna()]
    no, yes = YES_OR_NO
    return _counts(
        pd.Series(np.where(known[f"{TRUTH}{label}"] == 1, yes, no)),
        pd.Series(np.where(known[f"{PROBABILITY}{label}"] > 0.5, yes, no)),
        [*YES_OR_NO],
    )


def _of_pairs(predictions: pd.DataFrame) -> pd.DataFrame:
    """Who of a pair is the better; a column for ties, if there are any."""
    truth, winner = (
        pd.Series(np.select([predictions[one] == predictions[who] for who in WHO], OF_PAIRS, TIE))
        for one in ("truth", "winner")
    )
    first, second = OF_PAIRS
    table = _counts(truth, winner, [first, TIE, second]).drop(index=TIE)
    return table.drop(columns=TIE) if not table[TIE].any() else table


def _of_four(predictions: pd.DataFrame) -> pd.DataFrame:
    """Who of a pair is the better, and by how much."""
    names = list(CLASSES[4])
    answer = class_probabilities(predictions).argmax(axis=1)
    truth, answered = (
        pd.Series([names[at] for at in numbers]) for numbers in (true_classes(predictions), answer)
    )
    return _counts(truth, answered, names)


def _counts(truth: pd.Series, answer: pd.Series, names: list[str]) -> pd.DataFrame:
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    if len(truth):
        counts = confusion_matrix(truth, answer, labels=names)
    return pd.DataFrame(counts, index=names, columns=names)
