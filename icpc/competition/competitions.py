"""A competition by name, or from a roster CSV of one's own.

Conventions
-----------
A competition is a folder: ``roster.csv`` beside ``competition.toml``, which gives ``name``,
``title`` and the ``rounds`` in order, and may name files: ``comparisons`` of candidates, ``panel``
(marks by jurors, given in ``panel_rounds``), ``published_curve`` (points of a published figure).
``comparisons_remark`` and ``panel_remark`` say what a reader must know of them. A roster of one's
own may have a competition.toml beside it.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.competition.roster import read_roster
from ranking.deprecation import with_new_names
from ranking.errors import CompetitionError, Given
from ranking.files.text import closest, decode, printable

BUNDLED = Path(__file__).parent.parent / "data"
FILES = ("comparisons", "panel", "published_curve")
TEXTS = ("name", "title", *FILES, "comparisons_remark", "panel_remark")
LISTS = ("rounds", "panel_rounds")
RENAMED = {
    "comparisons_note": "comparisons_remark",
    "panel_note": "panel_remark",
    "stages": "panel_rounds",
    "figure": "published_curve",
}


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
    comparisons_remark: str = ""
    panel: Path | None = None
    panel_remark: str = ""
    panel_rounds: tuple[str, ...] = ()
    """Rounds that the panel gave marks in; the first is ranked unless another is named."""
    published_curve: Path | None = None

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
        comparisons_remark=settings.get("comparisons_remark", ""),
        panel=beside.get("panel"),
        panel_remark=settings.get("panel_remark", ""),
        panel_rounds=tuple(settings.get("panel_rounds", ())),
        published_curve=beside.get("published_curve"),
    )


def _read_settings(path: Path) -> dict[str, Any]:
    """The competition.toml, its values of the right kind."""
    try:
        settings = tomllib.loads(decode(path))
    except tomllib.TOMLDecodeError as error:
        raise CompetitionError(str(path), f"not TOML ({error})", "correct it") from None
    settings = with_new_names(str(path), settings, RENAMED)
    for key, value in settings.items():
        if key in TEXTS:
            right, kind = isinstance(value, str), "a text"
        elif key in LISTS:
            right = isinstance(value, list) and all(isinstance(name, str) for name in value)
            kind = "a list of texts"
        else:
            known = [*TEXTS, *LISTS]
            raise CompetitionError(
                str(path),
                f"unknown setting {key!r}{closest(key, known)}",
                f"use {', '.join(known)}",
            )
        if not right:
            raise CompetitionError(str(path), f"{key!r} is {value!r}", f"give {kind}")
    return settings
