"""How well Bradley-Terry strengths fit, who was compared with whom, and what neighbours would take.

Conventions
-----------
These are descriptions: comparisons of one pair, or of one juror, depend on each other, so that no p
goes with a deviance. What it would take to tell neighbours apart follows from the spread of the
whole field, never from the difference of two.
"""

from collections.abc import Iterator
from math import ceil

import numpy as np

from icpc.findings.finding import CONSISTENCY, Finding
from icpc.findings.wording import percent
from icpc.study.study import Study
from ranking.comparisons.graph.components import find_bridges
from ranking.consistency.deviance import ModelFit, model_fit
from ranking.jurors.power import MAX_JURORS, jurors_needed
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.uncertainty.neighbours import (
    cluster_difference_variance,
    comparisons_needed,
    neighbour_gap,
)
from ranking.uncertainty.units import CLUSTERS

WORST, BRIDGES = 3, 3  # pairs that a sentence names
MISFIT = 0.05  # deviance of a pair that is printed as more than 0


def find_schedule(study: Study) -> Iterator[Finding]:
    """How many pairs were compared how often, and the pairs that alone hold the field together."""
    counts = study.tally.pair_counts
    n = len(counts)
    pairs, compared = n * (n - 1) // 2, counts[counts > 0]
    others = (counts > 0).sum(axis=1)
    sentence = (
        f"{len(compared) // 2:,} of {pairs:,} pairs were compared, {_range(compared)} times each; "
        f"candidates met {_range(others)} of {n - 1:,} others."
    )
    bridges = find_bridges(counts)
    if bridges:
        ids, name = study.tally.candidates, study.results["name"]
        shown = [f"{name[ids[one]]} and {name[ids[other]]}" for one, other in bridges[:BRIDGES]]
        more = f", and {len(bridges) - BRIDGES:,} more" if len(bridges) > BRIDGES else ""
        sentence += (
            " Without the comparisons of one of these pairs the field would fall into two that "
            f"cannot be compared: {'; '.join(shown)}{more}."
        )
    elif n > 2:
        sentence += " No single pair holds the field together."
    value = float(len(bridges))
    yield Finding("schedule", CONSISTENCY, "schedule", sentence, value=value)


def find_model_fit(study: Study) -> Iterator[Finding]:
    """The deviance of Bradley-Terry strengths, and the pairs that fit worst."""
    if study.settings.ranking_method != BRADLEY_TERRY:
        return
    fit = model_fit(study.tally, study.strengths)
    sentence = (
        f"Bradley-Terry strengths leave a deviance of {fit.deviance:,.1f} over {len(fit.pairs):,} "
        f"pairs, where equal strengths leave {fit.equal_deviance:,.1f}. {_worst(study, fit)} "
        "Comparisons are not independent: there is no p."
    )
    yield Finding("model_fit", CONSISTENCY, "fit of the model", sentence, value=fit.deviance)


def _worst(study: Study, fit: ModelFit) -> str:
    """The pairs that fit worst, in a sentence."""
    name, worst = study.results["name"], fit.pairs.head(WORST)
    pairs = [
        f"{name[row.candidate]} won {row.won:g} of {row.comparisons:g} against "
        f"{name[row.other]} (expected {percent(row.expected)})"
        for row in worst[worst["deviance"] >= MISFIT].itertuples()
    ]
    return f"Worst fit: {'; '.join(pairs)}." if pairs else "Every pair is as they expect."


def find_neighbours(study: Study) -> Iterator[Finding]:
    """How many jurors or comparisons would tell two neighbours of the ranking apart."""
    if study.settings.ranking_method != BRADLEY_TERRY or not study.intervals.components:
        return
    own, unit = study.intervals.components[0], study.intervals.uncertainty.unit
    if len(own.candidates) < 3:
        return
    infinite = len(study.schedule.groups) > 1
    gap = 0.0 if infinite else neighbour_gap(own.strength, own.covariance)
    key, name = "neighbours", "neighbours in the ranking"
    if gap == 0:
        why = (
            "Some differences of strength are infinite"
            if infinite
            else "The spread of strengths is no wider than their errors"
        )
        sentence = f"{why}: how far neighbours lie apart cannot be said."
        yield Finding(key, CONSISTENCY, name, sentence)
        return
    if unit in CLUSTERS:
        clusters = round(own.freedom) + 1
        needed = _clusters_needed(gap, cluster_difference_variance(own.covariance, clusters))
        takes = f"{needed} {unit}s like these {clusters}"
    else:
        takes = f"{ceil(comparisons_needed(gap)):,} independent comparisons of the two"
    sentence = (
        f"Neighbours differ by {gap:.3f} in log-strength on average, their errors taken out of the "
        f"spread. To tell two who do apart in 80 % of cases, at 5 %, takes {takes}."
    )
    yield Finding(key, CONSISTENCY, name, sentence, value=gap)


def _clusters_needed(gap: float, variance: float) -> str:
    try:
        return f"{jurors_needed(gap, variance / 2):,}"
    except ValueError:
        return f"more than {MAX_JURORS:,}"


def _range(counts: np.ndarray) -> str:
    low, high = int(counts.min()), int(counts.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
