"""Which recordings of a manifest are in train, val and test.

Conventions
-----------
A split that a manifest gives stays. Else groups are split at random, stratified by the column that
the manifest names: eight tenths train, one val, one test; or into folds. Recordings of one event,
which are compared with each other, stay together too, where there are ten events or more, or no
other split serves. Where val or test then lacks what the task needs, a pair or a class, groups are
moved, one at a time, until it lacks as little as possible: with few recordings they may hold more
than a tenth. Pairs whose recordings are in different splits are left out, and their number is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ranking.errors import TableError
from ranking.tasks.manifest import SPLITS, Manifest

TENTHS = ("train", "train", "val", "train", "train", "train", "train", "test", "train", "train")
MIN_GROUPS = 4
"""Smallest number of groups that are split at random."""
DRAWS = 8
"""Random splits that are tried until val and test lack nothing."""
MOVES = 200
"""Most moves of a group that are tried before one is made."""

Lacks = Callable[[Manifest, np.ndarray], int]


def lacks_recordings(_: Manifest, chosen: np.ndarray) -> int:
    """Return 0 if any recording is chosen, else 1: what a task needs that names nothing more."""
    return int(not chosen.any())


def random_split(manifest: Manifest, seed: int, lacks: Lacks = lacks_recordings) -> Manifest:
    """Return the manifest with every recording in train, val or test.

    Parameters
    ----------
    manifest
        Recordings with their groups, or pairs of them.
    seed
        Seed of the random split.
    lacks
        How much some recordings lack to be a split, :attr:`ranking.tasks.task.Task.lacks`.

    Raises
    ------
    TableError
        If there are too few groups for three splits.
    """
    if (manifest.recordings["split"] != "").all():
        return manifest
    group = manifest.recordings["group"]
    if group.nunique() < MIN_GROUPS:
        raise TableError(
            manifest.name,
            f"{group.nunique()} groups are too few to split at random",
            "give a column split, or split into folds",
            "split-or-folds",
        )
    best = None
    for units in _units(manifest, len(TENTHS)):
        found = _serving_split(_grouped(manifest, units), seed, lacks)
        if best is None or found[0] < best[0]:
            best = found
        if not best[0]:
            break
    _, split = best or (0, group)
    made = _with_splits(manifest, split.to_numpy())
    return replace(made, at_random=True)


def _units(manifest: Manifest, enough: int) -> list[pd.Series]:
    """What stays together, a name for each recording: groups with events first if they suffice."""
    group = manifest.recordings["group"]
    event = manifest.recordings.get("event", pd.Series("", index=group.index))
    if (event == "").all():
        return [group]
    group_code, groups = pd.factorize(group)
    alone = event.where(event != "", [f"\0{number}" for number in range(len(event))])
    event_code, events = pd.factorize(alone)
    edges = coo_array(
        (np.ones(len(group)), (group_code, len(groups) + event_code)),
        shape=(len(groups) + len(events),) * 2,
    )
    count, component = connected_components(edges, directed=False)
    together = pd.Series([f"{one:09}" for one in component[group_code]], index=group.index)
    return [together, group] if count >= enough else [group, together]


def _grouped(manifest: Manifest, units: pd.Series) -> Manifest:
    return replace(manifest, recordings=manifest.recordings.assign(group=units))


def _serving_split(manifest: Manifest, seed: int, lacks: Lacks) -> tuple[int, pd.Series]:
    """The first of several random splits that lacks nothing, or the one that lacks least."""
    unit, names = pd.factorize(manifest.recordings["group"])
    best: tuple[int, np.ndarray] | None = None
    for draw in range(DRAWS):
        places = stratified_group_numbers(manifest, len(TENTHS), seed + draw)
        split = np.array([SPLITS.index(TENTHS[places[name]]) for name in names])
        found = _with_moves(manifest, unit, split, lacks, np.random.default_rng([seed, draw]))
        if best is None or found[0] < best[0]:
            best = found
        if not best[0]:
            break
    lacking, split = best or (0, np.zeros(len(names), dtype=int))
    return lacking, pd.Series(np.array(SPLITS)[split[unit]], index=manifest.recordings.index)


def _with_moves(
    manifest: Manifest, unit: np.ndarray, split: np.ndarray, lacks: Lacks, rng: np.random.Generator
) -> tuple[int, np.ndarray]:
    """A split of units after the moves that make it lack less; what train lacks weighs more."""

    def lacking(own: np.ndarray) -> int:
        each = [lacks(manifest, own[unit] == place) for place in range(len(SPLITS))]
        return 3 * each[0] + each[1] + each[2]

    now = lacking(split)
    while now:
        moves = [(one, to) for one in range(len(split)) for to in range(len(SPLITS))]
        tried: list[tuple[int, int, np.ndarray]] = []
        for at in rng.permutation(len(moves))[:MOVES]:
            one, to = moves[at]
            if split[one] != to:
                moved = split.copy()
                moved[one] = to
                tried.append((lacking(moved), len(tried), moved))
        if not tried or (best := min(tried, key=lambda own: own[:2]))[0] >= now:
            break
        now, split = best[0], best[2]
    return now, split


def folds_then_final_manifests(manifest: Manifest, folds: int, seed: int) -> list[Manifest]:
    """Return the manifest split once for each fold: every group is once in test, once in val.

    One more follows, without a test: all folds but one in train.

    Parameters
    ----------
    manifest
        Recordings or pairs, without a split.
    folds
        Number of folds.
    seed
        Seed of the random split.

    Raises
    ------
    TableError
        If there are fewer groups than folds, or the manifest has a split of its own.
    """
    if (manifest.recordings["split"] != "").any():
        raise TableError(
            manifest.name, "it has a split, and folds would make another", "leave one of them out"
        )
    units = _units(manifest, max(folds, len(TENTHS)))[0]
    places = stratified_group_numbers(_grouped(manifest, units), folds, seed)
    if len(places) < folds:
        raise TableError(
            manifest.name,
            f"{len(places)} groups for {folds} folds",
            "split into fewer",
            "fewer-folds",
        )
    names = ["test", "val", *["train"] * (folds - 2)]
    place = units.map(places).to_numpy()
    splits = [
        np.array([names[(one - fold) % folds] for one in place], dtype=object)
        for fold in range(folds)
    ]
    splits.append(np.where(place > 0, "train", "val").astype(object))
    return [replace(_with_splits(manifest, one), at_random=True) for one in splits]


def _with_splits(manifest: Manifest, splits: np.ndarray) -> Manifest:
    """The manifest with a split for each recording; pairs across splits are left out."""
    table = manifest.recordings.assign(split=splits)
    if manifest.pairs is None:
        return replace(manifest, recordings=table)
    split = table.set_index("recording")["split"]
    within = manifest.pairs["first"].map(split) == manifest.pairs["second"].map(split)
    left_out = int((~within).sum())
    return replace(
        manifest, recordings=table, pairs=manifest.pairs[within], pairs_left_out=left_out
    )


def stratified_group_numbers(manifest: Manifest, count: int, seed: int) -> Mapping[str, int]:
    """Return a number below ``count`` for each group, at random, stratified.

    Parameters
    ----------
    manifest
        Recordings with their groups.
    count
        How many numbers there are: of folds, or of tenths.
    seed
        Seed of the random split.
    """
    rng = np.random.default_rng(seed)
    table = manifest.recordings
    groups = _stratum(manifest).groupby(table["group"]).mean().sort_index()
    order = np.lexsort((rng.permutation(len(groups)), groups.to_numpy()))
    shift = int(rng.integers(count))
    return {groups.index[row]: (place + shift) % count for place, row in enumerate(order)}


def _stratum(manifest: Manifest) -> pd.Series:
    """A number for each recording to stratify by; of texts, their place in the alphabet."""
    table = manifest.recordings
    if not manifest.stratify_by:
        return pd.Series(0.0, index=table.index)
    values = table[manifest.stratify_by]
    if pd.api.types.is_numeric_dtype(values):
        return values
    return pd.Series(pd.factorize(values, sort=True)[0], index=table.index, dtype=float)
