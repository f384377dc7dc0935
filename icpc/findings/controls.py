"""What judges do who never listen: a coin, and rules that know nothing of music."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from icpc.findings.finding import BAND, CONTROLS, Finding, measured, outcome_of_p
from icpc.findings.results import known_scores, where_results_differ
from icpc.findings.wording import RULE, interval, percent
from icpc.study.study import Study
from ranking.comparisons.schedule import follows_result
from ranking.evaluation.accuracy import control_accuracy
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.null_model import coin
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WIN_RATE, WINS

COUNTINGS = (WINS, WIN_RATE, BRADLEY_TERRY)


@where_results_differ
def find_coins(study: Study) -> Iterator[Finding]:
    """A coin on the same schedule, by raw wins, by rate and by strength."""
    passed = study.passed.to_numpy()
    if passed.all() or not passed.any():
        return
    score, known = known_scores(study)
    follows = follows_result(study.tally, score)
    tosses = coin(study.tally, COUNTINGS, study.settings.seed)
    for method in COUNTINGS:
        by = method.name
        tossed = area_under_roc(tosses[by][:, known], passed)
        strength = method.strengths(study.tally.matrix, None, None)
        own = float(area_under_roc(strength[known], passed))
        low, high = np.quantile(tossed, BAND)
        warning = (
            " Equal results hardly ever met, so the number of comparisons gives the result away."
            if method.misled_by_uneven_schedule and follows
            else ""
        )
        yield Finding(
            f"control_coin_by_{by.replace('-', '_')}",
            CONTROLS,
            f"control: coin by {by}",
            f"A coin on the same schedule, counted by {by}, puts one who passed above one who did "
            f"not in {percent(tossed.mean())} of cases ({percent(low)} to {percent(high)}); "
            f"this judge in {percent(own)}.{warning}",
            value=float(tossed.mean()),
            low=float(low),
            high=float(high),
            heading=f"coin by {by}",
        )


@where_results_differ
def find_rules(study: Study) -> Iterator[Finding]:
    """Rules that judge by one number in the roster."""
    roster, results = study.competition.roster, study.results
    line = pd.Series(np.arange(len(roster)), roster["candidate"])
    rules = (
        ("length", "recording length", "a longer recording", results["seconds"]),
        ("appearance", "order of appearance", "a later appearance", results["appearance"]),
        ("roster", "roster order", "a later line of the roster", line[study.tally.candidates]),
    )
    for key, name, preferred, number in rules:
        yield _rule(study, key, name, preferred, number.to_numpy(dtype=float))


def _rule(study: Study, key: str, name: str, preferred: str, number: np.ndarray) -> Finding:
    """What becomes of a judge who prefers the larger number."""
    key, called = f"control_{key}", f"control: {name}"
    if len(np.unique(number[~np.isnan(number)])) < 2:
        sentence = f"The roster does not give the {name}: not tested."
        return Finding(key, CONTROLS, called, sentence, heading=name)
    score, _ = known_scores(study)
    estimate = control_accuracy(number, score, study.settings.seed)
    outcome = outcome_of_p(estimate.value - 0.5, estimate.p)
    sentence = (
        f"Preferring {preferred} is right in {percent(estimate.value)} of "
        f"{estimate.pairs:,.0f} pairs {interval(estimate)}, p = {estimate.p:.2g}: "
        f"{RULE.of(outcome)}"
    )
    found = measured(key, CONTROLS, called, estimate, outcome, sentence)
    return replace(found, heading=name)
