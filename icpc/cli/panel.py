"""``judge panel``: the jurors of a panel, and what its result owes to each of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.choices import CHOICES, complete
from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_json,
    print_line,
    print_remark,
    print_table,
)
from icpc.workflows.settings import RankingOptions, Source

if TYPE_CHECKING:
    from icpc.juries.section import Section


@with_settings(
    *("run", "comparisons", "votes", "columns", "vote", "count", "resample", "ranges"),
    competition="Use a bundled competition that has marks (without files of your own, default: "
    "icpc2025).",
    method="Make the panel's ranking by this method (default: mean-mark).",
)
def panel(
    source: Source,
    options: RankingOptions,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Compare with another ranking: a run's folder, a CSV of candidate and rank or "
            "strength, or one of comparisons."
        ),
    ] = None,
    relations: Annotated[
        Path | None,
        typer.Option(
            help="Compare marks for own pupils or compatriots with colleagues' marks: a CSV of "
            "juror, candidate and relation, or of juror and country."
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            help="Print this table alone, all of it (default of --format csv: jurors).",
            autocompletion=complete(CHOICES["table"]),
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw severities and adjusted places to this file, .png or .svg."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write every table as CSV, all as panel.json, and the figures here."),
    ] = None,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Analyse a panel: who is severe, who differs, and who would have passed without a juror.

    Example: judge panel --competition icpc2025 --method corrected-mean-3

    Example: judge panel --competition icpc2025 --round final --table left-out
    """
    from icpc.workflows.panel import (
        check_figure_path,
        open_panel,
        panel_record,
        write_panel,
        write_panel_figure,
    )
    from ranking.errors import RunError
    from ranking.files.atomic import check_can_be_written

    if plot is not None:
        check_figure_path(plot)
    if out is not None:
        check_can_be_written(out / "panel.json", RunError, out=True)
    with TerminalProgress().start("analysing the panel"):
        analysis = open_panel(source, options, seed, against, relations)
    if table is not None or format is Format.CSV:
        _print_section(analysis[table or "jurors"], format)
    elif format is Format.JSON:
        print_json(panel_record(analysis))
    else:
        print_line(analysis.headline)
        for section in analysis.sections:
            print_line("")
            _print_section(section, format, shortened=True)
    for remark in analysis.remarks:
        print_remark(remark)
    if plot is not None:
        write_panel_figure(analysis, plot)
        print_remark(f"written to {plot}")
    if out is not None:
        write_panel(analysis, out)
        print_remark(f"written to {out}")


def _print_section(section: "Section", form: Format, *, shortened: bool = False) -> None:
    """Print the numbers of a section, what they say, and what cannot be said."""
    if form is not Format.TABLE:
        print_data(section.table, form)
        return
    shown = section.table.head(section.rows) if shortened and section.rows else section.table
    if len(shown):
        cells = [column.cells(shown) for column in section.columns]
        rows = list(zip(*cells, strict=True))
        print_table(
            section.title, [one.title for one in section.columns], rows, section.text_columns
        )
    else:
        print_line(section.title)
    if len(shown) < len(section.table):
        print_line(
            f"(the first {len(shown)} of {len(section.table)}; --table {section.key} prints all)"
        )
    for sentence in section.sentences:
        print_line(sentence)
    for reason in section.not_applicable:
        print_line(f"Not applicable: {reason}.")
