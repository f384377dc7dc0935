"""Answers that are the same for all recordings: the commonest class of the training set.

Conventions
-----------
The logits of every test example are those that lose least on the training examples: of classes the
logarithm of their shares, of labels the log-odds of theirs, among examples where a label is known.
The answer then is the commonest class, and each label that more than half of the examples have. Of
pairs in both orders two classes are equally common: such an answer ties.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import logit

from ranking.tasks.task import Evaluation, Examples, Predictions, Task, join_examples

SMALLEST_SHARE = 1e-9
"""Of a class that training has no example of: its logit stays finite."""


def constant_logits(targets: np.ndarray, outputs: int) -> np.ndarray:
    """Return logits, shape (C,), that lose least where they are the same for all examples.

    Parameters
    ----------
    targets : classes (N,), or labels (N, C), NaN where one is not known
    outputs
        Number of classes or labels.
    """
    if targets.ndim == 1:
        shares = np.bincount(targets, minlength=outputs) / len(targets)
        return np.log(np.maximum(shares, SMALLEST_SHARE))
    known = ~np.isnan(targets)
    count, sums = known.sum(axis=0), np.nansum(targets, axis=0)
    shares = np.divide(sums, count, out=np.full(outputs, 0.5), where=count > 0)
    return np.asarray(logit(np.clip(shares, SMALLEST_SHARE, 1 - SMALLEST_SHARE)))


def evaluate_constant_answers(
    task: Task,
    splits: Sequence[Mapping[str, Examples]],
    windows: pd.DataFrame,
    groups: Mapping[str, str],
) -> Evaluation:
    """Return the evaluation of answers that are the same for all tests of a split.

    Parameters
    ----------
    task
        The question that gives the metrics.
    splits
        Examples by split, of each fold that has a test.
    windows
        WINDOWS table of the bank.
    groups
        The group of each recording.
    """
    logits = [
        np.tile(constant_logits(one["train"].targets, task.outputs), (len(one["test"]), 1))
        for one in splits
    ]
    folds = np.repeat(np.arange(len(splits)) + 1, [len(one) for one in logits])
    examples = join_examples([one["test"] for one in splits])
    return task.evaluate(Predictions(examples, np.concatenate(logits), windows, groups, folds), 0)
