"""``judge report``: a ranking as one HTML page, and as figures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.next_command import command_line
from icpc.cli.options import Seed, with_settings
from icpc.cli.output import TerminalProgress, print_line, print_remark
from icpc.workflows.settings import RankingOptions, Source

if TYPE_CHECKING:
    from icpc.study.study import Study


@with_settings("resample")
def report(
    source: Source,
    options: RankingOptions,
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
    open_page: Annotated[
        bool, typer.Option("--open", help="Show the page in your browser.")
    ] = False,
    pseudonyms: Annotated[
        Path | None,
        typer.Option(
            help="Show numbers in the place of names, of jurors too, and write to this CSV whose "
            "they are; with --out, a folder that it is not in."
        ),
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(
            help="Play the recordings of this folder from the page, where both are kept together."
        ),
    ] = None,
    seed: Seed = None,
) -> None:
    """Write a ranking as one HTML page, to look at, search and check.

    Example: judge report --competition icpc2015 --open

    To teach or publish without names:

    judge report --competition icpc2025 --pseudonyms key.csv --out runs/anonymous
    """
    from icpc.page.page import check_page_can_be_written
    from icpc.page.pseudonyms import check_key_is_apart, write_key
    from icpc.workflows.rankings import open_study, study_with_pseudonyms
    from icpc.workflows.results import figure_folder, write_report_figures
    from icpc.workflows.results import report as write_report
    from ranking.files.text import shareable_path

    if pseudonyms is not None:
        check_key_is_apart(pseudonyms, out, source.run, recordings)
    progress = TerminalProgress()
    with progress.start("writing the report"):
        study = open_study(
            *(source, options, seed, check_page_can_be_written), with_intervals=pseudonyms is None
        )
        name, changed = study.competition.name, options != RankingOptions() or seed is not None
        folder = figure_folder(out, source.run, name, changed)
        if pseudonyms is None:  # where its files are; it names no folder of a user
            played = _played(study, recordings, folder, progress)
            given = {"recordings": recordings, "seed": seed}
            again = command_line("report", source, options, path=shareable_path, **given)
            page = write_report(study, folder, source.run, again, played)
        else:
            study, key = study_with_pseudonyms(study)
            write_key(key, pseudonyms)
            again = command_line("report", run=folder.name)
            page = write_report(study, folder, command=again)
    print_line(f"{name}: {page}")
    if pseudonyms is not None:
        print_remark(f"whose the numbers are: {pseudonyms}; keep it apart from the page")
    if plot or dark:
        for figure in write_report_figures(study, folder, dark, progress):
            print_remark(f"written to {figure}.png and .svg")
    if open_page:
        typer.launch(page.resolve().as_uri())


def _played(
    study: "Study", recordings: Path | None, folder: Path, progress: TerminalProgress
) -> dict[str, list[str]] | None:
    """Addresses of recordings from the page, with a remark on those that cannot be played."""
    from icpc.page.listening import recordings_to_play

    if recordings is None:
        return None
    found = recordings_to_play(study, recordings, folder, progress)
    if found.remark:
        print_remark(found.remark)
    return found.by_candidate
