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
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.errors import TableError
from ranking.evaluation.resampling import Estimate
from ranking.evaluation.shares import bounded_share
from ranking.tables import WINDOWS, check_table
from ranking.tasks.manifest import SPLITS, Column, Manifest
from ranking.tasks.metrics import class_average_precisions, class_metrics
from ranking.tasks.pairs import (
    accuracy_draws,
    labelled_pairs,
    lacks_pairs,
    match_levels,
    sample_pairs,
)
from ranking.tasks.task import Evaluation, Examples, Predictions, Task

if TYPE_CHECKING:
    from torch import Tensor

CLASSES = {
    2: ("second better", "first better"),
    4: (
        "second better by two or more",
        "second better by one",
        "first better by one",
        "first better by two or more",
    ),
}
"""What the classes say, by their number."""
COLUMNS = (
    Column("level", "give a number, larger for better", numeric=True, stratify=True),
    Column("event", optional=True),
)
"""Only recordings of one event are compared with each other."""


def pair_targets(gap: np.ndarray, classes: int) -> np.ndarray:
    """Return the class of pairs, int of shape (N,) (Eq. 1).

    Parameters
    ----------
    gap : Q(p1) - Q(p2), shape (N,), none of them 0
    classes : their number, 2 or 4

    Raises
    ------
    ValueError
        If there is no such number of classes, or a pair of equals.
    """
    if classes not in CLASSES:
        raise ValueError(f"{classes} classes: 2 or 4")
    if not np.all(gap):
        raise ValueError("a pair of equals has no class")
    if classes == 2:
        return (gap > 0).astype(np.int64)
    near = np.where(gap > 0, 2, 1)
    far = np.where(gap > 0, 3, 0)
    return np.where(np.abs(gap) >= 2, far, near).astype(np.int64)


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


def pair_examples_in_both_orders(
    pairs: pd.DataFrame, windows: pd.DataFrame, classes: int
) -> Examples:
    """Return both orders of each pair, first windows with first, second with second.

    Parameters
    ----------
    pairs
        A table of ``first``, ``second`` and ``gap``.
    windows
        WINDOWS table of the bank.
    classes
        Number of classes, 2 or 4.
    """
    check_table(windows, WINDOWS, "windows")
    numbers = {name: rows.to_numpy() for name, rows in windows.groupby("candidate")["row"]}
    aligned = [
        np.stack(pair, axis=1)
        for first, second in zip(pairs["first"], pairs["second"], strict=True)
        for a, b in [(numbers[first], numbers[second])]
        for pair in [(a[: len(b)], b[: len(a)])]
    ]
    count = [len(rows) for rows in aligned]
    one = np.concatenate(aligned)  # (pairs of windows, 2)
    gap = np.repeat(pairs["gap"].to_numpy(), count)
    both = np.concatenate([one, one[:, ::-1]])
    units = np.tile(np.arange(len(one)), 2)
    return Examples(both, pair_targets(np.concatenate([gap, -gap]), classes), units)


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
            "p_first": _decode(found.logits),
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


def expertise_task(classes: int, sampling: str = "all") -> Task:
    """Return the task of two classes, or four.

    Parameters
    ----------
    classes
        Their number.
    sampling
        all, or matched: which pairs of levels are made (:mod:`ranking.tasks.pairs`).
    """
    return Task(
        name=f"expertise-{classes}",
        inputs=2,
        outputs=classes,
        columns=COLUMNS,
        takes_pairs=True,
        make_examples=partial(_make_examples, classes, sampling),
        decode=_decode,
        metrics=class_metrics,
        selection_metric="accuracy",
        evaluate=partial(_evaluate, classes),
        reported_draws=accuracy_draws,
        average_precisions=partial(class_average_precisions, names=CLASSES[classes]),
        example_noun="pair of unequal level",
        tested_noun="comparisons, each pair in both orders",
        lacks=lacks_pairs,
        lacking="they are of one level, or of different events",
    )


def _make_examples(
    classes: int,
    sampling: str,
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
        if len(own):
            chosen = sample_pairs(own, max_pairs, seed)
            examples = pair_examples_in_both_orders(chosen, windows, classes)
            drawn = (len(chosen), len(own)) if len(chosen) < len(own) else None
            made[name] = replace(examples, drawn=drawn)
    return made


def _decode(logits: np.ndarray) -> np.ndarray:
    import torch

    return p_first(torch.from_numpy(logits)).numpy()


def _evaluate(classes: int, found: Predictions, seed: int) -> Evaluation:
    """Accuracy over pairs in both orders, by majority of windows; metrics over windows."""
    comparisons = comparisons_by_window_majority(
        found.examples, _decode(found.logits), found.windows
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


EXPERTISE_TASKS = {classes: expertise_task(classes) for classes in CLASSES}
"""The task by its number of classes, 2 or 4."""
