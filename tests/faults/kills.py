"""Commands that are killed at random moments, once or several times, and then given again.

Whatever was killed when, the same command ends well, and all files have the bytes of an undisturbed
run.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from program import Ended, start
from scenes import SCENES, Stage, contents, play

TEMPORARY = re.compile(r"/\.[^/]+\.[0-9a-f]{16}$")
"""What an atomic write had not yet renamed: nothing reads it, and another may be writing it."""
MOST_KILLS = 3  # of one command, before it may end
BEYOND = 1.05  # a kill may come as late, in the time that the command takes


@dataclass(frozen=True)
class Killed:
    """A command that was killed, and given again."""

    scene: str
    kills: int
    """How often it was killed before it ended."""
    again: Ended
    """The same command, undisturbed."""
    different: tuple[str, ...]
    """Files that differ from those of an undisturbed run."""

    @property
    def how(self) -> str:
        """How it went on, in words."""
        if self.again.hung:
            return "hung"
        if self.again.traced_back:
            return "traceback"
        if self.again.code:
            return "refused"
        if not all(map(TEMPORARY.search, self.different)):
            return "other bytes"
        return "same bytes, hidden file left" if self.different else "same bytes"


def kill_at_random(
    stage: Stage, scenes: Iterable[str], count: int, rng: np.random.Generator
) -> Iterator[Killed]:
    """Kill the commands of scenes, in turns, until so many kills have come before their ends."""
    names = list(scenes)
    turn = 0
    while count > 0:
        found = kill_scene(stage, names[turn % len(names)], rng)
        turn += 1
        count -= found.kills
        yield found


def kill_scene(stage: Stage, name: str, rng: np.random.Generator) -> Killed:
    """Kill the command of a scene at one to three random moments, and give it again."""
    undisturbed, folder = stage.after(name), stage.before(name)
    kills = 0
    for _ in range(int(rng.integers(1, MOST_KILLS + 1))):
        moment = float(rng.uniform(0, BEYOND)) * stage.seconds[name]
        kills += start(SCENES[name].arguments, folder).kill_after(moment).code < 0
    again = play(name, folder)
    found = contents(folder)
    different = tuple(
        path for path in sorted({*found, *undisturbed}) if found.get(path) != undisturbed.get(path)
    )
    shutil.rmtree(folder)
    return Killed(name, kills, again, different)
