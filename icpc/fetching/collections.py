"""Labelled collections: which recordings they list, and a manifest of those that were fetched.

Conventions
-----------
A collection is a CSV, of ``icpc/data`` or of the user's own: ``recording``, an id; ``url``;
``seconds``; and labels. The recordings themselves are not in it. Levels are numbers, as ranking
tasks take them. A row with ``start`` or ``end``, in seconds, is a clip: it is cut out of what is
fetched, whose length ``seconds`` then is. A clip whose place in its video the list does not give
cannot be cut out, and is left out by name; so is a recording without an address. An id that is
listed twice, for two movements, is fetched once, with its first labels. Recordings of one channel
are one group, unless the list says otherwise: they may be of one player. A list with a split of its
own parts channels, so there they are no groups.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 3.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from icpc.competition.bundled import bundled_collections
from icpc.fetching.index import Entry
from icpc.fetching.wanted import BOUNDS, Wanted, file_stems
from ranking.errors import CompetitionError, Given, TableError
from ranking.files.atomic import write_text
from ranking.files.table_reader import CsvFile, read_csv
from ranking.files.table_writer import to_csv
from ranking.files.text import did_you_mean

COLLECTIONS = bundled_collections()
"""List of each collection, by its name."""
LEVELS = {"beginner": "0", "advanced": "1", "virtuoso": "2"}
MANIFEST_NAME = "manifest.csv"
CLIP = re.compile(r"_cut\d*$")
"""How ids of clips end."""


def wanted_of_collection(name: str) -> list[Wanted]:
    """Return the recordings that a collection lists, in its order.

    Parameters
    ----------
    name : name of a collection that comes with the program, or path of a list

    Raises
    ------
    CompetitionError
        If there is no such collection.
    TableError
        If a list cannot be read.
    """
    file = read_csv(_list_of(name), ("recording", "url"))
    rows, numbers = file.rows, _numbers(file)
    stems = file_stems(rows["recording"])
    labels = [column for column in rows if column not in ("recording", "url", "seconds")]
    wanted: dict[str, Wanted] = {}
    for place, row in enumerate(rows.to_dict("records")):
        own, bounds = row["recording"], {one: numbers[one][place] for one in numbers}
        wanted.setdefault(
            own,
            Wanted(
                own,
                row["url"],
                stems[own],
                bounds.pop("seconds"),
                {label: LEVELS.get(row[label], row[label]) for label in labels},
                _unfit(own, row["url"], **bounds),
                **bounds,
            ),
        )
    return list(wanted.values())


def name_of_collection(name: str) -> str:
    """Return the name of a collection, of a list that of its file."""
    return name if name in COLLECTIONS else Path(name).stem


def write_manifest(found: Sequence[tuple[Wanted, Entry]], folder: Path) -> Path | None:
    """Write the manifest of what may be used; return its path, None if there is nothing.

    Parameters
    ----------
    found : what became of each recording
    folder : where they are
    """
    rows = [
        {
            "recording": entry.file.relative_to(folder).as_posix(),
            **wanted.facts,
            "group": wanted.facts.get("group")
            or ("" if "split" in wanted.facts else entry.channel),
            "channel": entry.channel,
            "title": wanted.facts.get("title") or entry.title,
        }
        for wanted, entry in found
        if entry.usable and entry.file is not None
    ]
    if not rows:
        return None
    path = folder / MANIFEST_NAME
    write_text(to_csv(pd.DataFrame(rows)), path)
    return path


def _list_of(name: str) -> Path:
    """The list of a collection."""
    if name in COLLECTIONS:
        return COLLECTIONS[name]
    if Path(name).suffix or Path(name).is_file():
        return Path(name)
    known = list(COLLECTIONS)
    raise CompetitionError(
        Given(collection=name),
        f"there is no such collection{did_you_mean(name, known)}",
        f"choose {', '.join(known)}, or name a list of your own",
    )


def _numbers(file: CsvFile) -> dict[str, list[float | None]]:
    """Lengths and bounds of all rows, None where the list has none."""
    numbers: dict[str, list[float | None]] = {
        name: [None if pd.isna(one) else float(one) for one in file.numbers(name)]
        if name in file.rows
        else [None] * len(file.rows)
        for name in ("seconds", *BOUNDS)
    }
    for name, values in numbers.items():
        for row, value in enumerate(values):
            low = numbers["start"][row] or 0.0 if name == "end" else 0.0
            if value is not None and not (value >= 0 if name == "start" else value > low):
                raise TableError(
                    file.where(row),
                    f"'{name}' is {value:g}",
                    f"give seconds, {'from 0 on' if name == 'start' else f'more than {low:g}'}",
                )
    return numbers


def _unfit(recording: str, url: str, start: float | None, end: float | None) -> str:
    """Why a recording of the list cannot be fetched; empty if it can."""
    if CLIP.search(recording) and start is None and end is None:
        return "it is a clip, and the list does not say where in its video"
    return "" if url else "the list has no address of it"
