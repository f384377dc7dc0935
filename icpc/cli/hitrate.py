"""``judge hitrate``: the ranking held against the result."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli import options as opt
from icpc.cli.output import Format, print_data, print_line, print_remark, print_table, working

if TYPE_CHECKING:
    import pandas as pd


def hitrate(
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
    seed: opt.Seed = None,
    format: Format = Format.TABLE,
) -> None:
    """Hold a ranking against the result: the share of its top who passed the round.

    Example: judge hitrate --competition icpc2015 --plot
    """
    from icpc.study.hit_rate import published_hit_rate, study_hit_rate
    from icpc.study.runs import save_run

    study = None
    with working("holding the ranking against the result"):
        if published:
            verdicts = (comparisons, votes, panel, stage)
            others = (roster, rounds, run, *verdicts, by, vote, count, passed_from)
            held = published_hit_rate(_figure_of(competition or opt.DEFAULT, others), seed or 0)
        else:
            study = opt.open_study(
                competition,
                roster,
                rounds,
                run,
                (comparisons, votes, panel),
                stage,
                {"by": by, "vote": vote, "count": count, "seed": seed},
                passed_from,
            )
            held = study_hit_rate(study)
    if format is Format.TABLE:
        _print_curve(held.title, held.curve, held.names)
        for line in held.lines:
            print_line(line)
    else:
        print_data(held.curve, format)
    for remark in held.remarks:
        print_remark(remark)
    if not plot and out is None:
        return
    folder = picture_folder(out, run, held.name, (by, passed_from, seed))
    if study is not None and folder != run:
        save_run(study, folder)
    for path in held.draw(folder) if plot else [held.write(folder)]:
        print_remark(f"written to {path}")


def picture_folder(
    out: Path | None, run: Path | None, name: str, changes: Sequence[object]
) -> Path:
    """Where pictures of a ranking go; not beside a run that is ranked another way."""
    from ranking.errors import RunError

    folder = out or run or Path("runs") / name
    if folder == run and any(change is not None for change in changes):
        raise RunError(
            str(folder),
            "this run was ranked another way, and its pictures belong to its ranking",
            "give --out another folder, or leave out --by, --passed-from and --seed",
        )
    return folder


def _figure_of(competition: str, others: tuple[object, ...]) -> Path:
    from icpc.competition.competitions import load_competition
    from ranking.errors import CompetitionError

    alone = f"use it with --competition {opt.DEFAULT} alone"
    if any(other is not None for other in others):
        raise CompetitionError("--published", "the points are what they are", alone)
    figure = load_competition(competition).figure
    if figure is None:
        raise CompetitionError(
            "--published", f"there is no published curve of {competition}", alone
        )
    return figure


def _print_curve(title: str, curve: "pd.DataFrame", names: dict[str, str]) -> None:
    rows = [
        [
            str(row.k),
            f"{row.wins:g}",
            names.get(row.candidate, row.candidate),
            str(row.reached),
            "yes" if row.passed else "no",
            f"{row.hit_rate:.3f}",
            f"{row.recall:.3f}",
            f"{row.null_low:.2f}–{row.null_high:.2f}",
        ]
        for row in curve.itertuples()
    ]
    headers = ["k", "wins", "candidate", "reached", "passed", "hit-rate", "recall", "no skill"]
    print_table(title, headers, rows, ["candidate", "reached"])
