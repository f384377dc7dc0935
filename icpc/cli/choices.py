"""Options that take one of a few values: which, for help, for reading and for the shell.

Conventions
-----------
Values stand here by the option's name. :mod:`icpc.cli.command` shows them in help and reads them in
any case; :func:`complete` gives them to a shell. A value that is none of them is passed on: the
engine says what is right.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from icpc.competition.bundled import (
    bundled_collections,
    bundled_competition_names,
    bundled_roster,
)
from icpc.workflows.settings import EVALUATED
from ranking.encoders.registry import ENCODERS, WRAPPED
from ranking.encoders.spec import PRECISIONS
from ranking.methods.registry import METHODS
from ranking.panel.options import CHOICES as MARK_CHOICES

CHOICES: dict[str, Iterable[str]] = {
    "competition": bundled_competition_names(),
    "collection": bundled_collections(),
    "method": METHODS,
    "vote": ("majority", "mean"),
    "count": ("all", "paper"),
    "resample": ("auto", "windows"),
    "ranges": ("each", "joint"),
    **MARK_CHOICES,
    **dict.fromkeys(("encoder", "encoders"), ENCODERS),
    "windows": ("aligned", "all"),
    "pairs": ("all", "swiss", "active", "random"),
    "rule": ("swiss", "active", "random"),
    "device": ("cpu", "cuda"),
    "precision": PRECISIONS,
    "split": EVALUATED,
    "table": (
        *("jurors", "agreement", "candidates", "left-out"),
        *("own", "appearance", "power", "against"),
    ),
}
"""Values of options, by the option's name; those of other packages are looked for when read."""
OPEN_CHOICES: dict[str, Iterable[str]] = dict.fromkeys(("encoder", "encoders"), WRAPPED)
OPEN_CHOICES["collection"] = ("FILE",)
"""What may stand there beside these, not as a value but as a kind of values."""


def complete(values: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a function from what was typed to the values that begin so, for the shell."""

    def begin(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return begin


def complete_rounds(context: typer.Context, incomplete: str) -> list[str]:
    """Return rounds that begin as typed: of the competition that is named, else of all bundled."""
    if context.params.get("roster") is not None:
        rosters = [Path(context.params["roster"])]
    else:
        named = context.params.get("competition")
        known = {name.casefold(): name for name in bundled_competition_names()}
        own = known.get((named or "").casefold())
        rosters = [bundled_roster(name) for name in ([own] if own else known.values())]
    rounds = dict.fromkeys(name for roster in rosters for name in _marked_rounds(roster))
    return complete(rounds)(incomplete)


def _marked_rounds(roster: Path) -> list[str]:
    """Rounds that jurors may have marked, by the settings beside a roster; none without them."""
    from icpc.competition.competitions import read_settings  # a third of a second to load
    from ranking.errors import JudgeError

    try:
        settings = read_settings(roster.parent / "competition.toml")
    except (OSError, JudgeError):
        return []
    rounds: list[str] = settings.get("panel_rounds") or settings.get("rounds") or []
    return rounds
