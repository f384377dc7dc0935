"""Comparisons of recordings by a ranker, which compares every pair of candidates, or chosen ones.

Conventions
-----------
A pair is compared in both orders, on the windows that both recordings have; its votes on them
decide the comparison. Results are not used. Votes are cached in the store of embeddings as they are
made, so that a call after an interruption, or a second one, computes only what is missing.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from icpc.study.comparisons import Comparisons, comparisons_from_votes
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.devices.capabilities import computation_facts
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.bank_source import BankSource
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.workers import open_cluster_for_bank
from ranking.errors import AudioError
from ranking.judging.all_pairs import single_threaded_torch_workers
from ranking.judging.compare import ALIGNED, Pairing, ResultCache, compare_windows
from ranking.judging.cross_fit import HALVES, stratified_candidate_folds
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.remote import RemoteRanker
from ranking.judging.selected_pairs import SelectedVotes, Selection, compare_selected_windows
from ranking.progress import SILENT, Progress
from ranking.selection.adaptive import RULE_WORDS, WHAT_HOLDS
from ranking.selection.compared_pairs import all_pairs_of
from ranking.selection.stability import ROUNDS, STABLE, is_stable
from ranking.storage.addresses import StorePlace
from ranking.storage.objects import open_storage
from ranking.workers.cluster import Cluster

VOTES_FOLDER = "votes"


@dataclass(frozen=True)
class FitPlan:
    """How a ranker is fitted on some candidates before it compares the others."""

    score: pd.Series
    """Results by candidate; may be missing."""
    folds: int
    """Number of folds; 2 means fitting on one half and comparing the other."""
    epochs: int = 5
    """Passes through the pairs of the candidates that are fitted on."""
    seed: int = 0
    """Seed of the random split, of fitting and of permutations."""
    permutations: int = 0
    """How often everything is repeated with the results permuted, to test the comparisons."""

    @property
    def cross_fitted(self) -> bool:
        """Whether rankers that compare some pairs were fitted on candidates of others."""
        return self.folds > HALVES

    def split(self, candidates: Collection[str]) -> pd.Series:
        """Return the fold of each candidate, split at random and stratified by result."""
        return stratified_candidate_folds(self.score.loc[list(candidates)], self.folds, self.seed)


@dataclass(frozen=True)
class PreparedRecordings:
    """Recordings as embeddings, with the ranker that compares them."""

    bank: EmbeddingBank
    """Embeddings of all windows."""
    recordings: Mapping[str, str | list[str]]
    """SHA-256 of each candidate's sound file by id; of several, those of all in order."""
    cache_key: CacheKey
    """Encoder, front end and weights of the embeddings."""
    store: StorePlace
    """Folder or address of embeddings, where votes and fitted rankers are cached too."""
    ranker: ProbeRanker
    """Probe that compares two recordings."""
    pairing: Pairing = ALIGNED
    """Which windows of a pair are compared, and whether both orders are averaged."""
    workers: int = 1
    """Threads on a CPU."""
    cluster: Cluster | None = None
    """Cluster that compares; None is this machine alone."""
    source: BankSource | None = None
    """What its workers open the bank from."""
    executor: Executor | None = None
    """Executor of the cluster, while it is open."""
    fit: FitPlan | None = None
    """How the ranker is fitted first, if it is."""
    left_out: tuple[str, ...] = ()
    """Errors of the recordings that cannot be used, where they are left out."""
    remarks: tuple[str, ...] = ()
    """What a reader must know of the files: whose is missing, and which were cut off."""
    selection: Selection | None = None
    """Which pairs of candidates are compared; None: all."""

    def cache(self, folder: str) -> ResultCache:
        """Return the cache, in a folder of the store, of what is made from these recordings."""
        facts = {
            "recordings": dict(self.recordings),
            "made": self.cache_key.folder,
            "embeddings": self.bank.sha256,
        }
        storage = open_storage(self.store)
        return ResultCache(storage.folder / folder, facts, storage)


def compare_all_pairs(
    prepared: PreparedRecordings, vote_rule: str, progress: Progress = SILENT
) -> Comparisons:
    """Return the comparisons of every ordered pair of candidates by the ranker.

    Parameters
    ----------
    prepared
        The recordings and the ranker.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    progress
        Where to show how far it is.
    """
    votes = collect_ranker_votes(prepared, progress=progress)
    remarks = [*filter(None, [prepared.ranker.remark]), *list_recording_remarks(prepared)]
    return comparisons_from_votes(votes, vote_rule, remarks, provenance_of(prepared))


def compare_chosen_pairs(
    prepared: PreparedRecordings,
    selection: Selection,
    vote_rule: str,
    progress: Progress = SILENT,
) -> Comparisons:
    """Return the comparisons of chosen pairs of candidates by the ranker, each in both orders.

    Parameters
    ----------
    prepared
        The recordings and the ranker.
    selection
        Which pairs are compared.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    progress
        Where to show how far it is.
    """
    with _comparing(prepared) as (ranker, executor):
        found = compare_selected_windows(
            ranker,
            prepared.bank,
            replace(selection, vote_rule=vote_rule),
            prepared.pairing,
            prepared.cache(VOTES_FOLDER),
            executor,
            progress,
        )
    record = {
        "rule": selection.rule,
        "seed": selection.seed,
        "compared": len(found.compared),
        "pairs": all_pairs_of(found.compared.n),
        "agreements": list(found.agreements),
    }
    remarks = [*filter(None, [prepared.ranker.remark]), *list_recording_remarks(prepared)]
    remarks.append(_selection_remark(selection, found))
    provenance = {**provenance_of(prepared), "selection": record}
    return comparisons_from_votes(found.votes, vote_rule, remarks, provenance)


def _selection_remark(selection: Selection, found: SelectedVotes) -> str:
    """How many pairs were compared, by which rule, and whether more would change the ranking."""
    total, compared = all_pairs_of(found.compared.n), len(found.compared)
    share = (
        f"{compared:,} of {total:,} pairs of candidates were compared "
        f"({100 * compared / total:.1f} %), in both orders, {RULE_WORDS[selection.rule]} "
        f"(seed {selection.seed})"
    )
    if selection.rule != "random":
        share += f"; {WHAT_HOLDS}"
    if not found.agreements:
        return f"{share}."
    numbers = " and ".join(f"{one:.3f}" for one in found.agreements)
    stable = "stable" if is_stable(list(found.agreements)) else "not stable yet"
    return (
        f"{share}. The last rounds left the ranking with tau-b {numbers}: it is {stable} ({STABLE} "
        f"in {ROUNDS} rounds running)."
    )


def collect_ranker_votes(
    prepared: PreparedRecordings,
    candidates: Collection[str] | None = None,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Return the VOTES table of the ranker, cached in the store while it is made.

    Parameters
    ----------
    prepared
        The recordings and the ranker.
    candidates
        Ids of the candidates to compare; all, if None.
    progress
        Where to show how far it is.
    """
    cache = prepared.cache(VOTES_FOLDER)
    with _comparing(prepared) as (ranker, executor):
        return compare_windows(
            ranker, prepared.bank, prepared.pairing, candidates, cache, executor, progress
        )


@contextmanager
def on_its_cluster(prepared: PreparedRecordings) -> Iterator[PreparedRecordings]:
    """Give the recordings with the executor of their cluster, if they have one, while it is open.

    Raises
    ------
    ClusterError
        If it cannot be reached, or has workers that compute otherwise.
    """
    if prepared.cluster is None or prepared.source is None:
        yield prepared
        return
    with open_cluster_for_bank(prepared.cluster, prepared.source, threads=1) as executor:
        yield replace(prepared, executor=executor)


@contextmanager
def _comparing(prepared: PreparedRecordings) -> Iterator[tuple[ProbeRanker, Executor]]:
    """The ranker, and who compares by it: the cluster, or threads of this process."""
    own, source = prepared.ranker, prepared.source
    if prepared.executor is not None and source is not None:
        yield RemoteRanker(own.head, own.record, source.absolute), prepared.executor
        return
    with single_threaded_torch_workers(prepared.workers) as executor:
        yield own, executor


def refuse_short_recordings(bank: EmbeddingBank, min_seconds: float) -> None:
    """Refuse recordings shorter than asked for, or than a segment, embedded as they may be.

    Raises
    ------
    AudioError
        If there are any; it names the shortest.
    """
    sound = bank.windows.groupby("candidate", sort=False)["stop"].max()
    if sound.min() < SEGMENT_SECONDS:
        raise AudioError(
            f"recording of {sound.idxmin()}",
            f"{sound.min():.3g} s of sound, and two recordings are compared on "
            f"{SEGMENT_SECONDS} s at least",
            "is this the right file? leave it out if it is",
        )
    seconds = pd.Series(bank.lengths)
    if seconds.min() < min_seconds:
        wanted = f"at least {min_seconds:g} s are needed"
        raise AudioError(
            f"recording of {seconds.idxmin()}",
            f"{seconds.min():.3g} s of sound",
            f"{wanted}: is this the whole recital?",
            key="short-recording",
            wanted=wanted,
        )


def list_recording_remarks(prepared: PreparedRecordings) -> list[str]:
    """Return what a reader must know of the recordings before believing a ranking."""
    remarks = []
    owners: dict[str, list[str]] = {}
    for candidate, sha256 in prepared.recordings.items():
        for one in [sha256] if isinstance(sha256, str) else sha256:
            owners.setdefault(one, []).append(candidate)
    remarks += [
        f"WARNING: identical recordings: {', '.join(same)}."
        for same in owners.values()
        if len(same) > 1
    ]
    remarks += prepared.remarks
    devices = sorted({own["device"] for own in prepared.bank.computations.values()})
    if len(devices) > 1:
        remarks.append(
            f"embeddings were computed on {' and '.join(devices)}; they agree to rounding."
        )
    counts = prepared.bank.windows["candidate"].value_counts()
    if counts.min() < counts.max():
        remarks.append(
            f"recordings have {counts.min()} to {counts.max()} windows; a pair was compared on "
            "those that both have. Where length depends on the result, it may give the result away."
        )
    return remarks


def provenance_of(prepared: PreparedRecordings) -> dict[str, Any]:
    """Return what the comparisons depend on, for the record of a run."""
    ranker = prepared.ranker
    return {
        "ranker": {"sha256": ranker.sha256, "task": ranker.task, "version": ranker.version},
        "encoder": prepared.cache_key.record,
        "pairing": asdict(prepared.pairing),
        "recordings": dict(prepared.recordings),
        "embeddings_sha256": dict(prepared.bank.sha256),
        "device": prepared.bank.device.type,
        "computation": {**computation_facts(prepared.bank.device), "threads": 1},  # of a worker
        "embeddings": _distinct_computations(prepared.bank),
    }


def _distinct_computations(bank: EmbeddingBank) -> list[dict[str, Any]]:
    """What embeddings were computed with, each once, in a fixed order."""
    own = {json.dumps(dict(one), sort_keys=True) for one in bank.computations.values()}
    return [json.loads(text) for text in sorted(own)]
