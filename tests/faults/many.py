"""Faults, many of each: kills, places that cannot be written, races and flipped bits, counted.

Run ``python tests/faults/many.py --kills 200 --flips 2000 --races 300 --places 165``, with another
``--seed`` for others. It prints how many ended how, and each that did not end as it should, after
which its exit code is 1. With ``--quick`` it takes the commands that take the least time.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import program
from scenes import QUICK, SCENES, Stage

WELL = {
    "kills": ("same bytes", "same bytes, hidden file left"),
    "places": ("done", "refused"),
    "races": ("all done", "some refused"),
    "flips": ("found", "computed anew", "without effect"),
}
"""How faults may end, by kind."""


def ended(
    kind: str, count: int, stage: Stage, seed: int, quick: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield of each fault how it ended, of what kind it is, and more of it to read."""
    rng = np.random.default_rng([seed, [*WELL].index(kind)])
    scenes = QUICK if quick else [*SCENES]
    if kind == "kills":
        from kills import kill_at_random

        for one in kill_at_random(stage, scenes, count, rng):
            for _ in range(one.kills):
                yield one.how, one.scene, f"{one.different} {one.again.messages[-500:]}"
    elif kind == "places":
        from places import cases, play_case

        every = [one for one in cases() if one.scene in scenes]
        for at in rng.permutation(len(every))[:count]:
            found = play_case(every[at], stage)
            yield found.how, found.case.fault, f"{found.case} {found.ended.messages[-900:]}"
    elif kind == "races":
        from races import TOGETHER, race_at_random

        for one in race_at_random(stage, TOGETHER[:1] if quick else TOGETHER, count, rng):
            refused = [own.messages[-400:] for own in one.ended if own.code]
            yield one.how, f"{len(one.scenes)} processes", f"{one.scenes} {one.mixed} {refused}"
    else:
        from flips import flip_at_random, quick_readers_of, readers_of

        readers = (quick_readers_of if quick else readers_of)(stage)
        for one in flip_at_random(readers, count, rng):
            yield one.how, one.kind, f"byte {one.byte} of {one.size}"


def main() -> int:
    """Run what is asked for; print counts, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    for kind in WELL:
        parser.add_argument(f"--{kind}", type=int, default=0, help=f"number of {kind}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="the most for each")
    parser.add_argument("--quick", action="store_true", help="few commands, tens of seconds less")
    given = vars(parser.parse_args())
    program.load()
    folder = Path(tempfile.mkdtemp(prefix="judge-faults-"))
    folder.chmod(0o755)  # for the user without rights
    try:
        stage = Stage(folder)
        return int(sum(count_ended(kind, stage, given) for kind in WELL if given[kind]) > 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def count_ended(kind: str, stage: Stage, given: Mapping[str, Any]) -> int:
    """Print how faults of a kind ended; return how many did not end as they should."""
    began, faults = time.monotonic(), 0
    counts, by_group = Counter[str](), dict[str, Counter[str]]()
    for how, group, more in ended(kind, given[kind], stage, given["seed"], given["quick"]):
        counts[how] += 1
        by_group.setdefault(group, Counter())[how] += 1
        if how not in WELL[kind]:
            faults += 1
            sys.stdout.write(f"A fault, {kind}, {group}: {how}; {more}\n")
            sys.stdout.flush()
        if time.monotonic() - began > given["seconds"]:
            break
    for group, own in sorted(by_group.items()):
        sys.stdout.write(f"  {group:45} {dict(sorted(own.items()))}\n")
    seconds = time.monotonic() - began
    total = f"{kind}: {counts.total()} in {seconds:.0f} s: {dict(sorted(counts.items()))}\n"
    sys.stdout.write(total)
    sys.stdout.flush()
    return faults


if __name__ == "__main__":
    sys.exit(main())
