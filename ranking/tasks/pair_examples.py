"""Examples of pairs: windows of two recordings, in both orders, and which of the two is the better.

Conventions
-----------
Windows of a pair are aligned: the first of the one with the first of the other. Each pair of
windows is an example in both orders, and the two stay in one batch. Of two classes, 1 says that the
first is the better, of four, the upper two [1]_. Where a split has more pairs than are wanted, as
many are drawn at random: once, or by every epoch of training anew.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, eq. 1.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from ranking.tables import WINDOWS, check_table
from ranking.tasks.drawing import UnitDraw
from ranking.tasks.pairs import sample_pairs
from ranking.tasks.task import Examples

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
POOL = 1_000_000
"""Most pairs that epochs draw from, so that they fit in memory: of more, as many at random."""


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


def examples_of_pairs(
    pairs: pd.DataFrame, windows: pd.DataFrame, classes: int, max_pairs: int, seed: int
) -> Examples:
    """Return both orders of pairs, or of as many as are wanted, drawn at random once.

    Parameters
    ----------
    pairs
        A table of ``first``, ``second`` and ``gap``.
    windows
        WINDOWS table of the bank.
    classes
        Number of classes, 2 or 4.
    max_pairs
        The most pairs.
    seed
        Seed of the draw.
    """
    chosen = sample_pairs(pairs, max_pairs, seed)
    examples = pair_examples_in_both_orders(chosen, windows, classes)
    drawn = (len(chosen), len(pairs)) if len(chosen) < len(pairs) else None
    return replace(examples, drawn=drawn)


def examples_drawn_anew(
    pairs: pd.DataFrame, windows: pd.DataFrame, classes: int, max_pairs: int, seed: int
) -> Examples:
    """Return both orders of all pairs, of which every epoch draws as many as are wanted.

    Parameters
    ----------
    pairs
        A table of ``first``, ``second`` and ``gap``.
    windows
        WINDOWS table of the bank.
    classes
        Number of classes, 2 or 4.
    max_pairs
        The most pairs of an epoch.
    seed
        Seed of the pool, where there are more than :data:`POOL` pairs.
    """
    if len(pairs) <= max_pairs:
        return examples_of_pairs(pairs, windows, classes, max_pairs, seed)
    pool = sample_pairs(pairs, max(POOL, max_pairs), seed)
    draw = UnitDraw(max_pairs, len(pool)) if max_pairs < len(pool) else None
    examples = pair_examples_in_both_orders(pool, windows, classes)
    return replace(examples, drawn=(max_pairs, len(pairs)), draw=draw)


def pair_examples_in_both_orders(
    pairs: pd.DataFrame, windows: pd.DataFrame, classes: int
) -> Examples:
    """Return both orders of each pair, first windows with first, second with second.

    Parameters
    ----------
    pairs
        A table of ``first``, ``second`` and ``gap``; where it has ``weight`` and ``repeated``,
        examples have them too.
    windows
        WINDOWS table of the bank.
    classes
        Number of classes, 2 or 4.
    """
    one, count = aligned_windows(pairs, windows)
    gap = np.repeat(pairs["gap"].to_numpy(), count)
    both = np.concatenate([one, one[:, ::-1]])
    units = np.tile(np.arange(len(one)), 2)
    weights, repeated = (
        np.tile(np.repeat(pairs[name].to_numpy(float), count), 2) if name in pairs else None
        for name in ("weight", "repeated")
    )
    return Examples(
        both, pair_targets(np.concatenate([gap, -gap]), classes), units, weights, repeated
    )


def aligned_windows(pairs: pd.DataFrame, windows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return windows of pairs, first with first, int of shape (N, 2), and how many each pair has.

    Parameters
    ----------
    pairs
        A table of ``first`` and ``second``.
    windows
        WINDOWS table of the bank.

    Raises
    ------
    KeyError
        If a recording has no window.
    """
    check_table(windows, WINDOWS, "windows")
    code, names = pd.factorize(windows["candidate"])
    row = windows["row"].to_numpy()[np.argsort(code, kind="stable")]
    length = np.bincount(code)
    start = np.cumsum(length) - length
    own = np.stack([pd.Index(names).get_indexer(pairs[at]) for at in ("first", "second")])
    if (own < 0).any():
        raise KeyError("a recording of a pair has no window")
    count = length[own].min(axis=0)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return row[np.repeat(start[own], count, axis=1) + within].T, count
