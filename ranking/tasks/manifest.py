"""Which recordings to train on, and their labels: a CSV file.

Conventions
-----------
Either of recordings: ``recording``, and the columns that the task names; or, for tasks that take
them, of pairs: ``first``, ``second``, ``winner`` (one of the two). Optional in both: ``split``,
train, val or test; ``group``, for what must stay in one split: the recordings of one pianist, or of
one piece; ``excluded``, a reason, where a row is left out. A column that is almost called so is
refused: without it pianists would stand in train and in test.
A recording is a file's name, with or without its ending, and stands for one sound only: a copy
might be in train and in test. A recording, and a group, is in one split. Names of files and groups
are matched however they are spelt (:mod:`ranking.files.names`): macOS decomposes them on disk.
"""

import hashlib
import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from ranking.comparisons.candidates import unify_column
from ranking.comparisons.headers import Layout
from ranking.comparisons.outcomes import find_winners
from ranking.errors import ComparisonsError, TableError
from ranking.files.columns import (
    refuse_first,
    refuse_other_names,
    understood_of,
    unused_columns,
)
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile, read_csv
from ranking.files.text import list_some

PAIR = ("first", "second", "winner")
SPLITS = ("train", "val", "test")
OTHER_NAMES = {
    "recording": ("recordings", "file", "files", "filename", "file_name", "track"),
    "split": ("splits", "subset", "partition", "fold"),
    "group": ("groups", "player", "players", "artist", "performer", "pianist", "musician"),
    "event": ("events", "competition", "edition"),
    "excluded": ("exclude", "excluded_because"),
}
"""What people call a column: not used, it would change what a probe is tested on."""


@dataclass(frozen=True)
class Column:
    """A column of a manifest that a task needs."""

    name: str
    remedy: str = "fill it in"
    """What to write where a field is empty, or has none of the allowed values."""
    numeric: bool = False
    """Whether fields are numbers."""
    allowed: tuple[str, ...] = ()
    """The values that a field may have; anything if empty."""
    several: str = ""
    """What separates values, a regular expression, where a field may have several."""
    optional: bool = False
    """Whether a field, or the whole column, may be empty."""
    stratify: bool = False
    """Whether a random split is stratified by it."""


@dataclass(frozen=True)
class Manifest:
    """The recordings of a manifest, or its pairs."""

    name: str
    recordings: pd.DataFrame
    """``recording``, ``group``, ``split`` (may be empty), and the columns of the task."""
    pairs: pd.DataFrame | None = None
    """``first``, ``second``, ``winner``; None where the manifest is of recordings."""
    pairs_left_out: int = 0
    """Number of pairs that a random split left out, as it put their recordings apart."""
    stratify_by: str = ""
    """The column that a random split is stratified by; none if empty."""
    understood: tuple[str, ...] = ()
    """What was understood of the file, as sentences: numbers, columns not used, spellings."""
    at_random: bool = False
    """Whether the split was drawn at random."""

    @property
    def has_groups(self) -> bool:
        """Whether any two recordings are of one group."""
        return bool(self.recordings["group"].duplicated().any())

    def without(self, recordings: Collection[str]) -> "Manifest":
        """Return the manifest without some recordings, and without their pairs."""
        left = self.recordings[~self.recordings["recording"].isin(recordings)]
        pairs = self.pairs
        if pairs is not None:
            pairs = pairs[~pairs[["first", "second"]].isin(recordings).any(axis=1)]
        return replace(self, recordings=left.reset_index(drop=True), pairs=pairs)


def read_manifest(path: Path, columns: Sequence[Column], takes_pairs: bool = False) -> Manifest:
    """Return the manifest of a file.

    Parameters
    ----------
    path
        A CSV file.
    columns
        The columns that the task needs, beside those that every manifest has.
    takes_pairs
        Whether the manifest may be of pairs instead.

    Raises
    ------
    TableError
        If the file cannot be read, or contradicts itself: with the line.
    """
    found = read_csv(path, ()).rows.columns
    of_pairs = takes_pairs and ("first" in found or "winner" in found)
    needed = ("recording", *(column.name for column in columns if not column.optional))
    file = read_csv(path, PAIR if of_pairs else needed)
    own = [column.name for column in columns if column.optional]
    optional = ("split", "group", "excluded", *own)
    known = [*(PAIR if of_pairs else needed), *optional]
    refuse_other_names(file, known, OTHER_NAMES)
    unused = unused_columns(found, known)
    for column in optional:
        if column not in file.rows.columns:
            file.rows[column] = ""
    file, excluded = _without_excluded(file)
    file, spelt = unify_column(file, ["group"])
    file.rows["split"] = file.rows["split"].str.lower().replace({"validation": "val"})
    refuse_first(
        file,
        "split",
        ~file.rows["split"].isin([*SPLITS, ""]),
        f"write {', '.join(SPLITS)}, or leave it empty everywhere",
    )
    partly = file.rows["split"] == ""
    if partly.any() and not partly.all():
        refuse_first(file, "split", partly, "give every row a split, or none")
    made = _of_pairs(path.name, file) if of_pairs else _of_recordings(path.name, file, columns)
    pairs = "" if made.pairs is None else f" in {len(made.pairs):,} pairs"
    about = f"{len(made.recordings):,} recordings{pairs}{unused}"
    return replace(made, understood=understood_of(file, about, *excluded, *spelt))


def data_sha256(manifest: Manifest, recordings: Iterable[str]) -> str:
    """Return the SHA-256 of a manifest's tables and of the hashes of its recordings."""
    texts = [manifest.recordings.to_csv(index=False), *recordings]
    if manifest.pairs is not None:
        texts.append(manifest.pairs.to_csv(index=False))
    return hashlib.sha256("\n".join(texts).encode(errors="surrogatepass")).hexdigest()


def _without_excluded(file: CsvFile) -> tuple[CsvFile, list[str]]:
    """The rows that are not excluded; and how many are, as a sentence, if any."""
    reasons = file.rows["excluded"]
    kept = (reasons == "").to_numpy()
    if kept.all():
        return file, []
    if not kept.any():
        raise TableError(file.path.name, "every row is excluded", "leave 'excluded' empty in some")
    why = reasons[~kept].value_counts(sort=False)
    each = list_some([f"{reason} ({count:,})" for reason, count in why.items()], 9)
    rows = file.rows[kept].reset_index(drop=True)
    places = tuple(itertools.compress(file.places, kept))
    sentence = f"{int((~kept).sum()):,} of {len(kept):,} rows excluded: {each}"
    return replace(file, rows=rows, lines=file.lines[kept], places=places), [sentence]


def _of_recordings(name: str, file: CsvFile, columns: Sequence[Column]) -> Manifest:
    numbers = {one.name: file.numbers(one.name) for one in columns if one.numeric}
    rows = file.rows.assign(**numbers)
    refuse_first(file, "recording", rows["recording"] == "", "name a file")
    for column in columns:
        refuse_first(file, column.name, _faulty(rows[column.name], column), column.remedy)
    twice = rows.duplicated("recording")
    refuse_first(file, "recording", twice, "it is there twice: keep one")
    group = rows["group"].where(rows["group"] != "", rows["recording"])
    needed = [column.name for column in columns if not column.optional]
    others = [column.name for column in columns if column.optional]
    table = rows.assign(group=group)[["recording", *needed, "split", "group", *others]]
    _refuse_leak(file, table["group"], table["split"])
    stratify_by = next((column.name for column in columns if column.stratify), "")
    return Manifest(name, table, stratify_by=stratify_by)


def _faulty(values: pd.Series, column: Column) -> pd.Series:
    """Which fields a column cannot hold."""
    empty = values.isna() if column.numeric else values == ""
    if not column.allowed:
        return empty & (not column.optional)
    known = values.isin(column.allowed)
    if column.several:
        each = values.str.split(column.several, regex=True)
        known = each.map(lambda own: all(one.strip() in column.allowed for one in own))
    return ~known & ~empty if column.optional else ~known


def _of_pairs(name: str, file: CsvFile) -> Manifest:
    file = _with_winners(file)
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
        refuse_first(file, column, faulty, remedy)
    long = pd.concat(
        [
            rows[[column, "split", "group"]].set_axis(["recording", "split", "group"], axis=1)
            for column in ("first", "second")
        ]
    ).sort_index(kind="stable")
    long = long.assign(group=long["recording"].map(_connected_groups(long)))
    _refuse_leak(file, long["group"], long["split"])
    table = long.drop_duplicates("recording").reset_index(drop=True)
    return Manifest(name, table, rows[["first", "second", "winner"]])


def _with_winners(file: CsvFile) -> CsvFile:
    """The file with the recording that won, where it says "first" or "left", as a name."""
    layout = Layout(dict(zip(PAIR, PAIR, strict=True)))
    names = Names(list(pd.unique(file.rows[["first", "second"]].to_numpy().ravel())))
    try:
        winner, _ = find_winners(file, layout, names)
    except ComparisonsError:
        return file  # refused below, as no one of the two
    return replace(file, rows=file.rows.assign(winner=winner))


def _connected_groups(rows: pd.DataFrame) -> dict[str, str]:
    """Group of each recording: named by its first, connected by what the rows call a group."""
    graph = nx.Graph()
    graph.add_nodes_from(("recording", one) for one in rows["recording"])
    named = rows[rows["group"] != ""]
    graph.add_edges_from(
        (("recording", one), ("group", group))
        for one, group in zip(named["recording"], named["group"], strict=True)
    )
    components = (
        [one for kind, one in component if kind == "recording"]
        for component in nx.connected_components(graph)
    )
    return {one: min(members) for members in components for one in members}


def _refuse_leak(file: CsvFile, unit: pd.Series, split: pd.Series) -> None:
    """Refuse one recording or group in two splits; the index is the file's row."""
    first = split.groupby(unit).transform("first")
    bad = np.flatnonzero(split != first)
    if len(bad):
        one = int(bad[0])
        raise TableError(
            file.where(int(split.index[one])),
            f"{unit.iloc[one]!r} is in {split.iloc[one]}, and above in {first.iloc[one]}",
            "keep it in one split: a probe is not tested on what it was trained on",
        )
