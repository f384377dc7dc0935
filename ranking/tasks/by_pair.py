"""Tasks that ask which of two recordings is the better: one answer of all windows of a pair.

Conventions
-----------
Of two classes, 1 says that the first is the better, of four, the upper two [1]_. What a probe says
of two recordings is the majority of their windows, in each order. Intervals resample groups of
recordings, with the predictions fixed.

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
from ranking.evaluation.resampling import Estimate
from ranking.evaluation.shares import bounded_share
from ranking.tasks.metrics import class_metrics
from ranking.tasks.pair_examples import CLASSES
from ranking.tasks.task import Evaluation, Examples, Predictions

if TYPE_CHECKING:
    from torch import Tensor


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
    return each.assign(winner=winner.loc[pd.MultiIndex.from_frame(each[both])].to_numpy())[
        [*known, "p_first", "winner", "truth"]
    ]


def decode_pairs(logits: np.ndarray) -> np.ndarray:
    """Return the probability that the first is the better, float64, shape (N,)."""
    import torch

    return p_first(torch.from_numpy(logits)).numpy()


def evaluate_pairs(classes: int, found: Predictions, seed: int) -> Evaluation:
    """Return accuracy over pairs in both orders, by majority of windows; metrics over windows.

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
    return Evaluation(
        recording_pair_accuracy(
            comparisons, found.examples, found.windows, found.groups, classes, seed
        ),
        class_metrics(found.logits, found.examples.targets),
        0.5,
        len({found.groups[name] for name in comparisons[["first", "second"]].to_numpy().ravel()}),
        pair_table(found, comparisons, classes),
    )
