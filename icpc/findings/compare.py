"""Rankings of one competition side by side, and beside its result.

Conventions
-----------
A *named ranking* is a name and one strength per candidate: a run's, or a single juror's. Two of
them are compared by the places they give to the candidates that both rank; what the numbers mean
stands in :mod:`ranking.evaluation.paired`. Ranks are counted anew among those candidates.

A juror is compared with the panel *without that juror*, whose own marks would otherwise stand on
both sides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from icpc.findings.finding import Outcome, outcome_of_p
from icpc.findings.wording import nearer, percent
from icpc.study.study import Study, result_labels
from ranking.comparisons.marks import mark_matrix
from ranking.comparisons.schedule import follows_result
from ranking.comparisons.tally import count_comparisons
from ranking.errors import RunError
from ranking.evaluation.paired import accuracy_difference, order_accuracy, rank_correlation
from ranking.methods.method import competition_rank, rank_candidates
from ranking.tables import PAIRED

REST = "the other jurors"
UNKNOWN = "Results are unknown or all alike: who is nearer to the result cannot be told."


@dataclass(frozen=True)
class NamedRanking:
    """Who ranked, and how strong each candidate came out."""

    name: str
    strength: pd.Series
    """By candidate id, larger is better."""


@dataclass(frozen=True)
class Paired:
    """Two rankings beside each other: a row of the PAIRED table, which says what each field is."""

    one: str
    other: str
    candidates: int
    tau: float
    tau_low: float
    tau_high: float
    pairs: float
    accuracy: float
    other_accuracy: float
    difference: float
    difference_low: float
    difference_high: float
    p: float

    @property
    def outcome(self) -> Outcome:
        """Whether ``one`` is nearer to the result, ``other`` is (against), or none can be told."""
        return outcome_of_p(self.difference, self.p) if self.pairs else Outcome.NOT_APPLICABLE


def rankings_of(studies: dict[str, Study]) -> list[NamedRanking]:
    """Return the rankings of some runs, by the names given.

    Raises
    ------
    RunError
        If the runs are not of one competition with one result.
    """
    first, *others = studies
    for other in others:
        _refuse_another_roster(first, studies[first], other, studies[other])
    return [
        NamedRanking(name, study.ranking.set_index("candidate")["strength"])
        for name, study in studies.items()
    ]


def juror_rankings(name: str, study: Study) -> list[tuple[NamedRanking, NamedRanking]]:
    """Return each juror of a run with the panel of all others, both ranked as the run was.

    Raises
    ------
    RunError
        If the run has no two jurors.
    """
    comparisons = study.comparisons.table
    jurors = sorted(comparisons["juror"].unique()) if "juror" in comparisons else []
    if len(jurors) < 2:
        raise RunError(
            name,
            "its verdicts are not those of several jurors",
            "a run made from a panel's marks",
            key="panel-run",
        )
    return [
        (_ranked(juror, study, {juror}), _ranked(REST, study, {*jurors} - {juror}))
        for juror in jurors
    ]


def compare_rankings(
    pairs: Sequence[tuple[NamedRanking, NamedRanking]], score: pd.Series, seed: int = 0
) -> list[Paired]:
    """Compare rankings, two by two.

    Parameters
    ----------
    score : float Series by candidate
        Results; may be missing.

    Raises
    ------
    RunError
        If two of them rank fewer than two candidates both.
    """
    return [_compared(one, other, score, seed) for one, other in pairs]


def paired_table(found: Sequence[Paired]) -> pd.DataFrame:
    """Return the PAIRED table of what was compared."""
    return pd.DataFrame([astuple(pair) for pair in found], columns=list(PAIRED))


def every_two(rankings: Sequence[NamedRanking]) -> list[tuple[NamedRanking, NamedRanking]]:
    """Return every two rankings, in the order they came."""
    return list(combinations(rankings, 2))


def rank_side_by_side(rankings: Sequence[NamedRanking], study: Study) -> pd.DataFrame:
    """Return the ranks of the candidates whom all rankings hold, the widest apart first.

    Returns
    -------
    table with ``candidate``, ``name``, ``reached``, a rank by each, ``apart``
        A rank stands in the column ``rank_`` with the ranking's name; ``apart`` is from the best of
        these ranks to the worst.
    """
    shared = pd.concat([one.strength for one in rankings], axis=1, join="inner").sort_index()
    ranks = competition_rank(shared.to_numpy(dtype=float).T)
    columns: dict[str, Any] = {
        "candidate": shared.index,
        "name": study.results.loc[shared.index, "name"].to_numpy(),
        "reached": result_labels(study)[shared.index].to_numpy(),
    }
    columns |= {f"rank_{one.name}": own for one, own in zip(rankings, ranks, strict=True)}
    apart = np.ptp(ranks, axis=0)
    order = np.lexsort((ranks.min(axis=0), -apart))  # stable: ids stand in order
    return pd.DataFrame(columns | {"apart": apart}).iloc[order].reset_index(drop=True)


def sentences(found: Paired) -> Iterator[str]:
    """Say what two rankings beside each other show."""
    one, other = found.one, found.other
    yield (
        f"{one} and {other}: no correlation, since one of them puts all alike."
        if np.isnan(found.tau)
        else f"{one} and {other} rank {found.candidates} candidates: Kendall's tau-b "
        f"{found.tau:+.3f} (95 % interval {found.tau_low:+.3f} to {found.tau_high:+.3f}; 1 is one "
        "order, 0 none in common)."
    )
    if found.outcome is Outcome.NOT_APPLICABLE:
        yield UNKNOWN
        return
    low, high = 100 * found.difference_low, 100 * found.difference_high
    yield (
        f"Of {found.pairs:,.0f} pairs of unequal result, {one} puts {percent(found.accuracy)} in "
        f"the order of the result and {other} {percent(found.other_accuracy)}, "
        f"{100 * found.difference:+.1f} points (95 % interval {low:+.1f} to {high:+.1f}); with the "
        f"two ranks of candidates swapped by lot, p = {found.p:.2g}: "
        f"{nearer(one, other).of(found.outcome)}"
    )


def juror_sentences(found: Sequence[Paired]) -> Iterator[str]:
    """Say what each juror beside all others shows."""
    paired = paired_table(found)
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
    """Say of which runs the accuracy is no measure of skill, and why."""
    for name, study in studies.items():
        score = study.results["score"].to_numpy(dtype=float)
        if study.settings.ranking_method.same_as == "wins" and follows_result(study.tally, score):
            yield (
                f"{name} counts raw wins, and equal results hardly ever met: the number of "
                "comparisons gives the result away. Its accuracy is no skill."
            )
        if "juror" in study.comparisons.table:
            yield (
                f"{name} is a panel: where its marks made the result, its accuracy is no "
                "prediction."
            )


def _ranked(name: str, study: Study, jurors: set[str]) -> NamedRanking:
    """The ranking by some jurors of a panel alone, by the method of the study."""
    comparisons, marks = study.comparisons.table, study.comparisons.marks
    tally = count_comparisons(comparisons[comparisons["juror"].isin(jurors)])
    given = (
        None if marks is None else mark_matrix(marks[marks["juror"].isin(jurors)], tally.candidates)
    )
    ranking = rank_candidates(tally, study.settings.ranking_method, given)
    return NamedRanking(name, ranking.set_index("candidate")["strength"])


def _compared(one: NamedRanking, other: NamedRanking, score: pd.Series, seed: int) -> Paired:
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
    accuracy, other_accuracy = (
        order_accuracy(strength, result) if apart.pairs else np.nan for strength in (own, others)
    )
    return Paired(
        one=one.name,
        other=other.name,
        candidates=len(shared),
        tau=tau.value,
        tau_low=tau.low,
        tau_high=tau.high,
        pairs=apart.pairs,
        accuracy=accuracy,
        other_accuracy=other_accuracy,
        difference=apart.value,
        difference_low=apart.low,
        difference_high=apart.high,
        p=apart.p,
    )


def _refuse_another_roster(one: str, study: Study, other: str, another: Study) -> None:
    """Refuse runs of other candidates, or of another result of the same."""
    where = f"{one} and {other}"
    own, others = (each.competition.score for each in (study, another))
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
