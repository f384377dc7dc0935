"""``judge fetch``: recordings from the network to a folder."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icpc.cli.choices import CHOICES, complete
from icpc.cli.next_command import command_line, print_next
from icpc.cli.options import FormatOption, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_data,
    print_line,
    print_remark,
    remark_on_interrupt,
)
from icpc.workflows.settings import DEFAULT_COMPETITION, Source

if TYPE_CHECKING:
    from icpc.fetching.index import Entry
    from icpc.fetching.wanted import Wanted

TERMS = (
    "the recordings are those of their owners: the terms of the sites that they come from, and the "
    "copyright of who plays, apply to fetching and to using them. judge only asks for what a "
    "browser would get, one after another; whether you may keep it is for you to know."
)
ROUNDING_SECONDS = 0.1
"""What the length of a recording may lose when it is decoded."""
FEW = 100
"""Recordings below which a tenth of them is too few to choose an epoch on: folds do better."""
KEPT = "what was fetched is kept, begun files too"


@with_settings(
    *("run", "comparisons", "votes", "columns", "panel", "round"),
    *("lower_is_better", "unmarked", "zeros", "pool"),
    competition=f"Fetch the recordings of a bundled competition (default: {DEFAULT_COMPETITION}).",
)
def fetch(
    source: Source,
    collection: Annotated[
        str | None,
        typer.Option(
            help="Fetch a labelled collection instead, and write a manifest of it; or a list of "
            "your own, a CSV: recording, url; and if you like level, seconds, start, end.",
            rich_help_panel="Competition",
            autocompletion=complete(CHOICES["collection"]),
        ),
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(help="Keep recordings in this folder (default: recordings/NAME)."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say how many there are, how long and how large; fetch nothing."
        ),
    ] = False,
    cookies_from_browser: Annotated[
        str,
        typer.Option(
            metavar="BROWSER[:PROFILE]",
            help="Send the cookies of this browser to pages, for what only you may see.",
        ),
    ] = "",
    pause: Annotated[
        float, typer.Option(min=0, help="Wait so many seconds before each recording.")
    ] = 1.0,
    format: FormatOption = Format.TABLE,
) -> None:
    """Fetch recordings, best stream of sound only; an interrupted call goes on where it stopped.

    What became of each is in index.csv in the folder, which you can edit: judge rank reads it with
    --index. A recording that is gone does not stop the others.

    Example: judge fetch --competition icpc2015 --dry-run

    Example: judge fetch --roster roster.csv --recordings recordings

    Example: judge fetch --collection pld-expertise
    """
    from icpc.fetching.fetch import FetchSettings, fetch_recordings
    from ranking.errors import JudgeError
    from ranking.files.atomic import safe_file_name

    name, wanted = _wanted(source, collection)
    folder = recordings or Path("recordings") / safe_file_name(name, "competition")
    if dry_run:
        _print_estimate(wanted, folder)
        return
    if folder.exists() and not folder.is_dir():
        raise JudgeError(str(folder), "this is a file, no folder", "name another folder")
    print_remark(TERMS)
    settings = FetchSettings(folder, pause, cookies_from_browser)
    with remark_on_interrupt(KEPT):
        found = fetch_recordings(wanted, settings, TerminalProgress())
    _report(found, folder, format)
    if collection is None:
        _print_next(source, found, folder, format)
    else:
        _print_manifest(found, folder, format)
    states = {entry.state for _, entry in found}
    if "failed" in states or not any(entry.usable for _, entry in found):
        raise typer.Exit(1)


def _wanted(source: Source, collection: str | None) -> "tuple[str, list[Wanted]]":
    """The name of what is fetched, and its recordings."""
    from icpc.fetching.collections import name_of_collection, wanted_of_collection
    from icpc.fetching.wanted import wanted_of_competition
    from icpc.workflows.competitions import bundled_or_own_competition
    from ranking.errors import CompetitionError, Given

    if collection is not None:
        others = {"competition": source.competition, "roster": source.roster}
        given: dict[str, object] = {one: None for one, value in others.items() if value is not None}
        if given or source.rounds:
            raise CompetitionError(
                Given(collection=None, **(given or {"rounds": None})),
                "a collection is no competition",
                "leave one of them out",
            )
        return name_of_collection(collection), wanted_of_collection(collection)
    competition = bundled_or_own_competition(source)
    wanted = wanted_of_competition(competition)
    if lacking := len(competition.eligible) - len(wanted):
        have = "1 candidate has" if lacking == 1 else f"{lacking} candidates have"
        print_remark(f"{have} no recording in the roster")
    if not wanted:
        raise CompetitionError(
            competition.roster_path.name,
            "it names no recordings",
            "fill in 'recording' with addresses, of files or of pages",
        )
    return competition.name, wanted


def _print_estimate(wanted: "Sequence[Wanted]", folder: Path) -> None:
    from icpc.fetching.estimates import estimate_fetch
    from ranking.encoders.weights import format_size

    found = estimate_fetch(wanted, folder)
    unknown = f", the length of {found.unknown} guessed" if found.unknown else ""
    print_line(
        f"{found.number} recordings to fetch into {folder}, {found.here} are there: "
        f"{found.seconds / 3600:.1f} hours{unknown}, about {format_size(found.size)}"
    )


def _report(found: "Sequence[tuple[Wanted, Entry]]", folder: Path, form: Format) -> None:
    from icpc.fetching.index import INDEX_NAME, STATES

    counts = Counter(entry.state for _, entry in found)
    if form is Format.TABLE:
        listed = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
        all_of = "1 recording" if len(found) == 1 else f"{len(found)} recordings"
        print_line(f"{all_of}: {listed}; index in {folder / INDEX_NAME}")
    else:
        import pandas as pd

        rows = [
            {
                "candidate": one.candidate,
                "state": entry.state,
                "recording": "" if entry.file is None else str(entry.file),
                "seconds": entry.seconds,
                "sha256": entry.sha256,
                "address": one.address,
                "remark": entry.remark,
            }
            for one, entry in found
        ]
        print_data(pd.DataFrame(rows), form)
    problems: dict[str, list[str]] = {}
    for one, entry in found:
        if not entry.usable:
            problems.setdefault(f"{entry.state}: {entry.remark}", []).append(one.candidate)
    for problem, names in problems.items():
        print_remark(f"{', '.join(names)}: {problem}")


def _print_manifest(found: "Sequence[tuple[Wanted, Entry]]", folder: Path, form: Format) -> None:
    """Write the manifest of a collection, and print what can be done with it."""
    from icpc.fetching.collections import write_manifest

    path = write_manifest(found, folder)
    if path is None:
        return
    print_remark(f"labels of what is there, grouped by channel: {path}")
    if all(one.facts.get("level") for one, entry in found if entry.usable):
        few = sum(entry.usable for _, entry in found) < FEW
        more: dict[str, Any] = {"out": "mine.safetensors", "folds": 4 if few else None}
        line = command_line("train expertise", manifest=path, recordings=folder, **more)
        print_next(line, form)


def _print_next(
    source: Source, found: "Sequence[tuple[Wanted, Entry]]", folder: Path, form: Format
) -> None:
    """Print the command that ranks what was fetched, and how long it will take."""
    from icpc.fetching.cost import estimate_judging_seconds
    from icpc.fetching.index import INDEX_NAME
    from ranking.errors import JudgeError

    usable = [entry for _, entry in found if entry.usable]
    if not usable:
        return
    default = DEFAULT_COMPETITION if source.roster is None else None
    own = replace(source, competition=source.competition or default)
    where: dict[str, Any] = {"recordings": folder, "index": folder / INDEX_NAME}
    print_next(command_line("rank", own, **where, **_as_short_as_they_are(found)), form)
    if form is not Format.TABLE:
        return
    seconds = sum(entry.seconds or 0.0 for entry in usable)
    try:
        needed = estimate_judging_seconds(Path(usable[0].file or folder), seconds)
    except (JudgeError, ModuleNotFoundError):
        return  # without what listens, or on a recording of silence, nobody can say
    hours = "less than 0.01" if needed < 36 else f"about {needed / 3600:.2g}"
    print_remark(
        f"which takes {hours} hours on this machine for {seconds / 3600:.2f} hours of sound, "
        "measured on one segment"
    )


def _as_short_as_they_are(found: "Sequence[tuple[Wanted, Entry]]") -> dict[str, Any]:
    """What judge rank must be told of recordings that are shorter than a window."""
    from ranking.audio.lengths import WINDOW_SECONDS

    lengths = {one.candidate: entry.seconds or 0.0 for one, entry in found if entry.usable}
    short = [name for name, seconds in lengths.items() if seconds < WINDOW_SECONDS]
    if not short:
        return {}
    if len(short) == len(lengths):
        return {"min_seconds": max(1, int(min(lengths.values()) - ROUNDING_SECONDS))}
    print_remark(
        f"shorter than {WINDOW_SECONDS:g} s, and left out of the ranking: {', '.join(short)}"
    )
    return {"skip_bad": True}
