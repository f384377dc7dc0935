"""How right the logits of a whole set are.

Conventions
-----------
Computed once, over all examples: the mean of a macro metric over batches is another number, and a
larger one for random answers. F1, average precision and AUC are scikit-learn's, averaged
over classes or labels with equal weight. A label that no example has, or every one, has no average
precision or AUC, and stays out of their mean. Of equal logits the first class is the answer.

Metrics
-------
* :func:`class_metrics`: accuracy, F1.
* :func:`multilabel_metrics`: mAP, AUC, F1, share of single yes-or-no answers that are right
  (accuracy), share of examples whose likeliest label is one of theirs (single).
"""

import numpy as np
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, roc_auc_score


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


def multilabel_metrics(logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return the metrics of labels: ``mAP``, ``AUC``, ``f1``, ``accuracy``, ``single``.

    Parameters
    ----------
    logits : float array, shape (N, C)
    truth : array of 0 and 1, shape (N, C)
    """
    predicted = logits > 0
    share = truth.mean(axis=0)
    both = (share > 0) & (share < 1)
    ranked = truth[:, both], logits[:, both]
    known = bool(both.any())
    return {
        "mAP": float(average_precision_score(*ranked)) if known else float("nan"),
        "AUC": float(roc_auc_score(*ranked)) if known else float("nan"),
        "f1": float(f1_score(truth, predicted, average="macro", zero_division=0)),
        "accuracy": float((predicted == truth).mean()),
        "single": float(truth[np.arange(len(truth)), logits.argmax(axis=1)].mean()),
    }
