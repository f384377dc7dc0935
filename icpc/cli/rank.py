"""``judge rank``: one ranking from many comparisons."""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icpc.cli.next_command import command_line, print_next
from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_remark,
    print_table,
    remark_on_interrupt,
)
from icpc.workflows.settings import RankingOptions, RecordingOptions, Source

if TYPE_CHECKING:
    from icpc.study.study import Study

MANY = 500
"""Candidates above whom a remark proposes not to compare all pairs."""
ROUNDS_TO_STABLE = 27
"""Comparisons of each candidate after which Swiss pairs left simulated rankings stable."""
KEPT_OF_COMPARING = "what was embedded, fitted and compared is kept"


@with_settings("run", "passing_score")
def rank(
    source: Source,
    options: RankingOptions,
    recording_options: RecordingOptions,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the run to this folder (default with --recordings: runs/NAME)."),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            help="Add how right the ranker was to this file, which judge tables 4 prints; with "
            "--recordings."
        ),
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Print the first so many candidates only.")
    ] = None,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Rank the candidates of a competition, best first.

    Example: judge rank --competition icpc2015 --out runs/icpc2015

    Example: judge rank --competition icpc2025 --round final --top 3

    Example, after judge demo:

    judge rank --roster demo/recordings/roster.csv --recordings demo/recordings
    """
    from icpc.study.runs import default_run_folder, save_run
    from icpc.workflows.rankings import open_study
    from ranking.errors import CompetitionError, Given

    if results is not None and recording_options.recordings is None:
        raise CompetitionError(
            Given(results=results),
            "results are those of a ranker of recordings",
            "name their folder",
            "where-recorded",
        )
    if recording_options.recordings is None:
        with TerminalProgress().start("ranking"):
            study = open_study(source, options, seed)
    else:
        study = _rank_recordings(source, options, recording_options, seed)
        out = out or default_run_folder(study.competition.name)
    if out is not None:
        save_run(study, out)
    print_study(study, format, top)
    if out is not None:
        print_remark(f"written to {out}")
    if results is not None:
        _add_result(study, results)
    if study.largest.tally.is_sparse:
        return  # so many are not checked
    if out is None:
        own = replace(options, resample=None)
        print_next(command_line("check", source, own, seed=seed), format)
    elif _plays(recording_options, out):
        recordings = recording_options.recordings
        print_next(command_line("report", run=out, recordings=recordings), format)
    else:
        print_next(command_line("check", run=out), format)


def _plays(options: RecordingOptions, run: Path) -> bool:
    """Whether a page in the folder of a run can play what was compared."""
    from icpc.page.listening import can_be_played

    folder = options.recordings
    elsewhere = options.index is not None or options.allow_outside
    return folder is not None and not elsewhere and can_be_played(folder, run)


def _add_result(study: "Study", path: Path) -> None:
    """Add how right the ranker was to a file of results, as far as that can be told."""
    from icpc.experiments.competition_results import result_of_ranking
    from icpc.experiments.results import append_result

    if study.largest.tally.is_sparse:
        print_remark("candidates are too many to say how right the ranker was: no result is added")
        return
    found = result_of_ranking(study)
    if found is None:
        print_remark("no two candidates differ in result: there is no result to add")
        return
    append_result(path, found)
    print_remark(f"result added to {path}: judge tables 4 --results prints it")


def _rank_recordings(
    source: Source,
    options: RankingOptions,
    recording_options: RecordingOptions,
    seed: int | None,
) -> "Study":
    """The ranking from recordings; those left out are named before the others are compared."""
    from icpc.workflows.competitions import bundled_or_own_competition
    from icpc.workflows.rankings import rank as rank_candidates
    from icpc.workflows.rankings import settings_from_options
    from icpc.workflows.recordings import compare_recordings, prepare_recordings
    from ranking.errors import CompetitionError, Given, RankingError

    if source.from_file:
        raise CompetitionError(
            Given(recordings=None),
            "comparisons from recordings and from a file",
            "leave one of them out",
        )
    settings, progress = settings_from_options(options, seed), TerminalProgress()
    if settings.ranges == "joint" and recording_options.folds is not None:  # before hours of work
        raise RankingError(
            Given(ranges="joint", folds=recording_options.folds),
            "comparisons by rankers fitted in folds have no 95 % intervals",
            "choose ranges of each rank",
            key="ranges-of-each",
        )
    competition = bundled_or_own_competition(
        source, recording_options.recordings, recording_options.allow_outside
    )
    with remark_on_interrupt(KEPT_OF_COMPARING):
        prepared = prepare_recordings(competition, recording_options, settings.seed, progress)
        for error in prepared.left_out:
            print_remark(f"left out: {error}")
        _remark_on_many(len(prepared.recordings), recording_options)
        comparisons = compare_recordings(prepared, settings.vote, progress)
    return rank_candidates(competition, comparisons, settings)


def _remark_on_many(candidates: int, options: RecordingOptions) -> None:
    """Propose to compare some of the pairs where there are very many."""
    if candidates <= MANY or options.chosen_pairs or options.fit_half or options.folds:
        return
    pairs, enough = candidates * (candidates - 1) // 2, ROUNDS_TO_STABLE * candidates // 2
    print_remark(
        f"{candidates:,} candidates make {pairs:,} pairs. --pairs swiss compares about {enough:,} "
        f"of them, {100 * enough / pairs:.2g} %, until the ranking is stable; how much less it "
        "agrees with that of all pairs is in notebooks/guide/schedules.md."
    )


def print_study(study: "Study", form: Format, top: int | None = None) -> None:
    """Print a ranking on stdout, and remarks on stderr.

    Parameters
    ----------
    study
        The ranking.
    form
        Table, CSV or JSON.
    top
        How many candidates are printed; None: all.
    """
    from icpc.study.by_round import ranking_with_probabilities

    if form is Format.TABLE:
        _print_ranking(study, top)
    else:
        print_data(ranking_with_probabilities(study).head(top or len(study.ranking)), form)
    for remark in study.all_remarks:
        print_remark(remark)


def headline(study: "Study") -> str:
    """Return one line: what was ranked, from what, by which method."""
    return (
        f"{study.competition.name}: {len(study.ranking)} candidates ranked from "
        f"{study.comparisons.source}, by {study.settings.method}"
    )


def _print_ranking(study: "Study", top: int | None) -> None:
    from icpc.study.study import result_labels

    people = study.results
    reached = result_labels(study)
    shown = study.ranking.head(top or len(study.ranking))
    infinite = study.schedule.outside if study.settings.ranking_method.disconnected_remark else ()
    rows = [
        [
            str(row.rank),
            _range(row),
            people.loc[row.candidate, "name"],
            people.loc[row.candidate, "country"],
            f"{row.wins:g}/{row.comparisons}",
            f"{row.win_rate:.3f}",
            "unbounded" if row.candidate in infinite else _decimals(row.strength),
            reached[row.candidate],
        ]
        for row in shown.itertuples()
    ]
    headers = ["rank", "95 %", "candidate", "from", "wins/of", "rate", "strength", "reached"]
    texts = {"candidate": people["name"], "from": people["country"], "reached": reached}
    kept = [at for at, one in enumerate(headers) if one not in texts or texts[one].any()]
    headers, rows = [headers[at] for at in kept], [[row[at] for at in kept] for row in rows]
    if len(study.schedule.components) > 1:
        headers.insert(0, "component")
        rows = [[str(own), *row] for own, row in zip(shown["component"], rows, strict=True)]
    first = f"; the first {len(rows):,}" if len(rows) < len(study.ranking) else ""
    print_table(f"{headline(study)}{first}", headers, rows, ["candidate", "from", "reached"])


def _decimals(strength: float) -> str:
    """A strength with two decimals, or two digits if it is small."""
    return f"{strength:.2f}" if abs(strength) >= 0.01 else f"{strength:.2g}"


def _range(row: Any) -> str:
    """The 95 % range of a rank; a dash where the method has only an order."""
    return "–" if math.isnan(row.rank_low) else f"{row.rank_low}–{row.rank_high}"
