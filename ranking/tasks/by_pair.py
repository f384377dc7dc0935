"""Tasks that ask which of two recordings is the better: one answer of all windows of a pair.

Conventions
-----------
Of two classes, 1 says that the first is the better, of four, the upper two [1]_. Who is the better
of two recordings is the majority of their windows, in each order. Of four classes, theirs is the
one of the largest mean probability over windows. Intervals resample groups of recordings, with the
predictions fixed.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, eq. 1.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.errors import TableError
from ranking.evaluation.resampling import Estimate
from ranking.evaluation.shares import bounded_share
from ranking.tasks.metrics import class_metrics
from ranking.tasks.pair_examples import CLASSES
from ranking.tasks.pairs import weighted_shares
from ranking.tasks.task import Evaluation, Examples, Predictions

if TYPE_CHECKING:
    from torch import Tensor

CLASS_PROBABILITY, TRUE_CLASS = "p_class_", "true_class"
"""Columns of predictions of four classes: the probability of each by its number, and the truth."""
WINNER_ACCURACY = "winner_accuracy"
"""Of four classes, the share of comparisons that the better won."""


def p_first(logits: "Tensor") -> "Tensor":
    """Return the probability that the first is the better, shape (N,), of logits (N, 2 or 4).

    Raises
    ------
    ValueError
        If there are other classes.
    """
    if logits.shape[-1] not in CLASSES:
        raise ValueError(f"{logits.shape[-1]} classes: 2 or 4")
    p: Tensor = logits.softmax(dim=-1)[..., logits.shape[-1] // 2 :].sum(dim=-1)
    return p


def comparisons_by_window_majority(
    examples: Examples, p: np.ndarray, windows: pd.DataFrame
) -> pd.DataFrame:
    """Return the COMPARISONS table of examples by majority of their windows.

    Parameters
    ----------
    examples
        Pairs of windows.
    p : probability that the first is the better, shape (N,)
    windows
        WINDOWS table of the bank.
    """
    row = windows.set_index("row")
    first, second = (row.loc[examples.windows[:, place]] for place in (0, 1))
    votes = pd.DataFrame(
        {
            "first": first["candidate"].to_numpy(),
            "second": second["candidate"].to_numpy(),
            "first_window": first["window"].to_numpy(),
            "second_window": second["window"].to_numpy(),
            "p_first": p,
        }
    )
    return votes_to_comparisons(votes)


def recording_pair_accuracy(
    comparisons: pd.DataFrame,
    examples: Examples,
    windows: pd.DataFrame,
    groups: Mapping[str, str],
    classes: int,
    seed: int = 0,
) -> Estimate:
    """Return the share of comparisons, in both orders, that the better won.

    Parameters
    ----------
    comparisons
        COMPARISONS table of the recordings of the examples.
    examples
        Pairs of windows, with the class of each.
    windows
        WINDOWS table of the bank.
    groups
        The group of each recording; the interval resamples groups.
    classes
        Number of classes, 2 or 4.
    seed
        Seed of the interval.
    """
    tally = count_comparisons(comparisons)
    candidate = windows.set_index("row")["candidate"]
    numbers = tally.candidates.get_indexer(candidate.loc[examples.windows.ravel()])
    first, second = numbers.reshape(examples.windows.shape).T
    won = examples.targets >= classes // 2
    better = np.zeros_like(tally.comparisons)
    better[np.where(won, first, second), np.where(won, second, first)] = 1
    distinct, group = np.unique([groups[name] for name in tally.candidates], return_inverse=True)
    within = np.eye(len(distinct))[:, group]  # (groups, recordings)
    right, total = (
        within @ (counts * better) @ within.T for counts in (tally.wins, tally.pair_counts)
    )
    estimate = bounded_share(right, total, seed)
    return replace(estimate, unit="groups") if estimate.unit == "candidates" else estimate


def pair_table(found: Predictions, comparisons: pd.DataFrame, classes: int) -> pd.DataFrame:
    """Return a row for each tested pair and order: ``p_first``, who is said to win, and truth.

    The groups of the two are ``first_group`` and ``second_group``.

    Parameters
    ----------
    found
        Predictions of pairs of windows.
    comparisons
        COMPARISONS table of their recordings.
    classes
        Number of classes, 2 or 4.
    """
    row = found.windows.set_index("row")["candidate"]
    first, second = (row.loc[found.examples.windows[:, at]].to_numpy() for at in (0, 1))
    table = pd.DataFrame(
        {
            "first": first,
            "second": second,
            "first_group": [found.groups[name] for name in first],
            "second_group": [found.groups[name] for name in second],
            "fold": 1 if found.folds is None else found.folds,
            "p_first": decode_pairs(found.logits),
            "truth": np.where(found.examples.targets >= classes // 2, first, second),
        }
    )
    both = ["first", "second"]
    known = [*both, "first_group", "second_group", "fold"]
    each = table.groupby([*known, "truth"], sort=False)["p_first"].mean().reset_index()
    winner = comparisons.set_index(both)["winner"]
    named = each.assign(winner=winner.loc[pd.MultiIndex.from_frame(each[both])].to_numpy())
    if classes == 2:
        return named[[*known, "p_first", "winner", "truth"]]
    of_class = table[both].assign(**_probabilities_and_class(found, classes))
    mean = of_class.groupby(both, sort=False).mean().reset_index()
    mean[TRUE_CLASS] = mean[TRUE_CLASS].astype(int)
    columns = [*known, "p_first", "winner", "truth", *mean.columns.drop(both)]
    return named.merge(mean, on=both, validate="one_to_one")[columns]


def _probabilities_and_class(found: Predictions, classes: int) -> dict[str, np.ndarray]:
    """Probability of each class, and the true one, of each pair of windows."""
    import torch

    p = torch.from_numpy(found.logits).softmax(dim=-1).numpy()
    each = {f"{CLASS_PROBABILITY}{number}": p[:, number] for number in range(classes)}
    return {**each, TRUE_CLASS: found.examples.targets}


def class_probabilities(table: pd.DataFrame) -> np.ndarray:
    """Return the probabilities of classes in a table of :func:`pair_table`, shape (N, C).

    There are none where pairs have two classes.
    """
    return table.filter(regex=f"^{CLASS_PROBABILITY}").to_numpy(dtype=np.float64)


def right_class(table: pd.DataFrame) -> np.ndarray:
    """Return which pairs in a table of :func:`pair_table` of four classes have the right class.

    Raises
    ------
    TableError
        If an earlier version wrote the table, which kept no classes.
    """
    if TRUE_CLASS not in table:
        what = f"no column {TRUE_CLASS!r}: an earlier version wrote them"
        raise TableError("predictions of four classes", what, "test the probe again")
    right: np.ndarray = class_probabilities(table).argmax(axis=1) == true_classes(table)
    return right


def true_classes(table: pd.DataFrame) -> np.ndarray:
    """Return the classes of pairs in a table of :func:`pair_table`, in which a file has texts."""
    return table[TRUE_CLASS].astype(np.int64).to_numpy()


def class_accuracy_draws(table: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    """Return the share of pairs of which the class is right under each row of counts, (draws,).

    Parameters
    ----------
    table
        Predictions of a test, of four classes.
    counts : float array, shape (draws, N)
        How often each row of the table counts.
    """
    return weighted_shares(right_class(table), counts)


def _class_accuracy(table: pd.DataFrame, seed: int) -> Estimate:
    """The share of pairs of which the class is right, groups resampled."""
    both = table[["first_group", "second_group"]].to_numpy()
    distinct, group = np.unique(both, return_inverse=True)
    first, second = group.reshape(both.shape).T
    right, total = (np.zeros((len(distinct), len(distinct))) for _ in range(2))
    np.add.at(right, (first, second), right_class(table))
    np.add.at(total, (first, second), 1)
    return replace(bounded_share(right, total, seed), unit="groups")


def decode_pairs(logits: np.ndarray) -> np.ndarray:
    """Return the probability that the first is the better, float64, shape (N,)."""
    import torch

    return p_first(torch.from_numpy(logits)).numpy()


def evaluate_pairs(classes: int, found: Predictions, seed: int) -> Evaluation:
    """Return accuracy over pairs in both orders, all windows together; metrics over windows.

    Of two classes it is the share of comparisons that the better won; of four, the share of pairs
    of which the class is right, as in the paper, and :data:`WINNER_ACCURACY` is a metric.

    Parameters
    ----------
    classes
        Number of classes, 2 or 4.
    found
        Predictions of pairs of windows.
    seed
        Seed of the interval.
    """
    comparisons = comparisons_by_window_majority(
        found.examples, decode_pairs(found.logits), found.windows
    )
    estimate = recording_pair_accuracy(
        comparisons, found.examples, found.windows, found.groups, classes, seed
    )
    metrics = class_metrics(found.logits, found.examples.targets)
    table = pair_table(found, comparisons, classes)
    if classes > 2:
        metrics[WINNER_ACCURACY] = estimate.value
        estimate = _class_accuracy(table, seed)
    tested = comparisons[["first", "second"]].to_numpy().ravel()
    groups = len({found.groups[name] for name in tested})
    return Evaluation(estimate, metrics, 1 / classes, groups, table)
