"""``judge hitrate``: the ranking compared with the actual result."""

from dataclasses import replace
from pathlib import Path
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
from icpc.workflows.settings import DEFAULT_COMPETITION, RankingOptions, Source

if TYPE_CHECKING:
    from icpc.study.hit_rate import HitRateCurve


@with_settings("resample")
def hitrate(
    source: Source,
    options: RankingOptions,
    published: Annotated[
        bool, typer.Option("--published", help="Use the points of the paper's Figure 2 instead.")
    ] = False,
    plot: Annotated[
        bool, typer.Option("--plot", help="Draw the curve as hitrate.png and hitrate.svg.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the run and its curve here (default with --plot: the run, or runs/NAME)."
        ),
    ] = None,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Compare a ranking with the actual result: the share of its top k who passed the round.

    Example: judge hitrate --competition icpc2015 --plot
    """
    from icpc.workflows.rankings import open_study
    from icpc.workflows.results import (
        figure_folder,
        hit_rate,
        published_figure_hit_rate,
        write_hit_rate,
    )

    study = None
    with TerminalProgress().start("comparing the ranking with the result"):
        if published:
            _refuse_with_published(source, options)
            curve = published_figure_hit_rate(source.competition or DEFAULT_COMPETITION, seed or 0)
        else:
            study = open_study(source, options, seed)
            curve = hit_rate(study, source.run)
    print_hit_rate(curve, format)
    if not plot and out is None:
        return
    changed = options != RankingOptions() or seed is not None
    folder = figure_folder(out, source.run, curve.name, changed)
    of_run = folder == source.run
    sha256 = study.comparisons.run_sha256 if of_run and study is not None else ""
    for path in write_hit_rate(curve, folder, None if of_run else study, plot, sha256):
        print_remark(f"written to {path}")


def print_hit_rate(hit_rate: "HitRateCurve", form: Format) -> None:
    """Print a hit-rate curve on stdout, and remarks on stderr."""
    if form is Format.TABLE:
        _print_curve(hit_rate)
        for line in hit_rate.sentences:
            print_line(line)
    else:
        print_data(hit_rate.curve, form)
    for remark in hit_rate.remarks:
        print_remark(remark)


def _refuse_with_published(source: Source, options: RankingOptions) -> None:
    from ranking.errors import CompetitionError, Given

    if replace(source, competition=None) != Source() or options != RankingOptions():
        raise CompetitionError(
            Given(published=None),
            "the points are published as they are",
            "use it with a competition alone",
            key="published-alone",
        )


def _print_curve(hit_rate: "HitRateCurve") -> None:
    rows = [
        [
            str(row.k),
            f"{row.wins:g}",
            hit_rate.names.get(row.candidate, row.candidate),
            str(row.reached),
            "yes" if row.passed else "no",
            f"{row.hit_rate:.3f}",
            f"{row.recall:.3f}",
            f"{row.null_low:.2f}–{row.null_high:.2f}" if hit_rate.summary.has_band else "–",
        ]
        for row in hit_rate.curve.itertuples()
    ]
    headers = ["k", "wins", "candidate", "reached", "passed", "hit-rate", "recall", "null band"]
    print_table(hit_rate.title, headers, rows, ["candidate", "reached"])
