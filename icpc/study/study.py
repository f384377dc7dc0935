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

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.competition.rounds import round_or_score_label
from icpc.study.comparisons import Comparisons, marks_decided
from icpc.study.intervals import study_intervals
from icpc.study.remarks import ranking_remarks
from icpc.study.settings import Settings
from ranking.comparisons.schedule import (
    Schedule,
    describe_schedule,
    equal_scores_rarely_compared,
)
from ranking.comparisons.tally import Tally, count_comparisons
from ranking.errors import RankingError
from ranking.evaluation.detectable import detectable_accuracy
from ranking.evaluation.hit_rate import HitRateSummary, hit_rate_curve, summarise_hit_rate
from ranking.evaluation.null_model import permuted_strengths, random_judge_strengths
from ranking.evaluation.permutation import PERMUTATIONS
from ranking.evaluation.permuted_outcomes import PermutedOutcomes
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import method_remarks, rank_candidates
from ranking.uncertainty.rank_intervals import Intervals
from ranking.uncertainty.units import Uncertainty

Kept = Callable[[Tally, Callable[[], Intervals]], Intervals]
MAX_SIMULATED = 400  # candidates, up to which as many random judges are simulated as permutations


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
    intervals: Intervals
    """The ranking's intervals, the unit behind them and the distribution of ranks."""
    remarks: tuple[str, ...] = field(default=())
    """What a reader must know before believing the ranking."""
    left_out: int = 0
    """Number of candidates of other components, where this is the part of the largest one."""

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """What a reader must know of the comparisons, then of the ranking."""
        return tuple(filter(None, (self.comparisons.remark, *self.remarks)))

    @cached_property
    def largest(self) -> "Study":
        """The part of the largest component: candidates whom comparisons join."""
        members, *others = self.tally.components
        if not others:
            return self
        tally = self.tally.part(members)
        first = self.ranking["component"] == 1
        return replace(
            self,
            comparisons=self.comparisons.among(tally.candidates),
            tally=tally,
            schedule=describe_schedule(tally),
            ranking=self.ranking[first].reset_index(drop=True),
            intervals=replace(self.intervals, components=self.intervals.components[:1]),
            left_out=len(self.tally.candidates) - len(members),
        )

    @property
    def with_titles(self) -> "Study":
        """The study with the titles of rounds as their names, for what people read."""
        return replace(self, competition=self.competition.with_titles)

    @property
    def results(self) -> pd.DataFrame:
        """Roster of the ranked candidates, indexed by id, in the order of the tally."""
        return self.competition.roster.set_index("candidate").loc[self.tally.candidates]

    @property
    def marks(self) -> np.ndarray | None:
        """The panel's marks, shape (jurors, n), in the order of the tally; None if of no panel."""
        return self.comparisons.marks_of(self.tally.candidates)

    @property
    def strengths(self) -> np.ndarray:
        """Strengths of the ranked candidates in the order of the tally; float, shape (n,)."""
        by_id = self.ranking.set_index("candidate")["strength"]
        return by_id.loc[self.tally.candidates].to_numpy()

    @property
    def passed(self) -> pd.Series:
        """Whether each ranked candidate passed the round that was compared; NaN scores left out."""
        score = self.results["score"].dropna()
        return score >= self.comparisons.passing_score

    @property
    def passed_by_id(self) -> frozenset[str] | None:
        """Ids of the ranked candidates who passed the round that was compared.

        None where somebody's result is not known.
        """
        passed = self.passed
        return frozenset(passed.index[passed]) if len(passed) == len(self.results) else None

    @property
    def decided_by_marks(self) -> bool:
        """Whether the marks that were ranked decided themselves which results are better."""
        return marks_decided(self.comparisons.decided_score, self.results["score"])

    @property
    def decided(self) -> str:
        """What the marks that were ranked decided: "who passed into stage 2"; empty if nothing."""
        score = self.comparisons.decided_score
        return (
            ""
            if score is None
            else f"who passed into {round_or_score_label(self.competition.titles_of_rounds, score)}"
        )

    @cached_property
    def permuted(self) -> PermutedOutcomes | None:
        """Outcomes of the same pairs with the results permuted, where they are enough for a p."""
        permuted = self.comparisons.permuted
        if permuted is None or not permuted.enough:
            return None
        return permuted.among(self.tally.candidates).where_compared(self.tally)

    @property
    def untested(self) -> str:
        """Why these comparisons cannot be tested against the result; empty if they can."""
        if self.decided_by_marks:
            return f"These marks decided {self.decided}"
        if self.comparisons.cross_fitted and self.permuted is None:
            return "Rankers were fitted on the results of other candidates"
        return ""

    @property
    def ranking_untested(self) -> str:
        """Why this ranking cannot be tested against the result; empty if it can."""
        method = self.settings.ranking_method
        if self.untested or not method.slow:
            return self.untested
        score = self.results["score"].to_numpy(dtype=float)
        if self.comparisons.cross_fitted or equal_scores_rarely_compared(self.tally, score):
            return f"A fair test takes more simulated rankings than {method.name} has time for"
        return ""

    @property
    def null_draws(self) -> str:
        """What :attr:`null_strengths` are those of, in words."""
        if self.comparisons.cross_fitted:
            return "rankers fitted anew on permuted results"
        if "juror" in self.comparisons.table or self.settings.ranking_method.slow:
            return "permutations of the results over the candidates"
        return "random judges given the same pairs"

    @cached_property
    def null_strengths(self) -> np.ndarray | None:
        """Strengths by random judges given the same pairs, shape (draws, n); simulated once.

        A panel's are permuted over the candidates, and those of a slow method, where that is fair.
        Those of rankers fitted in folds come from permutations of the results; without enough of
        these there are none.
        """
        method = self.settings.ranking_method
        if method.slow and self.ranking_untested:
            return None
        if self.comparisons.cross_fitted:
            return None if self.permuted is None else self.permuted.strengths(method)
        if "juror" in self.comparisons.table or method.slow:
            return permuted_strengths(self.strengths, self.settings.seed)
        return random_judge_strengths(self.tally, method, self.settings.seed, marks=self.marks)

    @cached_property
    def null_strengths_of_tests(self) -> np.ndarray | None:
        """Strengths by chance, where permuting results beside them is no fair test; else None.

        Where candidates of equal result were hardly ever compared, it is fair for Bradley-Terry
        strengths alone; where rankers were fitted in folds, for none.
        """
        method, score = self.settings.ranking_method, self.results["score"].to_numpy(dtype=float)
        if self.ranking_untested:
            return None
        if self.comparisons.cross_fitted:
            return self.null_strengths
        if method == BRADLEY_TERRY or not equal_scores_rarely_compared(self.tally, score):
            return None
        draws = PERMUTATIONS if len(score) <= MAX_SIMULATED else None
        return random_judge_strengths(self.tally, method, self.settings.seed, draws)

    @cached_property
    def detectable_accuracy(self) -> float:
        """Pair accuracy that a permutation test on these pairs finds in 80 % of such fields.

        0 where rankers were fitted in folds: there it is not known.
        """
        if self.comparisons.cross_fitted:
            return 0.0
        score = self.results["score"].to_numpy(dtype=float)
        return detectable_accuracy(self.tally.pair_counts, score, self.settings.seed)


def run_study(
    competition: Competition,
    comparisons: Comparisons,
    settings: Settings,
    *,
    with_intervals: bool = True,
    kept: Kept | None = None,
) -> Study:
    """Return the study of a competition: its candidates ranked from comparisons.

    Parameters
    ----------
    competition : its results are joined to the finished ranking
    comparisons : what the ranking is made from
    settings : how to rank, and the seed of the intervals
    with_intervals : whether to estimate intervals
    kept : function of the tally and of what ranks, that returns what is kept or ranks; None: rank

    Raises
    ------
    RankingError
        If the settings cannot be met, or nothing is left to rank.
    """
    remarks = [*comparisons.understood]
    if settings.count == "paper":
        comparisons = comparisons.between_unequal(competition.score)
        remarks.append(
            "counted as in the paper's release: pairs of equal score left out, ranked by raw wins. "
            "The number of comparisons then depends on the result; do not read this as skill."
        )
    tally = count_comparisons(comparisons.table)
    schedule = describe_schedule(tally)
    method, marks = settings.ranking_method, comparisons.marks_of(tally.candidates)

    def ranked() -> Intervals:
        ranking = rank_candidates(tally, method, marks)
        if not with_intervals:
            return Intervals(ranking, Uncertainty(reason="they were not asked for"))
        return study_intervals(ranking, comparisons, tally, settings)

    intervals = kept(tally, ranked) if kept is not None else ranked()
    ranking = intervals.ranking
    remarks += method_remarks(ranking, tally, method, marks)
    remarks += ranking_remarks(competition, comparisons.table, tally, schedule, method)
    remarks += intervals.uncertainty.sentences
    made_from = (competition, comparisons, settings, tally, schedule)
    return Study(*made_from, ranking, intervals, tuple(remarks))


def with_passing_score(study: Study, score: float) -> Study:
    """Return the study with another minimum score that counts as passed."""
    return replace(study, comparisons=replace(study.comparisons, passing_score=score))


def hit_rate_curve_and_summary(study: Study) -> tuple[pd.DataFrame, HitRateSummary]:
    """Return the HITRATE table of a study's largest component, and its summary.

    Raises
    ------
    RankingError
        If no result is known, all or none passed, or candidates are too many to simulate.
    """
    study = study.largest
    study.tally.require_all_pairs("hit-rate")
    passed = study.passed
    if passed.empty:
        raise RankingError(
            study.competition.name,
            "no results are known, so there is no hit-rate",
            "fill in 'reached' or 'score' in the roster",
            key="give-results",
        )
    known = study.tally.candidates.isin(passed.index)
    null = None if study.null_strengths is None else study.null_strengths[:, known]
    ranking = study.ranking[study.ranking["candidate"].isin(passed.index)]
    curve = hit_rate_curve(ranking, passed, result_labels(study), null)
    return curve, summarise_hit_rate(ranking, curve, passed, null)


def result_labels(study: Study) -> pd.Series:
    """Return what each ranked candidate reached, by id: the last round played, else the score."""
    results = study.results
    score = results["score"].map(lambda value: "" if np.isnan(value) else f"score {value:g}")
    return results["reached"].mask(results["reached"] == "", score)
