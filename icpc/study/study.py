"""The whole way, from a competition to its results.

Conventions
-----------
Verdicts come from one source: comparisons, votes on windows, or a panel's marks. The ranking is
made from verdicts alone; results are joined to the finished ranking. One choice breaks that rule,
and says so: ``count = "paper"`` leaves out pairs of equal score and ranks by raw wins, as the
release of the paper [1]_ does, to reproduce its figure.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, sec. 5.1.1.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons
from icpc.study.remarks import list_remarks
from ranking.comparisons.marks import mark_matrix
from ranking.comparisons.pairs import with_truth
from ranking.comparisons.schedule import Schedule, describe_schedule
from ranking.comparisons.tally import Tally, count_comparisons
from ranking.comparisons.votes import VOTE_RULES
from ranking.errors import Given, RankingError
from ranking.evaluation.hit_rate import HitRateSummary, hit_rate_curve, summarise
from ranking.evaluation.null_model import no_skill
from ranking.evaluation.rank_intervals import with_intervals, with_window_intervals
from ranking.evaluation.resampling import RESAMPLED
from ranking.files.text import printable
from ranking.methods.method import Method, rank_candidates
from ranking.methods.registry import METHODS


@dataclass(frozen=True)
class Settings:
    """Every choice that moves a number."""

    method: str = "bradley-terry"
    """Ranking method, by its name in :data:`ranking.methods.registry.METHODS`."""
    vote: str = "majority"
    """How votes on windows make a verdict: majority or mean."""
    count: str = "all"
    """all comparisons, or paper: those of unequal score only, by raw wins."""
    resample: str = "candidates"
    """What the rank intervals resample: candidates, or windows where votes are known."""
    seed: int = 0

    @property
    def ranking_method(self) -> Method:
        """The ranking method itself."""
        return METHODS[self.method]

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("method", self.method, METHODS),
            ("vote", self.vote, VOTE_RULES),
            ("count", self.count, ("all", "paper")),
            ("resample", self.resample, RESAMPLED),
        ):
            if value not in choices:
                raise RankingError(
                    Given(**{name: printable(value)}),
                    "no such choice",
                    f"choose {', '.join(choices)}",
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
    """A competition, verdicts on it, and the ranking they give."""

    competition: Competition
    comparisons: Comparisons
    settings: Settings
    tally: Tally
    schedule: Schedule
    ranking: pd.DataFrame
    remarks: tuple[str, ...] = field(default=())

    @property
    def results(self) -> pd.DataFrame:
        """The roster of the ranked candidates by id, in the order of the tally."""
        return self.competition.roster.set_index("candidate").loc[self.tally.candidates]

    @property
    def passed(self) -> pd.Series:
        """Whether each ranked candidate passed the round that was judged; unknown ones left out."""
        score = self.results["score"].dropna()
        return score >= self.comparisons.passing_score

    def chance(self) -> np.ndarray:
        """Strengths that a judge without skill would have given, shape (draws, n)."""
        marks = _marks(self.comparisons, self.tally)
        return no_skill(self.tally, self.settings.ranking_method, self.settings.seed, marks=marks)


def run_study(competition: Competition, comparisons: Comparisons, settings: Settings) -> Study:
    """Rank the candidates of a competition from verdicts.

    Raises
    ------
    RankingError
        If the settings cannot be met, or nothing is left to rank.
    """
    said = []
    if settings.count == "paper":
        comparisons = _unequal_only(competition, comparisons)
        said.append(
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
                "these verdicts have no votes on windows",
                "take votes on windows",
                key="give-votes",
            )
        ranking = with_window_intervals(
            ranking, comparisons.votes, settings.vote, method, settings.seed
        )
    else:
        ranking = with_intervals(ranking, tally, method, settings.seed)
    said += list_remarks(competition, tally, schedule, method)
    return Study(competition, comparisons, settings, tally, schedule, ranking, tuple(said))


def with_passing_score(study: Study, score: float) -> Study:
    """Return the study with another least score that counts as passed."""
    return replace(study, comparisons=replace(study.comparisons, passing_score=score))


def compare_with_result(study: Study) -> tuple[pd.DataFrame, HitRateSummary]:
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
    chance = study.chance()[:, known]
    ranking = study.ranking[study.ranking["candidate"].isin(passed.index)]
    curve = hit_rate_curve(ranking, passed, result_labels(study), chance)
    return curve, summarise(ranking, curve, passed, chance)


def result_labels(study: Study) -> pd.Series:
    """What each ranked candidate reached, by id: the round, or else the score."""
    results = study.results
    score = results["score"].map(lambda value: "" if np.isnan(value) else f"score {value:g}")
    return results["reached"].mask(results["reached"] == "", score)


def _marks(comparisons: Comparisons, tally: Tally) -> np.ndarray | None:
    """The panel's marks, shape (jurors, n), candidates in the order of the tally."""
    return None if comparisons.marks is None else mark_matrix(comparisons.marks, tally.candidates)


def _unequal_only(competition: Competition, comparisons: Comparisons) -> Comparisons:
    """Verdicts on candidates whose scores differ."""
    unequal = with_truth(comparisons.table, competition.score)["truth"].notna()
    kept = comparisons.table[unequal].reset_index(drop=True)
    if kept.empty:
        raise RankingError(
            Given(count="paper"),
            "no two compared candidates differ in score",
            "fill in the results",
        )
    if len(kept) == len(comparisons.table):
        return comparisons
    return replace(comparisons, table=kept, source=f"{len(kept):,} of {comparisons.source}")
