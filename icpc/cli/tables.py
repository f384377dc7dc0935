"""``judge tables``: the paper's tables."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.output import Format, print_data, print_line, print_table

if TYPE_CHECKING:
    import pandas as pd


class TableFormat(StrEnum):
    """Format of tables on stdout."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    LATEX = "latex"


TABULATE = {TableFormat.MARKDOWN: "github", TableFormat.LATEX: "latex_booktabs"}


def tables(
    number: Annotated[
        int, typer.Argument(min=1, max=4, metavar="NUMBER", help="Number of the table, 1 to 4.")
    ],
    results: Annotated[
        Path | None,
        typer.Option(
            help="Print results of this file in Tables 3 and 4: judge train writes them, and judge "
            "rank --results."
        ),
    ] = None,
    format: Annotated[
        TableFormat, typer.Option(case_sensitive=False, help="Print in this format.")
    ] = TableFormat.TABLE,
) -> None:
    """Print a table of the paper: encoders, data sets, results of probes, or of the competition.

    What the program itself has, and your own results, stand below the paper's rows.

    Example: judge tables 3 --format markdown
    """
    from icpc.experiments.paper_tables import TITLES, paper_table
    from icpc.experiments.results import read_results

    own = read_results(results) if results else ()
    table = paper_table(number, own, results.parent if results else Path())
    if format in TABULATE:
        _print_as_text(table, TABULATE[format])
    elif format is not TableFormat.TABLE:
        print_data(table, Format(format))
    else:
        _print_in_parts(TITLES[number], table)


def _print_as_text(table: "pd.DataFrame", style: str) -> None:
    from tabulate import tabulate

    text = tabulate(_cells(table), headers=_headers(table), tablefmt=style, disable_numparse=True)
    sys.stdout.write(text + "\n")


def _print_in_parts(title: str, table: "pd.DataFrame") -> None:
    """Print a table; the columns of each task, or of each way to fit, as a part of it."""
    from icpc.experiments.paper_tables import table_parts

    for part, own in table_parts(table).items():
        print_table(f"{title}: {part}" if part else title, _headers(own), _cells(own))
        if part:
            print_line("")


def _headers(table: "pd.DataFrame") -> list[str]:
    return [str(name).replace("_", " ") for name in table]


def _cells(table: "pd.DataFrame") -> list[list[str]]:
    return [[_cell(value) for value in row] for row in table.itertuples(index=False)]


def _cell(value: object) -> str:
    import pandas as pd

    if isinstance(value, bool):
        return "yes" if value else "no"
    if pd.isna(value) or value == "":
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
