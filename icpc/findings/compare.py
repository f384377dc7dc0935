"""Rankings of one competition side by side, and beside its result.

Conventions
-----------
A *named ranking* is a name and one strength per candidate: a run's, or a single juror's. Two of
them are compared on the candidates that both rank, who are ranked again among themselves;
:mod:`ranking.evaluation.paired` defines the numbers.

A juror is compared with the panel *without that juror*, whose own marks would otherwise be in both
rankings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from icpc.findings.finding import Outcome, outcome_of_p, p_of_estimate
from icpc.study.comparisons import marks_decided
from icpc.study.study import Study, result_labels
from ranking.comparisons.marks import juror_by_candidate_marks
from ranking.comparisons.tally import count_comparisons
from ranking.errors import RunError
from ranking.evaluation.multiple import holm
from ranking.evaluation.paired import order_accuracy, order_accuracy_difference, tau_b_with_interval
from ranking.evaluation.permuted_outcomes import without_interval
from ranking.methods.method import competition_rank, rank_candidates
from ranking.tables import PAIRED

REST = "the other jurors"


@dataclass(frozen=True)
class NamedRanking:
    """A name, and the strength of each candidate."""

    name: str
    """Name of the run or of the juror."""
    strength: pd.Series
    """Strengths by candidate id, the larger the better."""
    decided_score: float | None = None
    """Score that the marks behind the ranking decided who reached; None if they decided none."""
    cross_fitted: bool = False
    """Whether rankers behind the ranking were fitted in folds."""


@dataclass(frozen=True)
class Paired:
    """Two rankings compared: a row of the PAIRED table of :mod:`ranking.tables`."""

    one: str
    """Name of the first ranking."""
    other: str
    """Name of the second ranking."""
    candidates: int
    """Number of candidates that both rank."""
    tau: float
    """Kendall's tau-b of the two rankings."""
    tau_low: float
    tau_high: float
    """Ends of the 95 % interval of tau-b."""
    pairs: float
    """Number of pairs of candidates of unequal result."""
    accuracy: float
    """Share of these pairs that ``one`` puts in the order of the result."""
    other_accuracy: float
    """Share of these pairs that ``other`` puts in the order of the result."""
    difference: float
    """The first share minus the second."""
    difference_low: float
    difference_high: float
    """Ends of the 95 % interval of the difference."""
    p: float
    """Two-sided p-value of the difference, corrected for those of the other pairs of rankings."""
    smallest_p: float = float("nan")
    """Smallest p that was possible for this pair by itself."""
    at_floor: bool = False
    """Whether p could be smaller if more swaps were drawn."""
    tests: int = 1
    """Number of pairs of rankings that were tested together."""
    decided: tuple[str, ...] = ()
    """Names of the rankings whose own marks decided the result: there is no interval and no p."""
    cross_fitted: tuple[str, ...] = ()
    """Names of the rankings by rankers fitted in folds: there is no interval and no p."""

    @property
    def outcome(self) -> Outcome:
        """Significant if ``one`` is nearer to the result, opposite if ``other`` is."""
        tested = self.pairs and not self.decided and not self.cross_fitted
        return outcome_of_p(self.difference, self.p) if tested else Outcome.NOT_APPLICABLE


def rankings_of(studies: dict[str, Study]) -> list[NamedRanking]:
    """Return the rankings of some runs, by name.

    Raises
    ------
    RunError
        If the runs are not of one competition with one result.
    """
    first, *others = studies
    for other in others:
        _refuse_another_roster(first, studies[first], other, studies[other])
    return [
        NamedRanking(
            name,
            study.largest.ranking.set_index("candidate")["strength"],
            study.comparisons.decided_score,
            study.comparisons.cross_fitted,
        )
        for name, study in studies.items()
    ]


def juror_and_others_rankings(name: str, study: Study) -> list[tuple[NamedRanking, NamedRanking]]:
    """Return each juror's ranking, paired with that of all other jurors, by the run's method.

    Raises
    ------
    RunError
        If the run has fewer than two jurors.
    """
    comparisons = study.comparisons.table
    jurors = sorted(comparisons["juror"].unique()) if "juror" in comparisons else []
    if len(jurors) < 2:
        raise RunError(
            name,
            "its comparisons are not those of several jurors",
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
    """Return how the two rankings of each pair compare.

    Parameters
    ----------
    pairs
        Pairs of rankings.
    score : float, by candidate id
        Results; missing where they are not known.
    seed
        Seed of the resampling.

    Raises
    ------
    RunError
        If fewer than two candidates are in both rankings of a pair.
    """
    found = [_compared(one, other, score, seed) for one, other in pairs]
    tested = [at for at, pair in enumerate(found) if not np.isnan(pair.p)]
    for at, p in zip(tested, holm([found[at].p for at in tested]), strict=True):
        found[at] = replace(found[at], p=float(p), tests=len(tested))
    return found


def paired_table(found: Sequence[Paired]) -> pd.DataFrame:
    """Return the PAIRED table of compared rankings."""
    rows = [[getattr(pair, column) for column in PAIRED] for pair in found]
    return pd.DataFrame(rows, columns=list(PAIRED))


def every_two_rankings(rankings: Sequence[NamedRanking]) -> list[tuple[NamedRanking, NamedRanking]]:
    """Return every pair of rankings, in the order given."""
    return list(combinations(rankings, 2))


def rank_side_by_side(rankings: Sequence[NamedRanking], study: Study) -> pd.DataFrame:
    """Return the ranks of the candidates who are in all rankings, the widest apart first.

    Returns
    -------
    table with ``candidate``, ``name``, ``reached``, a rank by each, ``apart``
        The rank by each ranking is in the column ``rank_`` with its name; ``apart`` is the
        difference between the best and the worst of them.
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


def _ranked(name: str, study: Study, jurors: set[str]) -> NamedRanking:
    """The ranking by some jurors of a panel alone, by the method of the study."""
    comparisons, marks = study.comparisons.table, study.comparisons.marks
    tally = count_comparisons(comparisons[comparisons["juror"].isin(jurors)])
    given = (
        None
        if marks is None
        else juror_by_candidate_marks(marks[marks["juror"].isin(jurors)], tally.candidates)
    )
    ranking = rank_candidates(tally, study.settings.ranking_method, given)
    largest = ranking[ranking["component"] == 1]
    strength = largest.set_index("candidate")["strength"]
    return NamedRanking(name, strength, study.comparisons.decided_score)


def _compared(one: NamedRanking, other: NamedRanking, score: pd.Series, seed: int) -> Paired:
    shared = one.strength.index.intersection(other.strength.index).sort_values()
    if len(shared) < 2:
        raise RunError(
            f"{one.name} and {other.name}",
            f"candidates in both rankings: {len(shared)}",
            "compare rankings of the same candidates",
        )
    own, others, result = (
        values.loc[shared].to_numpy(dtype=float) for values in (one.strength, other.strength, score)
    )
    tau = tau_b_with_interval(own, others, seed)
    apart = order_accuracy_difference(own, others, result, seed)
    decided = tuple(
        ranking.name for ranking in (one, other) if marks_decided(ranking.decided_score, result)
    )
    cross_fitted = tuple(ranking.name for ranking in (one, other) if ranking.cross_fitted)
    if cross_fitted:
        tau = without_interval(tau)
    if decided or cross_fitted:
        apart = without_interval(apart)
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
        smallest_p=apart.smallest_p,
        at_floor=p_of_estimate(apart).at_floor,
        decided=decided,
        cross_fitted=cross_fitted,
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
