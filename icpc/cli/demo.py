"""``judge demo``: a competition that the program makes itself, from sound to hit-rate."""

from pathlib import Path
from typing import Annotated

import typer

from icpc.cli.hitrate import hitrate
from icpc.cli.options import Seed
from icpc.cli.output import counting, print_line
from icpc.cli.rank import rank

WINDOW_SECONDS = 300.0


def demo(
    out: Annotated[
        Path, typer.Option(help="A folder for recordings, embeddings and the run.")
    ] = Path("demo"),
    seconds: Annotated[
        float, typer.Option(min=10, max=3600, help="Length of each recital.")
    ] = WINDOW_SECONDS,
    seed: Seed = None,
) -> None:
    """Let eight players that do not exist play, judge them by ear, and hold it against their skill.

    Pieces, players and pianos are made up by the seed; how well each plays is known. Interrupted,
    the same command goes on where it stopped.

    Example: judge demo --seed 7
    """
    from ranking.encoders import spec_of

    spec_of("spectrogram")  # refuses where what listens is not installed
    from icpc.synthetic.demonstration import NAMES, write_demonstration

    recordings, run = out / "recordings", out / "run"
    recordings.mkdir(parents=True, exist_ok=True)
    with counting("playing", len(NAMES)) as advance:
        roster = write_demonstration(recordings, seconds, seed or 0, advance)
    rank(
        roster=roster,
        recordings=recordings,
        least=seconds,
        store=out / "embeddings",
        out=run,
        seed=seed,
    )
    hitrate(run=run, plot=True)
    print_line(_against_skill(roster, run))


def _against_skill(roster: Path, run: Path) -> str:
    """How many verdicts went to the better player."""
    from icpc.study.runs import load_run
    from icpc.synthetic.demonstration import read_skill
    from ranking.evaluation.accuracy import pair_accuracy

    study = load_run(run)
    skill = read_skill(roster).loc[study.counted.candidates].to_numpy()
    found = pair_accuracy(study.counted, skill, study.settings.seed)
    return (
        f"Known skill: of {found.pairs:g} verdicts, each pair in both orders, {found.value:.1%} "
        f"went to the better player (95 % interval {found.low:.1%} to {found.high:.1%}; with skill "
        f"dealt out at random, p = {found.p:.1g})."
    )
