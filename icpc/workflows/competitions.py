"""Competitions: opened by name or from your own roster, and a list of the bundled ones."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from icpc.competition.bundled import bundled_competition_names
from icpc.competition.competitions import (
    Competition,
    competition_without_roster,
    load_competition,
    read_competition,
)
from icpc.competition.recordings import all_recordings
from icpc.competition.roster import roster_of
from icpc.study.comparisons import load_comparisons
from icpc.workflows.settings import DEFAULT_COMPETITION, Source
from ranking.errors import CompetitionError, Given


def bundled_or_own_competition(
    source: Source, recordings: Path | None = None, allow_outside: bool = False
) -> Competition:
    """Return the competition that is named, bundled or by its roster.

    Where neither is named, but a file or recordings of one's own are, its candidates are those of
    the file, or the files in the folder.

    Parameters
    ----------
    source
        What is ranked.
    recordings
        Folder of the recordings that are compared, if any.
    allow_outside
        Whether symbolic links in that folder may lead out of it.

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
        own = source.file or recordings
        if source.rounds:
            bundled = own is None or source.competition is not None
            raise CompetitionError(
                Given(rounds=None),
                "a bundled competition has its own rounds"
                if bundled
                else "without a roster nobody has reached a round",
                "leave them out" if bundled else "leave them out, or give a roster",
            )
        if source.competition is None and own is not None:
            if own.is_dir():
                return _of_recordings(own, allow_outside)
            return competition_without_roster(own)
        return load_competition(
            DEFAULT_COMPETITION if source.competition is None else source.competition
        )
    names = tuple(part.strip() for part in (source.rounds or "").split(",") if part.strip())
    return read_competition(source.roster, names)


def _of_recordings(folder: Path, allow_outside: bool) -> Competition:
    """A competition of the files in a folder."""
    table = all_recordings(folder, allow_outside).table
    names = [path.relative_to(folder).as_posix() for path in table["path"]]
    competition = competition_without_roster(folder)
    return replace(competition, roster=roster_of(table["candidate"].tolist(), names))


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
