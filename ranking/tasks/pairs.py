"""Pairs of recordings whose better one a manifest tells.

Conventions
-----------
A pair is ``first``, ``second`` and ``gap``, Q(first) - Q(second), above 0 where the first is the
better. Each stands once; recordings of different splits are no pair, nor are those of different
events. By default all pairs of unequal level are taken, or as many as are wanted, drawn at random.
The paper matches the recordings of every two levels one to one [1]_: :func:`match_levels`.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 4.1:
   449 recordings of each level in training, so 449 pairs for each two levels, 2,694 in both orders.
"""

import itertools

import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.tables import TIE
from ranking.tasks.manifest import Manifest


def labelled_pairs(manifest: Manifest, quantity: str = "level") -> pd.DataFrame:
    """Return the pairs whose better one a manifest tells: ``first``, ``second``, ``gap``.

    The gap is Q(p1) - Q(p2). Each pair stands once, within one split and, of levels, one event. Of
    several comparisons of a pair the majority counts; a pair that is even is left out.

    Parameters
    ----------
    manifest
        Recordings, or pairs.
    quantity
        The column that has Q.

    Raises
    ------
    TableError
        If there is none.
    """
    if manifest.pairs is not None:
        return _majorities(manifest.pairs)
    table = manifest.recordings
    i, j = np.triu_indices(len(table), 1)
    level, place = table[quantity].to_numpy(), table.groupby(["split", "event"]).ngroup().to_numpy()
    gap = level[i] - level[j]
    kept = (gap != 0) & (place[i] == place[j])
    if not gap.any():
        raise TableError(
            manifest.name, f"no two recordings of unequal {quantity}", f"give several {quantity}s"
        )
    names = table["recording"].to_numpy()
    return pd.DataFrame({"first": names[i[kept]], "second": names[j[kept]], "gap": gap[kept]})


def match_levels(manifest: Manifest, seed: int) -> pd.DataFrame:
    """Return pairs as the paper draws them: ``first``, ``second``, ``gap``.

    The recordings of every two levels are matched one to one, at random; of each level as many as
    the smallest has in the split. With events, within each of them.

    Parameters
    ----------
    manifest
        Recordings with their levels.
    seed
        Seed of the draw.

    Raises
    ------
    TableError
        If the manifest is of pairs, or there is no pair.
    """
    if manifest.pairs is not None:
        raise TableError(
            manifest.name, "it has pairs, which cannot be matched by level", "give levels"
        )
    rng, rows = np.random.default_rng(seed), []
    for _, own in manifest.recordings.groupby(["split", "event"]):
        names = {level: one["recording"].to_numpy() for level, one in own.groupby("level")}
        count = min(map(len, names.values()))
        for low, high in itertools.combinations(names, 2):
            first, second = (rng.permutation(names[one])[:count] for one in (high, low))
            rows += [(a, b, high - low) for a, b in zip(first, second, strict=True)]
    if not rows:
        raise TableError(manifest.name, "no two recordings of unequal level", "give several levels")
    return pd.DataFrame(rows, columns=["first", "second", "gap"])


def matching_tables(manifest: Manifest, pairs: pd.DataFrame) -> tuple[list[np.ndarray], list[int]]:
    """Return the pairs that a matching of levels may hold, and how many it holds of each table.

    A table is of one event and two levels: the number of the pair of each recording of the higher
    level, by row, with each of the lower, by column. What :func:`match_levels` draws is made of
    such.

    Parameters
    ----------
    manifest
        Recordings of one split, with their levels.
    pairs
        All their pairs, as :func:`labelled_pairs` returns them.
    """
    names = pd.Index(manifest.recordings["recording"])
    ends = np.sort([names.get_indexer(pairs[at]) for at in ("first", "second")], axis=0)
    numbers = pd.Index(ends[0] * len(names) + ends[1])
    tables, counts = [], []
    for _, own in manifest.recordings.reset_index(drop=True).groupby("event"):
        rows = {level: one.index.to_numpy() for level, one in own.groupby("level")}
        for low, high in itertools.combinations(rows, 2):
            a, b = rows[high][:, np.newaxis], rows[low]
            key = np.minimum(a, b) * len(names) + np.maximum(a, b)
            tables.append(numbers.get_indexer(key.ravel()).reshape(key.shape))
            counts.append(min(map(len, rows.values())))
    return tables, counts


def _majorities(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Which of each two is the better, by the majority of their comparisons."""
    first, second = (comparisons[column].to_numpy() for column in ("first", "second"))
    turned = first > second
    for_first = np.where(comparisons["winner"] == first, 1.0, -1.0)
    each = pd.DataFrame(
        {
            "first": np.where(turned, second, first),
            "second": np.where(turned, first, second),
            "gap": np.where(turned, -for_first, for_first),
        }
    )
    gap = np.sign(each.groupby(["first", "second"], sort=False)["gap"].sum())
    return gap[gap != 0].reset_index()


def lacks_pairs(manifest: Manifest, chosen: np.ndarray, quantity: str = "level") -> int:
    """Return 0 if some recordings make a pair, 1 if they make none, 2 if there are none.

    Parameters
    ----------
    manifest
        Recordings with their levels, or pairs.
    chosen : bool array, shape (R,)
        Which of its recordings.
    quantity
        The column that says which is the better.
    """
    if not chosen.any():
        return 2
    own = manifest.recordings[chosen]
    if manifest.pairs is not None:
        names = set(own["recording"])
        first, second = (manifest.pairs[at].isin(names) for at in ("first", "second"))
        return int(not (first & second).any())
    level = own[quantity].to_numpy()
    _, event = np.unique(own["event"].to_numpy(dtype=str), return_inverse=True)
    low, high = np.full(event.max() + 1, np.inf), np.full(event.max() + 1, -np.inf)
    np.minimum.at(low, event, level)
    np.maximum.at(high, event, level)
    return int(not (high > low).any())


def sample_pairs(pairs: pd.DataFrame, max_pairs: int, seed: int) -> pd.DataFrame:
    """Return the pairs, or as many as are wanted of them, drawn at random.

    Parameters
    ----------
    pairs
        A row for each pair.
    max_pairs
        The most pairs to return.
    seed
        Seed of the draw.
    """
    if len(pairs) <= max_pairs:
        return pairs
    chosen = np.random.default_rng(seed).choice(len(pairs), max_pairs, replace=False)
    return pairs.iloc[np.sort(chosen)]


def accuracy_draws(table: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    """Return the share of pairs that the better won under each row of counts, shape (draws,).

    A tie is half won.

    Parameters
    ----------
    table
        Predictions of a test: ``winner`` and ``truth``.
    counts : float array, shape (draws, N)
        How often each row of the table counts.
    """
    right = np.where(table["winner"] == TIE, 0.5, table["winner"] == table["truth"])
    return weighted_shares(right, counts)


def weighted_shares(right: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the mean of ``right``, shape (N,), under each row of counts; NaN where all are 0."""
    total = counts.sum(axis=1)
    value: np.ndarray = np.divide(
        counts @ right, total, out=np.full(len(counts), np.nan), where=total > 0
    )
    return value
