"""``judge weights``: the trained networks that encoders need."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.output import DrawnProgress, Format, print_data, print_line, print_remark

if TYPE_CHECKING:
    from ranking.encoders.spec import EncoderSpec

Folder = Annotated[
    Path | None,
    typer.Option(
        "--weights-dir",
        envvar="JUDGE_WEIGHTS",
        help="Where weights lie (default: the user's cache folder).",
    ),
]

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
    import pandas as pd

    from ranking.encoders import ENCODERS, spec_of

    folder = weights_folder(weights_dir)
    rows = [_row(spec_of(name), folder) for name in ENCODERS]
    if format is not Format.TABLE:
        print_data(pd.DataFrame(rows), format)
        return
    for row in rows:
        print_line(f"{row['encoder']}: {row['title']} ({row['licence']})")
        print_line(f"  {row['state']}")
        print_line(f"  front end: {row['front_end']}")


def _row(spec: "EncoderSpec", folder: Path) -> dict[str, object]:
    from ranking.encoders.front_end import written
    from ranking.encoders.weights import megabytes

    row = {
        "encoder": spec.name,
        "title": spec.title,
        "licence": spec.licence,
        "front_end": written(spec.options),
    }
    own = spec.weights
    if own is None:
        return {**row, "here": True, "state": "needs no weights", "size": 0}
    path = folder / own.file
    here = path.is_file()
    state = f"here: {path}" if here else f"not here: {megabytes(own.size)} from {own.source}"
    return {
        **row,
        "here": here,
        "state": state,
        "size": own.size,
        "url": own.url,
        "sha256": own.sha256,
        "path": str(path),
    }


@weights.command()
def fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Encoders.")],
    weights_dir: Folder = None,
) -> None:
    """Download the weights of encoders; a broken download is resumed.

    Example: judge weights fetch basicpitch
    """
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


def weights_folder(given: Path | None) -> Path:
    """The folder given, or the one in the user's cache."""
    if given is not None:
        return given
    from platformdirs import user_cache_path

    return user_cache_path("judge") / "weights"
