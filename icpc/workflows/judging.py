"""Comparisons of recordings by a ranker, which hears every two candidates.

Conventions
-----------
Both orders of every pair are judged, on the windows that both recordings have; the verdict of a
pair is that of its votes. No result is looked at. Votes are kept in the store of embeddings as they
come, so that a call after an interruption, or a second one, only judges what is missing.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.study.comparisons import Comparisons, comparisons_from_votes
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import CacheKey
from ranking.errors import AudioError
from ranking.judging.all_pairs import torch_threads
from ranking.judging.compare import ALIGNED, Judging, Kept, compare_windows
from ranking.judging.cross_fit import split_candidates
from ranking.judging.probe_ranker import ProbeRanker
from ranking.progress import SILENT, Progress

VOTES_FOLDER = "votes"


@dataclass(frozen=True)
class Fit:
    """What a ranker is fitted on before it judges the others, and how."""

    score: pd.Series
    """Results by candidate, may be missing."""
    parts: int
    """Two halves, or so many folds."""
    epochs: int = 5
    seed: int = 0

    def deal(self, candidates: Collection[str]) -> pd.Series:
        """Return the part of each candidate."""
        return split_candidates(self.score.loc[list(candidates)], self.parts, self.seed)


@dataclass(frozen=True)
class PreparedRecordings:
    """Recordings as embeddings, and who judges them how."""

    bank: EmbeddingBank
    recordings: Mapping[str, str]
    """SHA-256 of each candidate's sound file, by id."""
    cache_key: CacheKey
    """What the embeddings were made with."""
    store: Path
    ranker: ProbeRanker
    judging: Judging = ALIGNED
    workers: int = 1
    """Threads, on a CPU."""
    fit: Fit | None = None
    left_out: tuple[str, ...] = ()
    """Why recordings that cannot be used are not among them."""

    def kept(self, folder: str) -> Kept:
        """Where in the store something is kept that was made from these recordings."""
        return Kept(self.store / folder, {**self.recordings, "made": self.cache_key.folder})


def compare_all(
    prepared: PreparedRecordings, vote: str, progress: Progress = SILENT
) -> Comparisons:
    """Return the verdicts of the ranker on every ordered pair of candidates.

    Parameters
    ----------
    vote : how votes make a verdict: majority or mean
    """
    votes = cast_votes(prepared, progress=progress)
    remark = prepared.ranker.remark
    said = [*([remark] if remark else []), *remarks_on(prepared)]
    return comparisons_from_votes(votes, vote, said=said, provenance=record_of(prepared))


def cast_votes(
    prepared: PreparedRecordings, among: Collection[str] | None = None, progress: Progress = SILENT
) -> pd.DataFrame:
    """Return the VOTES table of the ranker, kept in the store as it comes.

    Parameters
    ----------
    among : only these candidates
    """
    kept = prepared.kept(VOTES_FOLDER)
    with torch_threads(prepared.workers) as pool:
        return compare_windows(
            prepared.ranker, prepared.bank, prepared.judging, among, kept, pool, progress
        )


def refuse_short(bank: EmbeddingBank, min_seconds: float) -> None:
    """Refuse recordings that were embedded once, but are too short to be judged.

    Raises
    ------
    AudioError
        Naming the shortest.
    """
    seconds = bank.windows.groupby("candidate", sort=False)["stop"].max()
    if seconds.min() < min_seconds:
        raise AudioError(
            f"recording of {seconds.idxmin()}",
            f"{seconds.min():.3g} s of sound, and {min_seconds:g} s are asked for",
            "is this the whole recital? ask for less if shorter ones are meant",
            key="short-recording",
        )


def remarks_on(prepared: PreparedRecordings) -> list[str]:
    """Return what a reader must know of the recordings."""
    said = []
    owners: dict[str, list[str]] = {}
    for candidate, digest in prepared.recordings.items():
        owners.setdefault(digest, []).append(candidate)
    said += [
        f"WARNING: the same recording: {', '.join(same)}."
        for same in owners.values()
        if len(same) > 1
    ]
    counts = prepared.bank.windows["candidate"].value_counts()
    if counts.min() < counts.max():
        said.append(
            f"recordings have {counts.min()} to {counts.max()} windows; a pair was judged on those "
            "that both have. Where length goes with the result, a ranker may hear it."
        )
    return said


def record_of(prepared: PreparedRecordings) -> dict[str, Any]:
    """Return what the verdicts depend on, for the record of a run."""
    ranker = prepared.ranker
    return {
        "ranker": {"sha256": ranker.digest, "task": ranker.task, "version": ranker.version},
        "encoder": asdict(prepared.cache_key),
        "judging": asdict(prepared.judging),
        "recordings": dict(prepared.recordings),
        "device": prepared.bank.device.type,
    }
