"""Which recordings of a manifest are learnt from, choose, and test.

Conventions
-----------
A split that a manifest gives stays. Else one is made by lot, group by group: eight tenths train,
one val, one test, each like the others in what the manifest is stratified by; or folds. Pairs that
a split parts are left out and counted.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.tasks.manifest import Manifest

TENTHS = ("train", "train", "val", "train", "train", "train", "train", "test", "train", "train")


def split_by_lot(manifest: Manifest, seed: int) -> Manifest:
    """Return the manifest with every recording in train, val or test.

    Raises
    ------
    TableError
        If there are too few groups for three sides.
    """
    if (manifest.recordings["split"] != "").all():
        return manifest
    places = deal(manifest, len(TENTHS), seed)
    if len(set(places.values()) & {TENTHS.index("val"), TENTHS.index("test")}) < 2:
        raise TableError(
            manifest.name,
            f"{len(places)} groups are too few to split by lot",
            "give a column split, or split into folds",
            "split-or-folds",
        )
    return with_split(manifest, {group: TENTHS[place] for group, place in places.items()})


def folds(manifest: Manifest, count: int, seed: int) -> list[Manifest]:
    """Return the manifest split so many times, every group once in test and once in val.

    One more follows, without a test: all but one fold in train.

    Raises
    ------
    TableError
        If there are fewer groups than folds, or the manifest has a split of its own.
    """
    if (manifest.recordings["split"] != "").any():
        raise TableError(
            manifest.name, "it has a split, and folds would make another", "leave one of them out"
        )
    places = deal(manifest, count, seed)
    if len(places) < count:
        raise TableError(
            manifest.name,
            f"{len(places)} groups for {count} folds",
            "split into fewer",
            "fewer-folds",
        )
    sides = ["test", "val", *["train"] * (count - 2)]
    split = [
        {group: sides[(place - fold) % count] for group, place in places.items()}
        for fold in range(count)
    ]
    split.append({group: "train" if place else "val" for group, place in places.items()})
    return [with_split(manifest, one) for one in split]


def with_split(manifest: Manifest, sides: Mapping[str, str]) -> Manifest:
    """Return the manifest with each group on a side; pairs that this parts are left out."""
    table = manifest.recordings.assign(split=manifest.recordings["group"].map(sides))
    if manifest.pairs is None:
        return replace(manifest, recordings=table)
    side = table.set_index("recording")["split"]
    together = manifest.pairs["first"].map(side) == manifest.pairs["second"].map(side)
    parted = int((~together).sum())
    return replace(manifest, recordings=table, pairs=manifest.pairs[together], parted=parted)


def deal(manifest: Manifest, count: int, seed: int) -> Mapping[str, int]:
    """Deal the groups out to ``count`` places, by lot, each place like the others."""
    rng = np.random.default_rng(seed)
    table = manifest.recordings
    groups = _stratum(manifest).groupby(table["group"]).mean().sort_index()
    order = np.lexsort((rng.permutation(len(groups)), groups.to_numpy()))
    shift = int(rng.integers(count))
    return {groups.index[row]: (place + shift) % count for place, row in enumerate(order)}


def _stratum(manifest: Manifest) -> pd.Series:
    """A number for each recording, in which places are to be alike; of texts, their place."""
    table = manifest.recordings
    if not manifest.stratify_by:
        return pd.Series(0.0, index=table.index)
    values = table[manifest.stratify_by]
    if pd.api.types.is_numeric_dtype(values):
        return values
    return pd.Series(pd.factorize(values, sort=True)[0], index=table.index, dtype=float)
