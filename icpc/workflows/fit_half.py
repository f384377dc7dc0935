"""From recordings to verdicts by rankers that were fitted on other candidates of the competition.

Conventions
-----------
Who is fitted on, and who is judged by whom: :mod:`ranking.judging.cross_fit`. Beside the fitted
rankers stands the ranker as it came, on the same pairs: so what fitting gains is seen, with an
interval that resamples candidates. Fitted rankers are kept in the store of embeddings, as votes
are.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import pandas as pd

from icpc.findings.wording import interval, percent
from icpc.study.comparisons import Comparisons, comparisons_from_votes
from icpc.workflows.judging import Fit, PreparedRecordings, cast_votes, record_of, remarks_on
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import count_votes
from ranking.evaluation.accuracy import pair_accuracy
from ranking.evaluation.resampling import Estimate, pair_share
from ranking.judging.cross_fit import HALF, Compare, assignments, compare_unheard
from ranking.judging.fit_half import fit_ranker
from ranking.judging.probe_ranker import ProbeRanker
from ranking.progress import SILENT, Progress

RANKERS_FOLDER = "rankers"


def compare_by_fitted(
    prepared: PreparedRecordings, vote: str, fit: Fit, progress: Progress = SILENT
) -> Comparisons:
    """Return the verdicts of fitted rankers, on all pairs of those whom they may judge.

    Parameters
    ----------
    heard : with the ranker that they go on from
    vote : how votes make a verdict: majority or mean

    Raises
    ------
    RankingError
        If there are too few candidates or results.
    """
    part = fit.deal(prepared.bank.windows["candidate"].unique())
    rankers: list[ProbeRanker] = []

    def learn(candidates: Collection[str]) -> Compare:
        own, kept = fit.score.loc[list(candidates)], prepared.kept(RANKERS_FOLDER)
        with progress.start(f"ranker {len(rankers) + 1} of {len(assignments(fit.parts))}"):
            fitted = fit_ranker(
                prepared.ranker, prepared.bank, own, fit.epochs, fit.seed, kept, progress
            )
        rankers.append(fitted)
        return partial(cast_votes, replace(prepared, ranker=fitted), progress=progress)

    votes = compare_unheard(part, learn)
    as_it_came = cast_votes(prepared, votes["first"].unique(), progress)
    gain = fitting_gain(votes, as_it_came, vote, fit.score, fit.seed)
    facts = {
        "epochs": fit.epochs,
        "seed": fit.seed,
        "part": {candidate: int(number) for candidate, number in part.items()},
        "rankers": [one.digest for one in rankers],
        "accuracy": {name: _numbers(estimate) for name, estimate in gain.items()},
    }
    return comparisons_from_votes(
        votes,
        vote,
        said=[*remarks_on(prepared), _split(fit, part), _in_words(gain)],
        provenance={**record_of(prepared), "fit": facts},
    )


def fitting_gain(
    fitted: pd.DataFrame, as_it_came: pd.DataFrame, vote: str, score: pd.Series, seed: int
) -> dict[str, Estimate]:
    """Return the pair accuracies of two VOTES tables on the same pairs, and their difference.

    Nothing where no two candidates differ in score.

    Parameters
    ----------
    vote : how votes make a verdict: majority or mean
    score : by candidate, may be missing
    """
    own, other = (count_comparisons(count_votes(votes, vote)) for votes in (fitted, as_it_came))
    results = score.loc[own.candidates].to_numpy(dtype=float)
    better = results[:, np.newaxis] > results
    if not (own.pair_counts * better).any():
        return {}
    return {
        "fitted": pair_accuracy(own, results, seed),
        "as_it_came": pair_accuracy(other, results, seed),
        "gained": pair_share((own.wins - other.wins) * better, own.pair_counts * better, seed),
    }


def _numbers(estimate: Estimate) -> dict[str, float]:
    return {name: value for name, value in asdict(estimate).items() if not np.isnan(value)}


def _split(fit: Fit, part: pd.Series) -> str:
    """Who was fitted on, and who was judged."""
    if fit.parts == HALF:
        return (
            f"dealt by lot (seed {fit.seed}): the ranker was fitted for {fit.epochs} epochs on the "
            f"results of {(part == 0).sum()} candidates; the other {(part == 1).sum()} were judged."
        )
    rankers = len(assignments(fit.parts))
    return (
        f"dealt by lot (seed {fit.seed}) into {fit.parts} folds: each pair was judged by one of "
        f"{rankers} rankers, each fitted for {fit.epochs} epochs on the results "
        "of others."
    )


def _in_words(gain: Mapping[str, Estimate]) -> str:
    if not gain:
        return "no two of those judged differ in result: what fitting gained is not known."
    fitted, came, gained = (gain[name] for name in ("fitted", "as_it_came", "gained"))
    return (
        f"Of {fitted.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{percent(fitted.value)} went to the one who got further {interval(fitted)}, with results "
        f"dealt out at random p = {fitted.p:.2g}; by the ranker as it came {percent(came.value)} "
        f"{interval(came)}, p = {came.p:.2g}. Fitting gained {100 * gained.value:+.1f} points "
        f"{interval(gained)}."
    )
