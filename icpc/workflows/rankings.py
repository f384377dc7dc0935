"""Rankings: one order from comparisons that were made before."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons, load_comparisons
from icpc.study.runs import load_run
from icpc.study.study import Settings, Study, run_study, with_passing_score
from icpc.workflows.competitions import open_competition
from icpc.workflows.settings import Choices, Source
from ranking.errors import CompetitionError, Given

USUAL = Settings()
AS_USUAL = Choices()


def rank(
    competition: Competition, comparisons: Comparisons | None = None, settings: Settings = USUAL
) -> Study:
    """Rank the candidates of a competition, best first.

    Parameters
    ----------
    comparisons : those that come with the competition, if None

    Raises
    ------
    CompetitionError
        If no comparisons come with it.
    RankingError
        If the settings cannot be met, or nothing is left to rank.
    """
    if comparisons is None:
        comparisons = load_comparisons(competition, vote=settings.vote)
    return run_study(competition, comparisons, settings)


def open_study(source: Source, choices: Choices = AS_USUAL, seed: int | None = None) -> Study:
    """Return the ranking of a competition from a file of comparisons, or that of a run.

    Raises
    ------
    JudgeError
        If what is asked contradicts itself, or what is named cannot be read.
    """
    if source.run is not None:
        study = _rerun(source.run, source, choices, seed)
    else:
        settings = settings_of(choices, seed)
        competition = open_competition(source)
        files = (source.comparisons, source.votes, source.panel)
        study = rank(
            competition,
            load_comparisons(competition, *files, source.round, settings.vote),
            settings,
        )
    return (
        study if choices.passing_score is None else with_passing_score(study, choices.passing_score)
    )


def settings_of(choices: Choices, seed: int | None = None) -> Settings:
    """Return the settings that were chosen, the others as usual.

    Raises
    ------
    RankingError
        If there is no such choice, or two contradict each other.
    """
    chosen = _chosen(choices, seed)
    if chosen.get("count") == "paper":
        chosen.setdefault("method", "wins")
    return Settings(**chosen)


def _rerun(run: Path, source: Source, choices: Choices, seed: int | None) -> Study:
    """The study of a run, ranked another way where that needs no other comparisons."""
    chosen = _chosen(choices, seed)
    fixed: Mapping[str, object] = {name: None for name in ("vote", "count") if name in chosen}
    if fixed or source.from_file or source.rounds:
        raise CompetitionError(
            Given(run=None, **fixed),
            "a run has its comparisons already",
            "give only one of the two",
        )
    return load_run(run, **chosen)


def _chosen(choices: Choices, seed: int | None) -> dict[str, Any]:
    """Settings by name, those that were chosen."""
    own = {**asdict(choices), "seed": seed}
    del own["passing_score"]
    return {name: value for name, value in own.items() if value is not None}
