"""Comparisons of recordings by rankers fitted on the results of other candidates.

Conventions
-----------
:mod:`ranking.judging.cross_fit` says which candidates a ranker is fitted on, and which pairs it
compares. The ranker before fitting compares the same pairs, so that the gain in accuracy is known,
with an interval that resamples candidates. Fitted rankers are cached in the store of embeddings,
beside votes.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from icpc.findings.wording import interval, percent
from icpc.study.comparisons import Comparisons, comparisons_from_votes
from icpc.workflows.judging import (
    FitPlan,
    PreparedRecordings,
    collect_ranker_votes,
    list_recording_remarks,
    provenance_of,
)
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.evaluation.accuracy import pair_accuracy
from ranking.evaluation.resampling import Estimate, bootstrap_pair_share
from ranking.judging.cross_fit import HALVES, Comparer, cross_fit_assignments, held_out_votes
from ranking.judging.fit import fit_ranker
from ranking.judging.probe_ranker import ProbeRanker
from ranking.progress import SILENT, Progress

RANKERS_FOLDER = "rankers"


def compare_by_fitted_rankers(
    prepared: PreparedRecordings, vote_rule: str, fit: FitPlan, progress: Progress = SILENT
) -> Comparisons:
    """Return the comparisons of fitted rankers, of all pairs of candidates that they may compare.

    Parameters
    ----------
    prepared
        The recordings, and the ranker that fitting starts from.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    fit
        Results to fit on, and how the candidates are split.
    progress
        Where to show how far it is.

    Raises
    ------
    RankingError
        If there are too few candidates or results.
    """
    fold = fit.split(prepared.bank.windows["candidate"].unique())
    rankers: list[ProbeRanker] = []

    def fit_on(candidates: Collection[str]) -> Comparer:
        score, cache = fit.score.loc[list(candidates)], prepared.cache(RANKERS_FOLDER)
        with progress.start(
            f"ranker {len(rankers) + 1} of {len(cross_fit_assignments(fit.folds))}"
        ):
            fitted = fit_ranker(
                prepared.ranker, prepared.bank, score, fit.epochs, fit.seed, cache, progress
            )
        rankers.append(fitted)
        return partial(collect_ranker_votes, replace(prepared, ranker=fitted), progress=progress)

    votes = held_out_votes(fold, fit_on)
    before = collect_ranker_votes(prepared, votes["first"].unique(), progress)
    gain = fit_accuracies_and_gain(votes, before, vote_rule, fit.score, fit.seed)
    record = {
        "epochs": fit.epochs,
        "seed": fit.seed,
        "fold": {candidate: int(number) for candidate, number in fold.items()},
        "rankers": [one.sha256 for one in rankers],
        "accuracy": {name: _numbers(estimate) for name, estimate in gain.items()},
    }
    return comparisons_from_votes(
        votes,
        vote_rule,
        remarks=[*list_recording_remarks(prepared), _split_remark(fit, fold), _gain_remark(gain)],
        provenance={**provenance_of(prepared), "fit": record},
    )


def fit_accuracies_and_gain(
    fitted: pd.DataFrame, before_fit: pd.DataFrame, vote_rule: str, score: pd.Series, seed: int
) -> dict[str, Estimate]:
    """Return the pair accuracies of two VOTES tables on the same pairs, and their difference.

    Parameters
    ----------
    fitted, before_fit
        Votes of the fitted rankers and of the ranker before fitting.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    score
        Results by candidate; may be missing.
    seed
        Seed of intervals and permutations.

    Returns
    -------
    ``fitted``, ``before_fit`` and ``gain``; nothing where no two candidates differ in score
    """
    after, before = (
        count_comparisons(votes_to_comparisons(votes, vote_rule)) for votes in (fitted, before_fit)
    )
    results = score.loc[after.candidates].to_numpy(dtype=float)
    better = results[:, np.newaxis] > results
    if not (after.pair_counts * better).any():
        return {}
    return {
        "fitted": pair_accuracy(after, results, seed),
        "before_fit": pair_accuracy(before, results, seed),
        "gain": bootstrap_pair_share(
            (after.wins - before.wins) * better, after.pair_counts * better, seed
        ),
    }


def _numbers(estimate: Estimate) -> dict[str, float]:
    """The numbers of an estimate that are known."""
    numbers = {name: getattr(estimate, name) for name in ("value", "low", "high", "p", "pairs")}
    return {name: value for name, value in numbers.items() if not np.isnan(value)}


def _split_remark(fit: FitPlan, fold: pd.Series) -> str:
    """Which candidates were fitted on, and which compared."""
    if fit.folds == HALVES:
        return (
            f"candidates were split at random (seed {fit.seed}), stratified by result: the ranker "
            f"was fitted for {fit.epochs} epochs on the results of {(fold == 0).sum()}, and "
            f"compared the other {(fold == 1).sum()}."
        )
    return (
        f"candidates were split at random (seed {fit.seed}), stratified by result, into "
        f"{fit.folds} folds: each pair was compared by one of "
        f"{len(cross_fit_assignments(fit.folds))} rankers, fitted for {fit.epochs} epochs without "
        "either candidate."
    )


def _gain_remark(gain: Mapping[str, Estimate]) -> str:
    if not gain:
        return "no two of the candidates compared differ in result: what fitting gains is unknown."
    fitted, before, gained = (gain[name] for name in ("fitted", "before_fit", "gain"))
    return (
        f"Of {fitted.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{percent(fitted.value)} went to the one who got further {interval(fitted)}; with results "
        f"shuffled, p = {fitted.p:.2g}. Before fitting, the ranker had {percent(before.value)} "
        f"{interval(before)}, p = {before.p:.2g}. Fitting gained {100 * gained.value:+.1f} points "
        f"{interval(gained)}."
    )
