"""How far the ranking agrees with the result."""

from collections.abc import Iterator

import numpy as np

from icpc.competition.rounds import MAX_ROUNDS, round_or_score_label
from icpc.findings.finding import AGREEMENT, NULL_BAND, Finding, outcome_of_p
from icpc.findings.results import scores_and_known_mask, where_results_differ
from icpc.findings.wording import ASSOCIATION, percent
from icpc.study.study import Study
from ranking.evaluation.agreement import somers_d, tau_b
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.resampling import two_sided_p

NULL_DRAWS = 500  # random judges whose correlations are computed
CORRELATIONS = (
    ("tau_b", "Kendall's tau-b", tau_b),
    ("somers_d", "Somers' D", somers_d),
)


@where_results_differ
def find_agreement_with_result(study: Study) -> Iterator[Finding]:
    """Tau-b, Somers' D, AUC, and how many of each round's candidates the top of the ranking has.

    One finder of four kinds, since all are compared with the same random judges.
    """
    score, known = scores_and_known_mask(study)
    strength = study.ranking.set_index("candidate").loc[study.tally.candidates, "strength"]
    own, null = strength.to_numpy()[known], study.null_strengths[:, known]
    yield from _correlations(own, score[known], null)
    yield from _passing(own, study.passed.to_numpy(), null)
    yield from _rounds(study, own, score[known], null)


def _correlations(own: np.ndarray, result: np.ndarray, null: np.ndarray) -> Iterator[Finding]:
    for key, name, measure in CORRELATIONS:
        value = measure(own, result)
        drawn = np.array([measure(other, result) for other in null[:NULL_DRAWS]])
        p = two_sided_p(value, drawn)
        outcome = outcome_of_p(value, p)
        sentence = (
            f"{name} between the ranking and the result is {value:+.3f} (1: full agreement, 0: "
            f"none), p = {p:.2g}: {ASSOCIATION.of(outcome)}"
        )
        yield Finding(key, AGREEMENT, name, sentence, outcome, value, p=p)


def _passing(own: np.ndarray, passed: np.ndarray, null: np.ndarray) -> Iterator[Finding]:
    """How often one who passed is ranked above one who did not."""
    if passed.all() or not passed.any():
        return
    value = float(area_under_roc(own, passed))
    drawn = area_under_roc(null, passed)
    p = two_sided_p(value, drawn)
    low, high = np.quantile(drawn, NULL_BAND)
    outcome = outcome_of_p(value - 0.5, p)
    sentence = (
        f"A candidate who passed is ranked above one who did not in {percent(value)} of cases "
        f"(AUC); random judges given the same pairs reach {percent(low)} to {percent(high)}, "
        f"p = {p:.2g}: {ASSOCIATION.of(outcome)}"
    )
    yield Finding("auc", AGREEMENT, "AUC of passing", sentence, outcome, value, p=p)


def _rounds(
    study: Study, own: np.ndarray, result: np.ndarray, null: np.ndarray
) -> Iterator[Finding]:
    """How many of those who passed into each round are in a top of the same size."""
    levels = np.unique(result)[1:]
    if len(levels) > MAX_ROUNDS:
        yield Finding(
            "rounds",
            AGREEMENT,
            "rounds",
            f"The results are {len(levels) + 1} different scores: too many to count by round.",
        )
        return
    for level in levels:
        there = result >= level
        m = int(there.sum())
        found = int(there[np.argsort(-own, kind="stable")[:m]].sum())
        drawn = there[np.argsort(-null, axis=1, kind="stable")[:, :m]].sum(axis=1)
        low, high = np.quantile(drawn, NULL_BAND)
        p = two_sided_p(found, drawn)
        named = round_or_score_label(study.competition.rounds, level)
        who, include = ("1 candidate", "includes") if m == 1 else (f"{m} candidates", "include")
        yield Finding(
            f"passed_into_{level:g}",
            AGREEMENT,
            f"passed into {named}",
            f"{who} passed into {named}; the top {m} of the ranking {include} {found} of "
            f"them (random judges given the same pairs: {low:.0f} to {high:.0f}).",
            outcome_of_p(found - drawn.mean(), p),
            found / m,
            p=p,
        )
