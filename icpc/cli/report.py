"""``judge report``: one HTML page to look at, and figures to print."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli import options as opt
from icpc.cli.hitrate import picture_folder
from icpc.cli.output import print_line, print_remark, working

if TYPE_CHECKING:
    from icpc.study.study import Study


def report(
    competition: opt.CompetitionName = None,
    roster: opt.RosterFile = None,
    rounds: opt.Rounds = None,
    run: opt.RunFolder = None,
    comparisons: opt.ComparisonsFile = None,
    votes: opt.VotesFile = None,
    panel: opt.PanelFile = None,
    stage: opt.Stage = None,
    by: opt.By = None,
    vote: opt.Vote = None,
    count: opt.Count = None,
    passed_from: opt.PassedFrom = None,
    plot: Annotated[
        bool, typer.Option("--plot", help="Draw each figure as PNG and SVG beside the page.")
    ] = False,
    dark: Annotated[
        bool, typer.Option("--dark", help="Draw the figures for a dark background.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the run and its report here (default: the run, or runs/NAME)."),
    ] = None,
    seed: opt.Seed = None,
) -> None:
    """Write one HTML page of a ranking: to look at, search, and check.

    Example: judge report --competition icpc2015
    """
    from icpc.page.page import report_page
    from icpc.study.runs import describe, read_record, save_run
    from ranking.files.atomic import write_text

    choices = {"by": by, "vote": vote, "count": count, "seed": seed}
    with working("looking at the tournament"):
        study = opt.open_study(
            competition,
            roster,
            rounds,
            run,
            (comparisons, votes, panel),
            stage,
            choices,
            passed_from,
        )
        folder = picture_folder(out, run, study.competition.name, (by, passed_from, seed))
        record = describe(study)
        if run is not None:
            record = read_record(run) | {"settings": record["settings"]}
        given = {
            "competition": competition,
            "roster": roster,
            "rounds": rounds,
            "run": run,
            "comparisons": comparisons,
            "votes": votes,
            "panel": panel,
            "stage": stage,
            **choices,
            "passed-from": passed_from,
        }
        page = report_page(study, record, _command(given))
    if folder != run:
        save_run(study, folder)
    write_text(page, folder / "report.html")
    print_line(f"{study.competition.name}: {folder / 'report.html'}")
    if plot or dark:
        _draw(study, folder, dark=dark)


def _draw(study: "Study", folder: Path, *, dark: bool) -> None:
    from icpc.page.figures import figures
    from plots.style import style, write_figure

    with working("drawing"), style(dark=dark):
        for name, figure in figures(study):
            write_figure(figure, folder, name)
            print_remark(f"written to {folder / name}.png and .svg")


def _command(given: Mapping[str, object]) -> str:
    """The command that makes this page, with what was chosen."""
    words = ["judge", "report"]
    for name, value in given.items():
        if value is not None:
            words += [f"--{name}", str(value)]
    return shlex.join(words)
