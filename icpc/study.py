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
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.competitions import Competition
from ranking.aggregate import METHODS, rank_candidates
from ranking.comparisons import read_comparisons
from ranking.csv_input import printable
from ranking.errors import CompetitionError, RankingError
from ranking.hitrate import HitRateSummary, hit_rate_curve, summarise
from ranking.intervals import with_intervals, with_window_intervals
from ranking.noskill import no_skill
from ranking.panel import panel_comparisons, read_marks
from ranking.schedule import Schedule, describe_schedule, follows_result
from ranking.tally import Tally, tally
from ranking.vote import VOTE_RULES, count_votes, read_votes


@dataclass(frozen=True)
class Settings:
    """Every choice that moves a number."""

    by: str = "bradley-terry"
    """Ranking method, one of :data:`ranking.aggregate.METHODS`."""
    vote: str = "majority"
    """How votes on windows make a verdict: majority or mean."""
    count: str = "all"
    """all comparisons, or paper: those of unequal score only, by raw wins."""
    resample: str = "candidates"
    """What the rank intervals resample: candidates, or windows where votes are known."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("by", self.by, tuple(METHODS)),
            ("vote", self.vote, VOTE_RULES),
            ("count", self.count, ("all", "paper")),
            ("resample", self.resample, ("candidates", "windows")),
        ):
            if value not in choices:
                raise RankingError(
                    f"--{name} {printable(value)}", "no such choice", f"choose {', '.join(choices)}"
                )
        if self.count == "paper" and self.by != "wins":
            raise RankingError(
                f"--count paper --by {self.by}",
                "the paper's counting ranks by raw wins",
                "leave one of the two out",
            )


@dataclass(frozen=True)
class Verdicts:
    """Comparisons and where they come from."""

    comparisons: pd.DataFrame
    source: str
    """What they are, in words: "8,418 published comparisons"."""
    note: str = ""
    path: Path | None = None
    passed_from: int = 1
    """Rounds passed into by whoever passed the round that was judged."""
    votes: pd.DataFrame | None = None


@dataclass(frozen=True)
class Study:
    """A competition, verdicts on it, and the ranking they give."""

    competition: Competition
    verdicts: Verdicts
    settings: Settings
    counted: Tally
    schedule: Schedule
    ranking: pd.DataFrame
    remarks: tuple[str, ...] = field(default=())

    @property
    def results(self) -> pd.DataFrame:
        """The roster of the ranked candidates by id, in the order of the tally."""
        return self.competition.roster.set_index("candidate").loc[self.counted.candidates]

    @property
    def passed(self) -> pd.Series:
        """Whether each ranked candidate passed the round that was judged; unknown ones left out."""
        score = self.results["score"].dropna()
        return score >= self.verdicts.passed_from


def read_verdicts(
    competition: Competition,
    settings: Settings,
    comparisons: Path | None = None,
    votes: Path | None = None,
    panel: Path | None = None,
    stage: str | None = None,
) -> Verdicts:
    """Return the verdicts of the one file given, or those that come with the competition.

    Raises
    ------
    TableError, ComparisonsError
        If the file cannot be read.
    CompetitionError
        If several files are given, or none where the competition has none; or ``stage`` without
        marks.
    """
    given = [path for path in (comparisons, votes, panel) if path is not None]
    if len(given) > 1:
        raise CompetitionError(
            " and ".join(path.name for path in given), "verdicts from several files", "give one"
        )
    ids = pd.Index(competition.judged["candidate"])
    if votes is not None:
        return _from_votes(votes, ids, settings)
    own = not given
    path = comparisons or (competition.comparisons if own else None)
    if path is not None and stage is None:
        table = read_comparisons(path, ids)
        kind = "published comparisons" if own else "comparisons"
        note = competition.comparisons_note if own else ""
        return Verdicts(table, f"{len(table):,} {kind}", note, path)
    panel = panel or (competition.panel if own else None)
    if panel is None:
        raise CompetitionError(
            competition.name,
            "no marks by a panel" if stage else "no verdicts come with it",
            "leave --stage out"
            if stage
            else "give --comparisons FILE, --votes FILE or --panel FILE",
        )
    return _from_panel(competition, panel, stage, own=own)


def run_study(competition: Competition, verdicts: Verdicts, settings: Settings) -> Study:
    """Rank the candidates of a competition from verdicts.

    Raises
    ------
    RankingError
        If the settings cannot be met, or nothing is left to rank.
    """
    comparisons = verdicts.comparisons
    remarks = []
    if settings.count == "paper":
        comparisons = _unequal_only(competition, comparisons)
        remarks.append(
            "counted as in the paper's release: pairs of equal score left out, ranked by raw wins. "
            "The number of comparisons then depends on the result; do not read this as skill."
        )
    counted = tally(comparisons)
    schedule = describe_schedule(counted)
    ranking = rank_candidates(counted, settings.by)
    if settings.resample == "windows":
        if verdicts.votes is None:
            raise RankingError(
                "--resample windows", "these verdicts have no votes on windows", "give --votes FILE"
            )
        ranking = with_window_intervals(
            ranking, verdicts.votes, settings.vote, settings.by, settings.seed
        )
    else:
        ranking = with_intervals(ranking, counted, settings.by, settings.seed)
    remarks += _remarks(competition, counted, schedule, settings)
    kept = replace(verdicts, comparisons=comparisons)
    return Study(competition, kept, settings, counted, schedule, ranking, tuple(remarks))


def hold_against_result(study: Study) -> tuple[pd.DataFrame, HitRateSummary]:
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
    known = study.counted.candidates.isin(passed.index)
    chance = no_skill(study.counted, study.settings.by, study.settings.seed).strengths[:, known]
    ranking = study.ranking[study.ranking["candidate"].isin(passed.index)]
    curve = hit_rate_curve(ranking, passed, study.results["reached"], chance)
    return curve, summarise(ranking, curve, passed, chance)


def _from_votes(path: Path, ids: pd.Index, settings: Settings) -> Verdicts:
    votes = read_votes(path, ids)
    table = count_votes(votes, settings.vote)
    even = int((table["votes"] * 2 == table["windows"]).sum())
    source = f"{len(table):,} comparisons by {settings.vote} of {len(votes):,} votes on windows"
    decided = f"{even:,} even votes went to the larger mean probability" if even else ""
    return Verdicts(table, source, decided, path, votes=votes)


def _from_panel(competition: Competition, path: Path, stage: str | None, *, own: bool) -> Verdicts:
    judged = stage or (competition.stages[0] if own and competition.stages else None)
    marks = read_marks(path, pd.Index(competition.judged["candidate"]), judged)
    table = panel_comparisons(marks)
    ties = int((table["winner"] == "tie").sum())
    at = competition.rounds.index(judged) if judged in competition.rounds else 0
    return Verdicts(
        table,
        f"{len(table):,} verdicts of {table['juror'].nunique()} jurors"
        f"{f' in {judged}' if judged else ''} ({ties:,} ties)",
        competition.panel_note if own else "",
        path,
        passed_from=at + 1,
    )


def _unequal_only(competition: Competition, comparisons: pd.DataFrame) -> pd.DataFrame:
    """Comparisons of candidates whose scores differ."""
    score = competition.roster.set_index("candidate")["score"]
    first, second = (comparisons[side].map(score) for side in ("first", "second"))
    kept = comparisons[(first - second).abs() > 0]
    if kept.empty:
        raise RankingError(
            "--count paper", "no two compared candidates differ in score", "fill in the results"
        )
    return kept.reset_index(drop=True)


def _remarks(
    competition: Competition, counted: Tally, schedule: Schedule, settings: Settings
) -> list[str]:
    """What a reader must know before believing the ranking."""
    remarks = []
    absent = len(competition.judged) - len(counted.candidates)
    if absent:
        remarks.append(
            f"{absent} of the {len(competition.judged)} candidates have no comparisons and are not "
            "ranked."
        )
    exempt = int(competition.roster["exempt"].sum())
    if exempt:
        remarks.append(f"{exempt} more were exempt from the judged round: known, but not judged.")
    if not schedule.even:
        score = competition.roster.set_index("candidate")["score"]
        remarks.append(
            _uneven(
                schedule,
                settings,
                follows_result(counted, score.loc[counted.candidates].to_numpy(dtype=float)),
            )
        )
    if len(schedule.groups) > 1:
        remarks.append(_split(schedule, settings))
    return remarks


def _uneven(schedule: Schedule, settings: Settings, follows: bool) -> str:
    span = f"candidates were compared {schedule.fewest_games:,} to {schedule.most_games:,} times"
    why = "raw wins would give the result away" if follows else "raw wins would not be fair"
    if settings.by in ("wins", "pagerank"):
        return (
            f"WARNING: {span}: ranking --by {settings.by} favours those who were compared more"
            + (", and who was compared more depends on the result." if follows else ".")
        )
    return f"{span}: {why}; ranked by {settings.by}."


def _split(schedule: Schedule, settings: Settings) -> str:
    """Name the groups between which wins run one way only, or not at all."""
    shown = [_named(group) for group in schedule.groups[:4]]
    more = len(schedule.groups) - len(shown)
    listing = "; then ".join(shown) + (f"; then {more} more" if more else "")
    mend = (
        " Their distance is not known: each candidate was given one more comparison, tied, spread "
        "over all others, to keep strengths finite."
        if settings.by == "bradley-terry"
        else ""
    )
    return (
        f"{len(schedule.groups)} groups of candidates never lost to a later one, or never met it: "
        f"{listing}.{mend}"
    )


def _named(group: tuple[str, ...]) -> str:
    names = ", ".join(map(printable, group[:3]))
    return names if len(group) <= 3 else f"{names} and {len(group) - 3} more"


def result_labels(study: Study) -> pd.Series:
    """What each ranked candidate reached, by id: the round, or else the score."""
    results = study.results
    score = results["score"].map(lambda value: "" if np.isnan(value) else f"score {value:g}")
    return results["reached"].mask(results["reached"] == "", score)
