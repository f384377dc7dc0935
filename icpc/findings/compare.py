"""Judges of one competition side by side.

Conventions
-----------
A *judge* is a name and one strength per candidate: a run's, or a single juror's. Two judges are
compared by the places they give to the candidates that both judged; what the numbers mean stands in
:mod:`ranking.evaluation.paired`. Ranks are counted anew among those candidates.

A juror is compared with the panel *without that juror*, whose own marks would otherwise stand on
both sides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from icpc.findings.finding import percent
from icpc.study.study import Study, result_labels
from ranking.comparisons.schedule import follows_result
from ranking.comparisons.tally import tally
from ranking.errors import RunError
from ranking.evaluation.paired import accuracy_difference, order_accuracy, rank_correlation
from ranking.methods.method import METHODS, competition_rank
from ranking.tables import PAIRED

REST = "the other jurors"
UNKNOWN = "Results are unknown or all alike: who is nearer to the result cannot be told."


@dataclass(frozen=True)
class Judge:
    """Who ranked, and how strong each candidate came out."""

    name: str
    strength: pd.Series
    """By candidate id, larger is better."""


def judges_of(studies: dict[str, Study]) -> list[Judge]:
    """Return the judges of some runs, by the names given.

    Raises
    ------
    RunError
        If the runs are not of one competition with one result.
    """
    first, *others = studies
    for other in others:
        _refuse_another_roster(first, studies[first], other, studies[other])
    return [
        Judge(name, study.ranking.set_index("candidate")["strength"])
        for name, study in studies.items()
    ]


def jurors_of(name: str, study: Study) -> list[tuple[Judge, Judge]]:
    """Return each juror of a run with the panel of all others, both ranked as the run was.

    Raises
    ------
    RunError
        If the run has no two jurors.
    """
    comparisons = study.verdicts.comparisons
    jurors = sorted(comparisons["juror"].unique()) if "juror" in comparisons else []
    if len(jurors) < 2:
        raise RunError(
            name, "its verdicts are not those of several jurors", "name a run made with --panel"
        )
    by = study.settings.by
    pairs = []
    for juror in jurors:
        own = comparisons["juror"] == juror
        pairs.append((_judge(juror, comparisons[own], by), _judge(REST, comparisons[~own], by)))
    return pairs


def compare_judges(
    pairs: Sequence[tuple[Judge, Judge]], score: pd.Series, seed: int = 0
) -> pd.DataFrame:
    """Return the PAIRED table of judges, two by two.

    Parameters
    ----------
    score : float Series by candidate
        Results; may be missing.

    Raises
    ------
    RunError
        If two of them judged fewer than two candidates both.
    """
    rows = [_compared(one, other, score, seed) for one, other in pairs]
    return pd.DataFrame(rows)[list(PAIRED)]


def every_two(judges: Sequence[Judge]) -> list[tuple[Judge, Judge]]:
    """Return every two judges, in the order they came."""
    return list(combinations(judges, 2))


def rank_side_by_side(judges: Sequence[Judge], study: Study) -> pd.DataFrame:
    """Return the ranks that judges give to the candidates all of them judged, the widest first.

    Returns
    -------
    table with ``candidate``, ``name``, ``reached``, a rank by each judge, ``apart``
        A rank stands in the column ``rank_`` with the judge's name; ``apart`` is from the best of
        these ranks to the worst.
    """
    shared = pd.concat([judge.strength for judge in judges], axis=1, join="inner").sort_index()
    ranks = competition_rank(shared.to_numpy(dtype=float).T)
    columns: dict[str, Any] = {
        "candidate": shared.index,
        "name": study.results.loc[shared.index, "name"].to_numpy(),
        "reached": result_labels(study)[shared.index].to_numpy(),
    }
    columns |= {f"rank_{judge.name}": own for judge, own in zip(judges, ranks, strict=True)}
    apart = np.ptp(ranks, axis=0)
    order = np.lexsort((ranks.min(axis=0), -apart))  # stable: ids stand in order
    return pd.DataFrame(columns | {"apart": apart}).iloc[order].reset_index(drop=True)


def sentences(row: Any) -> Iterator[str]:
    """Say what a row of the PAIRED table means."""
    one, other = row.one, row.other
    yield (
        f"{one} and {other}: no correlation, since one of them puts all alike."
        if np.isnan(row.tau)
        else f"{one} and {other} rank {row.candidates} candidates: Kendall's tau-b {row.tau:+.3f} "
        f"(95 % interval {row.tau_low:+.3f} to {row.tau_high:+.3f}; 1 is one order, 0 none in "
        "common)."
    )
    if not row.pairs:
        yield UNKNOWN
        return
    yield (
        f"Of {row.pairs:,.0f} pairs of unequal result, {one} puts {percent(row.accuracy)} in the "
        f"order of the result and {other} {percent(row.other_accuracy)}, "
        f"{100 * row.difference:+.1f} points (95 % interval {100 * row.difference_low:+.1f} to "
        f"{100 * row.difference_high:+.1f}); with the two ranks of candidates swapped by lot, "
        f"p = {row.p:.2g}: "
        + (
            "chance does as much."
            if row.p >= 0.05
            else f"{one if row.difference > 0 else other} is nearer to the result."
        )
    )


def juror_sentences(paired: pd.DataFrame) -> Iterator[str]:
    """Say what the PAIRED table of jurors against all others means."""
    ordered = paired.sort_values("tau", ascending=False)
    most, least = ordered.iloc[0], ordered.iloc[-1]
    yield (
        f"Each juror is held against {REST} alone. Their rankings agree by Kendall's tau-b "
        f"{paired['tau'].median():+.3f} in the middle, from {least.tau:+.3f} ({least.one}) to "
        f"{most.tau:+.3f} ({most.one}). One mark a candidate is less than the marks of many: a low "
        "tau says that a juror differs, not who is right."
    )
    if paired["pairs"].any():
        yield (
            f"Of pairs of unequal result, single jurors put "
            f"{percent(paired['accuracy'].median())} in the order of the result in the middle, "
            f"{REST} {percent(paired['other_accuracy'].median())}. Where their marks made the "
            "result, that is no prediction."
        )
    else:
        yield UNKNOWN


def cautions(studies: dict[str, Study]) -> Iterator[str]:
    """Say of which judges the accuracy is no measure of skill, and why."""
    for name, study in studies.items():
        score = study.results["score"].to_numpy(dtype=float)
        if study.settings.by == "wins" and follows_result(study.counted, score):
            yield (
                f"{name} counts raw wins, and equal results hardly ever met: the number of "
                "comparisons gives the result away. Its accuracy is no skill."
            )
        if "juror" in study.verdicts.comparisons:
            yield (
                f"{name} is a panel: where its marks made the result, its accuracy is no "
                "prediction."
            )


def _judge(name: str, comparisons: pd.DataFrame, by: str) -> Judge:
    counted = tally(comparisons)
    return Judge(name, pd.Series(METHODS[by](counted.wins), counted.candidates))


def _compared(one: Judge, other: Judge, score: pd.Series, seed: int) -> dict[str, Any]:
    shared = one.strength.index.intersection(other.strength.index).sort_values()
    if len(shared) < 2:
        raise RunError(
            f"{one.name} and {other.name}",
            f"candidates judged by both: {len(shared)}",
            "compare judges of the same candidates",
        )
    own, others, result = (
        values.loc[shared].to_numpy(dtype=float) for values in (one.strength, other.strength, score)
    )
    tau = rank_correlation(own, others, seed)
    apart = accuracy_difference(own, others, result, seed)
    told = [order_accuracy(s, result) if apart.pairs else np.nan for s in (own, others)]
    values = (
        *(one.name, other.name, len(shared), tau.value, tau.low, tau.high, apart.pairs, *told),
        *(apart.value, apart.low, apart.high, apart.p),
    )
    return dict(zip(PAIRED, values, strict=True))


def _refuse_another_roster(one: str, study: Study, other: str, another: Study) -> None:
    """Refuse runs of other candidates, or of another result of the same."""
    where = f"{one} and {other}"
    own, others = (
        each.competition.roster.set_index("candidate")["score"] for each in (study, another)
    )
    strangers = own.index.symmetric_difference(others.index)
    if len(strangers):
        raise RunError(
            where,
            f"two competitions ({study.competition.name}, {another.competition.name}): "
            f"{strangers[0]} is in one roster only",
            "compare runs of one roster",
        )
    others = others.loc[own.index]
    differ = own.index[~((own == others) | (own.isna() & others.isna()))]
    if len(differ):
        raise RunError(
            where,
            f"their rosters give {differ[0]} another result",
            "make both runs again from one roster",
        )
