"""Recordings of a competition: embedded as a ranker wants them, then judged.

Conventions
-----------
What can be refused is refused before anything takes long. Comparisons made here are handed to
:func:`icpc.workflows.rankings.rank` as any others.
"""

import os

import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.recordings import recordings_of
from icpc.study.comparisons import Comparisons
from icpc.workflows.embedding import bank_of, best_device, embed_missing
from icpc.workflows.fit_half import compare_by_fitted
from icpc.workflows.judging import Fit, PreparedRecordings, compare_all, refuse_short
from icpc.workflows.settings import RecordingOptions
from icpc.workflows.weights import weights_folder
from ranking.audio.lengths import WINDOW_SECONDS
from ranking.embeddings.embed import Choice, cache_key_of
from ranking.embeddings.workers import THREADS, Work
from ranking.encoders import spec_of
from ranking.encoders.weights import find_weights
from ranking.judging.compare import Judging
from ranking.judging.cross_fit import HALF
from ranking.judging.probe_ranker import ProbeRanker, load_ranker
from ranking.probe.checkpoint import check_use
from ranking.progress import SILENT, Progress
from ranking.tasks.registry import EXPERTISE

RANKERS = tuple(f"{EXPERTISE.name}-{outputs}" for outputs in EXPERTISE.outputs)
"""Tasks whose probes compare."""


def prepare_recordings(
    competition: Competition,
    options: RecordingOptions,
    seed: int = 0,
    progress: Progress = SILENT,
) -> PreparedRecordings:
    """Return the recordings of a competition, embedded, with the ranker that will judge them.

    Parameters
    ----------
    seed : of who is fitted on, where the ranker is to be fitted

    Raises
    ------
    JudgeError
        If a recording, the ranker or the encoder cannot be used, or they do not fit together.
    """
    judging = Judging(options.windows or "aligned", options.antisymmetric)
    fit = _fit(competition, options, seed)
    ranker = load_ranker(options.ranker, options.encoder)
    table = recordings_of(competition, options.recordings)
    if fit is not None:
        fit.deal(table["candidate"])  # refused, if it must be, before hours of work
    choice = _choice(ranker, options)
    cache_key = cache_key_of(choice)
    check_use(ranker, cache_key, RANKERS, str(options.ranker or "the ranker"))
    cores = options.workers or os.cpu_count() or 1
    min_seconds = options.min_seconds or WINDOW_SECONDS
    device = best_device(options.device)
    work = Work(options.store, (choice,), device, max(1, cores // THREADS), min_seconds)
    left_out: tuple[str, ...] = ()
    if options.skip_bad:
        table, left_out = _without_bad(table, work, progress)
    bank, named = bank_of(table, work, progress)
    refuse_short(bank, min_seconds)
    sha256 = dict(zip(named["candidate"], named["recording"], strict=True))
    return PreparedRecordings(
        bank, sha256, cache_key, options.store, ranker, judging, cores, fit, left_out
    )


def compare_recordings(
    prepared: PreparedRecordings, vote: str = "majority", progress: Progress = SILENT
) -> Comparisons:
    """Return the comparisons of every two candidates, by the ranker or by what is fitted from it.

    Parameters
    ----------
    vote : how votes on windows make a comparison: majority or mean
    """
    if prepared.fit is None:
        return compare_all(prepared, vote, progress)
    return compare_by_fitted(prepared, vote, prepared.fit, progress)


def _fit(competition: Competition, options: RecordingOptions, seed: int) -> Fit | None:
    """How the ranker is to be fitted, if at all."""
    parts = HALF if options.fit_half else options.folds
    if parts is None:
        return None
    return Fit(competition.score, parts, options.epochs or Fit.epochs, seed)


def _choice(ranker: ProbeRanker, options: RecordingOptions) -> Choice:
    """The encoder asked for, its front end as the ranker knows it."""
    spec = spec_of(options.encoder or ranker.cache_key.encoder)
    weights = options.weights or find_weights(spec, weights_folder(options.weights_dir))
    own = spec.name == ranker.cache_key.encoder
    return Choice(spec.name, weights, ranker.cache_key.front_end if own else ())


def _without_bad(
    recordings: pd.DataFrame, work: Work, progress: Progress
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The recordings that can be used, and what is wrong with the others."""
    outcomes = embed_missing(recordings, work, skip_bad=True, progress=progress)
    bad = {outcome.path: str(outcome.error) for outcome in outcomes if outcome.error is not None}
    usable = recordings[~recordings["path"].isin(bad)]
    return usable.reset_index(drop=True), tuple(bad.values())
