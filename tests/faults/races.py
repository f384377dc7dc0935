"""Two and four processes at the same time, on one store and one folder of a run.

All end well, or are refused since another one is writing; what is there at the end are the bytes of
one undisturbed run, never files of two.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from program import Ended, start
from scenes import SCENES, Stage, contents

from icpc.study.run_folder import KEPT
from icpc.workflows.results import verify_run

Contents = Mapping[str, bytes]

TOGETHER: tuple[tuple[str, ...], ...] = (
    ("tables again", "tables", "curve", "check"),
    ("rank and embed", "rank and embed", "rank and embed", "embed"),
    ("rank", "tables", "rank", "tables"),
    ("tables", "tables again", "report of a run", "report"),
    ("train", "rank", "train", "fit"),
    ("fit", "rank", "fit", "rank"),
)
"""Commands that begin together; of two processes, the first two."""
OF_A_RUN = (*KEPT, "report.html", "hitrate.csv", "SHA256SUMS")
"""Files of a run that not every command writes, or that depend on which are there."""


@dataclass(frozen=True)
class Race:
    """Commands that ran together."""

    scenes: tuple[str, ...]
    ended: tuple[Ended, ...]
    mixed: tuple[str, ...]
    """Files that are of none of the undisturbed runs, or not of the same one as the others."""

    @property
    def how(self) -> str:
        """How it ended, in words."""
        if any(one.hung for one in self.ended):
            return "hung"
        if any(one.traced_back for one in self.ended):
            return "traceback"
        if self.mixed:
            return "mixed"
        refused = sum(one.code != 0 for one in self.ended)
        if refused == len(self.ended):
            return "all refused"
        return "some refused" if refused else "all done"


def race_at_random(
    stage: Stage, together: Sequence[tuple[str, ...]], count: int, rng: np.random.Generator
) -> Iterator[Race]:
    """Let commands run together, in turns; the second and later ones begin a moment later."""
    for turn in range(count):
        scenes = together[turn % len(together)][: (2, 4)[turn // len(together) % 2]]
        yield race(stage, scenes, rng)


def race(stage: Stage, scenes: tuple[str, ...], rng: np.random.Generator) -> Race:
    """Let commands run together."""
    folder = stage.together(scenes)
    running = [
        start(SCENES[name].arguments, folder, delayed(float(rng.uniform(0, 0.3))))
        for name in scenes
    ]
    ended = tuple(one.wait() for one in running)
    mixed = tuple(_mixed(contents(folder), [stage.after(name) for name in scenes], folder / "run"))
    shutil.rmtree(folder)
    return Race(scenes, ended, mixed)


def delayed(seconds: float) -> Callable[[], None]:
    """Return what lets a process wait."""
    return lambda: time.sleep(seconds)


def _mixed(found: Contents, undisturbed: Sequence[Contents], run: Path) -> Iterator[str]:
    """Files that no run wrote, and those of the run folder that are not of one run."""
    for path, content in found.items():
        if not path.endswith(OF_A_RUN) and content not in [one.get(path) for one in undisturbed]:
            yield path
    whole = _without_added(found)
    others = [one for one in undisturbed if _without_added(one) != whole]
    if whole and len(others) == len(undisturbed):
        yield "run"
    for path in (f"run/{name}" for name in OF_A_RUN):
        if path in found and found[path] in [one.get(path) for one in others]:
            yield path
    if whole:
        states = verify_run(run)
        yield from (file for file, state in states.itertuples(index=False) if state != "unchanged")


def _without_added(files: Contents) -> Contents:
    return {
        path: content
        for path, content in files.items()
        if path.startswith("run/") and not path.endswith(OF_A_RUN)
    }
