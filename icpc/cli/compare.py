"""``judge compare``: judges of one competition side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import Seed
from icpc.cli.output import Format, print_data, print_line, print_remark, print_table, working
from icpc.cli.rank import headline

if TYPE_CHECKING:
    import pandas as pd

    from icpc.study.study import Study

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
    from icpc.findings.compare import (
        compare_judges,
        every_two,
        judges_of,
        jurors_of,
        rank_side_by_side,
    )

    with working("comparing"):
        studies = _studies(runs, jurors=jurors, ranks=ranks)
        judges = judges_of(studies)
        study = next(iter(studies.values()))
        pairs = jurors_of(judges[0].name, study) if jurors else every_two(judges)
        score = study.competition.roster.set_index("candidate")["score"]
        paired = compare_judges(pairs, score, seed or 0)
        table = rank_side_by_side(judges, study)
    if format is not Format.TABLE:
        print_data(table if ranks else paired, format)
    elif ranks:
        _print_ranks(f"{len(table)} candidates, ranks furthest apart first", table)
    elif jurors:
        _print_jurors(study, paired)
    else:
        _print_judges(studies, paired, table)
    for name, own in studies.items():
        for remark in filter(None, (own.verdicts.note, *own.remarks)):
            print_remark(f"{name}: {remark}")


def _studies(runs: list[Path], *, jurors: bool, ranks: bool) -> "dict[str, Study]":
    """The studies of the folders, by the folders' names, or paths where names repeat."""
    from icpc.study.runs import load_run
    from ranking.errors import RunError

    if jurors and (len(runs) > 1 or ranks):
        more = "--ranks" if ranks else "more than one RUN"
        raise RunError(f"--jurors and {more}", "it takes one panel apart", "leave one of them out")
    if not jurors and len(runs) == 1:
        raise RunError(
            str(runs[0]), "nothing to compare it with", "name another run, or add --jurors"
        )
    places = [run.resolve() for run in runs]
    twice = next(
        (run for run, place in zip(runs, places, strict=True) if places.count(place) > 1), None
    )
    if twice is not None:
        raise RunError(str(twice), "named twice", "name each run once")
    names = [place.name for place in places]
    if len(set(names)) < len(names):
        names = [str(run) for run in runs]
    return {name: load_run(run) for name, run in zip(names, runs, strict=True)}


def _print_judges(
    studies: "dict[str, Study]", paired: "pd.DataFrame", table: "pd.DataFrame"
) -> None:
    from icpc.findings.compare import cautions, sentences

    for name, study in studies.items():
        print_line(f"{name} = {headline(study)}")
    for row in paired.itertuples():
        print_line("")
        for sentence in sentences(row):
            print_line(sentence)
    for caution in cautions(studies):
        print_line(caution)
    print_line("")
    if table.empty:
        print_line("No candidate was judged by all of them.")
    else:
        _print_ranks("Furthest apart:", table.head(SHOWN))


def _print_ranks(title: str, table: "pd.DataFrame") -> None:
    judges = [column for column in table if column.startswith("rank_")]
    rows = [
        [str(row[column]) for column in ("name", *judges, "apart", "reached")]
        for _, row in table.iterrows()
    ]
    headers = ["candidate", *(judge.removeprefix("rank_") for judge in judges), "apart", "reached"]
    print_table(title, headers, rows, ["candidate", "reached"])


def _print_jurors(study: "Study", paired: "pd.DataFrame") -> None:
    from icpc.findings.compare import juror_sentences

    rows = [
        [
            row.one,
            str(row.candidates),
            f"{row.tau:.3f}",
            f"{row.tau_low:.2f} to {row.tau_high:.2f}",
            *(f"{x:.3f}" if row.pairs else "–" for x in (row.accuracy, row.other_accuracy)),
        ]
        for row in paired.sort_values("tau", ascending=False).itertuples()
    ]
    headers = ["juror", "candidates", "tau-b", "95 %", "right", "others right"]
    print_table(headline(study), headers, rows, ["juror"])
    for sentence in juror_sentences(paired):
        print_line(sentence)
