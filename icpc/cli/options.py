"""Options that several commands share, and how they become a study."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from icpc.competitions import Competition
    from icpc.study import Settings, Study

DEFAULT = "icpc2015"
WHAT = "What to judge"
VERDICTS = "Where verdicts come from"
HOW = "How to rank"

CompetitionName = Annotated[
    str | None,
    typer.Option(
        "--competition", help=f"A bundled competition [default: {DEFAULT}].", rich_help_panel=WHAT
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
        help="bradley-terry, win-rate, wins or pagerank [default: bradley-terry].",
        rich_help_panel=HOW,
    ),
]
Vote = Annotated[
    str,
    typer.Option(
        help="How votes on windows make a verdict: majority or mean.", rich_help_panel=HOW
    ),
]
Count = Annotated[
    str,
    typer.Option(
        help="all comparisons, or paper: unequal results only, by raw wins.", rich_help_panel=HOW
    ),
]
Resample = Annotated[
    str,
    typer.Option(
        help="Rank intervals from resampling candidates, or windows.", rich_help_panel=HOW
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Makes every random draw repeatable.")]


def open_study(
    competition: str | None,
    roster: Path | None,
    rounds: str | None,
    run: Path | None,
    files: tuple[Path | None, Path | None, Path | None],
    stage: str | None,
    choices: tuple[str | None, str, str, str, int],
) -> "Study":
    """Return the study that the options describe.

    Raises
    ------
    JudgeError
        If they contradict each other, or what they name cannot be read.
    """
    from icpc.runs import load_run
    from icpc.study import read_verdicts, run_study

    _refuse_several(competition, roster, run)
    if run is not None:
        if any(files) or stage or rounds:
            raise _contradiction("--run", "a run has its verdicts already", "leave the files out")
        return load_run(run)
    settings = _settings(choices)
    entered = _competition(competition, roster, rounds)
    comparisons, votes, panel = files
    verdicts = read_verdicts(entered, settings, comparisons, votes, panel, stage)
    return run_study(entered, verdicts, settings)


def _settings(choices: tuple[str | None, str, str, str, int]) -> "Settings":
    from icpc.study import Settings

    by, vote, count, resample, seed = choices
    usual = "wins" if count == "paper" else "bradley-terry"
    return Settings(by=by or usual, vote=vote, count=count, resample=resample, seed=seed)


def _competition(name: str | None, roster: Path | None, rounds: str | None) -> "Competition":
    from icpc.competitions import load_competition, read_competition

    if roster is None:
        if rounds:
            raise _contradiction("--rounds", "a bundled competition has its rounds", "leave it out")
        return load_competition(name or DEFAULT)
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
