"""``judge compare``: judges of one competition side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import Seed
from icpc.cli.output import DrawnProgress, Format, print_data, print_line, print_remark, print_table
from icpc.cli.rank import headline

if TYPE_CHECKING:
    import pandas as pd

    from icpc.findings.compare import Paired
    from icpc.study.study import Study
    from icpc.workflows.comparison import Comparison

SHOWN = 10  # candidates whose ranks are furthest apart


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders that judge rank --out wrote.")
    ],
    jurors: Annotated[
        bool, typer.Option("--jurors", help="Each juror of one run against all the others.")
    ] = False,
    ranks: Annotated[
        bool, typer.Option("--ranks", help="Every candidate's rank by each judge, instead.")
    ] = False,
    seed: Seed = None,
    format: Format = Format.TABLE,
) -> None:
    """Hold judges of one competition against each other, and against the result.

    Example: judge compare runs/ranker runs/panel

    Example: judge compare runs/panel --jurors
    """
    from icpc.findings.compare import paired_table
    from icpc.workflows.comparison import compare as compare_rankings
    from icpc.workflows.comparison import load_runs

    _refuse_few(runs, jurors=jurors, ranks=ranks)
    with DrawnProgress().start("comparing"):
        found = compare_rankings(load_runs(runs), seed or 0, jurors)
    table = found.ranks
    if format is not Format.TABLE:
        print_data(table if ranks else paired_table(found.pairs), format)
    elif ranks:
        _print_ranks(f"{len(table)} candidates, ranks furthest apart first", table)
    elif jurors:
        _print_jurors(next(iter(found.studies.values())), found.pairs)
    else:
        _print_judges(found)
    for name, own in found.studies.items():
        for remark in filter(None, (own.comparisons.remark, *own.remarks)):
            print_remark(f"{name}: {remark}")


def _refuse_few(runs: list[Path], *, jurors: bool, ranks: bool) -> None:
    from ranking.errors import RunError

    if jurors and (len(runs) > 1 or ranks):
        more = "--ranks" if ranks else "more than one RUN"
        raise RunError(f"--jurors and {more}", "it takes one panel apart", "leave one of them out")
    if not jurors and len(runs) == 1:
        raise RunError(
            str(runs[0]), "nothing to compare it with", "name another run, or add --jurors"
        )


def _print_judges(found: "Comparison") -> None:
    from icpc.findings.compare import cautions, sentences

    for name, study in found.studies.items():
        print_line(f"{name} = {headline(study)}")
    for pair in found.pairs:
        print_line("")
        for sentence in sentences(pair):
            print_line(sentence)
    for caution in cautions(dict(found.studies)):
        print_line(caution)
    print_line("")
    if found.ranks.empty:
        print_line("No candidate was judged by all of them.")
    else:
        _print_ranks("Furthest apart:", found.ranks.head(SHOWN))


def _print_ranks(title: str, table: "pd.DataFrame") -> None:
    judges = [column for column in table if column.startswith("rank_")]
    rows = [
        [str(row[column]) for column in ("name", *judges, "apart", "reached")]
        for _, row in table.iterrows()
    ]
    headers = ["candidate", *(judge.removeprefix("rank_") for judge in judges), "apart", "reached"]
    print_table(title, headers, rows, ["candidate", "reached"])


def _print_jurors(study: "Study", paired: "Sequence[Paired]") -> None:
    from icpc.findings.compare import juror_sentences, paired_table

    rows = [
        [
            row.one,
            str(row.candidates),
            f"{row.tau:.3f}",
            f"{row.tau_low:.2f} to {row.tau_high:.2f}",
            *(f"{x:.3f}" if row.pairs else "–" for x in (row.accuracy, row.other_accuracy)),
        ]
        for row in paired_table(paired).sort_values("tau", ascending=False).itertuples()
    ]
    headers = ["juror", "candidates", "tau-b", "95 %", "right", "others right"]
    print_table(headline(study), headers, rows, ["juror"])
    for sentence in juror_sentences(paired):
        print_line(sentence)
