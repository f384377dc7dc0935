"""Time whole commands of two checkouts in turns: what a change gained, as users see it.

    python tests/benchmarks/commands.py BEFORE AFTER [--recordings DIR] [--only NAME ...]

``BEFORE`` is a checkout of an earlier commit (``git worktree add``), ``AFTER`` the one of today.
Each command begins in an empty folder, or in what the commands that it follows have left there, and
the checkouts take turns, round by round. A line gives the seconds and the ratio after / before of
wall time, of CPU time, and of the most memory that one process had, each the median of the rounds.
``--recordings`` names a folder with a ``roster.csv`` and sound files; the long recordings are
written here.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from competition import write_competition

RANK = "rank --roster {at}/roster.csv --recordings {at} --store {name}-store --out {name}"
TRAIN = "train expertise --manifest demo/recordings/manifest.csv --recordings demo/recordings"
COMMANDS = {
    "help": "--help",
    "icpc2015": "rank --competition icpc2015",
    "wins": "rank --competition icpc2015 --method wins",
    "check": "check --competition icpc2025",
    "demo": "demo --out demo --seed 7",
    "train": TRAIN + " --folds 4 --epochs 2 --out mine.safetensors",
    "recordings": RANK,
    "recordings again": RANK,
    "long": RANK + " --min-seconds 10",
    "long again": RANK + " --min-seconds 10",
}
"""In this order: training is on what the demonstration wrote."""


class Cost(NamedTuple):
    """What a command took: seconds, seconds of CPU, and MB."""

    wall: float
    cpu: float
    memory: float


def cost_of(checkout: Path, command: Sequence[str], folder: Path) -> Cost:
    """Run a command of a checkout."""
    program = [sys.executable, "-P", "-c", "from icpc.cli import app; app()", *command]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "120"}
    environment.pop("JUDGE_STORE", None)
    begun = time.perf_counter()
    with (folder / "printed.txt").open("w+b") as printed:
        process = subprocess.Popen(
            program, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        if process.returncode:
            printed.seek(0)
            raise SystemExit(printed.read().decode())
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def places(given: argparse.Namespace, folder: Path) -> dict[str, Path]:
    """Where each kind of recordings lies; the long ones are written."""
    found = {}
    if given.recordings is not None:
        found["recordings"] = given.recordings.resolve()
    if given.candidates:
        found["long"] = folder / "long"
        found["long"].mkdir()
        write_competition(found["long"], given.candidates, given.minutes)
    return found


def chosen(only: Sequence[str], at: dict[str, Path]) -> dict[str, list[str]]:
    """The words of each command that is timed."""
    words = {}
    for name, command in COMMANDS.items():
        kind = name.partition(" ")[0]
        if (not only or kind in only) and ("{at}" not in command or kind in at):
            words[name] = command.format(at=at.get(kind, ""), name=kind).split()
    return words


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each column."""
    return Cost(*map(statistics.median, zip(*costs, strict=True)))


def main() -> None:
    """Print a line for each command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--candidates", type=int, default=16, help="of the long recordings")
    parser.add_argument("--minutes", type=int, default=30, help="of each long recording")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], help="kinds of commands")
    given = parser.parse_args()
    checkouts = [given.before.resolve(), given.after.resolve()]
    with tempfile.TemporaryDirectory() as name:
        commands = chosen(given.only, places(given, Path(name)))
        costs: dict[str, tuple[list[Cost], list[Cost]]] = {one: ([], []) for one in commands}
        for _ in range(given.rounds):
            folders = [Path(tempfile.mkdtemp(dir=name)) for _ in checkouts]
            for command, words in commands.items():
                for checkout, folder, kept in zip(checkouts, folders, costs[command], strict=True):
                    kept.append(cost_of(checkout, words, folder))
            for folder in folders:
                shutil.rmtree(folder)
    print("command            wall, s: before  after  ratio   CPU, s: before  after  ratio  memory")
    for command, (before, after) in costs.items():
        old, new = middle(before), middle(after)
        ratios = [one / other for one, other in zip(new, old, strict=True)]
        print(
            f"{command:18} {old.wall:15.2f} {new.wall:6.2f} {ratios[0]:6.2f}"
            f" {old.cpu:16.2f} {new.cpu:6.2f} {ratios[1]:6.2f} {ratios[2]:7.2f}"
        )


if __name__ == "__main__":
    main()
