"""Options of ``judge train`` that become something else: a manifest, a grid, choices of a task."""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from icpc.cli.choices import complete
from icpc.cli.options import OPTIONS
from icpc.workflows.settings import Source
from ranking.deprecation import warn_renamed
from ranking.tasks.registry import TaskSpec

if TYPE_CHECKING:
    from ranking.tasks.judgements import Judgements

JUDGEMENTS = ("panel", "comparisons", "round", "lower_is_better", "unmarked", "zeros", "pool")
"""Settings of a source that say where labels come from, if not from a manifest."""
RENAMED_GRID = {"rate": "learning_rate", "decay": "weight_decay"}


def take_judgements(options: dict[str, Any]) -> "Judgements | None":
    """Return what people said of recordings, out of the options of a command; None if nothing.

    Raises
    ------
    JudgeError
        If two kinds are named, or options of marks without marks.
    """
    given = {name: options.pop(name) for name in JUDGEMENTS if name in options}
    return judgements_of(Source(**given))


def judgements_of(source: Source) -> "Judgements | None":
    """Return what people said of recordings; None if nothing.

    Raises
    ------
    JudgeError
        If two kinds are named, or options of marks without marks.
    """
    from ranking.errors import Given, TableError
    from ranking.tasks.judgements import Judgements

    if source.panel is None and source.marks.given:
        raise TableError(
            Given(**source.marks.given), "there are no marks", "leave it out", "no-marks"
        )
    if source.file is None:
        return None
    return Judgements(source.panel, source.comparisons, source.marks)


def manifest_path(
    manifest: Path | None, collection: str | None, recordings: Path, judged: bool = False
) -> Path:
    """Return the manifest that is named, or that of a collection.

    Parameters
    ----------
    manifest : the file that is named, if any
    collection : the collection that is named, if any
    recordings : the folder that it was fetched into
    judged : whether marks or comparisons might be named instead

    Raises
    ------
    TableError
        If not one of the two is named, or the folder has no manifest.
    """
    from icpc.fetching.listing import fetched_manifest
    from ranking.errors import Given, TableError

    if manifest is not None and collection is None:
        return manifest
    if manifest is None and collection is not None:
        return fetched_manifest(collection, recordings)
    what = "there is no manifest" if manifest is None else "there are two manifests"
    raise TableError(
        Given(recordings=recordings),
        what,
        "name one",
        "manifest-or-judgements" if judged else "one-manifest",
    )


def with_task_options(command: Callable[..., None], spec: TaskSpec) -> Callable[..., None]:
    """Return a command with the options of a task alone, in place of its keyword arguments."""
    signature = inspect.signature(command)
    own = [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=option.default,
            annotation=Annotated[
                str,
                typer.Option(
                    rich_help_panel="Training",
                    metavar=f"<{'|'.join(option.choices)}>" if option.choices else "NAMES",
                    show_default=bool(option.choices),
                    autocompletion=complete(option.choices),
                    help=option.help,
                ),
            ],
        )
        for option in spec.options
    ]
    if spec.takes_judgements:
        types, source = get_type_hints(Source), Source()
        own += [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=getattr(source, name),
                annotation=Annotated[types[name], OPTIONS[Source][name]],
            )
            for name in JUDGEMENTS
        ]
    kept = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    vars(command)["__signature__"] = signature.replace(parameters=[*kept, *own])  # for typer
    return command


def parse_grid(given: Sequence[str]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the settings to try and their values, from texts "learning_rate=1e-3,3e-3".

    Raises
    ------
    ProbeError
        If values are no numbers.
    """
    from ranking.errors import Given, ProbeError

    choices, old = [], {}
    for text in given:
        name, _, values = text.partition("=")
        name = name.strip()
        if name in RENAMED_GRID:
            old[name] = RENAMED_GRID[name]
        try:
            numbers = tuple(float(value) for value in values.split(","))
        except ValueError:
            raise ProbeError(
                Given(grid=text), "no numbers", "write it so: --grid learning_rate=1e-3,3e-3"
            ) from None
        choices.append((RENAMED_GRID.get(name, name), numbers))
    warn_renamed("--grid", old.items())
    return tuple(choices)
