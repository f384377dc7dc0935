"""Every command at every place that it writes to, where nothing can be written there.

A command ends well, or with an error in words; when the place can be written again, the same
command gives the same bytes as undisturbed.
"""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from disks import become_nobody, can_change_user, can_mount, limit_files, nearly_full, read_only
from program import Ended
from scenes import Stage, contents, play

PLACES = {
    "embed": ("embeddings",),
    "rank": ("embeddings", "run"),
    "rank and embed": ("embeddings", "run"),
    "fit": ("embeddings", "run"),
    "train": ("embeddings", "probes"),
    "tables": ("run",),
    "tables again": ("run",),
    "check": ("run",),
    "report": ("run",),
    "report of a run": ("run",),
    "curve": ("run",),
}
"""Where each command writes."""
LIMITS = (0, 100, 5_000, 300_000)
"""Bytes of room on a disk, and of the largest file."""


@dataclass(frozen=True)
class Case:
    """A command, with something wrong at a place."""

    scene: str
    place: str
    fault: str
    room: int = 0

    def __str__(self) -> str:
        return f"{self.scene}, {self.place}: {self.fault}" + (f" {self.room}" * bool(self.room))


@dataclass(frozen=True)
class Outcome:
    """How a case ended."""

    case: Case
    ended: Ended
    again: Ended
    """The same command when nothing is wrong any more."""
    as_undisturbed: bool
    """Whether all files are then those of an undisturbed run."""

    @property
    def how(self) -> str:
        """How it ended, in a word or two."""
        if self.ended.hung or self.ended.traced_back:
            return "hung" if self.ended.hung else "traceback"
        if self.again.code or not self.as_undisturbed:
            return "not recovered"
        return "done" if self.ended.code == 0 else "refused" if self.ended.refused else "unsaid"

    @property
    def well(self) -> bool:
        """Whether that is what is promised."""
        return self.how in ("done", "refused")


def cases() -> Iterator[Case]:
    """All cases that this machine can have."""
    faults = ["a file in its place", "largest file"]
    faults += ["read-only", "full"] * can_mount() + ["no permission"] * can_change_user()
    for scene, places in PLACES.items():
        for place in places:
            for fault in faults:
                rooms = LIMITS if fault in ("full", "largest file") else (0,)
                yield from (Case(scene, place, fault, room) for room in rooms)


def play_case(case: Case, stage: Stage) -> Outcome:
    """Play a case, mend what is wrong, and play it again."""
    folder = stage.before(case.scene)
    undisturbed = stage.after(case.scene)
    folder.chmod(0o755)
    place, before = folder / case.place, None
    around = nullcontext()
    if case.fault == "a file in its place":
        aside = folder / "aside"
        if place.exists():
            place.rename(aside)
        place.write_text("a file")
        ended = play(case.scene, folder)
        place.unlink()
        if aside.exists():
            aside.rename(place)
    else:
        if case.fault in ("read-only", "full"):
            place.mkdir(exist_ok=True)
            around = (
                read_only(place) if case.fault == "read-only" else nearly_full(place, case.room)
            )
        elif case.fault == "no permission":
            before = become_nobody
        else:
            before = partial(limit_files, case.room)
        with around:
            ended = play(case.scene, folder, before)
    again = play(case.scene, folder)
    same = contents(folder) == undisturbed
    shutil.rmtree(folder)
    return Outcome(case, ended, again, same)
