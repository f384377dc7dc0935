"""Options that several commands share: how each setting of a workflow is asked for.

Conventions
-----------
A command takes settings whole, and :func:`with_settings` gives it an option for each of their
fields: of the field's name, type and default. So an option is written once, whatever the number of
commands that have it. Help shows options panel by panel, in the order in which they stand here.
Where only some values are right, :mod:`icpc.cli.choices` has them, and the shell completes them.
"""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields
from functools import partial, wraps
from typing import Annotated, Any, get_type_hints

import typer

from icpc.cli.choices import CHOICES, complete, complete_rounds
from icpc.cli.clusters import cluster_options
from icpc.cli.output import Format
from icpc.cli.stores import store_option
from icpc.cli.weights import weights_folder_option
from icpc.workflows.settings import (
    DEFAULT_COMPETITION,
    EmbeddingOptions,
    RankingOptions,
    RecordingOptions,
    Source,
)
from ranking.storage.addresses import StorePlace

Seed = Annotated[
    int | None, typer.Option(min=0, help="Repeat random draws by this seed (default: 0).")
]

FormatOption = Annotated[
    Format,
    typer.Option(
        case_sensitive=False, help="Print data as a table to read, or as CSV or JSON for programs."
    ),
]

_competition = partial(typer.Option, rich_help_panel="Competition")
_comparisons = partial(typer.Option, rich_help_panel="Comparisons")
_ranking = partial(typer.Option, rich_help_panel="Ranking")
_recordings = partial(typer.Option, rich_help_panel="Recordings")
_encoders = partial(typer.Option, rich_help_panel="Encoders")
_fit = partial(typer.Option, rich_help_panel="Fitting the ranker")
_computing = partial(typer.Option, rich_help_panel="Computing")

LINKS_HELP = "Take recordings outside of the folder too, by symbolic links."
OUTSIDE_HELP = "Take recordings outside of the folder too, by their paths or symbolic links."
"""Help of the option that allows files elsewhere."""
INDEX_HELP = (
    "Read whose recording each file is from a CSV: candidate, recording; several of a candidate in "
    "the programme's order (default: by names of files)."
)
"""Help of the option that names an index of recordings."""

OPTIONS: dict[type, dict[str, Any]] = {
    Source: {
        "competition": _competition(
            help="Use a bundled competition (without files of your own, default: "
            f"{DEFAULT_COMPETITION})."
        ),
        "roster": _competition(
            help="Read your own roster CSV: candidate, name, country, reached or score."
        ),
        "rounds": _competition(
            help="Name the rounds in order, comma-separated, if no competition.toml does."
        ),
        "run": _competition(help="Use a run, a folder that judge rank --out wrote."),
        "comparisons": _comparisons(
            help="Read comparisons from a CSV or Excel sheet: first, second, winner; or home, away "
            "and goals; without --roster its candidates are ranked."
        ),
        "votes": _comparisons(
            help="Read votes on windows from a CSV: first, second, first_window, second_window, "
            "p_first."
        ),
        "columns": _comparisons(
            metavar="NAME=COLUMN,…",
            help="Say what that file calls its columns, where it is not clear: first=a, winner=b.",
        ),
        "panel": _comparisons(
            help="Read jurors' marks from a CSV or Excel sheet: juror, candidate, mark, recused; "
            "or a row per candidate and a column per juror."
        ),
        "round": _comparisons(
            help="Use the marks of this round or sheet, where jurors marked several; or pool some, "
            "comma-separated."
        ),
        "lower_is_better": _comparisons(
            "--lower-is-better", help="Take marks for places: the lowest is best."
        ),
        "unmarked": _comparisons(
            help="Ignore whom a juror did not mark, or tie them below those marked (default: "
            "ignore)."
        ),
        "zeros": _comparisons(
            help="Take a 0 for no mark, since the juror was absent, or for a mark (default: a "
            "mark, but an error where some jurors gave zeros alone)."
        ),
        "pool": _comparisons(
            help="Pool rounds by candidate + juror × round, by each candidate's best, or by sums "
            "(default: additive)."
        ),
    },
    RankingOptions: {
        "method": _ranking(help="Rank by this method (default: bradley-terry)."),
        "vote": _ranking(
            help="Decide a pair by the majority or the mean of its votes on windows (default: "
            "majority)."
        ),
        "count": _ranking(
            help="Count all comparisons, or as the paper does only those of unequal result, by raw "
            "wins (default: all)."
        ),
        "resample": _ranking(
            help="Resample for the ranges of rank what suits the comparisons, or windows (default: "
            "auto)."
        ),
        "ranges": _ranking(
            help="Let ranges hold each rank with 95 % probability, right on average, or all ranks "
            "of a component together (default: each)."
        ),
        "passing_score": _ranking(
            help="Count candidates with this score or more as passed (default: who passed the "
            "round that was compared)."
        ),
    },
    RecordingOptions: {
        "recordings": _recordings(
            help="Compare recordings in this folder: those that the roster names, or that are "
            "named by candidates."
        ),
        "index": _recordings(help=INDEX_HELP),
        "ranker": _recordings(
            help="Compare by this trained probe, .safetensors beside its .json (default: the "
            "ranker that comes with the program)."
        ),
        "encoder": _recordings(help="Embed with this encoder (default: the ranker's)."),
        "windows": _recordings(
            help="Compare aligned five-minute windows of a pair, or all with all (default: "
            "aligned)."
        ),
        "antisymmetric": _recordings(
            "--antisymmetric", help="Average the two orders of a pair, so that they agree."
        ),
        "pairs": _recordings(
            help="Compare all pairs of candidates, or choose some by the results so far (swiss, "
            "active) or at random (default: all)."
        ),
        "budget": _recordings(
            metavar="NUMBER|SHARE",
            help="Choose so many pairs, or this share of all: 2000, 23% (default: until the "
            "ranking is stable).",
        ),
        "min_seconds": _recordings(
            min=1, help="Reject recordings shorter than this (default: 300)."
        ),
        "skip_bad": _recordings(
            "--skip-bad", help="Leave out recordings that cannot be used, and name them."
        ),
        "allow_cut": _recordings(
            "--allow-cut", help="Take recordings that were cut off too, and name them."
        ),
        "allow_outside": _recordings("--allow-outside", help=OUTSIDE_HELP),
        "fit_half": _fit(
            "--fit-half",
            help="Fit the ranker on the results of one half of the candidates, split at random, "
            "and compare the other half.",
        ),
        "folds": _fit(
            min=3,
            help="Split into so many folds, and compare every pair by a ranker fitted without "
            "either candidate.",
        ),
        "epochs": _fit(min=1, help="Fit for so many epochs (default: 5)."),
        "permutations": _fit(
            min=1,
            help="Repeat --folds with the results permuted so many times, for p-values; 199 or "
            "more, each takes as long as the first.",
        ),
        "weights": _computing(help="Load these weights of the encoder, such as fine-tuned ones."),
        "weights_dir": weights_folder_option(rich_help_panel="Computing"),
        "store": store_option(
            rich_help_panel="Computing",
            help="Cache embeddings, votes and fitted rankers here: a folder, or s3://bucket/prefix.",
        ),
        "device": _computing(help="Compute on this device (default: cuda if there is one)."),
        "precision": _computing(help="Embed in this precision (default: the ranker's)."),
        "workers": _computing(min=1, help="Use so many cores (default: all)."),
        **cluster_options("Embed and compare"),
    },
    EmbeddingOptions: {
        "encoders": _encoders("--encoder", help="Embed with this encoder; repeat it for several."),
        "weights": _encoders(
            help="Load these weights of the one encoder, such as fine-tuned ones."
        ),
        "weights_dir": weights_folder_option(rich_help_panel="Encoders"),
        "front_end": _encoders(
            metavar="NAME=VALUE",
            help="Change an option of a front end, such as log=no; repeat it for several. judge "
            "weights lists them.",
        ),
        "as_published": _encoders(
            "--as-published", help="Use the front ends of the paper's release."
        ),
        "min_seconds": _recordings(
            min=1,
            help="Reject recordings shorter than this (default: 300 with a roster, 1 without).",
        ),
        "allow_cut": _recordings(
            "--allow-cut", help="Take recordings that were cut off too, and name them."
        ),
        "store": store_option(
            rich_help_panel="Computing",
            help="Store embeddings here: a folder, or an address such as s3://bucket/prefix.",
        ),
        "device": _computing(help="Compute on this device (default: cuda if there is one)."),
        "precision": _computing(
            help="Embed in this precision (default: that of embeddings in the store, else bfloat16 "
            "where encoder and device can, else float32)."
        ),
        "workers": _computing(
            min=1, help="Use so many processes on a CPU (default: one per two cores)."
        ),
        **cluster_options("Embed"),
        "batch_size": _computing(min=1, help="Encode so many segments at a time."),
    },
}
"""Of each kind of settings, how its fields are asked for."""
for _name, _option in (item for options in OPTIONS.values() for item in options.items()):
    if _name in CHOICES:
        _option.autocompletion = complete(CHOICES[_name])
OPTIONS[Source]["round"].autocompletion = complete_rounds


def with_settings(
    *left_out: str, **own_help: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator: its command gets an option for each field of the settings it takes.

    Parameters
    ----------
    left_out
        Fields that this command has no option for.
    own_help
        Help of fields whose default is another one in this command.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command)
        parameters = signature.parameters.values()
        kinds = {one.name: one.annotation for one in parameters if one.annotation in OPTIONS}
        options = [
            option
            for one in parameters
            for option in (
                _options(kinds[one.name], left_out, own_help) if one.name in kinds else [one]
            )
        ]

        @wraps(command)
        def with_options(**given: Any) -> None:
            for name, kind in kinds.items():
                own = {key: given.pop(key) for key in OPTIONS[kind] if key in given}
                several = {key: tuple(value) for key, value in own.items() if type(value) is list}
                given[name] = kind(**(own | several))
            command(**given)

        vars(with_options)["__signature__"] = signature.replace(parameters=options)  # for typer
        return with_options

    return decorate


def _options(
    kind: type, left_out: tuple[str, ...], own_help: Mapping[str, str]
) -> list[inspect.Parameter]:
    """The parameters of a command that has options for settings of a kind."""
    types = get_type_hints(kind)
    defaults = {field.name: field.default for field in fields(kind)}
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=defaults[name],
            annotation=Annotated[_typed(types[name]), _with_help(option, own_help.get(name))],
        )
        for name, option in OPTIONS[kind].items()
        if name not in left_out
    ]


def _with_help(option: Any, text: str | None) -> Any:
    """An option with this help, where there is one."""
    if text is None:
        return option
    own = copy(option)
    own.help = text
    return own


def _typed(annotation: Any) -> Any:
    """The type of an option for typer: a list, if it may be repeated; any, of one of two types."""
    if annotation == StorePlace:
        return Any
    return list[str] if annotation == tuple[str, ...] else annotation
