"""Options that several commands share, and how they become a study."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from icpc.competition.competitions import Competition
    from icpc.study.source import Verdicts
    from icpc.study.study import Settings, Study

    Listen = Callable[[Competition, Settings], Verdicts]

DEFAULT = "icpc2015"
WHAT = "What to judge"
VERDICTS = "Where verdicts come from"
HOW = "How to rank"

CompetitionName = Annotated[
    str | None,
    typer.Option(
        "--competition", help=f"A bundled competition (default: {DEFAULT}).", rich_help_panel=WHAT
    ),
]
RosterFile = Annotated[
    Path | None,
    typer.Option(
        "--roster",
        help="A roster CSV: candidate, name, country, reached or score.",
        rich_help_panel=WHAT,
    ),
]
Rounds = Annotated[
    str | None,
    typer.Option(
        help="The rounds in order, comma-separated, if no competition.toml gives them.",
        rich_help_panel=WHAT,
    ),
]
RunFolder = Annotated[
    Path | None,
    typer.Option("--run", help="A folder that judge rank --out wrote.", rich_help_panel=WHAT),
]
ComparisonsFile = Annotated[
    Path | None,
    typer.Option(
        "--comparisons", help="CSV: first, second, winner (or tie).", rich_help_panel=VERDICTS
    ),
]
VotesFile = Annotated[
    Path | None,
    typer.Option(
        "--votes", help="CSV: first, second, position, p_first.", rich_help_panel=VERDICTS
    ),
]
PanelFile = Annotated[
    Path | None,
    typer.Option("--panel", help="CSV: juror, candidate, mark, recused.", rich_help_panel=VERDICTS),
]
Stage = Annotated[
    str | None,
    typer.Option(
        help="Whose marks to take, where a panel marked several stages.", rich_help_panel=VERDICTS
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        help="bradley-terry, win-rate, wins or pagerank (default: bradley-terry).",
        rich_help_panel=HOW,
    ),
]
Vote = Annotated[
    str | None,
    typer.Option(
        help="How votes on windows make a verdict: majority or mean (default: majority).",
        rich_help_panel=HOW,
    ),
]
Count = Annotated[
    str | None,
    typer.Option(
        help="all comparisons, or paper: unequal results only, by raw wins (default: all).",
        rich_help_panel=HOW,
    ),
]
Resample = Annotated[
    str | None,
    typer.Option(
        help="Rank intervals from resampling candidates, or windows (default: candidates).",
        rich_help_panel=HOW,
    ),
]
PassedFrom = Annotated[
    float | None,
    typer.Option(
        help="The least score that counts as passed (default: the round after the one judged).",
        rich_help_panel=HOW,
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=0, help="Makes every random draw repeatable (default: 0).")
]


def open_study(
    competition: str | None,
    roster: Path | None,
    rounds: str | None,
    run: Path | None,
    files: tuple[Path | None, Path | None, Path | None],
    stage: str | None,
    choices: Mapping[str, str | int | None],
    passed_from: float | None = None,
    listen: "Listen | None" = None,
) -> "Study":
    """Return the study that the options describe; a choice of None leaves the usual setting.

    Parameters
    ----------
    listen : what makes verdicts of recordings, where there are some

    Raises
    ------
    JudgeError
        If they contradict each other, or what they name cannot be read.
    """
    from icpc.study.source import read_verdicts
    from icpc.study.study import Settings, run_study, with_passed_from

    _refuse_several(competition, roster, run)
    chosen: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    if listen is not None and (any(files) or stage):
        raise _contradiction(
            "--recordings", "verdicts from recordings and from a file", "leave one of them out"
        )
    if run is not None:
        study = _rerun(run, chosen, given=[*files, stage, rounds])
    else:
        if chosen.get("count") == "paper":
            chosen.setdefault("by", "wins")
        settings = Settings(**chosen)
        entered = open_competition(competition, roster, rounds)
        verdicts = (
            read_verdicts(entered, *files, stage, settings.vote)
            if listen is None
            else listen(entered, settings)
        )
        study = run_study(entered, verdicts, settings)
    return study if passed_from is None else with_passed_from(study, passed_from)


def _rerun(run: Path, chosen: dict[str, Any], given: Sequence[Path | str | None]) -> "Study":
    """The study of a run, ranked another way where that needs no other verdicts."""
    from icpc.study.runs import load_run

    fixed = [f"--{name}" for name in ("vote", "count") if name in chosen]
    if fixed or any(given):
        where = " and ".join(["--run", *fixed])
        raise _contradiction(where, "a run has its verdicts already", "give only one of the two")
    return load_run(run, **chosen)


def open_competition(name: str | None, roster: Path | None, rounds: str | None) -> "Competition":
    """Return the competition that the options name: a bundled one, or one of a roster's own.

    Raises
    ------
    CompetitionError, RosterError, TableError
        If they contradict each other, or it cannot be read.
    """
    from icpc.competition.competitions import load_competition, read_competition

    _refuse_several(name, roster, None)

    if roster is None:
        if rounds:
            raise _contradiction("--rounds", "a bundled competition has its rounds", "leave it out")
        return load_competition(DEFAULT if name is None else name)
    names = tuple(part.strip() for part in (rounds or "").split(",") if part.strip())
    return read_competition(roster, names)


def _refuse_several(competition: str | None, roster: Path | None, run: Path | None) -> None:
    given = [
        name
        for name, value in (("--competition", competition), ("--roster", roster), ("--run", run))
        if value is not None
    ]
    if len(given) > 1:
        raise _contradiction(" and ".join(given), "each names what to judge", "give one of them")


def _contradiction(where: str, what: str, remedy: str) -> Exception:
    from ranking.errors import CompetitionError

    return CompetitionError(where, what, remedy)
