"""Labelled collections: which recordings they list, and a manifest of those that were fetched.

Conventions
-----------
A collection is a CSV in ``icpc/data``: ``recording``, an id; ``url``; ``seconds``; and labels. The
recordings themselves are not in it. Levels are numbers, as ranking tasks take them. A clip whose
place in its video the list does not give cannot be cut out, and is left out by name; so is a
recording without an address. An id that is listed twice, for two movements, is fetched once, with
its first labels. Recordings of one channel are one group: they may be of one player.

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
from icpc.fetching.wanted import Wanted, file_stems
from ranking.errors import CompetitionError, Given
from ranking.files.atomic import write_text
from ranking.files.table_reader import read_csv
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

    Raises
    ------
    CompetitionError
        If there is no such collection.
    """
    if name not in COLLECTIONS:
        known = list(COLLECTIONS)
        raise CompetitionError(
            Given(collection=name),
            f"there is no such collection{did_you_mean(name, known)}",
            f"choose {', '.join(known)}",
        )
    table = read_csv(COLLECTIONS[name], ("recording", "url")).rows.drop_duplicates("recording")
    stems = file_stems(table["recording"])
    labels = [column for column in table if column not in ("recording", "url", "seconds")]
    return [
        Wanted(
            row["recording"],
            row["url"],
            stems[row["recording"]],
            float(row["seconds"]) if row.get("seconds") else None,
            {label: LEVELS.get(row[label], row[label]) for label in labels},
            _unfit(row["recording"], row["url"]),
        )
        for row in table.to_dict("records")
    ]


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
            "group": entry.channel,
            "title": entry.title,
        }
        for wanted, entry in found
        if entry.usable and entry.file is not None
    ]
    if not rows:
        return None
    path = folder / MANIFEST_NAME
    write_text(to_csv(pd.DataFrame(rows)), path)
    return path


def _unfit(recording: str, url: str) -> str:
    """Why a recording of the list cannot be fetched; empty if it can."""
    if CLIP.search(recording):
        return "it is a clip, and the list does not say where in its video"
    return "" if url else "the list has no address of it"
