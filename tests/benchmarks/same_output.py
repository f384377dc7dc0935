"""Whether two checkouts write the same bytes: every table of the main commands, side by side.

    python tests/benchmarks/same_output.py BEFORE AFTER [--recordings DIR] [--numbers]

``BEFORE`` is a checkout of an earlier commit (``git worktree add``), ``AFTER`` the one of today.
Each runs the same commands in a folder of its own; what they print as CSV or JSON and the tables
that they keep are compared byte for byte. ``--recordings`` names a folder with a ``roster.csv`` and
sound files, to be compared too. ``--numbers`` is for a change of names: options of version 0.1.0
are typed where the earlier checkout knows no others, and only numbers are compared: the values of
tables, and those that are printed, in order of size. The exit code is 1 if anything differs.
"""

import argparse
import csv
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from icpc.cli.renamed import RENAMED_OPTIONS

TABLES = ("ranking.csv", "comparisons.csv", "votes.csv", "roster.csv", "hitrate.csv")
COMMANDS = {
    "rank-2015": "rank --competition icpc2015 --out rank-2015 --format csv",
    "rank-2015-wins": "rank --competition icpc2015 --method wins --format csv",
    "rank-2015-rate": "rank --competition icpc2015 --method win-rate --format csv",
    "rank-2015-pagerank": "rank --competition icpc2015 --method pagerank --format csv",
    "rank-2015-paper": "rank --competition icpc2015 --count paper --format csv",
    "rank-2025": "rank --competition icpc2025 --out rank-2025 --format csv",
    "rank-2025-stage2": "rank --competition icpc2025 --round stage2 --out rank-2025-stage2",
    "hitrate-2015": "hitrate --competition icpc2015 --out hitrate-2015",
    "hitrate-2025": "hitrate --competition icpc2025 --out hitrate-2025",
    "hitrate-published": "hitrate --published",
    "check-2015": "check --competition icpc2015 --format json",
    "check-2015-text": "check --competition icpc2015",
    "check-2025": "check --competition icpc2025 --format json",
    "check-2025-text": "check --competition icpc2025",
    "compare": "compare rank-2025 rank-2025-stage2",
    "compare-json": "compare rank-2025 rank-2025-stage2 --format json",
    "compare-jurors": "compare rank-2025 --jurors --format csv",
    "report-2015": "report --competition icpc2015 --out report-2015",
    "demo": "demo --out demo --seed 7",
    "check-demo": "check --run demo/run --format json",
}
JUDGED = {
    "recordings": "rank --roster {0}/roster.csv --recordings {0} --out recordings --format csv",
    "recordings-all": "rank --roster {0}/roster.csv --recordings {0} --windows all --out all",
    "recordings-half": "rank --roster {0}/roster.csv --recordings {0} --fit-half --out half",
    "check-recordings": "check --run recordings --format json",
}


NUMBER = re.compile(r"\d[\d,]*\.?\d*(?:e[+-]?\d+)?")


def outputs(
    checkout: Path, commands: dict[str, str], folder: Path, *, numbers: bool
) -> dict[str, str]:
    """Hash of what each command printed, and of each table it kept, by name."""
    if numbers:
        commands = {name: _typed(command, checkout) for name, command in commands.items()}
    program = [sys.executable, "-P", "-c", "from icpc.cli import app; app()"]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "120"}
    found = {}
    for name, command in commands.items():
        done = subprocess.run(
            [*program, *command.split()],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(done.stderr.decode())
        found[f"{name} (exit code)"] = str(done.returncode)
        found[f"{name} (printed)"] = _digest(done.stdout, numbers=numbers)
    for path in sorted(folder.rglob("*.csv")):
        if path.name in TABLES:
            found[str(path.relative_to(folder))] = _digest(_values(path, numbers=numbers))
    return found


def _typed(command: str, checkout: Path) -> str:
    """The command as the checkout knows it, by its options of today or of version 0.1.0."""
    known = "".join(path.read_text() for path in (checkout / "icpc" / "cli").glob("*.py"))
    old = {new: old for old, new in RENAMED_OPTIONS.items() if "RENAMED_OPTIONS" not in known}
    return " ".join(old.get(word, word) for word in command.split())


def _values(path: Path, *, numbers: bool) -> bytes:
    """A table's bytes; without its header if only numbers count."""
    if not numbers:
        return path.read_bytes()
    with path.open(newline="", encoding="utf-8") as file:
        return str(list(csv.reader(file))[1:]).encode()


def _digest(content: bytes, *, numbers: bool = False) -> str:
    if numbers:
        content = str(sorted(NUMBER.findall(content.decode()))).encode()
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Run, compare, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--numbers", action="store_true")
    given = parser.parse_args()
    commands = dict(COMMANDS)
    if given.recordings is not None:
        at = given.recordings.resolve()
        commands |= {name: command.format(at) for name, command in JUDGED.items()}
    found = []
    for checkout in (given.before, given.after):
        with tempfile.TemporaryDirectory() as folder:
            found.append(outputs(checkout.resolve(), commands, Path(folder), numbers=given.numbers))
    before, after = found
    differing = [name for name in before | after if before.get(name) != after.get(name)]
    for name in differing:
        print(f"differs: {name}")
    print(f"{len(before | after) - len(differing)} of {len(before | after)} outputs are the same")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
