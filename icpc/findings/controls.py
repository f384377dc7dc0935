"""What judges do who never listen: a coin, and rules that know nothing of music."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icpc.findings.finding import NAN, Finding, interval, measured, note, percent
from icpc.study.study import Study
from ranking.comparisons.schedule import follows_result
from ranking.evaluation.accuracy import control_accuracy
from ranking.evaluation.hit_rate import area_under_roc
from ranking.evaluation.null_model import coin
from ranking.methods.method import METHODS

COUNTINGS = ("wins", "win-rate", "bradley-terry")


def controls(study: Study) -> Iterator[Finding]:
    """What judges do who never listen."""
    score = study.results["score"].to_numpy(dtype=float)
    known = ~np.isnan(score)
    if len(np.unique(score[known])) < 2:
        return
    yield from _coins(study, known)
    position = pd.Series(
        np.arange(len(study.competition.roster)), study.competition.roster["candidate"]
    )
    keys = {
        "recording length": ("a longer recording", study.results["seconds"]),
        "order of appearance": ("a later appearance", study.results["appearance"]),
        "roster order": ("a later line of the roster", position.loc[study.counted.candidates]),
    }
    for name, (rule, key) in keys.items():
        values = key.to_numpy(dtype=float)
        if len(np.unique(values[~np.isnan(values)])) < 2:
            yield note(f"control: {name}", f"The roster does not give the {name}: not tested.")
            continue
        estimate = control_accuracy(values, score, study.settings.seed)
        words = (
            f"Preferring {rule} is right in {percent(estimate.value)} of "
            f"{estimate.pairs:,.0f} pairs {interval(estimate)}, p = {estimate.p:.2g}: "
            + (
                "it tells something of the result."
                if estimate.p < 0.05
                else "no clearer than chance."
            )
        )
        yield measured(f"control: {name}", estimate, words)


def _coins(study: Study, known: np.ndarray) -> Iterator[Finding]:
    """A coin on the same schedule, by raw wins and by rate."""
    passed = study.passed.to_numpy()
    if passed.all() or not passed.any():
        return
    wins = study.counted.wins
    score = study.results["score"].to_numpy(dtype=float)
    follows = follows_result(study.counted, score)
    tosses = coin(study.counted, COUNTINGS, study.settings.seed)
    for by in COUNTINGS:
        tossed = area_under_roc(tosses[by][:, known], passed)
        own = float(area_under_roc(METHODS[by](wins)[known], passed))
        low, high = np.quantile(tossed, [0.025, 0.975])
        warning = (
            " Equal results hardly ever met, so the number of comparisons gives the result away."
            if by == "wins" and follows
            else ""
        )
        words = (
            f"A coin on the same schedule, counted by {by}, puts one who passed above one who did "
            f"not in {percent(tossed.mean())} of cases ({percent(low)} to {percent(high)}); "
            f"this judge in {percent(own)}.{warning}"
        )
        yield (f"control: coin by {by}", float(tossed.mean()), float(low), float(high), NAN, words)
