"""A fuzz target for each reader: a valid file, and what reads it.

The rule: whatever is changed in the file, what is read is right, or the error is a ``JudgeError``.
Run ``python tests/support/fuzz_targets.py 100000`` for so many cases, over all targets; it prints
how they ended, and how many were past the header of their file. A second number is that of the
first case: ``fuzz_targets.py 1 4711`` repeats case 4711.
"""

import shutil
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import fuzz_fetched
import fuzz_sound
import fuzz_stored
import fuzz_tables
from fuzzing import Target, count_cases


@cache
def targets() -> dict[str, Target]:
    """Return all targets by name."""
    modules = (fuzz_tables, fuzz_fetched, fuzz_stored, fuzz_sound)
    return {name: own for one in modules for name, own in one.targets().items()}


def main() -> None:
    """Run as many cases as are asked for, the same each time, and print how they ended."""
    total, first, *_ = (*map(int, sys.argv[1:]), 0)
    began, folder = time.monotonic(), Path(tempfile.mkdtemp())
    counts = count_cases("fuzz_targets", range(first, first + total), folder)
    for name, own in {**counts.ended, "all": counts.sums}.items():
        sys.stdout.write(f"{name:20} {dict(sorted(own.items()))}\n")
    for fault in counts.faults:
        sys.stdout.write(f"A fault: {fault}\n")
    seconds = time.monotonic() - began
    past = f"{counts.past_header:.0%} past the header, {len(counts.faults)} faults"
    sys.stdout.write(f"{total:,} cases in {seconds:.0f} s, {past}\n")
    if counts.faults:
        sys.exit(f"the changed files are in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
