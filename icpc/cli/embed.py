"""``judge embed``: recordings to embeddings, in a store."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.embed_cost import print_cost
from icpc.cli.next_command import command_line, print_next
from icpc.cli.options import INDEX_HELP, OUTSIDE_HELP, with_settings
from icpc.cli.output import Format, TerminalProgress, print_data, print_line, print_remark
from icpc.cli.remedies import message
from icpc.workflows.settings import EmbeddingOptions, RecordingOptions, Source
from ranking.audio.lengths import WINDOW_SECONDS

if TYPE_CHECKING:
    import pandas as pd

    from icpc.competition.recordings import Recordings
    from ranking.embeddings.embed import EmbeddingOutcome
    from ranking.storage.addresses import StorePlace


@with_settings(
    *("run", "comparisons", "votes", "panel", "round"),
    *("lower_is_better", "unmarked", "zeros", "pool"),
    competition="Embed the recordings of a bundled competition (default: of none).",
)
def embed(
    context: typer.Context,
    source: Source,
    embedding: EmbeddingOptions,
    recordings: Annotated[
        Path | None,
        typer.Option(
            help="Embed recordings in this folder: those that the roster names, or all without a "
            "roster.",
            rich_help_panel="Recordings",
        ),
    ] = None,
    skip_bad: Annotated[
        bool,
        typer.Option(
            "--skip-bad",
            help="Leave out recordings that cannot be used, and name them.",
            rich_help_panel="Recordings",
        ),
    ] = False,
    index: Annotated[
        Path | None, typer.Option(help=INDEX_HELP, rich_help_panel="Recordings")
    ] = None,
    allow_outside: Annotated[
        bool,
        typer.Option("--allow-outside", help=OUTSIDE_HELP, rich_help_panel="Recordings"),
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Read the whole store instead, and remove damaged embeddings."
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say what it costs by every encoder, or those named: hours, disk and memory, from "
            "a few segments of noise embedded now; store nothing.",
            rich_help_panel="Cost",
        ),
    ] = False,
    number: Annotated[
        int | None,
        typer.Option(
            min=1, help="Reckon with so many recordings, not yet there.", rich_help_panel="Cost"
        ),
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=1, help="Reckon so long for each.", rich_help_panel="Cost")
    ] = 30,
    machines: Annotated[
        int, typer.Option(min=1, help="Reckon with so many like this.", rich_help_panel="Cost")
    ] = 1,
    format: Annotated[
        Format, typer.Option(case_sensitive=False, help="Print in this format.")
    ] = Format.TABLE,
) -> None:
    """Embed recordings by one or more encoders, and store the embeddings.

    Embeddings that are in the store are not computed again: after an interruption, the same command
    goes on where it stopped.

    Example: judge embed --recordings demo/recordings --encoder spectrogram

    Example: judge embed --verify

    Example: judge embed --dry-run --number 2000 --minutes 30 --machines 8
    """
    if verify:
        _verify(embedding.store)
        return
    given = context.get_parameter_source("encoders")
    every = given is None or given.name == "DEFAULT"
    if dry_run and number is not None:
        print_cost([60 * minutes] * number, embedding, machines, format, every=every)
        return
    found = _recordings(source, recordings, index, skip_bad, allow_outside)
    for remark in (*found.lines(), *found.remarks):
        print_remark(remark)
    table = found.table[["candidate", "path"]]
    if dry_run:
        from ranking.audio.completeness import sound_seconds

        lengths = [sound_seconds(path) for path in table["path"]]
        print_cost(lengths, embedding, machines, format, every=every)
        return
    alone = ~table["candidate"].duplicated(keep=False)  # pieces of a programme may be short
    from icpc.workflows.embedding import embed as embed_recordings

    whole = embedding
    if embedding.min_seconds is None and (source.competition or source.roster) is not None:
        whole = replace(embedding, min_seconds=WINDOW_SECONDS)
    outcomes = [
        outcome
        for part, options in ((table[alone], whole), (table[~alone], embedding))
        if len(part)
        for outcome in embed_recordings(part, options, skip_bad, TerminalProgress())
    ]
    _report(table, outcomes, embedding, format)
    if source.competition is None and source.roster is None:
        if recordings is not None:
            folder = f"{recordings.resolve().name}-competition"
            line = command_line("init", recordings=recordings)
            print_next(f"{line} {shlex.quote(folder)}", format)
        return
    if _fit_for_the_shipped_ranker(embedding):
        comparing = RecordingOptions(
            recordings=recordings or (source.roster or Path()).parent,
            index=index,
            min_seconds=embedding.min_seconds,
            skip_bad=skip_bad,
            allow_cut=embedding.allow_cut,
            allow_outside=allow_outside,
            store=embedding.store,
            device=embedding.device,
            precision=embedding.precision,
        )
        print_next(command_line("rank", source, comparing), format)


def _fit_for_the_shipped_ranker(embedding: EmbeddingOptions) -> bool:
    """Whether the ranker that comes with the program takes these embeddings among others."""
    changed = embedding.front_end or embedding.as_published or embedding.weights is not None
    return "spectrogram" in embedding.encoders and not changed


def _recordings(
    source: Source, folder: Path | None, index: Path | None, skip_bad: bool, allow_outside: bool
) -> "Recordings":
    from icpc.competition.recordings import all_recordings, match_recordings
    from icpc.workflows.competitions import bundled_or_own_competition
    from ranking.errors import CompetitionError, Given

    if source.competition is not None or source.roster is not None:
        competition = bundled_or_own_competition(source)
        return match_recordings(competition, folder, index, skip_bad, allow_outside)
    if folder is None:
        raise CompetitionError(
            "judge embed",
            "no recordings are named",
            "give --competition NAME, --roster FILE or --recordings DIR",
        )
    if index is not None:
        raise CompetitionError(
            Given(index=None), "there is no roster to compare it with", "give a roster too"
        )
    return all_recordings(folder, allow_outside)


def _report(
    table: "pd.DataFrame",
    outcomes: "Sequence[EmbeddingOutcome]",
    embedding: EmbeddingOptions,
    form: Format,
) -> None:
    from icpc.workflows.embedding import embedding_paths

    by_path = {outcome.path: outcome for outcome in outcomes}
    rows = table.assign(
        status=[by_path[path].status for path in table["path"]],
        recording=[by_path[path].recording for path in table["path"]],
        path=table["path"].map(str),
    )
    count = rows["status"].value_counts()
    if form is Format.TABLE:
        counts = ", ".join(
            f"{count.get(one, 0)} {one}" for one in ("embedded", "cached", "invalid")
        )
        print_line(f"{len(rows)} recordings: {counts}; in {embedding.store}")
    else:
        found = embedding_paths(rows["recording"].tolist(), embedding)
        arrays = {
            "embedding" if len(found) == 1 else f"embedding_{name}": paths
            for name, paths in found.items()
        }
        print_data(rows.assign(**arrays), form)
    for outcome in outcomes:
        if outcome.error is not None:
            print_remark(f"left out: {message(outcome.error)}")
        elif outcome.cut_off:
            print_remark(f"{outcome.path.name} was cut off: {outcome.cut_off}")
    valid = rows[rows["recording"] != ""]
    for _, same in valid[valid.duplicated("recording", keep=False)].groupby("recording"):
        print_remark(f"the same recording: {', '.join(same['candidate'])}")


def _verify(store: "StorePlace") -> None:
    from icpc.workflows.embedding import remove_damaged_embeddings

    damaged = remove_damaged_embeddings(store)
    for array, what in damaged:
        print_line(f"{array}: {what}")
    if damaged:
        which = "1 embedding was" if len(damaged) == 1 else f"{len(damaged)} embeddings were"
        print_remark(f"{which} damaged and removed; judge embed computes what is missing")
        raise typer.Exit(1)
    print_line(f"all embeddings in {store} are undamaged")
