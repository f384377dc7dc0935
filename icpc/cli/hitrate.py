"""``judge hitrate``: the ranking held against the result."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli import options as opt
from icpc.cli.output import Format, print_data, print_line, print_remark, print_table, working

if TYPE_CHECKING:
    import pandas as pd

    from ranking.hitrate import HitRateSummary


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
    from icpc.hitrate import published_hit_rate, study_hit_rate
    from icpc.runs import save_run

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
        for line in summary_lines(held.summary, held.threshold):
            print_line(line)
    else:
        print_data(held.curve, format)
    for remark in held.remarks:
        print_remark(remark)
    if not plot and out is None:
        return
    folder = out or run or Path("runs") / held.name
    if folder == run and any(choice is not None for choice in (by, passed_from, seed)):
        raise _other_than_the_run(folder)
    if study is not None and folder != run:
        save_run(study, folder)
    for path in held.draw(folder) if plot else [held.write(folder)]:
        print_remark(f"written to {path}")


def summary_lines(summary: "HitRateSummary", threshold: str) -> list[str]:
    """The curve in words."""
    skill = (
        "The curve leaves the band of judges without skill."
        if summary.leaves_band
        else "The curve stays inside the band of judges without skill: chance does as much."
    )
    return [
        f"Base rate {summary.base_rate:.3f}: {summary.passed} of {summary.candidates} passed.",
        f"Cut at half: {summary.cut_passed} of the top {summary.cut} passed, hit-rate "
        f"{summary.cut_hit_rate:.3f} ({threshold}); judges without skill: {summary.cut_low:.3f} to "
        f"{summary.cut_high:.3f}.",
        f"AUC {summary.auc:.3f} (judges without skill: {summary.auc_low:.3f} to "
        f"{summary.auc_high:.3f}), average precision {summary.average_precision:.3f}.",
        skill,
    ]


def _other_than_the_run(folder: Path) -> Exception:
    from ranking.errors import RunError

    return RunError(
        str(folder),
        "this run was ranked another way, and its pictures belong to its ranking",
        "give --out another folder, or leave out --by, --passed-from and --seed",
    )


def _figure_of(competition: str, others: tuple[object, ...]) -> Path:
    from icpc.competitions import load_competition
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
