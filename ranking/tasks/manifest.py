"""Which recordings to learn from, and what is known of them: a CSV file.

Conventions
-----------
Either of levels: ``recording``, ``level`` (a number, larger for better); or of pairs: ``first``,
``second``, ``winner`` (one of the two). Optional in both: ``split``, train, val or test; ``group``,
for what must not be parted by a split: one player's recordings, one piece. Of levels optional too:
``event``; only recordings of one event are compared with each other.
A recording is a file's name, with or without its ending, and stands for one sound only: a copy
would be on both sides of a split. A recording, and a group, is on one side.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.files.table_reader import CsvFile, read_csv

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Manifest:
    """What a manifest says."""

    name: str
    recordings: pd.DataFrame
    """``recording``, ``group``, ``split`` (may be empty); of levels ``level`` and ``event``."""
    pairs: pd.DataFrame | None = None
    """``first``, ``second``, ``winner``; None of levels."""
    parted: int = 0
    """Pairs that a split by lot left out."""


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of a file.

    Raises
    ------
    TableError
        If the file cannot be read, or contradicts itself: with the line.
    """
    file = read_csv(path, ())
    of_pairs = "first" in file.rows.columns or "winner" in file.rows.columns
    file = read_csv(path, ("first", "second", "winner") if of_pairs else ("recording", "level"))
    for column in ("split", "group", "event"):
        if column not in file.rows.columns:
            file.rows[column] = ""
    file.rows["split"] = file.rows["split"].str.lower().replace({"validation": "val"})
    _refuse(
        file,
        ~file.rows["split"].isin([*SPLITS, ""]),
        "split",
        f"write {', '.join(SPLITS)}, or leave it empty everywhere",
    )
    partly = file.rows["split"] == ""
    if partly.any() and not partly.all():
        _refuse(file, partly, "split", "give every row a split, or none")
    return _of_pairs(path.name, file) if of_pairs else _of_levels(path.name, file)


def locate(manifest: Manifest, folder: Path) -> dict[str, Path]:
    """Return the file of each recording in a folder.

    Raises
    ------
    TableError
        If one is not there, or its name without ending fits several.
    """
    by_stem: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        by_stem.setdefault(path.stem, []).append(path)
    found: dict[str, list[Path]] = {}
    for name in manifest.recordings["recording"]:
        whole = folder / name
        found[name] = [whole] if whole.is_file() else by_stem.get(name, [])
    absent = [name for name, paths in found.items() if not paths]
    if absent:
        raise TableError(
            manifest.name,
            f"{len(absent)} of {len(found)} recordings are not in {folder}, "
            f"the first {absent[0]!r}",
            "bring them there, or say with --recordings DIR where they are",
        )
    for name, paths in found.items():
        if len(paths) > 1:
            raise TableError(
                manifest.name,
                f"{name!r} may be {' or '.join(path.name for path in paths)}",
                "write the file's ending too",
            )
    return {name: paths[0] for name, paths in found.items()}


def refuse_copies(manifest: Manifest, sounds: Mapping[str, str]) -> None:
    """Refuse two recordings of the same sound.

    Parameters
    ----------
    sounds : SHA-256 of each recording's file

    Raises
    ------
    TableError
        Naming the two.
    """
    first: dict[str, str] = {}
    for name, sound in sounds.items():
        if (other := first.setdefault(sound, name)) != name:
            raise TableError(
                manifest.name,
                f"{other!r} and {name!r} are the same sound",
                "keep one: a probe is not tested on what it has heard",
            )


def data_digest(manifest: Manifest, recordings: Iterable[str]) -> str:
    """Return the SHA-256 of what a manifest says, and of its recordings' own."""
    parts = [manifest.recordings.to_csv(index=False), *recordings]
    if manifest.pairs is not None:
        parts.append(manifest.pairs.to_csv(index=False))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _of_levels(name: str, file: CsvFile) -> Manifest:
    rows = file.rows.assign(level=file.numbers("level"))
    for column, faulty, remedy in (
        ("recording", rows["recording"] == "", "name a file"),
        ("level", rows["level"].isna(), "give a number, larger for better"),
        ("recording", rows.duplicated("recording"), "it stands twice: keep one"),
    ):
        _refuse(file, faulty, column, remedy)
    group = rows["group"].where(rows["group"] != "", rows["recording"])
    table = rows.assign(group=group)[["recording", "level", "split", "group", "event"]]
    _refuse_parted(file, table["group"], table["split"])
    return Manifest(name, table)


def _of_pairs(name: str, file: CsvFile) -> Manifest:
    rows = file.rows
    for column, faulty, remedy in (
        ("first", rows["first"] == "", "name a file"),
        ("second", (rows["second"] == "") | (rows["second"] == rows["first"]), "name another file"),
        (
            "winner",
            (rows["winner"] != rows["first"]) & (rows["winner"] != rows["second"]),
            "name one of the two; leave out pairs of equals",
        ),
    ):
        _refuse(file, faulty, column, remedy)
    long = pd.concat(
        [
            rows[[side, "split", "group"]].set_axis(["recording", "split", "group"], axis=1)
            for side in ("first", "second")
        ]
    ).sort_index(kind="stable")
    long = long.assign(group=long["recording"].map(_linked(long)))
    _refuse_parted(file, long["group"], long["split"])
    table = long.drop_duplicates("recording").reset_index(drop=True)
    return Manifest(name, table, rows[["first", "second", "winner"]])


def _linked(rows: pd.DataFrame) -> dict[str, str]:
    """Group of each recording: named by its first, linked by what the rows call a group."""
    graph = nx.Graph()
    graph.add_nodes_from(("recording", one) for one in rows["recording"])
    named = rows[rows["group"] != ""]
    graph.add_edges_from(
        (("recording", one), ("group", group))
        for one, group in zip(named["recording"], named["group"], strict=True)
    )
    parts = (
        [one for kind, one in part if kind == "recording"]
        for part in nx.connected_components(graph)
    )
    return {one: min(part) for part in parts for one in part}


def _refuse(file: CsvFile, faulty: pd.Series, column: str, remedy: str) -> None:
    bad = file.first_where(faulty)
    if bad is not None:
        raise TableError(file.where(bad), f"{column!r} is {file.rows[column].iloc[bad]!r}", remedy)


def _refuse_parted(file: CsvFile, unit: pd.Series, split: pd.Series) -> None:
    """Refuse a split that has one recording or group on two sides; the index is the file's row."""
    first = split.groupby(unit).transform("first")
    bad = np.flatnonzero(split != first)
    if len(bad):
        one = int(bad[0])
        raise TableError(
            file.where(int(split.index[one])),
            f"{unit.iloc[one]!r} is in {split.iloc[one]}, and above in {first.iloc[one]}",
            "keep it on one side: a probe is not tested on what it has heard",
        )
