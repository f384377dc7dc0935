"""Two and four processes at the same time, on one store and one folder of a run.

All end well, or are told that another one is writing; what is there at the end are the bytes of one
undisturbed run, never files of two.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from program import Ended, start
from scenes import SCENES, Stage, contents

TOGETHER: tuple[tuple[str, ...], ...] = (
    ("tables again", "tables", "curve", "check"),
    ("rank and embed", "rank and embed", "rank and embed", "embed"),
    ("rank", "tables", "rank", "tables"),
    ("tables", "tables again", "report of a run", "report"),
    ("train", "rank", "train", "fit"),
    ("fit", "rank", "fit", "rank"),
)
"""Commands that begin together; of two processes, the first two."""
OF_A_RUN = ("findings.json", "report.html", "hitrate.csv")
"""Files of a run that not every command writes."""


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
        return "some told" if refused else "all done"


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
    mixed = tuple(_mixed(contents(folder), [stage.after(name) for name in scenes]))
    shutil.rmtree(folder)
    return Race(scenes, ended, mixed)


def delayed(seconds: float) -> Callable[[], None]:
    """Return what lets a process wait."""
    return lambda: time.sleep(seconds)


def _mixed(found: dict[str, bytes], undisturbed: list[dict[str, bytes]]) -> Iterator[str]:
    """Files that no run wrote, and those of the run folder that are not of one run."""
    for path, content in found.items():
        if content not in [one.get(path) for one in undisturbed]:
            yield path
    own = {path: content for path, content in found.items() if path.startswith("run/")}
    needed = {path: one for path, one in own.items() if not path.endswith(OF_A_RUN)}
    if needed and not any(
        all(one.get(path) == content for path, content in needed.items()) for one in undisturbed
    ):
        yield "run"
