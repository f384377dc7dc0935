"""How far the ranking agrees with the result.

Conventions
-----------
Tau-b, and how many of each round's candidates the top of the ranking has, are tested by permuting
the results over the candidates. Where candidates of equal result were hardly ever compared, that is
fair for Bradley-Terry strengths alone: in simulation 3 to 6 % false alarms at 5 %, but 17 to 28 %
of win rates. Other methods are then compared with random judges given the same pairs.

Somers' D and the AUC are descriptions. They count the same pairs as tau-b, and one test is not
counted three times.
"""

from collections.abc import Iterator
from math import isnan

import numpy as np

from icpc.competition.rounds import MAX_ROUNDS, round_or_score_label
from icpc.findings.finding import (
    AGREEMENT,
    NULL_BAND,
    Finding,
    NullTest,
    Outcome,
    finding_of_estimate,
)
from icpc.findings.results import (
    scores_and_known_mask,
    where_results_differ,
)
from icpc.findings.wording import ASSOCIATION, TOP, interval, percent, within_limits
from icpc.study.study import Study
from ranking.evaluation.agreement import (
    largest_tau_b,
    share_in_top,
    somers_d,
    tau_b,
    tau_test,
    top_test,
)
from ranking.evaluation.auc import auc_with_interval, panel_auc
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.permutation import p_among
from ranking.evaluation.resampling import Estimate
from ranking.methods.method import competition_rank

LEVEL = "All candidates share one rank."


@where_results_differ
def find_tau_b(study: Study) -> Iterator[Finding]:
    """Kendall's tau-b of the ranking and the result."""
    (strength, score), null = _known(study), _null(study)
    value, largest = tau_b(strength, score), largest_tau_b(strength, score)
    reach = "1 is" if largest > 1 - 1e-9 else f"with these ties {largest:.3f} is"
    sentence = (
        f"Kendall's tau-b between the ranking and the result is {_signed(value)} ({reach} full "
        "agreement, 0 none)"
    )
    key, name = "tau_b", "Kendall's tau-b"
    if _all_level(strength):
        sentence = f"{LEVEL} Kendall's tau-b is 0 whatever the result, and not tested."
        yield Finding(key, AGREEMENT, name, sentence, value=value)
        return
    if study.ranking_untested:
        yield Finding(key, AGREEMENT, name, f"{sentence}{_no_p(study)}", value=value)
        return
    if null is None:
        p = tau_test(strength, score, study.settings.seed)
    else:
        p = p_among(value, np.array([tau_b(other, score) for other in null]))
    test = NullTest(value, p, within_limits(ASSOCIATION, p, lambda: study.detectable_accuracy))
    yield Finding(key, AGREEMENT, name, f"{sentence},", value=value, test=test)


@where_results_differ
def find_rounds(study: Study) -> Iterator[Finding]:
    """How many of those who passed into each round are in a top of the same size."""
    (strength, score), null = _known(study), _null(study)
    levels = np.unique(score)[1:]
    if len(levels) > MAX_ROUNDS:
        yield Finding(
            "rounds",
            AGREEMENT,
            "rounds",
            f"The results are {len(levels) + 1} different scores: too many to count by round.",
        )
        return
    if _all_level(strength):
        yield Finding("rounds", AGREEMENT, "rounds", f"{LEVEL} There is no top to count.")
        return
    for level in levels:
        passed = score >= level
        m = int(passed.sum())
        found, drawn, p = top_test(strength, passed, study.settings.seed)
        expected = m * m / len(passed)
        if null is not None:
            drawn = share_in_top(null, m)[:, passed].sum(axis=1)
            p, expected = p_among(found, drawn), drawn.mean()
        named = round_or_score_label(study.competition.titles_of_rounds, level)
        shared = "" if found == int(found) else ", ties in equal shares"
        sentence = f"{_who_passed(m, named)} {found:.3g} of them{shared}"
        key, name = f"passed_into_{level:g}", f"passed into {named}"
        if study.ranking_untested:
            yield Finding(key, AGREEMENT, name, f"{sentence}{_no_p(study)}", value=found / m)
            continue
        low = np.quantile(drawn, NULL_BAND[0], method="lower")
        high = np.quantile(drawn, NULL_BAND[1], method="higher")
        sentence += f" (by chance {expected:.1f} on average, 95 % {low:.3g} to {high:.3g}),"
        test = NullTest(
            found - expected, p, within_limits(TOP, p, lambda: study.detectable_accuracy)
        )
        yield Finding(key, AGREEMENT, name, sentence, value=found / m, test=test)


@where_results_differ
def find_descriptions(study: Study) -> Iterator[Finding]:
    """Somers' D, and how often one who passed is ranked above one who did not."""
    strength, score = _known(study)
    value = somers_d(strength, score)
    sentence = (
        f"Somers' D is {_signed(value)}: of the pairs of unequal result, the share that is ranked "
        "in the order of the result, less the share that is ranked the other way. It describes "
        "what tau-b tests."
    )
    yield Finding("somers_d", AGREEMENT, "Somers' D", sentence, value=value)
    passed = study.passed.to_numpy()
    if passed.all() or not passed.any():
        return
    _, known = scores_and_known_mask(study)
    estimate = _auc(study, strength)
    ends = "" if isnan(estimate.low) else f" {interval(estimate)}"
    sentence = (
        f"A candidate who passed is ranked above one who did not in {percent(estimate.value)} of "
        f"cases{ends}, a tie counting half (AUC)"
    )
    if study.null_strengths is None:
        sentence += "."
    else:
        low, high = np.quantile(area_under_roc(study.null_strengths[:, known], passed), NULL_BAND)
        sentence += f"; 95 % of {study.null_draws} reach {percent(low)} to {percent(high)}."
    if study.decided_by_marks:
        sentence += f" These marks decided {study.decided}: this is no prediction."
    outcome = Outcome.NOT_APPLICABLE
    yield finding_of_estimate("auc", AGREEMENT, "AUC of passing", estimate, outcome, sentence)


def _auc(study: Study, strength: np.ndarray) -> Estimate:
    """The AUC of passing; without an interval where marks or fits depend on the result."""
    method, table, passed = study.settings.ranking_method, study.comparisons.table, study.passed
    panel = "juror" in table
    if study.ranking_untested or (panel and method.needs == "marks"):
        return Estimate(float(area_under_roc(strength, passed.to_numpy())))
    if panel:
        return panel_auc(table, method, passed, study.settings.seed)
    return auc_with_interval(strength, passed.to_numpy())


def _known(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Strengths and scores of those whose result is known."""
    score, known = scores_and_known_mask(study)
    return study.strengths[known], score[known]


def _null(study: Study) -> np.ndarray | None:
    """Strengths of the same by random judges, where results cannot be permuted fairly."""
    null = study.null_strengths_of_tests
    return None if null is None else null[:, scores_and_known_mask(study)[1]]


def _all_level(strength: np.ndarray) -> bool:
    """Whether all candidates share one rank."""
    return bool((competition_rank(strength) == 1).all())


def _who_passed(m: int, named: str) -> str:
    who, include = ("1 candidate", "includes") if m == 1 else (f"{m} candidates", "include")
    return f"{who} passed into {named}; the top {m} of the ranking {include}"


def _signed(value: float) -> str:
    """The value with its sign, 0 without one."""
    return "0.000" if abs(value) < 5e-4 else f"{value:+.3f}"


def _no_p(study: Study) -> str:
    return f". {study.ranking_untested}: no p."
