"""Competitions: opened by name or by a roster of one's own, and a list of the bundled ones."""

import pandas as pd

from icpc.competition.competitions import (
    Competition,
    bundled_names,
    load_competition,
    read_competition,
)
from icpc.study.comparisons import load_comparisons
from icpc.workflows.settings import Source
from ranking.errors import CompetitionError, Given

USUAL = "icpc2015"


def open_competition(source: Source) -> Competition:
    """Return the competition that is named: a bundled one, or one of a roster's own.

    Raises
    ------
    CompetitionError, RosterError, TableError
        If it cannot be read, or a bundled one is given rounds.
    """
    if source.roster is None:
        if source.rounds:
            raise CompetitionError(
                Given(rounds=None), "a bundled competition has its rounds", "leave it out"
            )
        return load_competition(USUAL if source.competition is None else source.competition)
    names = tuple(part.strip() for part in (source.rounds or "").split(",") if part.strip())
    return read_competition(source.roster, names)


def list_competitions() -> pd.DataFrame:
    """Return what is bundled, a row for each: who played, how often, and what is known of it."""
    rows = []
    for name in bundled_names():
        competition = load_competition(name)
        rows.append(
            {
                "name": name,
                "title": competition.title,
                "candidates": len(competition.judged),
                "exempt": int(competition.roster["exempt"].sum()),
                "rounds": " → ".join(competition.rounds),
                "comparisons": load_comparisons(competition).source,
                "panel_rounds": ", ".join(competition.panel_rounds),
                "published_curve": "Figure 2" if competition.published_curve else "",
            }
        )
    return pd.DataFrame(rows)
