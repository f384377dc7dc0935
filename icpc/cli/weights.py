"""``judge weights``: the trained weights of encoders."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.choices import complete
from icpc.cli.output import Format, TerminalProgress, print_data, print_line, print_remark
from ranking.encoders.registry import ENCODERS

weights_folder_option = partial(
    typer.Option,
    "--weights-dir",
    envvar="JUDGE_WEIGHTS",
    help="Look for published weights here (default: the user's cache folder).",
)
Folder = Annotated[Path | None, weights_folder_option()]

weights = typer.Typer(add_completion=False)


@weights.callback(invoke_without_command=True)
def list_weights(
    context: typer.Context,
    weights_dir: Folder = None,
    format: Annotated[
        Format, typer.Option(case_sensitive=False, help="Print in this format.")
    ] = Format.TABLE,
) -> None:
    """List the encoders with their trained weights, licences and options of the front end.

    Example: judge weights

    Example: judge weights fetch basicpitch
    """
    if context.invoked_subcommand is not None:
        return
    from icpc.installation.weights import list_weights, weights_folder

    table = list_weights(weights_folder(weights_dir))
    if format is not Format.TABLE:
        print_data(table, format)
        return
    for row in table.itertuples():
        print_line(f"{row.encoder}: {row.title} ({row.licence})")
        print_line(f"  {row.state}")
        print_line(f"  front end: {row.front_end}")


@weights.command()
def fetch(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="ENCODER",
            help=f"Name encoders: {', '.join(ENCODERS.own)}; or hf:NAME, a model of the Hugging "
            "Face Hub, which goes into the Hub's own cache.",
            autocompletion=complete(ENCODERS),
        ),
    ],
    weights_dir: Folder = None,
) -> None:
    """Download the trained weights of encoders; an interrupted download is resumed.

    Example: judge weights fetch basicpitch
    """
    from icpc.installation.weights import weights_folder_to_write
    from ranking.encoders import spec_of
    from ranking.encoders.registry import MODELS
    from ranking.encoders.weights import fetch_weights

    models = [name for name in names if name.startswith(MODELS)]
    specs = [spec_of(name) for name in names if name not in models]
    for name in models:
        _fetch_model(name)
    folder = weights_folder_to_write(weights_dir) if specs else Path()
    for spec in specs:
        if spec.weights is None:
            print_remark(f"{spec.name} needs no weights")
            continue
        print_remark(f"{spec.title}: {spec.weights.source}, licence {spec.weights.licence}")
        path = fetch_weights(spec.weights, folder, TerminalProgress())
        print_remark(f"downloaded to {path}")


def _fetch_model(name: str) -> None:
    """Download a model into the cache of the Hugging Face Hub."""
    from ranking.encoders.hub import fetch_model

    path, revision = fetch_model(name.partition(":")[2])
    print_remark(f"{name}: revision {revision}, in {path}")
