"""``judge init``: the files of a competition of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icpc.cli.next_command import command_line
from icpc.cli.output import print_command, print_line, print_remark

if TYPE_CHECKING:
    from icpc.competition.templates import Start

WHAT = {
    "competition.toml": "its title, and the rounds in their order",
    "roster.csv": "who plays, and the round that each reached, once it is known",
    "comparisons.csv": "who was preferred, if you compare two at a time",
    "marks": "a row for each candidate, a column for each juror",
}
"""What each file is for; that of marks by its stem."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Write the files to this folder.")],
    recordings: Annotated[
        Path | None,
        typer.Option(help="Take a candidate from each sound file here, the id from its name."),
    ] = None,
    panel: Annotated[
        Path | None,
        typer.Option(
            help="Take the candidates of this sheet of marks, CSV or Excel, and copy it: a row per "
            "mark, or a row per candidate and a column per juror, or the reverse."
        ),
    ] = None,
) -> None:
    """Begin a competition of your own: write its roster, marks, comparisons and settings.

    Nothing is overwritten. The files can be ranked as they are, unless what is asked for next has
    to be filled in first.

    Example: judge init spring-prize
    """
    from icpc.competition.templates import (
        start_of_examples,
        start_of_marks,
        start_of_recordings,
        write_start,
    )
    from ranking.errors import CompetitionError, Given

    if recordings is not None and panel is not None:
        raise CompetitionError(
            Given(recordings=None, panel=None),
            "each says who the candidates are",
            "give one of them; a roster from marks can name recordings later",
        )
    title = folder.resolve().name or "competition"
    if recordings is not None:
        start = start_of_recordings(title, recordings)
    elif panel is not None:
        start = start_of_marks(title, panel)
    else:
        start = start_of_examples(title)
    written = write_start(start, folder)
    of = "3 examples, to be replaced" if start.examples else f"{start.candidates:,} candidates"
    print_line(f"{folder}: {of}")
    for path in written:
        print_line(f"  {path.name:<16}  {WHAT.get(path.name) or WHAT['marks']}")
    for remark in start.remarks:
        print_remark(remark)
    _print_next(folder, start, recordings)


def _print_next(folder: Path, start: "Start", recordings: Path | None) -> None:
    """Print the commands that rank these files and report on them."""
    roster = folder / "roster.csv"
    print_line("Next:")
    if recordings is not None:
        print_command(command_line("rank", roster=roster, recordings=recordings))
        print_line("or, when you have filled in marks.csv:")
    first = start.rounds[0] if len(start.rounds) > 1 else None
    marks: dict[str, Any] = {"roster": roster, "panel": folder / start.marks, "round": first}
    for command in ("rank", "report"):
        print_command(command_line(command, **marks))
