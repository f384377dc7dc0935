"""``judge rank``: one order from many comparisons."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icpc.cli.options import Seed, with_settings
from icpc.cli.output import DrawnProgress, Format, print_data, print_remark, print_table
from icpc.workflows.settings import Choices, RecordingOptions, Source

if TYPE_CHECKING:
    from icpc.study.study import Study


@with_settings("run", "passing_score")
def rank(
    source: Source,
    choices: Choices,
    recorded: RecordingOptions,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the run to this folder (of recordings: runs/NAME)."),
    ] = None,
    seed: Seed = None,
    format: Format = Format.TABLE,
) -> None:
    """Rank the candidates of a competition, best first.

    Example: judge rank --roster mine.csv --comparisons my.csv --out runs/mine

    Example: judge rank --roster mine.csv --recordings DIR
    """
    from icpc.study.runs import save_run, usual_folder
    from icpc.workflows.rankings import open_study

    if recorded.recordings is None:
        with DrawnProgress().start("ranking"):
            study = open_study(source, choices, seed)
    else:
        study = _judged(source, choices, recorded, seed)
        out = out or usual_folder(study.competition.name)
    if out is not None:
        save_run(study, out)
    print_study(study, format)
    if out is not None:
        print_remark(f"written to {out}")


def _judged(
    source: Source, choices: Choices, recorded: RecordingOptions, seed: int | None
) -> "Study":
    """The ranking from recordings; who is left out is named before the others are judged."""
    from icpc.workflows.competitions import open_competition
    from icpc.workflows.rankings import rank as rank_candidates
    from icpc.workflows.rankings import settings_of
    from icpc.workflows.recordings import compare_recordings, prepare_recordings
    from ranking.errors import CompetitionError, Given

    if source.from_file:
        raise CompetitionError(
            Given(recordings=None),
            "verdicts from recordings and from a file",
            "leave one of them out",
        )
    settings, progress = settings_of(choices, seed), DrawnProgress()
    competition = open_competition(source)
    prepared = prepare_recordings(competition, recorded, settings.seed, progress)
    for error in prepared.left_out:
        print_remark(f"left out: {error}")
    comparisons = compare_recordings(prepared, settings.vote, progress)
    return rank_candidates(competition, comparisons, settings)


def print_study(study: "Study", form: Format) -> None:
    """Print a ranking, and what must be said of it."""
    if form is Format.TABLE:
        _print_ranking(study)
    else:
        print_data(study.ranking, form)
    for remark in (study.comparisons.remark, *study.remarks):
        if remark:
            print_remark(remark)


def headline(study: "Study") -> str:
    """One line that says what was ranked, from what."""
    return (
        f"{study.competition.name}: {len(study.ranking)} candidates ranked from "
        f"{study.comparisons.source}, by {study.settings.method}"
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
            f"{row.wins:g}/{row.comparisons}",
            f"{row.win_rate:.3f}",
            _decimals(row.strength),
            reached[row.candidate],
        ]
        for row in study.ranking.itertuples()
    ]
    headers = ["rank", "95 %", "candidate", "from", "wins/of", "rate", "strength", "reached"]
    print_table(headline(study), headers, rows, ["candidate", "from", "reached"])


def _decimals(strength: float) -> str:
    """Two decimals, or two digits of what is small: a column of any method's strengths."""
    return f"{strength:.2f}" if abs(strength) >= 0.01 else f"{strength:.2g}"


def _range(row: Any) -> str:
    """The ranks that a candidate could have had; a dash where the method has only an order."""
    return "–" if math.isnan(row.rank_low) else f"{row.rank_low}–{row.rank_high}"
