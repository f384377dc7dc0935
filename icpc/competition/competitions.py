"""A bundled competition by name, or your own from a roster CSV.

Conventions
-----------
A competition is a folder: ``roster.csv`` beside ``competition.toml``, which gives ``name``,
``title`` and the ``rounds`` in order, and may name files: ``comparisons`` of candidates, ``panel``
(marks by jurors, given in ``panel_rounds``), ``published_curve`` (points of a published figure).
``comparisons_remark`` and ``panel_remark`` say what a reader must know of them, ``who_compared``
who made the comparisons. A table ``[round_titles]`` may say what rounds are called in figures,
pages and sentences; in options and files a round has the name that is in ``rounds``. Your own
roster may have a competition.toml beside it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from icpc.competition.bundled import bundled_competition_names, bundled_roster
from icpc.competition.roster import roster_of, understand_roster
from ranking.deprecation import with_new_names
from ranking.errors import CompetitionError, Given
from ranking.files.atomic import is_inside, is_path
from ranking.files.names import Names
from ranking.files.text import did_you_mean, escape_controls, read_text

FILE_KEYS = ("comparisons", "panel", "published_curve")
TEXT_KEYS = ("name", "title", *FILE_KEYS, "comparisons_remark", "who_compared", "panel_remark")
LIST_KEYS = ("rounds", "panel_rounds")
TITLES_KEY = "round_titles"
RENAMED = {
    "comparisons_note": "comparisons_remark",
    "panel_note": "panel_remark",
    "stages": "panel_rounds",
    "figure": "published_curve",
}


@dataclass(frozen=True)
class Competition:
    """Who played, and which comparisons or marks of them are known."""

    name: str
    title: str
    rounds: tuple[str, ...]
    """Rounds in the order they are played; empty if only scores are known."""
    roster: pd.DataFrame
    """ROSTER table of :mod:`ranking.tables`."""
    roster_path: Path
    """CSV file that the roster was read from; without one, the file or folder of candidates."""
    comparisons: Path | None = None
    """CSV file of comparisons of candidates."""
    comparisons_remark: str = ""
    """What a reader must know of the comparisons."""
    who_compared: str = ""
    """Who made the comparisons that come with it, to begin a sentence; empty if it is not said."""
    panel: Path | None = None
    """CSV file of the marks by jurors."""
    panel_remark: str = ""
    """What a reader must know of the marks."""
    panel_rounds: tuple[str, ...] = ()
    """Rounds that the panel gave marks in; the first is ranked unless another is named."""
    published_curve: Path | None = None
    """CSV file of the points of a published hit-rate curve."""
    round_titles: Mapping[str, str] = field(default_factory=dict)
    """What rounds are called in figures, pages and sentences, by their names in ``rounds``; those
    without a title by these names."""
    understood: tuple[str, ...] = ()
    """What was understood of your own roster, as sentences."""

    @property
    def titles_of_rounds(self) -> tuple[str, ...]:
        """What the rounds are called in figures, pages and sentences, in order."""
        return tuple(self.round_titles.get(name, name) for name in self.rounds)

    @property
    def with_titles(self) -> "Competition":
        """The competition with the titles of rounds as their names, for what people read."""
        called = dict(zip(self.rounds, self.titles_of_rounds, strict=True))
        reached = self.roster["reached"].map(lambda name: called.get(name, name))
        roster = self.roster.assign(reached=reached)
        return replace(self, rounds=self.titles_of_rounds, roster=roster)

    @property
    def eligible(self) -> pd.DataFrame:
        """The roster without exempt candidates."""
        return self.roster[~self.roster["exempt"]]

    @property
    def names(self) -> Names | None:
        """Ids and names of the candidates who may be compared; None: whoever is in a file."""
        if self.roster.empty:
            return None
        return Names(self.eligible["candidate"].tolist(), self.eligible["name"].tolist())

    def of_candidates(self, candidates: Iterable[str]) -> "Competition":
        """Return the competition with these candidates, where it has no roster of its own."""
        if not self.roster.empty:
            return self
        return replace(self, roster=roster_of(list(candidates)))

    @property
    def score(self) -> pd.Series:
        """Score S(c) by candidate, the number of rounds passed into; may be missing."""
        return self.roster.set_index("candidate")["score"]


def load_competition(name: str) -> Competition:
    """Return a bundled competition.

    Raises
    ------
    CompetitionError
        If there is none of that name.

    Examples
    --------
    >>> from icpc import load_competition
    >>> load_competition("icpc2025").rounds
    ('stage1', 'stage2', 'stage3', 'final')
    """
    if name not in bundled_competition_names():
        raise CompetitionError(
            Given(competition=escape_controls(name)),
            f"no such competition is bundled{did_you_mean(name, bundled_competition_names())}",
            f"choose {' or '.join(bundled_competition_names())}, or read your own roster",
            key="bundled-or-roster",
            bundled=" or ".join(bundled_competition_names()),
        )
    return replace(read_competition(bundled_roster(name)), understood=())


def competition_without_roster(file: Path) -> Competition:
    """Return a competition whose candidates will be those of a file of comparisons or marks.

    Examples
    --------
    >>> from pathlib import Path
    >>> from icpc import competition_without_roster
    >>> competition_without_roster(Path("league.csv")).name
    'league'
    """
    return Competition(file.stem, file.stem, (), roster_of([]), file)


def read_competition(roster: Path, rounds: tuple[str, ...] = ()) -> Competition:
    """Return the competition of a roster CSV and the competition.toml beside it, if there is one.

    Parameters
    ----------
    roster
        Path of the CSV file.
    rounds
        Names in the order they are played; those of competition.toml if empty.

    Raises
    ------
    TableError, RosterError, CompetitionError
        If roster or competition.toml cannot be read.
    """
    settings_path = roster.parent / "competition.toml"
    settings = read_settings(settings_path) if settings_path.is_file() else {}
    rounds = rounds or tuple(settings.get("rounds", ()))
    if len(set(rounds)) < len(rounds):
        raise CompetitionError(
            "rounds", f"{', '.join(rounds)} names one of them twice", "name each round once"
        )
    titles = settings.get(TITLES_KEY, {})
    if titles:
        _check_titles(titles, tuple(settings.get("rounds", rounds)), settings_path)
    name = settings.get("name", roster.stem)
    beside = {
        key: _file_beside(settings[key], settings_path, key) for key in FILE_KEYS if key in settings
    }
    read = understand_roster(roster, rounds)
    return Competition(
        name=name,
        title=settings.get("title", name),
        rounds=rounds,
        roster=read.table,
        roster_path=roster,
        comparisons=beside.get("comparisons"),
        comparisons_remark=settings.get("comparisons_remark", ""),
        panel=beside.get("panel"),
        panel_remark=settings.get("panel_remark", ""),
        panel_rounds=tuple(settings.get("panel_rounds", ())),
        published_curve=beside.get("published_curve"),
        who_compared=settings.get("who_compared", ""),
        round_titles={name: title.strip() for name, title in titles.items() if name in rounds},
        understood=read.understood,
    )


def _check_titles(titles: Mapping[str, str], rounds: tuple[str, ...], path: Path) -> None:
    """Refuse titles of no round, without words, or that another round has as title or name."""
    where = escape_controls(str(path))
    called = {name: name for name in rounds}
    for name, text in titles.items():
        title, shown = text.strip(), escape_controls(name)
        if name not in rounds:
            what = f"'{TITLES_KEY}' has {shown!r}, which is no round"
            meant = did_you_mean(name, list(rounds))
            remedy = f"name one of {escape_controls(', '.join(rounds))}"
            raise CompetitionError(where, f"{what}{meant}", remedy)
        if not title:
            what = f"the title of round {shown!r} is empty"
            raise CompetitionError(where, what, "write its title, or leave the line out")
        if called.setdefault(title, name) != name:
            both = f"{escape_controls(called[title])!r} and {shown!r}"
            what = f"rounds {both} are both called {escape_controls(title)!r}"
            raise CompetitionError(where, what, "give each round a title of its own")


def _file_beside(written: str, source: Path, setting: str) -> Path:
    """The file that a setting names, beside the file of the setting, wherever links lead."""
    if not is_path(written) or not is_inside(source.parent / written, source.parent):
        raise CompetitionError(
            escape_controls(str(source)),
            f"{setting!r} is {escape_controls(written)[:300]!r}, which is not in this folder",
            "copy the file there, or leave the setting out and name the file yourself",
        )
    return source.parent / written


def read_settings(path: Path) -> dict[str, Any]:
    """Return the settings of a ``competition.toml``, their types checked.

    Raises
    ------
    CompetitionError
        If it is no such file.
    OSError
        If it cannot be read.
    """
    try:
        settings = tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:  # numbers of 5,000 digits, 100,000 brackets
        what = f"not TOML ({str(error)[:200] or 'nested too deeply'})"
        raise CompetitionError(str(path), what, "correct it") from None
    settings = with_new_names(str(path), settings, RENAMED)
    for key, value in settings.items():
        if key in TEXT_KEYS:
            right, kind = isinstance(value, str), "a text"
        elif key in LIST_KEYS:
            right = isinstance(value, list) and all(isinstance(name, str) for name in value)
            kind = "a list of texts"
        elif key == TITLES_KEY:
            right = isinstance(value, dict) and all(isinstance(own, str) for own in value.values())
            kind = "a table of texts, under [round_titles]"
        else:
            known = [*TEXT_KEYS, *LIST_KEYS, TITLES_KEY]
            raise CompetitionError(
                str(path),
                f"unknown setting {key!r}{did_you_mean(key, known)}",
                f"use {', '.join(known)}",
            )
        if not right or "\0" in str(value):
            shown = escape_controls(repr(value))[:80]
            raise CompetitionError(str(path), f"{key!r} is {shown}", f"give {kind}")
    return settings
