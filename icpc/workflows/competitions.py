"""Competitions: opened by name or from your own roster, and a list of the bundled ones."""

import pandas as pd

from icpc.competition.bundled import bundled_competition_names
from icpc.competition.competitions import Competition, load_competition, read_competition
from icpc.study.comparisons import load_comparisons
from icpc.workflows.settings import DEFAULT_COMPETITION, Source
from ranking.errors import CompetitionError, Given


def bundled_or_own_competition(source: Source) -> Competition:
    """Return the competition that is named, bundled or by its roster.

    Raises
    ------
    CompetitionError, RosterError, TableError
        If it cannot be read, rounds are given for a bundled one, or a run is named.
    """
    if source.run is not None:
        raise CompetitionError(
            Given(run=None), "a run is no competition to open", "load the run instead"
        )
    if source.roster is None:
        if source.rounds:
            raise CompetitionError(
                Given(rounds=None), "a bundled competition has its own rounds", "leave them out"
            )
        return load_competition(
            DEFAULT_COMPETITION if source.competition is None else source.competition
        )
    names = tuple(part.strip() for part in (source.rounds or "").split(",") if part.strip())
    return read_competition(source.roster, names)


def list_competitions() -> pd.DataFrame:
    """Return a table of the bundled competitions: candidates, rounds, and what is known of each."""
    rows = []
    for name in bundled_competition_names():
        competition = load_competition(name)
        rows.append(
            {
                "name": name,
                "title": competition.title,
                "candidates": len(competition.eligible),
                "exempt": int(competition.roster["exempt"].sum()),
                "rounds": " → ".join(competition.rounds),
                "comparisons": load_comparisons(competition).source,
                "panel_rounds": ", ".join(competition.panel_rounds),
                "published_curve": "Figure 2" if competition.published_curve else "",
            }
        )
    return pd.DataFrame(rows)
