"""A study: a competition, comparisons of its candidates, and the ranking made from them.

Conventions
-----------
Comparisons come from one source: a file of comparisons, votes on windows, or a panel's marks. The
ranking is made from comparisons alone; results are joined to the finished ranking. One setting
breaks that rule, and the study says so: ``count = "paper"`` leaves out pairs of equal score and
ranks by raw wins, as the release of the paper [1]_ does, to reproduce its figure.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 5.1.1.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons
from icpc.study.remarks import ranking_remarks
from ranking.comparisons.marks import juror_by_candidate_marks
from ranking.comparisons.pairs import with_truth
from ranking.comparisons.schedule import Schedule, describe_schedule
from ranking.comparisons.tally import Tally, count_comparisons
from ranking.comparisons.votes import VOTE_RULES
from ranking.errors import Given, RankingError
from ranking.evaluation.hit_rate import HitRateSummary, hit_rate_curve, summarise_hit_rate
from ranking.evaluation.null_model import random_judge_strengths
from ranking.evaluation.rank_intervals import with_intervals, with_window_intervals
from ranking.evaluation.resampling import RESAMPLED
from ranking.files.text import escape_controls
from ranking.methods.method import Method, rank_candidates
from ranking.methods.registry import METHODS


@dataclass(frozen=True)
class Settings:
    """Every setting that changes a number.

    Raises
    ------
    RankingError
        If there is no such value, or two contradict each other.
    """

    method: str = "bradley-terry"
    """Ranking method, by its name in :data:`ranking.methods.registry.METHODS`."""
    vote: str = "majority"
    """How votes on windows decide a comparison: majority or mean."""
    count: str = "all"
    """Which comparisons count: all, or paper (those of unequal score only, by raw wins)."""
    resample: str = "candidates"
    """What the rank intervals resample: candidates, or windows where votes are known."""
    seed: int = 0
    """Seed of every random draw."""

    @property
    def ranking_method(self) -> Method:
        """The entry of :data:`ranking.methods.registry.METHODS`."""
        return METHODS[self.method]

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("method", self.method, METHODS),
            ("vote", self.vote, VOTE_RULES),
            ("count", self.count, ("all", "paper")),
            ("resample", self.resample, RESAMPLED),
        ):
            if value not in allowed:
                raise RankingError(
                    Given(**{name: escape_controls(value)}),
                    "no such choice",
                    f"choose {', '.join(allowed)}",
                )
        if self.count == "paper" and self.method != "wins":
            raise RankingError(
                Given(count="paper", method=self.method),
                "the paper's counting ranks by raw wins",
                "leave one of the two out",
            )
        if self.count == "paper" and self.resample == "windows":
            raise RankingError(
                Given(count="paper", resample="windows"),
                "votes are on all pairs, the paper's counting is not",
                "leave one of the two out",
            )


@dataclass(frozen=True)
class Study:
    """A competition, comparisons of its candidates, and the ranking made from them."""

    competition: Competition
    comparisons: Comparisons
    settings: Settings
    tally: Tally
    """Wins and numbers of comparisons of every pair of candidates."""
    schedule: Schedule
    """Who was compared with whom, how often."""
    ranking: pd.DataFrame
    """RANKING table of :mod:`ranking.tables`, best first."""
    remarks: tuple[str, ...] = field(default=())
    """What a reader must know before believing the ranking."""

    @property
    def results(self) -> pd.DataFrame:
        """Roster of the ranked candidates, indexed by id, in the order of the tally."""
        return self.competition.roster.set_index("candidate").loc[self.tally.candidates]

    @property
    def passed(self) -> pd.Series:
        """Whether each ranked candidate passed the round that was compared; NaN scores left out."""
        score = self.results["score"].dropna()
        return score >= self.comparisons.passing_score

    @cached_property
    def null_strengths(self) -> np.ndarray:
        """Strengths by random judges given the same pairs, shape (draws, n); simulated once."""
        marks = _marks(self.comparisons, self.tally)
        return random_judge_strengths(
            self.tally, self.settings.ranking_method, self.settings.seed, marks=marks
        )


def run_study(competition: Competition, comparisons: Comparisons, settings: Settings) -> Study:
    """Return the study of a competition: its candidates ranked from comparisons.

    Parameters
    ----------
    competition
        The competition; its results are joined to the finished ranking.
    comparisons
        What the ranking is made from.
    settings
        How to rank, and the seed of the intervals.

    Raises
    ------
    RankingError
        If the settings cannot be met, or nothing is left to rank.
    """
    remarks = []
    if settings.count == "paper":
        comparisons = _unequal_only(competition, comparisons)
        remarks.append(
            "counted as in the paper's release: pairs of equal score left out, ranked by raw wins. "
            "The number of comparisons then depends on the result; do not read this as skill."
        )
    tally = count_comparisons(comparisons.table)
    schedule = describe_schedule(tally)
    method, marks = settings.ranking_method, _marks(comparisons, tally)
    ranking = rank_candidates(tally, method, marks)
    if settings.resample == "windows":
        if comparisons.votes is None:
            raise RankingError(
                Given(resample="windows"),
                "these comparisons have no votes on windows",
                "rank votes on windows",
                key="give-votes",
            )
        ranking = with_window_intervals(
            ranking, comparisons.votes, settings.vote, method, settings.seed
        )
    else:
        ranking = with_intervals(ranking, tally, method, settings.seed)
    remarks += ranking_remarks(competition, tally, schedule, method)
    return Study(competition, comparisons, settings, tally, schedule, ranking, tuple(remarks))


def with_passing_score(study: Study, score: float) -> Study:
    """Return the study with another minimum score that counts as passed."""
    return replace(study, comparisons=replace(study.comparisons, passing_score=score))


def hit_rate_curve_and_summary(study: Study) -> tuple[pd.DataFrame, HitRateSummary]:
    """Return the HITRATE table of a study and its summary.

    Raises
    ------
    RankingError
        If no result is known, or all or none passed.
    """
    passed = study.passed
    if passed.empty:
        raise RankingError(
            study.competition.name,
            "no results are known, so there is no hit-rate",
            "fill in 'reached' or 'score' in the roster",
        )
    known = study.tally.candidates.isin(passed.index)
    null = study.null_strengths[:, known]
    ranking = study.ranking[study.ranking["candidate"].isin(passed.index)]
    curve = hit_rate_curve(ranking, passed, result_labels(study), null)
    return curve, summarise_hit_rate(ranking, curve, passed, null)


def result_labels(study: Study) -> pd.Series:
    """Return what each ranked candidate reached, by id: the last round played, else the score."""
    results = study.results
    score = results["score"].map(lambda value: "" if np.isnan(value) else f"score {value:g}")
    return results["reached"].mask(results["reached"] == "", score)


def _marks(comparisons: Comparisons, tally: Tally) -> np.ndarray | None:
    """The panel's marks, shape (jurors, n), candidates in the order of the tally."""
    return (
        None
        if comparisons.marks is None
        else juror_by_candidate_marks(comparisons.marks, tally.candidates)
    )


def _unequal_only(competition: Competition, comparisons: Comparisons) -> Comparisons:
    """The comparisons of candidates whose scores differ."""
    unequal = with_truth(comparisons.table, competition.score)["truth"].notna()
    table = comparisons.table[unequal].reset_index(drop=True)
    if table.empty:
        raise RankingError(
            Given(count="paper"),
            "no two compared candidates differ in score",
            "fill in the results",
        )
    if len(table) == len(comparisons.table):
        return comparisons
    return replace(comparisons, table=table, source=f"{len(table):,} of {comparisons.source}")
