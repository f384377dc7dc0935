"""How far the ranking agrees with the rounds that candidates reached."""

from collections.abc import Iterator

import numpy as np

from icpc.competition.rounds import MOST_ROUNDS, level_name
from icpc.findings.finding import AGREEMENT, BAND, Finding, outcome_of_p
from icpc.findings.results import known_scores, where_results_differ
from icpc.findings.wording import ASSOCIATION, percent
from icpc.study.study import Study
from ranking.evaluation.agreement import somers_d, tau_b
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.resampling import tail_p

CORRELATED = 500  # draws by chance whose correlations are computed
CORRELATIONS = (
    ("tau_b", "Kendall's tau-b", tau_b),
    ("somers_d", "Somers' D", somers_d),
)


@where_results_differ
def find_agreement(study: Study) -> Iterator[Finding]:
    """Tau-b, Somers' D, AUC and the number of candidates put into each round.

    One finder of four kinds, for they stand against the same tournaments of judges without skill.
    """
    score, known = known_scores(study)
    strength = study.ranking.set_index("candidate").loc[study.tally.candidates, "strength"]
    own, chance = strength.to_numpy()[known], study.chance()[:, known]
    yield from _correlations(own, score[known], chance)
    yield from _passing(own, study.passed.to_numpy(), chance)
    yield from _rounds(study, own, score[known], chance)


def _correlations(own: np.ndarray, result: np.ndarray, chance: np.ndarray) -> Iterator[Finding]:
    for key, name, measure in CORRELATIONS:
        value = measure(own, result)
        drawn = np.array([measure(other, result) for other in chance[:CORRELATED]])
        p = tail_p(value, drawn)
        outcome = outcome_of_p(value, p)
        sentence = (
            f"{name} of the ranking and the rounds is {value:+.3f} (1 is full agreement, 0 none), "
            f"p = {p:.2g}: {ASSOCIATION.of(outcome)}"
        )
        yield Finding(key, AGREEMENT, name, sentence, outcome, value, p=p)


def _passing(own: np.ndarray, passed: np.ndarray, chance: np.ndarray) -> Iterator[Finding]:
    """How often one who passed stands above one who did not."""
    if passed.all() or not passed.any():
        return
    value = float(area_under_roc(own, passed))
    drawn = area_under_roc(chance, passed)
    p = tail_p(value, drawn)
    low, high = np.quantile(drawn, BAND)
    outcome = outcome_of_p(value - 0.5, p)
    sentence = (
        f"One who passed stands above one who did not in {percent(value)} of cases (AUC); "
        f"judges without skill on the same schedule reach {percent(low)} to {percent(high)}, "
        f"p = {p:.2g}: {ASSOCIATION.of(outcome)}"
    )
    yield Finding("auc", AGREEMENT, "AUC of passing", sentence, outcome, value, p=p)


def _rounds(
    study: Study, own: np.ndarray, result: np.ndarray, chance: np.ndarray
) -> Iterator[Finding]:
    """Of as many as really reached each round, how many the ranking names."""
    levels = np.unique(result)[1:]
    if len(levels) > MOST_ROUNDS:
        yield Finding(
            "rounds",
            AGREEMENT,
            "rounds",
            f"Scores of {len(levels) + 1} kinds are no rounds: nobody is counted into them.",
        )
        return
    for level in levels:
        there = result >= level
        m = int(there.sum())
        found = int(there[np.argsort(-own, kind="stable")[:m]].sum())
        drawn = there[np.argsort(-chance, axis=1, kind="stable")[:, :m]].sum(axis=1)
        low, high = np.quantile(drawn, BAND)
        p = tail_p(found, drawn)
        named = level_name(study.competition.rounds, level)
        who, hold = ("1 candidate", "holds") if m == 1 else (f"{m} candidates", "hold")
        yield Finding(
            f"passed_into_{level:g}",
            AGREEMENT,
            f"passed into {named}",
            f"{who} passed into {named}; the top {m} of the ranking {hold} {found} of them "
            f"(judges without skill: {low:.0f} to {high:.0f}).",
            outcome_of_p(found - drawn.mean(), p),
            found / m,
            p=p,
        )
