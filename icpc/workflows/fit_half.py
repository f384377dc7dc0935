"""Comparisons of recordings by rankers fitted on the results of other candidates.

Conventions
-----------
:mod:`ranking.judging.cross_fit` says which candidates a ranker is fitted on, and which pairs it
compares. The ranker before fitting compares the same pairs, so that the gain in accuracy is known;
of halves with an interval that resamples candidates. Comparisons in folds depend on each other
through the results: they have no interval, and a p from permutations alone
(:mod:`ranking.judging.permutations`). Fitted rankers and permutations are cached in the store of
embeddings, beside votes.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

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
from ranking.evaluation.permuted_outcomes import (
    MIN_PERMUTATIONS,
    PermutedOutcomes,
    accuracy_of_cross_fitted,
    without_interval,
)
from ranking.evaluation.resampling import Estimate, bootstrap_pair_share
from ranking.files.hashing import json_sha256
from ranking.judging.compare import windows_on_disk
from ranking.judging.cross_fit import HALVES, Comparer, cross_fit_assignments, held_out_votes
from ranking.judging.fit import fit_ranker
from ranking.judging.permutations import fit_permuted_results
from ranking.judging.probe_ranker import ProbeRanker
from ranking.progress import SILENT, Progress

RANKERS_FOLDER = "rankers"
PERMUTATIONS_FOLDER = "permutations"


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
    votes, rankers = _fit_and_vote(prepared, fit, progress)
    permuted = _permuted(prepared, vote_rule, fit, progress) if fit.permutations else None
    before = collect_ranker_votes(prepared, votes["first"].unique(), progress)
    gain = fit_accuracies_and_gain(votes, before, vote_rule, fit, permuted)
    fold = fit.split(prepared.bank.windows["candidate"].unique())
    record = {
        "epochs": fit.epochs,
        "seed": fit.seed,
        "fold": {candidate: int(number) for candidate, number in fold.items()},
        "rankers": [one.sha256 for one in rankers],
        "accuracy": {name: _numbers(estimate) for name, estimate in gain.items()},
        **({"permutations": len(permuted)} if permuted is not None else {}),
    }
    remarks = [*list_recording_remarks(prepared), _split_remark(fit, fold), _gain_remark(fit, gain)]
    found = comparisons_from_votes(
        votes, vote_rule, remarks, provenance={**provenance_of(prepared), "fit": record}
    )
    return replace(found, permuted=permuted)


def _fit_and_vote(
    prepared: PreparedRecordings, fit: FitPlan, progress: Progress
) -> tuple[pd.DataFrame, list[ProbeRanker]]:
    """The VOTES table of all pairs that fitted rankers may compare, and these rankers."""
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

    return held_out_votes(fold, fit_on), rankers


def _permuted(
    prepared: PreparedRecordings, vote_rule: str, fit: FitPlan, progress: Progress
) -> PermutedOutcomes:
    """The outcomes of all permutations of a plan."""
    score = fit.score.loc[prepared.bank.windows["candidate"].unique()]
    facts = {
        "ranker": prepared.ranker.sha256,
        "recordings": dict(prepared.cache(PERMUTATIONS_FOLDER).recordings),
        "windows": windows_on_disk(prepared.bank.windows),
        "pairing": asdict(prepared.pairing),
        "vote": vote_rule,
        "score": {one: None if np.isnan(own) else own for one, own in score.items()},
        "folds": fit.folds,
        "epochs": fit.epochs,
        "seed": fit.seed,
        **prepared.bank.devices_on_disk,
    }

    def fit_and_compare(score: pd.Series, store: Path) -> pd.DataFrame:
        again = replace(prepared, store=store)
        votes, _ = _fit_and_vote(again, replace(fit, score=score), progress)
        return votes_to_comparisons(votes, vote_rule)

    folder = prepared.cache(PERMUTATIONS_FOLDER).folder / json_sha256(facts)
    return fit_permuted_results(
        score, fit.seed, fit.permutations, folder, fit_and_compare, progress
    )


def fit_accuracies_and_gain(
    fitted: pd.DataFrame,
    before_fit: pd.DataFrame,
    vote_rule: str,
    fit: FitPlan,
    permuted: PermutedOutcomes | None = None,
) -> dict[str, Estimate]:
    """Return the pair accuracies of two VOTES tables on the same pairs, and their difference.

    Comparisons by rankers fitted in folds depend on each other through the results: of these there
    are no intervals, and a p only from permutations.

    Parameters
    ----------
    fitted, before_fit
        Votes of the fitted rankers and of the ranker before fitting.
    vote_rule
        How votes on windows decide a comparison: majority or mean.
    fit
        Results, which may be missing, and how rankers were fitted on them.
    permuted
        Outcomes with the results permuted, if there are any.

    Returns
    -------
    ``fitted``, ``before_fit`` and ``gain``; nothing where no two candidates differ in score
    """
    after, before = (
        count_comparisons(votes_to_comparisons(votes, vote_rule)) for votes in (fitted, before_fit)
    )
    results = fit.score.loc[after.candidates].to_numpy(dtype=float)
    better = results[:, np.newaxis] > results
    if not (after.pair_counts * better).any():
        return {}
    accuracy = pair_accuracy(after, results, fit.seed)
    gain = bootstrap_pair_share(
        (after.wins - before.wins) * better, after.pair_counts * better, fit.seed
    )
    if fit.cross_fitted:
        accuracy = accuracy_of_cross_fitted(accuracy, results, permuted)
        gain = without_interval(gain)
    return {
        "fitted": accuracy,
        "before_fit": pair_accuracy(before, results, fit.seed),
        "gain": gain,
    }


def _numbers(estimate: Estimate) -> dict[str, float]:
    """The numbers of an estimate that are known."""
    numbers = {name: getattr(estimate, name) for name in ("value", "low", "high", "p", "pairs")}
    return {name: value for name, value in numbers.items() if not np.isnan(value)}


def _split_remark(fit: FitPlan, fold: pd.Series) -> str:
    """Which candidates were fitted on, and which compared."""
    epochs = "1 epoch" if fit.epochs == 1 else f"{fit.epochs} epochs"
    if fit.folds == HALVES:
        return (
            f"candidates were split at random (seed {fit.seed}), stratified by result: the ranker "
            f"was fitted for {epochs} on the results of {(fold == 0).sum()}, and "
            f"compared the other {(fold == 1).sum()}."
        )
    return (
        f"candidates were split at random (seed {fit.seed}), stratified by result, into "
        f"{fit.folds} folds: each pair was compared by one of "
        f"{len(cross_fit_assignments(fit.folds))} rankers, fitted for {epochs} without "
        "either candidate."
    )


def _gain_remark(fit: FitPlan, gain: Mapping[str, Estimate]) -> str:
    """How good the rankers are that were fitted, beside the one before."""
    if not gain:
        return "no two of the candidates compared differ in result: what fitting gains is unknown."
    fitted, before, gained = (gain[name] for name in ("fitted", "before_fit", "gain"))
    share = (
        f"Of {fitted.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{percent(fitted.value)} went to the one who got further"
    )
    had = (
        f"Before fitting, the ranker had {percent(before.value)} {interval(before)}, "
        f"p = {before.p:.2g}."
    )
    points = f"Fitting gained {100 * gained.value:+.1f} points"
    if not fit.cross_fitted:
        return (
            f"{share} {interval(fitted)}; with results shuffled, p = {fitted.p:.2g}. {had} "
            f"{points} {interval(gained)}."
        )
    tested = (
        f"with results permuted and rankers fitted anew, p = {fitted.p:.2g}"
        if fitted.p == fitted.p
        else f"there is no p: that takes {MIN_PERMUTATIONS} permutations of the results or more"
    )
    return (
        f"{share}; {tested}. {had} {points}. What rankers fitted in folds find has no interval, "
        "since they share results that they were fitted on."
    )
