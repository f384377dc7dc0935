"""``judge embed``: recordings to embeddings, kept on disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.options import with_settings
from icpc.cli.output import DrawnProgress, Format, print_data, print_line, print_remark
from icpc.cli.weights import Folder
from icpc.workflows.settings import EmbeddingOptions, Source
from ranking.audio.lengths import SHORTEST_SECONDS, WINDOW_SECONDS

if TYPE_CHECKING:
    import pandas as pd

    from ranking.embeddings.embed import Outcome


@with_settings("run", "comparisons", "votes", "panel", "round")
def embed(
    source: Source,
    recordings: Annotated[
        Path | None,
        typer.Option(help="Where the recordings are; without a competition, all of them."),
    ] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option(help="Which encoder; may be given several times (default: spectrogram)."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Weights of one's own, for one encoder: fine-tuned ones.")
    ] = None,
    weights_dir: Folder = None,
    as_published: Annotated[
        bool, typer.Option("--as-published", help="Front ends as in the paper's release.")
    ] = False,
    front_end: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="One option of a front end, log=no say; may be given several times. "
            "judge weights lists them.",
        ),
    ] = None,
    store: Annotated[
        Path, typer.Option(envvar="JUDGE_STORE", help="Where embeddings are kept.")
    ] = Path("embeddings"),
    min_seconds: Annotated[
        float | None,
        typer.Option(
            min=1, help="Least seconds of a recording (default: 300 of a competition, else 1)."
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="cpu or cuda (default: cuda if there is one).")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on a CPU (default: one per two cores).")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Segments encoded at a time.")] = 8,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Go on without recordings that cannot be used.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read the whole store, and remove what is damaged.")
    ] = False,
    format: Format = Format.TABLE,
) -> None:
    """Turn recordings into embeddings and keep them; what is there is not made again.

    Example: judge embed --recordings DIR --encoder spectrogram
    """
    if verify:
        _verify(store)
        return
    table = _recordings(source, recordings)
    from icpc.workflows.embedding import embed as embed_recordings

    whole = source.competition is not None or source.roster is not None
    options = EmbeddingOptions(
        encoders=tuple(encoder or ["spectrogram"]),
        weights=weights,
        weights_dir=weights_dir,
        front_end=tuple(front_end or ()),
        as_published=as_published,
        store=store,
        min_seconds=min_seconds or (WINDOW_SECONDS if whole else SHORTEST_SECONDS),
        device=device,
        workers=workers,
        batch=batch,
    )
    outcomes = embed_recordings(table, options, skip_bad, DrawnProgress())
    _report(table, outcomes, store, format)


def _recordings(source: Source, folder: Path | None) -> "pd.DataFrame":
    from icpc.competition.recordings import recordings_in, recordings_of
    from icpc.workflows.competitions import open_competition
    from ranking.errors import CompetitionError

    if source.competition is not None or source.roster is not None:
        return recordings_of(open_competition(source), folder)
    if folder is None:
        raise CompetitionError(
            "judge embed",
            "no recordings are named",
            "give --competition NAME, --roster FILE or --recordings DIR",
        )
    return recordings_in(folder)


def _report(
    table: "pd.DataFrame", outcomes: "Sequence[Outcome]", store: Path, form: Format
) -> None:
    by_path = {outcome.path: outcome for outcome in outcomes}
    rows = table.assign(
        status=[by_path[path].status for path in table["path"]],
        recording=[by_path[path].recording for path in table["path"]],
        path=table["path"].map(str),
    )
    count = rows["status"].value_counts()
    if form is Format.TABLE:
        said = ", ".join(f"{count.get(one, 0)} {one}" for one in ("made", "kept", "bad"))
        print_line(f"{len(rows)} recordings: {said}; in {store}")
    else:
        print_data(rows, form)
    for outcome in outcomes:
        if outcome.error is not None:
            print_remark(f"left out: {outcome.error}")
    whole = rows[rows["recording"] != ""]
    for _, same in whole[whole.duplicated("recording", keep=False)].groupby("recording"):
        print_remark(f"the same recording: {', '.join(same['candidate'])}")


def _verify(store: Path) -> None:
    from icpc.workflows.embedding import remove_damaged

    found = remove_damaged(store)
    for array, what in found:
        print_line(f"{array}: {what}")
    if found:
        print_remark(f"{len(found)} damaged and removed; judge embed makes them again")
        raise typer.Exit(1)
    print_line(f"every embedding in {store} is as it was written")
