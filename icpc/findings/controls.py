"""Controls that never listen: coin flips, and rules that know nothing of the music.

Conventions
-----------
Where recordings are there, their length, loudness and others
(:mod:`ranking.encoders.controls`) are compared with the ranking, by Kendall's tau-b, and with the
result, by the same rule as what the roster says.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from icpc.findings.finding import (
    CONTROLS,
    FOLLOWED,
    NULL_BAND,
    Finding,
    NullTest,
    Outcome,
    finding_of_estimate,
    p_of_estimate,
)
from icpc.findings.results import results_differ, scores_and_known_mask, where_results_differ
from icpc.findings.wording import RULE, interval, percent, within_limits
from icpc.study.study import Study
from ranking.comparisons.schedule import equal_scores_rarely_compared
from ranking.evaluation.accuracy import control_accuracy
from ranking.evaluation.agreement import tau_b, tau_test
from ranking.evaluation.detectable import detectable_accuracy
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.null_model import coin_flip_strengths
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.counting import WIN_RATE, WINS

METHODS = (WINS, WIN_RATE, BRADLEY_TERRY)
MEASURED = {
    "length": ("length", "the longer recording"),
    "segments": ("number of segments", "the recording of more segments"),
    "loudness": ("loudness", "the louder recording"),
    "bandwidth": ("bandwidth", "the recording of wider bandwidth"),
    "noise_floor": ("noise floor", "the recording of higher noise floor"),
    "onset_density": ("onset density", "the recording of more onsets a second"),
}
"""Name of each control that is measured, and what a rule by it prefers."""
FOLLOWED_WORDS = {
    Outcome.SIGNIFICANT: "the ranking follows it, or what goes with it.",
    Outcome.OPPOSITE: "the ranking runs opposite to it, or to what goes with it.",
    Outcome.NOT_SIGNIFICANT: "that cannot be told from chance.",
}


@where_results_differ
def find_coin_flip_controls(study: Study) -> Iterator[Finding]:
    """A coin flip for each of the same comparisons, ranked by wins, win rate and strength."""
    passed = study.passed.to_numpy()
    if passed.all() or not passed.any():
        return
    score, known = scores_and_known_mask(study)
    follows = equal_scores_rarely_compared(study.tally, score)
    flips = coin_flip_strengths(study.tally, METHODS, study.settings.seed)
    for method in METHODS:
        name = method.name
        drawn = area_under_roc(flips[name][:, known], passed)
        strength = method.strengths(study.tally.matrix, None, None)
        own = float(area_under_roc(strength[known], passed))
        low, high = np.quantile(drawn, NULL_BAND)
        warning = (
            " Candidates of equal result were hardly ever compared, so the number of comparisons "
            "gives the result away."
            if method.needs_even_schedule and follows
            else ""
        )
        yield Finding(
            f"control_coin_flips_by_{name.replace('-', '_')}",
            CONTROLS,
            f"control: coin flips by {name}",
            f"If a coin flip decided each comparison, ranking by {name} would put one who passed "
            f"above one who did not in {percent(drawn.mean())} of cases ({percent(low)} to "
            f"{percent(high)}); the actual comparisons, ranked in the same way, do so in "
            f"{percent(own)}.{warning}",
            value=float(drawn.mean()),
            heading=f"coin flips by {name}",
        )


@where_results_differ
def find_roster_value_controls(study: Study) -> Iterator[Finding]:
    """Rules that prefer whoever has the larger of one number in the roster."""
    roster, results = study.competition.roster, study.results
    line = pd.Series(np.arange(len(roster)), roster["candidate"])
    rules = (
        ("length", "recording length", "the longer recording", results["seconds"]),
        ("appearance", "order of appearance", "the later appearance", results["appearance"]),
        ("roster", "roster order", "the later line of the roster", line[study.tally.candidates]),
    )
    for key, name, preferred, number in rules:
        yield _rule(study, key, name, preferred, number.to_numpy(dtype=float))


def find_measured_controls(values: pd.DataFrame, study: Study) -> Iterator[Finding]:
    """How far the ranking and the result follow what was measured of recordings.

    Parameters
    ----------
    values : a row by candidate and a column by control, as they were measured
    study : the ranking
    """
    own = values.reindex(study.tally.candidates)
    for key, (name, _) in MEASURED.items():
        yield _followed(study, key, name, own[key].to_numpy(dtype=float))
    if results_differ(study):
        for key, (name, preferred) in MEASURED.items():
            number = own[key].to_numpy(dtype=float)
            yield _rule(study, f"measured_{key}", f"measured {name}", preferred, number)


def _followed(study: Study, key: str, name: str, number: np.ndarray) -> Finding:
    """Kendall's tau-b of the ranking and a control."""
    key, called = f"follows_{key}", f"follows {name}"
    known = ~np.isnan(number)
    strength, number = study.strengths[known], number[known]
    if min(len(np.unique(strength)), len(np.unique(number))) < 2:
        sentence = (
            f"The recordings do not differ in {name}, or the ranking has one rank: not tested."
        )
        return Finding(key, FOLLOWED, called, sentence, heading=name)
    value, p = tau_b(strength, number), tau_test(strength, number, study.settings.seed)
    sentence = (
        f"Kendall's tau-b between the ranking and the {name} of {known.sum():,} recordings is "
        f"{value:+.3f},"
    )
    return Finding(
        key,
        FOLLOWED,
        called,
        sentence,
        value=value,
        heading=name,
        test=NullTest(value, p, FOLLOWED_WORDS.__getitem__),
    )


def _rule(study: Study, key: str, name: str, preferred: str, number: np.ndarray) -> Finding:
    """How often preferring the larger number agrees with the result."""
    key, called = f"control_{key}", f"control: {name}"
    if len(np.unique(number[~np.isnan(number)])) < 2:
        sentence = f"The roster does not give the {name}: not tested."
        return Finding(key, CONTROLS, called, sentence, heading=name)
    score, _ = scores_and_known_mask(study)
    estimate = control_accuracy(number, score, study.settings.seed)
    if not estimate.pairs:
        sentence = f"No two candidates of unequal result are known to differ in {name}: not tested."
        return Finding(key, CONTROLS, called, sentence, heading=name)
    sentence = (
        f"Always preferring {preferred} agrees with the result in {percent(estimate.value)} of "
        f"{estimate.pairs:,.0f} pairs {interval(estimate)},"
    )
    p = p_of_estimate(estimate)

    def detectable() -> float:
        given = np.where(np.isnan(number), np.nan, score)
        return detectable_accuracy(1 - np.eye(len(score)), given, study.settings.seed)

    test = NullTest(estimate.value - 0.5, p, within_limits(RULE, p, detectable))
    found = finding_of_estimate(key, CONTROLS, called, estimate, Outcome.NOT_APPLICABLE, sentence)
    return replace(found, heading=name, test=test)
