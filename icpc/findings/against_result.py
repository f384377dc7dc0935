"""Accuracy of the verdicts, and agreement of the ranking with the rounds."""

from collections.abc import Iterator

import numpy as np

from icpc.competition.rounds import MOST_ROUNDS, level_name
from icpc.findings.finding import (
    NAN,
    Finding,
    beyond_chance,
    both_orders,
    interval,
    measured,
    note,
    percent,
)
from icpc.study.study import Study
from ranking.evaluation.accuracy import accuracy_by_distance, macro_f1, pair_accuracy
from ranking.evaluation.agreement import juror_agreement, somers_d, tau_b
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.null_model import no_skill
from ranking.evaluation.resampling import tail_p


def against_result(study: Study) -> Iterator[Finding]:
    """Accuracy of the verdicts, and agreement of the ranking with the rounds."""
    score = study.results["score"].to_numpy(dtype=float)
    known = ~np.isnan(score)
    if len(np.unique(score[known])) < 2:
        yield note(
            "result", "Results are unknown or all alike: nothing to hold the ranking against."
        )
        return
    yield _accuracy(study, score)
    yield from _by_distance(study, score)
    yield _f1(study, score)
    yield from _ranking_against_rounds(study, score, known)
    if "juror" in study.verdicts.comparisons:
        yield _jurors(study)


def _accuracy(study: Study, score: np.ndarray) -> Finding:
    estimate = pair_accuracy(study.counted, score, study.settings.seed)
    verdict = (
        "That is better than a judge without skill."
        if estimate.p < 0.05 and estimate.value > 0.5
        else "That is worse than a judge without skill."
        if estimate.p < 0.05
        else "A judge without skill would often do as well."
    )
    words = (
        f"Of {estimate.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{percent(estimate.value)} went to the one who got further {interval(estimate)}; with "
        f"results dealt out at random, p = {estimate.p:.2g}. {verdict}"
    )
    return measured("pair accuracy", estimate, words)


def _by_distance(study: Study, score: np.ndarray) -> Iterator[Finding]:
    unit = "round" if study.competition.rounds else "point"
    distances = accuracy_by_distance(study.counted, score, study.settings.seed)
    for (least, most), estimate in distances.items():
        span = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        words = (
            f"Candidates {span} {unit if span == '1' else f'{unit}s'} apart: "
            f"{percent(estimate.value)} right {interval(estimate)} of {estimate.pairs:,.0f}"
            + (", no clearer than a toss." if estimate.low <= 0.5 <= estimate.high else ".")
        )
        yield measured(f"accuracy at distance {span}", estimate, words)


def _f1(study: Study, score: np.ndarray) -> Finding:
    if not both_orders(study.counted):
        return note(
            "F1",
            "Most pairs stand in one order only, so an F1 over 'first' and 'second' means nothing.",
        )
    value = macro_f1(study.counted, score)
    words = (
        f"Macro F1 over 'the first is better' and 'the second is better', as in Table 4: "
        f"{value:.4f}."
    )
    return ("F1", value, NAN, NAN, NAN, words)


def _ranking_against_rounds(
    study: Study, score: np.ndarray, known: np.ndarray
) -> Iterator[Finding]:
    """Tau-b, Somers' D, AUC and the number of candidates put into each round."""
    strength = study.ranking.set_index("candidate").loc[study.counted.candidates, "strength"]
    own, result = strength.to_numpy()[known], score[known]
    chance = no_skill(study.counted, study.settings.by, study.settings.seed)[:, known]
    for name, measure in (("Kendall's tau-b", tau_b), ("Somers' D", somers_d)):
        value = measure(own, result)
        p = tail_p(value, np.array([measure(drawn, result) for drawn in chance[:500]]))
        words = (
            f"{name} of the ranking and the rounds is {value:+.3f} (1 is full agreement, 0 none), "
            f"p = {p:.2g}: {beyond_chance(value, p)}"
        )
        yield (name, value, NAN, NAN, p, words)
    passed = study.passed.to_numpy()
    if passed.any() and not passed.all():
        value = float(area_under_roc(own, passed))
        drawn = area_under_roc(chance, passed)
        p = tail_p(value, drawn)
        low, high = np.quantile(drawn, [0.025, 0.975])
        words = (
            f"One who passed stands above one who did not in {percent(value)} of cases (AUC); "
            f"judges without skill on the same schedule reach {percent(low)} to {percent(high)}, "
            f"p = {p:.2g}: {beyond_chance(value - 0.5, p)}"
        )
        yield ("AUC of passing", value, NAN, NAN, p, words)
    yield from _rounds(study, own, result, chance)


def _rounds(
    study: Study, own: np.ndarray, result: np.ndarray, chance: np.ndarray
) -> Iterator[Finding]:
    """Of as many as really reached each round, how many the ranking names."""
    levels = np.unique(result)[1:]
    if len(levels) > MOST_ROUNDS:
        yield note(
            "rounds",
            f"Scores of {len(levels) + 1} kinds are no rounds: nobody is counted into them.",
        )
        return
    for level in levels:
        there = result >= level
        m = int(there.sum())
        found = int(there[np.argsort(-own, kind="stable")[:m]].sum())
        drawn = there[np.argsort(-chance, axis=1, kind="stable")[:, :m]].sum(axis=1)
        low, high = np.quantile(drawn, [0.025, 0.975])
        named = level_name(study.competition.rounds, level)
        who, hold = ("1 candidate", "holds") if m == 1 else (f"{m} candidates", "hold")
        words = (
            f"{who} passed into {named}; the top {m} of the ranking {hold} {found} of them "
            f"(judges without skill: {low:.0f} to {high:.0f})."
        )
        yield (f"passed into {named}", found / m, NAN, NAN, tail_p(found, drawn), words)


def _jurors(study: Study) -> Finding:
    agreement = juror_agreement(study.verdicts.comparisons, study.results["score"])
    words = (
        f"Single jurors order a pair as the rounds did in {percent(agreement.mean())} of cases on "
        f"average, from {percent(agreement.iloc[-1])} ({agreement.index[-1]}) to "
        f"{percent(agreement.iloc[0])} ({agreement.index[0]}); a tie counts half. Their marks "
        "made the result, so this is how far jurors differ, not how good they are."
    )
    low, high = agreement.min(), agreement.max()
    return ("juror agreement", float(agreement.mean()), float(low), float(high), NAN, words)
