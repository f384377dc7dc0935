"""``judge compare``: rankings of one competition side by side."""

from collections.abc import Sequence
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    print_table,
)
from icpc.cli.rank import headline
from icpc.workflows.settings import Source

if TYPE_CHECKING:
    import pandas as pd

    from icpc.findings.compare import Paired
    from icpc.study.study import Study
    from icpc.workflows.comparison import MethodComparison, RankingComparison

SHOWN = 10  # candidates with the largest differences in rank


@with_settings("run")
def compare(
    source: Source,
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN]...", help="Folders that judge rank --out wrote."),
    ] = None,
    jurors: Annotated[
        bool, typer.Option("--jurors", help="Compare each juror of one run with all the others.")
    ] = False,
    ranks: Annotated[
        bool, typer.Option("--ranks", help="Print every candidate's rank in each ranking instead.")
    ] = False,
    methods: Annotated[
        bool,
        typer.Option(
            "--methods",
            help="Compare all ranking methods on one run, or on a competition, comparisons or "
            "marks that are named.",
        ),
    ] = False,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Compare rankings of one competition with each other, and with the actual result.

    Example: judge rank --competition icpc2025 --out runs/stage1

    Example: judge rank --competition icpc2025 --round stage2 --out runs/stage2

    Example: judge compare runs/stage1 runs/stage2

    Example: judge compare runs/stage1 --jurors

    Example: judge compare --methods --competition icpc2025 --round final
    """
    runs = runs or []
    if methods:
        _compare_methods(source, runs, jurors=jurors, ranks=ranks, format=format)
        return
    from icpc.findings.compare import paired_table
    from icpc.workflows.comparison import compare as compare_rankings
    from icpc.workflows.comparison import load_runs

    _refuse_few(source, runs, jurors=jurors, ranks=ranks)
    with TerminalProgress().start("comparing"):
        compared = compare_rankings(load_runs(runs), seed or 0, jurors)
    table = compared.ranks
    if format is not Format.TABLE:
        print_data(table if ranks else paired_table(compared.pairs), format)
    elif ranks:
        _print_ranks(f"{len(table)} candidates, largest differences in rank first", table)
    elif jurors:
        _print_jurors(next(iter(compared.studies.values())), compared.pairs)
    else:
        _print_rankings(compared)
    for name, study in compared.studies.items():
        for remark in study.all_remarks:
            print_remark(f"{name}: {remark}")


def _refuse_few(source: Source, runs: list[Path], *, jurors: bool, ranks: bool) -> None:
    from ranking.errors import RunError

    if source != Source():
        raise RunError(
            "a competition or a file",
            "rankings are compared by runs",
            "make runs with judge rank --out, or add --methods",
        )
    if not runs:
        raise RunError("no RUN", "nothing to compare", "name two runs, or add --methods")
    if jurors and (len(runs) > 1 or ranks):
        more = "--ranks" if ranks else "more than one RUN"
        raise RunError(
            f"--jurors and {more}", "it compares the jurors of one panel", "leave one of them out"
        )
    if not jurors and len(runs) == 1:
        raise RunError(
            str(runs[0]),
            "nothing to compare it with",
            "name another run, or add --jurors or --methods",
        )


def _compare_methods(
    source: Source, runs: list[Path], *, jurors: bool, ranks: bool, format: Format
) -> None:
    """Print how the ranking depends on the method."""
    from dataclasses import replace

    from icpc.workflows.comparison import compare_methods
    from icpc.workflows.rankings import open_study
    from ranking.errors import RunError

    if jurors or ranks or len(runs) > 1 or (runs and source != Source()):
        more = (
            *("--jurors" for _ in range(jurors)),
            *("--ranks" for _ in range(ranks)),
            *("more than one RUN" for _ in runs[1:2]),
            *("a RUN and a competition or file" for _ in runs[:1] if source != Source()),
        )
        raise RunError(
            f"--methods and {more[0]}", "it ranks one set of comparisons", "leave one of them out"
        )
    if runs:
        source = replace(source, run=runs[0])
    with TerminalProgress().start("ranking"):
        compared = compare_methods(open_study(source, with_intervals=False))
    if format is Format.TABLE:
        _print_methods(compared)
    else:
        print_data(compared.table, format)
    for why in dict.fromkeys(compared.not_applicable.values()):
        names = [name for name, own in compared.not_applicable.items() if own == why]
        print_remark(f"not by {', '.join(names)}: {why}")
    for remark in filter(None, (compared.study.comparisons.remark, *compared.remarks)):
        print_remark(remark)


def _print_methods(compared: "MethodComparison") -> None:
    letters = ascii_lowercase + ascii_uppercase
    methods = dict(zip(letters, compared.methods, strict=False))
    counts = [] if compared.passing is None else ["passes"]
    rows = [
        [
            row["name"],
            row["reached"],
            *(str(row["passes_by"]) for _ in counts),
            *(str(row[f"rank_{name}"]) for name in methods.values()),
        ]
        for _, row in compared.table.iterrows()
    ]
    source = compared.study.comparisons.source
    title = f"{compared.study.competition.name}: ranks by {len(methods)} methods from {source}"
    headers = ["candidate", "reached", *counts, *methods]
    print_table(title, headers, rows, ["candidate", "reached"])
    print_line(", ".join(f"{letter} {name}" for letter, name in methods.items()))
    for sentence in compared.sentences:
        print_line(sentence)


def _print_rankings(compared: "RankingComparison") -> None:
    from icpc.findings.compare_sentences import misleading_accuracy_remarks, paired_sentences

    for name, study in compared.studies.items():
        print_line(f"{name} = {headline(study)}")
    for pair in compared.pairs:
        print_line("")
        for sentence in paired_sentences(pair):
            print_line(sentence)
    for remark in misleading_accuracy_remarks(dict(compared.studies)):
        print_line(remark)
    print_line("")
    if compared.ranks.empty:
        print_line("No candidate is in all of these rankings.")
    else:
        _print_ranks("Largest differences in rank:", compared.ranks.head(SHOWN))


def _print_ranks(title: str, table: "pd.DataFrame") -> None:
    rankings = [column for column in table if column.startswith("rank_")]
    rows = [
        [str(row[column]) for column in ("name", *rankings, "apart", "reached")]
        for _, row in table.iterrows()
    ]
    headers = [
        "candidate",
        *(column.removeprefix("rank_") for column in rankings),
        "apart",
        "reached",
    ]
    print_table(title, headers, rows, ["candidate", "reached"])


def _print_jurors(study: "Study", paired: "Sequence[Paired]") -> None:
    from icpc.findings.compare import paired_table
    from icpc.findings.compare_sentences import juror_sentences

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
