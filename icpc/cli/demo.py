"""``judge demo``: a synthetic competition, from sound files to a hit-rate."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.hitrate import print_hit_rate
from icpc.cli.options import Seed
from icpc.cli.output import (
    Format,
    TerminalProgress,
    print_line,
    print_remark,
    remark_on_interrupt,
)
from icpc.cli.rank import KEPT_OF_COMPARING, print_study
from ranking.audio.lengths import WINDOW_SECONDS


def demo(
    out: Annotated[
        Path, typer.Option(help="Write recordings, embeddings and the run to this folder.")
    ] = Path("demo"),
    seconds: Annotated[
        float, typer.Option(min=10, max=3600, help="Play for so many seconds in each recital.")
    ] = float(WINDOW_SECONDS),
    seed: Seed = None,
) -> None:
    """Synthesise a competition of eight players, rank their recordings, and check with known skill.

    Pieces, players and pianos are drawn at random by the seed; how well each plays is known. After
    an interruption, the same command goes on where it stopped.

    Example: judge demo --seed 7
    """
    from ranking.encoders import spec_of

    spec_of("spectrogram")  # refuses where packages for sound are not installed
    from icpc.findings.wording import interval, percent
    from icpc.workflows.demonstration import demonstrate

    with remark_on_interrupt(KEPT_OF_COMPARING):
        demonstration = demonstrate(out, seconds, seed or 0, TerminalProgress())
    print_study(demonstration.study, Format.TABLE)
    print_remark(f"written to {demonstration.run}")
    print_hit_rate(demonstration.hit_rate, Format.TABLE)
    for path in demonstration.figures:
        print_remark(f"written to {path}")
    accuracy = demonstration.skill_accuracy
    print_line(
        f"Known skill: of {accuracy.pairs:g} comparisons, each pair in both orders, "
        f"{percent(accuracy.value)} went to the more skilled player {interval(accuracy)}; with "
        f"skill shuffled, p = {accuracy.p:.1g}."
    )
    if demonstration.page is None:
        print_remark("no report: it needs pip install 'judge[report]', and judge report --run DIR")
    else:
        print_line(f"Report, to open in a browser: {demonstration.page}")
