"""``judge schedule``: the next pairs for people to compare."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from icpc.cli.choices import CHOICES, complete
from icpc.cli.next_command import command_line
from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_command,
    print_data,
    print_line,
    print_remark,
    print_table,
)
from icpc.workflows.settings import Source

if TYPE_CHECKING:
    from icpc.schedules.pairs import NextPairs

LEFT_OUT = (
    *("competition", "run", "votes", "panel", "round"),
    *("lower_is_better", "unmarked", "zeros", "pool"),
)


@with_settings(*LEFT_OUT, comparisons="Read the comparisons so far: first, second, winner.")
def schedule(
    source: Source,
    rule: Annotated[
        str,
        typer.Option(
            "--pairs",
            help="Pair candidates of near strength so far (swiss), take the pairs that tell most "
            "(active), or pair at random.",
            autocompletion=complete(CHOICES["rule"]),
        ),
    ] = "swiss",
    number: Annotated[
        int | None,
        typer.Option(min=1, help="Choose so many pairs (default: one for every two candidates)."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the comparisons so far, and these pairs with an empty winner, to this CSV."
        ),
    ] = None,
    seed: Seed = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Choose the next pairs to compare, so that a ranking takes a part of all pairs.

    Fill in who won, and give the file back with --comparisons: it says how stable the ranking is.

    Example: judge schedule --roster roster.csv --out pairs.csv
    """
    from icpc.schedules.pairs import choose_next_pairs, write_pairs
    from icpc.schedules.sentences import schedule_sentences

    with TerminalProgress().start("choosing pairs"):
        chosen = choose_next_pairs(source, rule, number, seed or 0)
    if out is not None:
        write_pairs(chosen, out)
    _print_pairs(chosen, format)
    for remark in (*chosen.understood, *schedule_sentences(chosen)):
        print_remark(remark)
    if out is not None:
        print_remark(f"written to {out}: fill in winner, by id or tie")
        if format is Format.TABLE:
            _print_next(source, out, rule, seed)


def _print_pairs(chosen: "NextPairs", form: Format) -> None:
    pairs = chosen.pairs[["first", "second", "winner", "pairs"]]
    if form is not Format.TABLE:
        print_data(pairs, form)
        return
    title = f"{len(pairs):,} pairs of {chosen.candidates:,} candidates to compare next"
    print_table(
        title,
        ["first", "second"],
        pairs[["first", "second"]].to_numpy().tolist(),
        ["first", "second"],
    )


def _print_next(source: Source, out: Path, rule: str, seed: int | None) -> None:
    """Print the commands that take the results back."""
    own = replace(source, comparisons=out, columns=None)
    pairs = None if rule == "swiss" else rule
    following = out.with_stem(f"{out.stem}-next")
    print_line("Next, with the results filled in:")
    print_command(command_line("schedule", own, pairs=pairs, seed=seed, out=following))
    print_command(command_line("rank", own))
