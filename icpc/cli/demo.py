"""``judge demo``: a competition that the program makes itself, from sound to hit-rate."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.hitrate import print_hit_rate
from icpc.cli.options import Seed
from icpc.cli.output import DrawnProgress, Format, print_line, print_remark
from icpc.cli.rank import print_study
from ranking.audio.lengths import WINDOW_SECONDS


def demo(
    out: Annotated[
        Path, typer.Option(help="A folder for recordings, embeddings and the run.")
    ] = Path("demo"),
    seconds: Annotated[
        float, typer.Option(min=10, max=3600, help="Length of each recital.")
    ] = float(WINDOW_SECONDS),
    seed: Seed = None,
) -> None:
    """Let eight players that do not exist play, judge them by ear, and hold it against their skill.

    Pieces, players and pianos are made up by the seed; how well each plays is known. Interrupted,
    the same command goes on where it stopped.

    Example: judge demo --seed 7
    """
    from ranking.encoders import spec_of

    spec_of("spectrogram")  # refuses where what listens is not installed
    from icpc.workflows.demonstration import demonstrate

    made = demonstrate(out, seconds, seed or 0, DrawnProgress())
    print_study(made.study, Format.TABLE)
    print_remark(f"written to {made.run}")
    print_hit_rate(made.hit_rate, Format.TABLE)
    for path in made.pictures:
        print_remark(f"written to {path}")
    found = made.by_skill
    print_line(
        f"Known skill: of {found.pairs:g} verdicts, each pair in both orders, {found.value:.1%} "
        f"went to the better player (95 % interval {found.low:.1%} to {found.high:.1%}; with skill "
        f"dealt out at random, p = {found.p:.1g})."
    )
