"""Recordings of a competition: embedded for a ranker, then compared by it.

Conventions
-----------
Invalid input is rejected before anything that takes long. The comparisons are ranked by
:func:`icpc.workflows.rankings.rank`, as any others are.
"""

import os
from dataclasses import replace

import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.recordings import match_recordings
from icpc.study.comparisons import Comparisons
from icpc.workflows.embedding import (
    best_device,
    describe_cut_off,
    embed_for_bank,
    embed_missing,
    remark_on_encoder,
    weights_of,
)
from icpc.workflows.fit_half import compare_by_fitted_rankers
from icpc.workflows.judging import (
    FitPlan,
    PreparedRecordings,
    compare_all_pairs,
    compare_chosen_pairs,
    on_its_cluster,
    refuse_short_recordings,
)
from icpc.workflows.settings import RecordingOptions
from ranking.audio.lengths import MIN_SEGMENT_SECONDS, SEGMENTS_PER_WINDOW, WINDOW_SECONDS
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.precision import with_precision
from ranking.embeddings.workers import THREADS, EmbeddingSettings
from ranking.encoders.registry import is_wrapped, spec_of
from ranking.errors import EncoderError
from ranking.judging.compare import Pairing
from ranking.judging.cross_fit import HALVES
from ranking.judging.probe_ranker import load_own_or_shipped_ranker
from ranking.judging.selected_pairs import Selection
from ranking.probe.checkpoint import check_probe_use
from ranking.progress import SILENT, Progress
from ranking.selection.rules import check_rule, number_of_pairs
from ranking.tasks.registry import ranker_tasks


def prepare_recordings(
    competition: Competition,
    options: RecordingOptions,
    seed: int = 0,
    progress: Progress = SILENT,
) -> PreparedRecordings:
    """Return the recordings of a competition, embedded, with the ranker that will compare them.

    Parameters
    ----------
    competition
        The competition that was recorded.
    options
        Where they are, and how to embed and compare them.
    seed
        Seed of the random split, where the ranker is fitted.
    progress
        Where to show how far it is.

    Raises
    ------
    JudgeError
        If a recording, the ranker or the encoder cannot be used, or they do not fit together.
    """
    pairing = Pairing(options.windows or "aligned", options.antisymmetric)
    fit = _fit(competition, options, seed)
    ranker = load_own_or_shipped_ranker(options.ranker, options.encoder)
    found = match_recordings(
        competition, options.recordings, options.index, options.skip_bad, options.allow_outside
    )
    table = found.table[["candidate", "path"]]
    for line in found.lines():
        progress.remark(line)
    if fit is not None:  # too few candidates are refused before hours of work
        fit.split(table["candidate"].unique())
    _selection(options, table["candidate"].nunique(), seed)  # so is an unknown rule
    device = best_device(options.device)
    choice = encoder_of_probe(ranker.cache_key, options, device, progress)
    cache_key = cache_key_with_weights_hash(choice)
    name, able = str(options.ranker or "the ranker"), ranker_tasks(ranker.task)
    check_probe_use(ranker, cache_key, able, name, SEGMENTS_PER_WINDOW)
    cores = options.workers or os.cpu_count() or 1
    min_seconds = options.min_seconds or WINDOW_SECONDS
    work = EmbeddingSettings(
        options.store,
        (choice,),
        device,
        max(1, cores // THREADS),
        min_seconds,
        allow_cut=options.allow_cut,
        cluster=options.cluster,
    )
    left_out: tuple[str, ...] = ()
    _embed_pieces(table, work, options.skip_bad, progress)
    if options.skip_bad:
        table, left_out = _without_bad(table, work, progress)
    source, named = embed_for_bank(table, work, progress)
    bank = source.open()
    refuse_short_recordings(bank, min_seconds)
    sha256 = _hashes(named)
    remarks = (*found.remarks, *_programme_remarks(len(named), len(sha256)))
    return PreparedRecordings(
        bank,
        sha256,
        cache_key,
        options.store,
        ranker,
        pairing,
        cores,
        options.cluster,
        source=source,
        fit=fit,
        left_out=left_out,
        remarks=(*remarks, *describe_cut_off(named)),
        selection=_selection(options, len(sha256), seed),
    )


def compare_recordings(
    prepared: PreparedRecordings, vote_rule: str = "majority", progress: Progress = SILENT
) -> Comparisons:
    """Return the comparisons of candidates, by the ranker or those fitted from it.

    Parameters
    ----------
    prepared
        The recordings and the ranker, from :func:`prepare_recordings`.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    progress
        Where to show how far it is.
    """
    with on_its_cluster(prepared) as own:
        if own.selection is not None:
            return compare_chosen_pairs(own, own.selection, vote_rule, progress)
        if own.fit is None:
            return compare_all_pairs(own, vote_rule, progress)
        return compare_by_fitted_rankers(own, vote_rule, own.fit, progress)


def _selection(options: RecordingOptions, n: int, seed: int) -> Selection | None:
    """Which pairs of n candidates are compared, None if all are."""
    if options.pairs is None or not options.chosen_pairs:
        return None
    check_rule(options.pairs, n)
    number = None if options.budget is None else number_of_pairs(options.budget, n)
    return Selection(options.pairs, number, seed)


def _fit(competition: Competition, options: RecordingOptions, seed: int) -> FitPlan | None:
    """How the ranker is fitted first, None if it is not."""
    folds = HALVES if options.fit_half else options.folds
    if folds is None:
        return None
    return FitPlan(
        competition.score, folds, options.epochs or FitPlan.epochs, seed, options.permutations or 0
    )


def encoder_of_probe(
    trained_on: CacheKey, options: RecordingOptions, device: str, progress: Progress = SILENT
) -> EncoderChoice:
    """Return the encoder asked for, with front end and precision of what a probe was trained on.

    Parameters
    ----------
    trained_on
        The embeddings that the probe was trained on.
    options
        Encoder, weights and precision that are asked for, if any; ``ranker`` is the probe's file.
    device
        What it computes on.
    progress
        Shows what a user must know of the encoder.

    Raises
    ------
    EncoderError, WeightsError
        If there is no such encoder, or its weights are not on this disk.
    """
    if options.encoder is None and is_wrapped(trained_on.encoder):  # a file may not say what is run
        raise EncoderError(
            str(options.ranker or "the ranker"),
            f"it was trained on {trained_on.encoder} embeddings, and a file does not say what to "
            "run",
            "name that encoder yourself",
            key="name-encoder",
            encoder=trained_on.encoder,
        )
    spec = spec_of(options.encoder or trained_on.encoder)
    weights = weights_of(spec, options.weights, options.weights_dir)
    remark_on_encoder(spec, progress)
    if spec.name != trained_on.encoder:  # refused, when its cache key is known
        return with_precision(EncoderChoice(spec.given, weights), device, options.precision)
    choice = EncoderChoice(spec.given, weights, trained_on.front_end)
    return with_precision(choice, device, options.precision or trained_on.precision)


def _embed_pieces(
    recordings: pd.DataFrame, work: EmbeddingSettings, skip_bad: bool, progress: Progress
) -> None:
    """Embed the files of candidates who have several: each may be short, if all are long enough."""
    pieces = recordings[recordings["candidate"].duplicated(keep=False)]
    if len(pieces):
        short = replace(work, min_seconds=MIN_SEGMENT_SECONDS)
        embed_missing(pieces, short, skip_bad, progress)


def _hashes(recordings: pd.DataFrame) -> dict[str, str | list[str]]:
    """Hash of each candidate's file; of several, those of all in order."""
    return {
        str(candidate): own.iloc[0] if len(own) == 1 else own.tolist()
        for candidate, own in recordings.groupby("candidate", sort=False)["recording"]
    }


def _programme_remarks(files: int, candidates: int) -> list[str]:
    """What a reader must know of windows where candidates have several files."""
    if files == candidates:
        return []
    return [
        f"{candidates} candidates have {files} files, in the order of each one's programme. No "
        "window goes from one file to the next; a report counts five minutes for each."
    ]


def _without_bad(
    recordings: pd.DataFrame, work: EmbeddingSettings, progress: Progress
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The recordings that can be used, and the errors of the others."""
    outcomes = embed_missing(recordings, work, skip_bad=True, progress=progress)
    bad = {outcome.path: str(outcome.error) for outcome in outcomes if outcome.error is not None}
    usable = recordings[~recordings["path"].isin(bad)]
    return usable.reset_index(drop=True), tuple(bad.values())
