"""How much there is to fetch: recordings, hours and space on the disk.

Conventions
-----------
Sound of video sites takes about :data:`BYTES_PER_SECOND`. A recording whose length is not known is
counted as the mean of the others, or as :data:`USUAL_SECONDS`. What several are cut from counts
once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from icpc.fetching.index import RecordingIndex
from icpc.fetching.wanted import Wanted

BYTES_PER_SECOND = 16_000
"""128 kbit/s."""
USUAL_SECONDS = 1800.0


@dataclass(frozen=True)
class FetchEstimate:
    """How much there is to fetch."""

    number: int
    """Recordings to fetch."""
    here: int
    """Recordings that are in the folder."""
    seconds: float
    """Sound to fetch, in seconds."""
    size: int
    """Space that it takes, in bytes."""
    unknown: int
    """Recordings among those to fetch whose length is not known."""


def estimate_fetch(wanted: Sequence[Wanted], folder: Path) -> FetchEstimate:
    """Return how much of what is wanted is not in a folder; nothing is written or asked for."""
    index = RecordingIndex(folder)
    rows, fit = index.by_key(), [one for one in wanted if not one.unfit]
    missing = [one for one in fit if index.find_file(one, rows.get(one.key, {})) is None]
    to_fetch = [one for one in missing if one.remote]
    lengths = {one.address: one.seconds or one.end for one in to_fetch}
    known = [length for length in lengths.values() if length is not None]
    usual = sum(known) / len(known) if known else USUAL_SECONDS
    unknown = len(lengths) - len(known)
    seconds = sum(known) + unknown * usual
    here = len(fit) - len(missing)
    return FetchEstimate(len(to_fetch), here, seconds, round(seconds * BYTES_PER_SECOND), unknown)
