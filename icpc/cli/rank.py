"""``judge rank``: one order from many comparisons."""

import math
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icpc.cli import listening as listen
from icpc.cli import options as opt
from icpc.cli.output import Format, print_data, print_remark, print_table, working
from icpc.cli.weights import Folder

if TYPE_CHECKING:
    from icpc.study.study import Study


def rank(
    competition: opt.CompetitionName = None,
    roster: opt.RosterFile = None,
    rounds: opt.Rounds = None,
    comparisons: opt.ComparisonsFile = None,
    votes: opt.VotesFile = None,
    panel: opt.PanelFile = None,
    stage: opt.Stage = None,
    by: opt.By = None,
    vote: opt.Vote = None,
    count: opt.Count = None,
    resample: opt.Resample = None,
    recordings: listen.Recordings = None,
    ranker: listen.Ranker = None,
    encoder: listen.Encoder = None,
    windows: listen.Windows = None,
    antisymmetric: listen.Antisymmetric = False,
    least: listen.Least = None,
    fit_half: listen.FitHalf = False,
    folds: listen.Folds = None,
    epochs: listen.Epochs = None,
    skip_bad: listen.SkipBad = False,
    weights: listen.Weights = None,
    weights_dir: Folder = None,
    store: listen.Store = Path("embeddings"),
    device: listen.Device = None,
    workers: listen.Workers = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the run to this folder (of recordings: runs/NAME)."),
    ] = None,
    seed: opt.Seed = None,
    format: Format = Format.TABLE,
) -> None:
    """Rank the candidates of a competition, best first.

    Example: judge rank --roster mine.csv --comparisons my.csv --out runs/mine

    Example: judge rank --roster mine.csv --recordings DIR
    """
    from icpc.study.runs import save_run

    listening = listen.Listening(
        recordings=recordings,
        ranker=ranker,
        encoder=encoder,
        windows=windows,
        antisymmetric=antisymmetric,
        least=least,
        skip_bad=skip_bad,
        weights=weights,
        weights_dir=weights_dir,
        store=store,
        device=device,
        workers=workers,
        fit_half=fit_half,
        folds=folds,
        epochs=epochs,
    )
    with nullcontext() if listening.asked else working("ranking"):
        study = opt.open_study(
            competition,
            roster,
            rounds,
            None,
            (comparisons, votes, panel),
            stage,
            {"by": by, "vote": vote, "count": count, "resample": resample, "seed": seed},
            listen=listening.verdicts if listening.asked else None,
        )
    if out is None and listening.asked:
        out = listen.out_folder(study.competition.name)
    if out is not None:
        save_run(study, out)
    if format is Format.TABLE:
        _print_ranking(study)
    else:
        print_data(study.ranking, format)
    for remark in (study.verdicts.note, *study.remarks):
        if remark:
            print_remark(remark)
    if out is not None:
        print_remark(f"written to {out}")


def headline(study: "Study") -> str:
    """One line that says what was ranked, from what."""
    return (
        f"{study.competition.name}: {len(study.ranking)} candidates ranked from "
        f"{study.verdicts.source}, by {study.settings.by}"
    )


def _print_ranking(study: "Study") -> None:
    from icpc.study.study import result_labels

    people = study.results
    reached = result_labels(study)
    rows = [
        [
            str(row.rank),
            _range(row),
            people.loc[row.candidate, "name"],
            people.loc[row.candidate, "country"],
            f"{row.wins:g}/{row.games}",
            f"{row.win_rate:.3f}",
            study.settings.method.print_strength(row.strength),
            reached[row.candidate],
        ]
        for row in study.ranking.itertuples()
    ]
    headers = ["rank", "95 %", "candidate", "from", "wins/of", "rate", "strength", "reached"]
    print_table(headline(study), headers, rows, ["candidate", "from", "reached"])


def _range(row: Any) -> str:
    """The ranks that a candidate could have had; a dash where the method has only an order."""
    return "–" if math.isnan(row.rank_low) else f"{row.rank_low}–{row.rank_high}"
