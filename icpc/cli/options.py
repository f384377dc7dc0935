"""Options that several commands share: how each setting of a workflow is asked for.

Conventions
-----------
A command takes settings whole, and :func:`with_settings` gives it an option for each of their
fields: of the field's name, type and default. So an option is written once, whatever the number of
commands that have it. Help shows options panel by panel, in the order in which they stand here.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial, wraps
from typing import Annotated, Any, get_type_hints

import typer

from icpc.cli.weights import FOLDER
from icpc.workflows.settings import Choices, RecordingOptions, Source
from ranking.methods.registry import METHODS

USUAL = "icpc2015"

RENAMED_OPTIONS = {
    "--by": "--method",
    "--least": "--min-seconds",
    "--passed-from": "--passing-score",
    "--stage": "--round",
}
"""Options of version 0.1.0 and what they are called now."""

Seed = Annotated[
    int | None, typer.Option(min=0, help="Makes every random draw repeatable (default: 0).")
]


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"


_what = partial(typer.Option, rich_help_panel="What to judge")
_comparisons = partial(typer.Option, rich_help_panel="Comparisons")
_how = partial(typer.Option, rich_help_panel="How to rank")
_judging = partial(typer.Option, rich_help_panel="Judging recordings")

OPTIONS: dict[type, dict[str, Any]] = {
    Source: {
        "competition": _what(help=f"A bundled competition (default: {USUAL})."),
        "roster": _what(help="A roster CSV: candidate, name, country, reached or score."),
        "rounds": _what(
            help="The rounds in order, comma-separated, if no competition.toml gives them."
        ),
        "run": _what(help="A folder that judge rank --out wrote."),
        "comparisons": _comparisons(help="CSV: first, second, winner (or tie)."),
        "votes": _comparisons(help="CSV: first, second, window, p_first."),
        "panel": _comparisons(help="CSV: juror, candidate, mark, recused."),
        "round": _comparisons(help="The round whose marks to take, if a panel marked several."),
    },
    Choices: {
        "method": _how(help=f"{_either(METHODS.own)} (default: bradley-terry)."),
        "vote": _how(
            help="How votes on windows decide a pair: majority or mean (default: majority)."
        ),
        "count": _how(
            help="all comparisons, or paper: unequal results only, by raw wins (default: all)."
        ),
        "resample": _how(
            help="Rank intervals from resampling candidates, or windows (default: candidates)."
        ),
        "passing_score": _how(
            help="The least score that counts as passed (default: the round after the one judged)."
        ),
    },
    RecordingOptions: {
        "recordings": _judging(help="Where the recordings are that the roster names: judge them."),
        "ranker": _judging(
            help="Who judges: a trained probe, .safetensors with its .json (default: the one that "
            "comes with the program)."
        ),
        "encoder": _judging(help="What it hears through (default: the ranker's)."),
        "windows": _judging(
            help="Which five-minute windows of a pair meet: aligned or all (default: aligned)."
        ),
        "antisymmetric": _judging(
            "--antisymmetric", help="Average both orders of a pair, so that they agree."
        ),
        "min_seconds": _judging(
            min=1, help="Minimum length of a recording in seconds (default: 300)."
        ),
        "fit_half": _judging(
            "--fit-half",
            help="Fit the ranker on the results of one half, by lot, and judge the other half.",
        ),
        "folds": _judging(
            min=3,
            help="Judge every pair by a ranker fitted on the results of others, of so many parts.",
        ),
        "epochs": _judging(min=1, help="How long to fit (default: 5)."),
        "skip_bad": _judging(
            "--skip-bad", help="Leave out recordings that cannot be used, by name."
        ),
        "weights": _judging(help="The encoder's weights, if fine-tuned."),
        "weights_dir": FOLDER,
        "store": _judging(envvar="JUDGE_STORE", help="Where embeddings and votes are kept."),
        "device": _judging(help="cpu or cuda (default: cuda if there is one)."),
        "workers": _judging(min=1, help="Cores to use (default: all)."),
    },
}
"""Of each kind of settings, how its fields are asked for."""


def with_settings(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of the settings that it takes.

    Parameters
    ----------
    left_out : fields that this command does not ask for
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command)
        parameters = signature.parameters.values()
        taken = {one.name: one.annotation for one in parameters if one.annotation in OPTIONS}
        asked = [
            option
            for one in parameters
            for option in (_asked(taken[one.name], left_out) if one.name in taken else [one])
        ]

        @wraps(command)
        def gathered(**given: Any) -> None:
            for name, kind in taken.items():
                own = {key: given.pop(key) for key in OPTIONS[kind] if key in given}
                given[name] = kind(**own)
            command(**given)

        vars(gathered)["__signature__"] = signature.replace(parameters=asked)  # typer reads it
        return gathered

    return decorate


def _asked(kind: type, left_out: tuple[str, ...]) -> list[inspect.Parameter]:
    """The parameters of a command that asks for settings of a kind."""
    types = get_type_hints(kind)
    defaults = {field.name: field.default for field in fields(kind)}
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=defaults[name],
            annotation=Annotated[types[name], option],
        )
        for name, option in OPTIONS[kind].items()
        if name not in left_out
    ]
