"""Rankings from comparisons that are known already: bundled, in a file, or in a run."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from icpc.competition.competitions import Competition
from icpc.page.pseudonyms import with_pseudonyms
from icpc.study.comparisons import Comparisons, FileOptions, load_comparisons
from icpc.study.kept import study_of_run
from icpc.study.runs import read_run
from icpc.study.settings import Settings, with_new_values
from icpc.study.study import Study, run_study, with_passing_score
from icpc.workflows.competitions import bundled_or_own_competition
from icpc.workflows.settings import RankingOptions, Source
from ranking.comparisons.headers import CLUSTERS, COMPARED
from ranking.comparisons.reading import BESIDE
from ranking.comparisons.tally import compared_candidates
from ranking.deprecation import warn_renamed
from ranking.errors import CompetitionError, Given
from ranking.files.columns import column_map
from ranking.tables import VOTES

DEFAULT_SETTINGS = Settings()
DEFAULT_OPTIONS = RankingOptions()
COLUMNS = (*COMPARED, *CLUSTERS, *BESIDE, *VOTES[2:])
"""Columns that a file of comparisons or votes may call otherwise."""


def rank(
    competition: Competition,
    comparisons: Comparisons | Literal["bundled"] = "bundled",
    settings: Settings = DEFAULT_SETTINGS,
    *,
    with_intervals: bool = True,
) -> Study:
    """Return the study of a competition, its candidates ranked best first.

    Parameters
    ----------
    competition
        Bundled, or read from your roster; without one, its candidates are those compared.
    comparisons
        What to rank from; "bundled": those that come with the competition.
    settings
        How to rank, and the seed of the intervals.
    with_intervals
        Whether to estimate intervals.

    Raises
    ------
    CompetitionError
        If no comparisons come with it.
    RankingError
        If the settings cannot be met, or nothing is left to rank.

    Examples
    --------
    >>> from icpc import load_comparisons, load_competition, rank
    >>> competition = load_competition("icpc2025")
    >>> study = rank(competition, load_comparisons(competition, round_name="final"))
    >>> study.ranking[["rank", "candidate"]].head(3)
       rank        candidate
    0     1          eric-lu
    1     2       kevin-chen
    2     3  piotr-alexewicz
    """
    if comparisons == "bundled":
        comparisons = load_comparisons(competition, vote_rule=settings.vote)
    competition = competition.of_candidates(compared_candidates(comparisons.table))
    understood = (*competition.understood, *comparisons.understood)
    comparisons = replace(comparisons, understood=understood)
    return run_study(competition, comparisons, settings, with_intervals=with_intervals)


def open_study(
    source: Source,
    options: RankingOptions = DEFAULT_OPTIONS,
    seed: int | None = None,
    check_size: Callable[[str, int], None] | None = None,
    *,
    with_intervals: bool = True,
) -> Study:
    """Return the study of a competition, ranked from a file of comparisons, or that of a run.

    Parameters
    ----------
    source
        Competition and comparisons, or the run.
    options
        How to rank; None in a field is the default, or what the run was ranked with.
    seed
        Seed of every random draw; 0, or that of the run, if None.
    check_size
        Called with the competition's name and the number of candidates, before they are ranked.
    with_intervals
        Whether to estimate intervals.

    Raises
    ------
    JudgeError
        If options contradict each other, or a file cannot be read.
    """
    if source.run is not None:
        competition, comparisons, settings = _read_run(source.run, source, options, seed)
    else:
        settings = settings_from_options(options, seed)
        columns = {} if source.columns is None else column_map(source.columns, COLUMNS)
        competition = bundled_or_own_competition(source)
        files = (source.comparisons, source.votes, source.panel)
        comparisons = load_comparisons(
            competition, *files, vote_rule=settings.vote, options=FileOptions(source.marks, columns)
        )
    if check_size is not None:
        check_size(competition.name, len(compared_candidates(comparisons.table)))
    if source.run is not None and with_intervals:
        study = study_of_run(competition, comparisons, settings, source.run)
    else:
        study = rank(competition, comparisons, settings, with_intervals=with_intervals)
    return (
        study if options.passing_score is None else with_passing_score(study, options.passing_score)
    )


def study_with_pseudonyms(study: Study) -> tuple[Study, pd.DataFrame]:
    """Return a study whose people have pseudonyms, and whose they are.

    Parameters
    ----------
    study
        The study, with names; its intervals are not used.
    """
    competition, comparisons, key = with_pseudonyms(
        study.competition, study.comparisons, study.settings.seed
    )
    return run_study(competition, comparisons, study.settings), key


def settings_from_options(options: RankingOptions, seed: int | None = None) -> Settings:
    """Return the settings of some options, defaults where they are None.

    Raises
    ------
    RankingError
        If there is no such value, or two contradict each other.
    """
    given = _given(options, seed)
    if given.get("count") == "paper":
        given.setdefault("method", "wins")
    return Settings(**given)


def _read_run(
    run: Path, source: Source, options: RankingOptions, seed: int | None
) -> tuple[Competition, Comparisons, Settings]:
    """What a run was made from, with other settings where the comparisons stay the same."""
    given = _given(options, seed)
    fixed: Mapping[str, object] = {name: None for name in ("vote", "count") if name in given}
    if fixed or source.from_file or source.rounds:
        raise CompetitionError(
            Given(run=None, **fixed),
            "a run has its own comparisons",
            "give only one of the two",
        )
    competition, comparisons, settings = read_run(run)
    return competition, comparisons, replace(settings, **given)


def _given(options: RankingOptions, seed: int | None) -> dict[str, Any]:
    """Settings by name, those that are not None."""
    typed = {**asdict(options), "seed": seed}
    del typed["passing_score"]
    own = with_new_values(typed)
    changed = [(typed[name], own[name]) for name in own if own[name] != typed[name]]
    warn_renamed("resample", changed)
    return {name: value for name, value in own.items() if value is not None}
