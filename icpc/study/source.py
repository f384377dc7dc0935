"""Verdicts from one source: a file of comparisons, votes or marks, or what is bundled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from icpc.competition.competitions import Competition
from ranking.comparisons.marks import panel_comparisons, read_marks
from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.votes import count_votes, read_votes
from ranking.errors import CompetitionError
from ranking.tables import TIE


@dataclass(frozen=True)
class Verdicts:
    """Comparisons and where they come from."""

    comparisons: pd.DataFrame
    source: str
    """What they are, in words: "8,418 published comparisons"."""
    note: str = ""
    path: Path | None = None
    passed_from: float = 1
    """Least score of whoever passed the round that was judged."""
    votes: pd.DataFrame | None = None
    marks: pd.DataFrame | None = None
    """A panel's, for methods that rank by them."""
    heard: Mapping[str, Any] = field(default_factory=dict)
    """Of verdicts on recordings: the ranker, its encoder, the recordings, and how they met."""


def read_verdicts(
    competition: Competition,
    comparisons: Path | None = None,
    votes: Path | None = None,
    panel: Path | None = None,
    stage: str | None = None,
    vote: str = "majority",
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
    if votes is not None and stage is None:
        return replace(verdicts_of(read_votes(votes, ids), vote), path=votes)
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
            "name no stage" if stage else "name a file of comparisons, votes or marks",
            key="no-stage" if stage else "name-verdicts",
        )
    return _from_panel(competition, panel, stage, own=own)


def verdicts_of(
    votes: pd.DataFrame,
    rule: str,
    said: Sequence[str] = (),
    heard: Mapping[str, Any] = MappingProxyType({}),
) -> Verdicts:
    """Return the verdicts of a VOTES table, with remarks on where it comes from."""
    table = count_votes(votes, rule)
    even = int((table["votes"] * 2 == table["windows"]).sum())
    source = f"{len(table):,} comparisons by {rule} of {len(votes):,} votes on windows"
    decided = [f"{even:,} even votes went to the larger mean probability"] if even else []
    return Verdicts(table, source, " ".join([*said, *decided]), votes=votes, heard=heard)


def _from_panel(competition: Competition, path: Path, stage: str | None, *, own: bool) -> Verdicts:
    judged = stage or (competition.stages[0] if own and competition.stages else None)
    marks = read_marks(path, pd.Index(competition.judged["candidate"]), judged)
    table = panel_comparisons(marks)
    ties = int((table["winner"] == TIE).sum())
    at = competition.rounds.index(judged) if judged in competition.rounds else 0
    return Verdicts(
        table,
        f"{len(table):,} verdicts of {table['juror'].nunique()} jurors"
        f"{f' in {judged}' if judged else ''} ({ties:,} ties)",
        competition.panel_note if own else "",
        path,
        passed_from=at + 1,
        marks=marks,
    )
