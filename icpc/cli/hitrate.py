"""``judge hitrate``: the ranking held against the result."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import USUAL, Seed, with_settings
from icpc.cli.output import (
    DrawnProgress,
    Format,
    print_data,
    print_line,
    print_remark,
    print_table,
)
from icpc.workflows.settings import Choices, Source

if TYPE_CHECKING:
    from icpc.study.hit_rate import HitRate


@with_settings("resample")
def hitrate(
    source: Source,
    choices: Choices,
    published: Annotated[
        bool, typer.Option("--published", help="The paper's own Figure 2, from its points.")
    ] = False,
    plot: Annotated[
        bool, typer.Option("--plot", help="Draw the curve: hitrate.png and hitrate.svg.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the run and its curve here (default with --plot: the run, or runs/NAME)."
        ),
    ] = None,
    seed: Seed = None,
    format: Format = Format.TABLE,
) -> None:
    """Hold a ranking against the result: the share of its top who passed the round.

    Example: judge hitrate --competition icpc2015 --plot
    """
    from icpc.workflows.rankings import open_study
    from icpc.workflows.results import (
        hit_rate,
        hit_rate_as_published,
        picture_folder,
        write_hit_rate,
    )

    study = None
    with DrawnProgress().start("holding the ranking against the result"):
        if published:
            _refuse_with_published(source, choices)
            held = hit_rate_as_published(source.competition or USUAL, seed or 0)
        else:
            study = open_study(source, choices, seed)
            held = hit_rate(study)
    print_hit_rate(held, format)
    if not plot and out is None:
        return
    folder = picture_folder(out, source.run, held.name, choices != Choices() or seed is not None)
    for path in write_hit_rate(held, folder, None if folder == source.run else study, plot):
        print_remark(f"written to {path}")


def print_hit_rate(held: "HitRate", form: Format) -> None:
    """Print a curve, and what must be said of it."""
    if form is Format.TABLE:
        _print_curve(held)
        for line in held.lines:
            print_line(line)
    else:
        print_data(held.curve, form)
    for remark in held.remarks:
        print_remark(remark)


def _refuse_with_published(source: Source, choices: Choices) -> None:
    from ranking.errors import CompetitionError, Given

    if replace(source, competition=None) != Source() or choices != Choices():
        raise CompetitionError(
            Given(published=None),
            "the points are what they are",
            "use it with a competition alone",
            key="published-alone",
        )


def _print_curve(held: "HitRate") -> None:
    rows = [
        [
            str(row.k),
            f"{row.wins:g}",
            held.names.get(row.candidate, row.candidate),
            str(row.reached),
            "yes" if row.passed else "no",
            f"{row.hit_rate:.3f}",
            f"{row.recall:.3f}",
            f"{row.null_low:.2f}–{row.null_high:.2f}",
        ]
        for row in held.curve.itertuples()
    ]
    headers = ["k", "wins", "candidate", "reached", "passed", "hit-rate", "recall", "no skill"]
    print_table(held.title, headers, rows, ["candidate", "reached"])
