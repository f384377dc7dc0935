"""From recordings to verdicts: a ranker hears every two candidates.

Conventions
-----------
A ranker is a probe that compares. Both orders of every pair are judged, on the windows that both
recordings have; the verdict of a pair is that of its votes. No result is looked at. Votes are kept
in the store of embeddings as they come, so that a call after an interruption, or a second one, only
judges what is missing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.study.source import Verdicts, verdicts_of
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import CacheKey
from ranking.errors import AudioError
from ranking.judging.ranker import Judging, Kept, compare_windows
from ranking.probe.checkpoint import Probe

VOTES_FOLDER = "votes"


@dataclass(frozen=True)
class Heard:
    """Recordings as embeddings, and which they are."""

    bank: EmbeddingBank
    recordings: Mapping[str, str]
    """SHA-256 of each candidate's sound file, by id."""
    made: CacheKey
    store: Path

    def kept(self, folder: str) -> Kept:
        """Where in the store something is kept that was made from these recordings."""
        return Kept(self.store / folder, {**self.recordings, "made": self.made.folder})


def hear(
    heard: Heard,
    ranker: Probe,
    judging: Judging,
    vote: str,
    workers: int = 1,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> Verdicts:
    """Return the verdicts of a ranker on every ordered pair of candidates.

    Parameters
    ----------
    vote : how votes make a verdict: majority or mean
    workers : threads, on a CPU
    advance : told how many pairs of windows are judged, and of how many
    """
    votes = cast_votes(heard, ranker, judging, None, workers, advance)
    note = ranker.record.note
    said = [*([note] if note else []), *remarks_on(heard)]
    return verdicts_of(votes, vote, said=said, heard=record_of(heard, ranker, judging))


def cast_votes(
    heard: Heard,
    ranker: Probe,
    judging: Judging,
    among: Collection[str] | None = None,
    workers: int = 1,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> pd.DataFrame:
    """Return the VOTES table of a ranker, kept in the store as it comes.

    Parameters
    ----------
    among : only these candidates
    """
    kept = heard.kept(VOTES_FOLDER)
    return compare_windows(ranker.head, heard.bank, judging, among, kept, workers, advance)


def refuse_short(bank: EmbeddingBank, least_seconds: float) -> None:
    """Refuse recordings that were embedded once, but are too short to be judged.

    Raises
    ------
    AudioError
        Naming the shortest.
    """
    seconds = bank.windows.groupby("candidate", sort=False)["stop"].max()
    if seconds.min() < least_seconds:
        raise AudioError(
            f"recording of {seconds.idxmin()}",
            f"{seconds.min():.3g} s of sound, and {least_seconds:g} s are asked for",
            "is this the whole recital? --least SECONDS allows shorter ones",
        )


def remarks_on(heard: Heard) -> list[str]:
    """Return what a reader must know of the recordings."""
    said = []
    owners: dict[str, list[str]] = {}
    for candidate, digest in heard.recordings.items():
        owners.setdefault(digest, []).append(candidate)
    said += [
        f"WARNING: the same recording: {', '.join(same)}."
        for same in owners.values()
        if len(same) > 1
    ]
    counts = heard.bank.windows["candidate"].value_counts()
    if counts.min() < counts.max():
        said.append(
            f"recordings have {counts.min()} to {counts.max()} windows; a pair was judged on those "
            "that both have. Where length goes with the result, a ranker may hear it."
        )
    return said


def record_of(heard: Heard, ranker: Probe, judging: Judging) -> dict[str, Any]:
    """Return what the verdicts depend on, for the record of a run."""
    return {
        "ranker": {
            "sha256": ranker.head.digest,
            "task": ranker.record.task,
            "version": ranker.record.version,
        },
        "encoder": asdict(heard.made),
        "judging": asdict(judging),
        "recordings": dict(heard.recordings),
        "device": heard.bank.device.type,
    }
