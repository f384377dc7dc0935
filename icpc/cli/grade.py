"""``judge grade`` and ``judge techniques``: what a probe says of recordings."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import FormatOption, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_remark,
    print_table,
    remark_on_interrupt,
)
from icpc.workflows.settings import RecordingOptions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from icpc.probes.answers import Answers

LEFT_OUT = (
    *("recordings", "ranker", "index", "windows", "antisymmetric", "min_seconds", "skip_bad"),
    *("encoder", "allow_outside", "fit_half", "folds", "epochs", "permutations"),
    *("pairs", "budget", "scheduler", "cluster_workers"),
)
KEPT = "what was embedded is kept"

Recordings = Annotated[
    list[Path],
    typer.Argument(metavar="RECORDING", help="Sound files, or folders of them."),
]
Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw it to this file, .png or .svg.")
]
EncoderName = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        help="Embed with this encoder (default: the one that the probe was trained on).",
        rich_help_panel="Encoders",
    ),
]


@with_settings(*LEFT_OUT)
def grade(
    sounds: Recordings,
    options: RecordingOptions,
    probe: Annotated[
        Path | None,
        typer.Option(
            help="Use this probe, NAME.safetensors, which judge train difficulty made (default: "
            "the one that comes with the program)."
        ),
    ] = None,
    encoder_name: EncoderName = None,
    plot: Plot = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say how difficult pieces are, by Henle grades, from recordings.

    The likeliest grade, the expected one, and the range that holds 80 % of the probability.

    Example: judge grade prelude.flac sonata.mp3
    """
    from dataclasses import replace

    from icpc.probes.answers import grade_recordings

    _check_plot(plot)
    own = replace(options, recordings=sounds[0], ranker=probe, encoder=encoder_name)
    with remark_on_interrupt(KEPT):
        found = grade_recordings(sounds, own, TerminalProgress())
    _print_answers(found, _print_grades, format)
    if plot is not None:
        from plots.answers import grades_figure

        _write(grades_figure(found.table), plot)


@with_settings(*LEFT_OUT)
def techniques(
    sounds: Recordings,
    options: RecordingOptions,
    probe: Annotated[
        Path | None,
        typer.Option(help="Use this probe, NAME.safetensors, which judge train technique made."),
    ] = None,
    encoder_name: EncoderName = None,
    plot: Plot = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say which of seven techniques recordings show, per half minute.

    Example: judge techniques etude.flac --probe mine.safetensors
    """
    from dataclasses import replace

    from icpc.probes.answers import techniques_of_recordings

    _check_plot(plot)
    own = replace(options, recordings=sounds[0], ranker=probe, encoder=encoder_name)
    with remark_on_interrupt(KEPT):
        found = techniques_of_recordings(sounds, own, TerminalProgress())
    _print_answers(found, _print_techniques, format)
    if plot is not None:
        from plots.answers import techniques_figure

        _write(techniques_figure(found.table), plot)


def _print_answers(
    found: "Answers", print_as_table: Callable[["pd.DataFrame"], None], form: Format
) -> None:
    """Print what a reader must know of the probe, and its answers."""
    if found.remark:
        print_remark(found.remark)
    if form is Format.TABLE:
        print_as_table(found.table)
    else:
        print_data(found.table, form)


def _print_grades(table: "pd.DataFrame") -> None:
    classes = [name for name in table if name.startswith("p_")]
    rows = [
        [
            row["recording"],
            row["grade"],
            f"{row['expected']:.1f}",
            row["low"] if row["low"] == row["high"] else f"{row['low']} to {row['high']}",
            *(f"{row[name]:.2f}" for name in classes),
        ]
        for row in table.to_dict("records")
    ]
    headers = ["recording", "grade", "expected", "80 % in", *(name[2:] for name in classes)]
    print_table("Grades, with the probability of each", headers, rows, ["recording"])


def _print_techniques(table: "pd.DataFrame") -> None:
    rows = [
        [
            row["recording"],
            f"{_clock(row['start'])}–{_clock(row['stop'])}",
            row["techniques"].replace(";", ", "),
            *(f"{row[name]:.2f}" for name in table if name.startswith("p_")),
        ]
        for row in table.to_dict("records")
    ]
    names = [name[2:] for name in table if name.startswith("p_")]
    headers = ["recording", "time", "techniques", *names]
    print_table("Techniques, with the probability of each", headers, rows, headers[:1])


def _check_plot(path: Path | None) -> None:
    """Refuse another kind of picture before anything takes long."""
    from ranking.errors import Given, RunError

    if path is not None and path.suffix not in (".png", ".svg"):
        raise RunError(Given(plot=str(path)), "no kind of picture", "end its name in .png or .svg")


def _write(figure: "Figure", path: Path) -> None:
    from plots.style import render_figure
    from ranking.files.atomic import write_bytes

    write_bytes(render_figure(figure, path.suffix[1:]), path)
    print_remark(f"written to {path}")


def _clock(seconds: float) -> str:
    """Minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
