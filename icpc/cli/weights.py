"""``judge weights``: the trained networks that encoders need."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.output import DrawnProgress, Format, print_data, print_line, print_remark

FOLDER = typer.Option(
    "--weights-dir",
    envvar="JUDGE_WEIGHTS",
    help="Where weights lie (default: the user's cache folder).",
)
Folder = Annotated[Path | None, FOLDER]

weights = typer.Typer(
    help="List the encoders' trained weights, and fetch them.", add_completion=False
)


@weights.callback(invoke_without_command=True)
def list_weights(
    context: typer.Context, weights_dir: Folder = None, format: Format = Format.TABLE
) -> None:
    """List the encoders' trained weights: here or not, size, licence, source.

    Example: judge weights
    """
    if context.invoked_subcommand is not None:
        return
    from icpc.workflows.weights import list_weights, weights_folder

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
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Encoders.")],
    weights_dir: Folder = None,
) -> None:
    """Download the weights of encoders; a broken download is resumed.

    Example: judge weights fetch basicpitch
    """
    from icpc.workflows.weights import weights_folder
    from ranking.encoders import spec_of
    from ranking.encoders.weights import fetch_weights

    folder = weights_folder(weights_dir)
    for spec in [spec_of(name) for name in names]:
        if spec.weights is None:
            print_remark(f"{spec.name} needs no weights")
            continue
        print_remark(f"{spec.title}: {spec.weights.source}, licence {spec.weights.licence}")
        path = fetch_weights(spec.weights, folder, DrawnProgress())
        print_remark(f"at {path}")
