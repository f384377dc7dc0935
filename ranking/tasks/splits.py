"""Which recordings of a manifest are in train, val and test.

Conventions
-----------
A split that a manifest gives stays. Else groups are split at random, stratified by the column that
the manifest names: eight tenths train, one val, one test; or into folds. Pairs whose recordings are
in different splits are left out, and their number is kept.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.tasks.manifest import Manifest

TENTHS = ("train", "train", "val", "train", "train", "train", "train", "test", "train", "train")


def random_split(manifest: Manifest, seed: int) -> Manifest:
    """Return the manifest with every recording in train, val or test.

    Raises
    ------
    TableError
        If there are too few groups for three splits.
    """
    if (manifest.recordings["split"] != "").all():
        return manifest
    places = stratified_group_numbers(manifest, len(TENTHS), seed)
    if len(set(places.values()) & {TENTHS.index("val"), TENTHS.index("test")}) < 2:
        raise TableError(
            manifest.name,
            f"{len(places)} groups are too few to split at random",
            "give a column split, or split into folds",
            "split-or-folds",
        )
    return with_group_splits(manifest, {group: TENTHS[place] for group, place in places.items()})


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
    places = stratified_group_numbers(manifest, folds, seed)
    if len(places) < folds:
        raise TableError(
            manifest.name,
            f"{len(places)} groups for {folds} folds",
            "split into fewer",
            "fewer-folds",
        )
    names = ["test", "val", *["train"] * (folds - 2)]
    splits = [
        {group: names[(place - fold) % folds] for group, place in places.items()}
        for fold in range(folds)
    ]
    splits.append({group: "train" if place else "val" for group, place in places.items()})
    return [with_group_splits(manifest, one) for one in splits]


def with_group_splits(manifest: Manifest, splits: Mapping[str, str]) -> Manifest:
    """Return the manifest with a split for each group; pairs across splits are left out."""
    table = manifest.recordings.assign(split=manifest.recordings["group"].map(splits))
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
