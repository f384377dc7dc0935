"""``judge results``: what was tested, its figures, and one HTML page."""

import shlex
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import FormatOption
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    print_table,
)

if TYPE_CHECKING:
    from icpc.experiments.results_file import ResultsFile

ADVICE = (
    "To find out, train controls on the same data: give the same judge train again with --encoder "
    "controls and another --out, and with the same --results, --seeds and --folds."
)


def results(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file of results, which judge train writes.")
    ],
    html: Annotated[
        Path | None, typer.Option(help="Write one page with tables and figures to this file.")
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw each figure as PNG and SVG in this folder."),
    ] = None,
    run: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="RUN",
            help="Draw the hit-rate of this run of judge rank, too. Repeat it for several.",
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Show results of probes, and whether controls explain as much as the encoders.

    Example: judge results results.jsonl --html results.html --plots figures
    """
    from icpc.experiments.page import figure_files, results_page, results_renderer
    from icpc.experiments.results_file import open_results
    from icpc.experiments.tested import summary_table
    from ranking.errors import Given, ReportError, RunError
    from ranking.files.atomic import check_can_be_written, write_bytes, write_text

    own = open_results(file, run or [])
    if html is not None:
        results_renderer()
        if html.resolve() == file.resolve():
            raise RunError(Given(html=html), "that is the file of results", "name another file")
        check_can_be_written(html, ReportError)
    if plots is not None:
        check_can_be_written(plots / "figure.png", ReportError)
    with TerminalProgress().start("drawing"):
        page = "" if html is None else results_page(own, _command(file, html, run or []), ADVICE)
        drawn = {} if plots is None else figure_files(own)
    if html is not None:
        write_text(page, html)
    for name, content in drawn.items():
        write_bytes(content, (plots or Path()) / name)
    if format is Format.TABLE:
        _print_tested(own)
    else:
        print_data(summary_table(own.tested), format)
    for path in (html, *((plots or Path()) / f"{one.name}.png and .svg" for one in own.figures)):
        if path is not None and (path == html or plots is not None):
            print_remark(f"written to {path}")


def _print_tested(own: "ResultsFile") -> None:
    from icpc.experiments.tested import controls_summary

    rows = [
        [
            *(one.task, one.name, str(len(one.results))),
            str(max(result.folds for result in one.results)),
            str(max(result.groups for result in one.results)),
            *(one.metric, _percent(one.estimate.value)),
            _interval(one.estimate.low, one.estimate.high),
            _percent(one.random),
        ]
        for one in own.tested
    ]
    headers = ["task", "encoder", "seeds", "folds", "groups", "metric", "value", "95 %", "random"]
    if rows:
        print_table("Tested, percent", headers, rows, ["task", "encoder"])
    beside = own.beside_controls()
    if beside:
        print_line(controls_summary(beside))
    for one in beside:
        print_line(one.sentence)
    if any(one.explained is None for one in beside):
        print_remark(ADVICE)


def _percent(share: float) -> str:
    return "–" if isnan(share) else f"{100 * share:.1f}"


def _interval(low: float, high: float) -> str:
    return "–" if isnan(low) else f"{100 * low:.1f}–{100 * high:.1f}"


def _command(file: Path, html: Path, runs: list[Path]) -> str:
    """The command that makes this page again, where its files are; it names no folder of a user."""
    from ranking.files.text import shareable_path

    words = ["judge", "results", shareable_path(file), "--html", shareable_path(html)]
    for run in runs:
        words += ["--run", shareable_path(run)]
    return shlex.join(words)
