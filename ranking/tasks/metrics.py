"""How right the logits of a whole set are.

Conventions
-----------
Computed once, over all examples: the mean of a macro metric over batches is another number, and a
larger one for random answers. F1, kappa, average precision and AUC are scikit-learn's, averaged
over classes or labels with equal weight. A label that is not known of an example, NaN, leaves that
example out for that label. A label that no example has, or every one, has no average precision or
AUC, and stays out of their mean. Of equal logits the first class is the answer.

Metrics
-------
* :func:`class_metrics`: accuracy, F1.
* :func:`grade_metrics`: of classes in order: Acc_0 and Acc_1 (Eq. 2 [1]_), F1, quadratic kappa.
* :func:`multilabel_metrics`: mAP, AUC, F1, share of single yes-or-no answers that are right
  (accuracy); of the examples that have a label, the share whose likeliest one is theirs (single),
  and the F1 of that one answer, where the truth is the answer if it is right and else the first
  label (single_f1).
* :func:`label_average_precisions`, :func:`class_average_precisions`: of each label, or class.
* :func:`random_accuracy_within`, :func:`random_average_precision`: what random answers reach.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, eq. 2.
.. [2] Y. Bestgen, "Exact expected average precision of the random baseline for system evaluation",
   Prague Bulletin of Mathematical Linguistics 103, 2015.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    cohen_kappa_score,
    f1_score,
    roc_auc_score,
)

PANEL, SURE_PANEL, SURE_ACCURACY = PANEL_METRICS = (
    "fresh_panel",
    "sure_fresh_panel",
    "sure_accuracy",
)
"""How often a fresh panel would agree with the labels, of all tested pairs and of those of which
the labels are sure, and how often a probe does so of these."""


def class_metrics(logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return the metrics of classes: ``accuracy``, ``f1``.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : int array, shape (N,)
    """
    predicted = logits.argmax(axis=1)
    return {
        "accuracy": float(accuracy_score(truth, predicted)),
        "f1": float(f1_score(truth, predicted, average="macro", zero_division=0)),
    }


def accuracy_within(truth: np.ndarray, predicted: np.ndarray, n: int) -> float:
    """Return the share of predictions at most ``n`` classes off, averaged over classes (Eq. 2).

    It is averaged over the classes that the truth has, each with equal weight.

    Parameters
    ----------
    truth, predicted : int arrays, shape (N,)
    n
        How many classes off still counts as right.

    Raises
    ------
    ValueError
        If the shapes differ or there are no examples.
    """
    if truth.shape != predicted.shape or not len(truth):
        raise ValueError(f"{len(truth)} true classes, {len(predicted)} predicted")
    near = np.abs(truth - predicted) <= n
    return float(np.mean([near[truth == one].mean() for one in np.unique(truth)]))


def random_accuracy_within(truth: np.ndarray, classes: int, n: int) -> float:
    """Return the mean of :func:`accuracy_within` of answers drawn uniformly from the classes.

    Parameters
    ----------
    truth : int array, shape (N,)
    classes
        Their number.
    n
        How many classes off still counts as right.
    """
    present = np.unique(truth)
    near = np.minimum(present + n, classes - 1) - np.maximum(present - n, 0) + 1
    return float(near.mean() / classes)


def grade_metrics(logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return the metrics of classes in order: ``acc0``, ``acc1``, ``f1``, ``kappa``.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : int array, shape (N,)
    """
    predicted = logits.argmax(axis=1)
    one = len(np.union1d(truth, predicted)) == 1  # then there is nothing to agree about
    kappa = float("nan") if one else cohen_kappa_score(truth, predicted, weights="quadratic")
    return {
        "acc0": accuracy_within(truth, predicted, 0),
        "acc1": accuracy_within(truth, predicted, 1),
        "f1": class_metrics(logits, truth)["f1"],
        "kappa": float(kappa),
    }


def multilabel_metrics(logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return ``mAP``, ``AUC``, ``f1``, ``accuracy``, ``single`` and ``single_f1`` of labels.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : array of 0 and 1, and NaN where a label is not known, shape (N, C)
    """
    known = ~np.isnan(truth)
    some = known.any(axis=0)
    labels = [(truth[own, c], logits[own, c]) for c, own in enumerate(known.T) if own.any()]
    both = [(true, score) for true, score in labels if 0 < true.mean() < 1]
    yes = np.where(known, truth == 1, False)[:, some], ((logits > 0) & known)[:, some]
    answer, wanted = single_answers(logits, truth)
    return {
        "mAP": _mean([average_precision_score(*one) for one in both]),
        "AUC": _mean([roc_auc_score(*one) for one in both]),
        "f1": float(f1_score(*yes, average="macro", zero_division=0)),  # of what counts alone
        "accuracy": float(((logits > 0) == truth)[known].mean()),
        "single": _mean(answer == wanted),
        "single_f1": float(f1_score(wanted, answer, average="macro", zero_division=0))
        if len(wanted)
        else float("nan"),
    }


def single_answers(logits: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the likeliest label of each example that has one, and the label that it should be.

    The likeliest is one of those that are known. If it is true, so it should be; else the first
    true one.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : array of 0 and 1, and NaN where a label is not known, shape (N, C)
    """
    own = (truth == 1).any(axis=1)
    logits, truth = logits[own], truth[own]
    answer = np.where(np.isnan(truth), -np.inf, logits).argmax(axis=1)
    right = truth[np.arange(len(truth)), answer] == 1
    return answer, np.where(right, answer, (truth == 1).argmax(axis=1))


def expected_average_precision(examples: int, with_label: int) -> float:
    """Return the mean of the average precision of answers in random order [2]_.

    It is larger than the share of examples with the label, by much where there are few examples.

    Parameters
    ----------
    examples
        Number of examples, N.
    with_label
        How many have the label, 1 to N.
    """
    harmonic = float((1 / np.arange(1, examples + 1)).sum())
    others = (with_label - 1) / max(examples - 1, 1)
    return (harmonic + others * (examples - harmonic)) / examples


def random_average_precision(truth: np.ndarray) -> float:
    """Return the mean of the mAP of random answers, by :func:`expected_average_precision`.

    Parameters
    ----------
    truth : array of 0 and 1, and NaN where a label is not known, shape (N, C)
    """
    known = [own[~np.isnan(own)] for own in truth.T]
    counts = [(len(own), int(own.sum())) for own in known]
    return _mean([expected_average_precision(n, m) for n, m in counts if 0 < m < n])


def label_average_precisions(
    logits: np.ndarray, truth: np.ndarray, names: Sequence[str]
) -> dict[str, float]:
    """Return the average precision of each label by name; NaN where all or none have it.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : array of 0 and 1, and NaN where a label is not known, shape (N, C)
    names
        Names of the labels.
    """
    known = ~np.isnan(truth)
    return {
        name: float(
            average_precision_draws(truth[own, c], logits[own, c], np.ones((1, own.sum())))[0]
        )
        if own.any()
        else float("nan")
        for c, (name, own) in enumerate(zip(names, known.T, strict=True))
    }


def class_average_precisions(
    logits: np.ndarray, truth: np.ndarray, names: Sequence[str]
) -> dict[str, float]:
    """Return the average precision of each class against the others, by its probability.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : int array, shape (N,)
    names
        Names of the classes.
    """
    return label_average_precisions(
        softmax(logits, axis=1), np.eye(len(names))[truth.astype(int)], names
    )


def average_precision_draws(
    truth: np.ndarray, score: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return the average precision under many weights, shape (draws,); NaN without both answers.

    It is scikit-learn's with ``sample_weight``, all draws at once.

    Parameters
    ----------
    truth : array of 0 and 1, shape (N,)
    score : float array, shape (N,)
    weights : float array, shape (draws, N)
    """
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)  # of equal scores, which are one threshold
    own = weights[:, order]
    positive = np.cumsum(own * truth[order], axis=1)[:, last]
    every = np.cumsum(own, axis=1)[:, last]
    total = positive[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(every > 0, positive / every, 0)
        steps = np.diff(positive, axis=1, prepend=0) / total
    found: np.ndarray = (precision * steps).sum(axis=1)
    both = (total[:, 0] > 0) & (total[:, 0] < every[:, -1])
    return np.where(both, found, np.nan)


def _mean(values: "list[float] | np.ndarray") -> float:
    return float(np.mean(values)) if len(values) else float("nan")
