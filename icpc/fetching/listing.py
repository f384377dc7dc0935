"""What labelled collections list, and the manifest of what was fetched of one.

Conventions
-----------
A row of a list is a label of a recording; one video may serve two movements. Some recordings of a
list cannot be trained on: excluded by the list, with a reason, or without an address, or a clip of
which nobody says where it is in its video. Lengths are those that the list gives.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from icpc.fetching.collections import COLLECTIONS, MANIFEST_NAME, wanted_of_collection
from ranking.errors import TableError
from ranking.files.table_reader import read_csv

LABELS = ("level", "grade", "techniques")
"""Columns of labels: a list has one of them."""


def list_collections() -> pd.DataFrame:
    """Return a table of the bundled collections: recordings, labels, splits, what is left out.

    ``labels`` and ``splits`` count rows, ``left_out`` recordings by reason; ``usable`` are the
    others. ``hours`` is missing where the list gives no lengths.
    """
    return pd.DataFrame([_described(name) for name in COLLECTIONS])


def fetched_manifest(name: str, folder: Path) -> Path:
    """Return the manifest of a collection in the folder that it was fetched into.

    Parameters
    ----------
    name : name of a collection that comes with the program, or path of a list
    folder : where its recordings are

    Raises
    ------
    CompetitionError
        If there is no such collection.
    TableError
        If the folder has no manifest, or one of another collection.
    """
    stems = {one.stem for one in wanted_of_collection(name)}
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise TableError(
            str(folder),
            f"there is no {MANIFEST_NAME}, which fetching a collection writes",
            "fetch the collection into this folder",
            "fetch-collection",
            collection=name,
        )
    files = read_csv(path, ("recording",)).rows["recording"]
    other = [one for one in files if Path(one).stem not in stems]
    if other:
        raise TableError(
            path.name,
            f"{len(other)} of its {len(files)} recordings are not in {name}, "
            f"the first {other[0]!r}",
            "name the collection that was fetched into this folder",
        )
    return path


def _described(name: str) -> dict[str, object]:
    rows = read_csv(COLLECTIONS[name], ("recording", "url")).rows
    wanted = wanted_of_collection(name)
    label = next(column for column in LABELS if column in rows)
    why = [one.facts.get("excluded") or one.unfit for one in wanted]
    seconds = [one.seconds for one in wanted if one.seconds]
    return {
        "name": name,
        "rows": len(rows),
        "recordings": len(wanted),
        "usable": why.count(""),
        "left_out": _counts(filter(None, why)),
        "label": label,
        "labels": _counts(one for field in rows[label] for one in field.split(";")),
        "splits": _counts(rows["split"]) if "split" in rows else "",
        "hours": round(sum(seconds) / 3600, 1) if seconds else float("nan"),
    }


def _counts(values: Iterable[str]) -> str:
    """How often each value is there, in words."""
    counts = Counter(values)
    return ", ".join(f"{value} {count}" for value, count in sorted(counts.items()))
