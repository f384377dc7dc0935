"""A competition by name, or from a roster CSV of one's own.

Conventions
-----------
A competition is a folder: ``roster.csv`` beside ``competition.toml``, which gives ``name``,
``title`` and the ``rounds`` in order, and may name the files of verdicts that are known:
``comparisons`` (a judge's), ``panel`` (marks by jurors, with the stages they were given in),
``figure`` (a published curve). A roster of one's own may have a competition.toml beside it.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.competition.roster import read_roster
from ranking.errors import CompetitionError, Given
from ranking.files.text import closest, decode, printable

BUNDLED = Path(__file__).parent.parent / "data"
FILES = ("comparisons", "panel", "figure")
TEXTS = ("name", "title", *FILES, "comparisons_note", "panel_note")


@dataclass(frozen=True)
class Competition:
    """Who played, and which verdicts on them are known."""

    name: str
    title: str
    rounds: tuple[str, ...]
    """In the order they are played; empty if only scores are known."""
    roster: pd.DataFrame
    roster_path: Path
    comparisons: Path | None = None
    comparisons_note: str = ""
    panel: Path | None = None
    panel_note: str = ""
    stages: tuple[str, ...] = ()
    """Stages the panel gave marks in, each a round; the first is judged unless told otherwise."""
    figure: Path | None = None

    @property
    def judged(self) -> pd.DataFrame:
        """The roster without candidates who are exempt."""
        return self.roster[~self.roster["exempt"]]

    @property
    def score(self) -> pd.Series:
        """Rounds passed into, by candidate; may be missing."""
        return self.roster.set_index("candidate")["score"]


def bundled_names() -> list[str]:
    """Names of the competitions that come with the program."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/competition.toml"))


def load_competition(name: str) -> Competition:
    """Return a bundled competition.

    Raises
    ------
    CompetitionError
        If there is none of that name.
    """
    if name not in bundled_names():
        raise CompetitionError(
            Given(competition=printable(name)),
            f"no such competition is bundled{closest(name, bundled_names())}",
            f"choose {' or '.join(bundled_names())}, or read one of your own",
            key="bundled-or-roster",
            bundled=" or ".join(bundled_names()),
        )
    return read_competition(BUNDLED / name / "roster.csv")


def read_competition(roster: Path, rounds: tuple[str, ...] = ()) -> Competition:
    """Return the competition of a roster CSV and the competition.toml beside it, if there is one.

    Raises
    ------
    TableError, RosterError, CompetitionError
        If roster or competition.toml cannot be read.
    """
    settings_path = roster.parent / "competition.toml"
    settings = _read_settings(settings_path) if settings_path.exists() else {}
    rounds = rounds or tuple(settings.get("rounds", ()))
    if len(set(rounds)) < len(rounds):
        raise CompetitionError("rounds", f"{', '.join(rounds)} has one twice", "name each once")
    name = settings.get("name", roster.stem)
    beside = {key: roster.parent / settings[key] for key in FILES if key in settings}
    return Competition(
        name=name,
        title=settings.get("title", name),
        rounds=rounds,
        roster=read_roster(roster, rounds),
        roster_path=roster,
        comparisons=beside.get("comparisons"),
        comparisons_note=settings.get("comparisons_note", ""),
        panel=beside.get("panel"),
        panel_note=settings.get("panel_note", ""),
        stages=tuple(settings.get("stages", ())),
        figure=beside.get("figure"),
    )


def _read_settings(path: Path) -> dict[str, Any]:
    """The competition.toml, its values of the right kind."""
    try:
        settings = tomllib.loads(decode(path))
    except tomllib.TOMLDecodeError as error:
        raise CompetitionError(str(path), f"not TOML ({error})", "correct it") from None
    for key, value in settings.items():
        if key in TEXTS:
            right, kind = isinstance(value, str), "a text"
        elif key in ("rounds", "stages"):
            right = isinstance(value, list) and all(isinstance(name, str) for name in value)
            kind = "a list of texts"
        else:
            known = [*TEXTS, "rounds", "stages"]
            raise CompetitionError(
                str(path),
                f"unknown setting {key!r}{closest(key, known)}",
                f"use {', '.join(known)}",
            )
        if not right:
            raise CompetitionError(str(path), f"{key!r} is {value!r}", f"give {kind}")
    return settings
