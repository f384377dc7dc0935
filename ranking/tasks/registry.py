"""Tasks by name, and a description of each that is read before it is loaded.

Conventions
-----------
A *spec* offers tasks that ask the same question with other numbers of outputs; each is named on
disk by both, ``expertise-2``. Specs hold words and numbers alone, so that tasks are listed without
loading anything slow. A new task of the program's own is a file in this room, a spec here and
a line in :data:`TASKS`; other packages offer a spec by an entry point ``judge.tasks``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranking.errors import Given, ProbeError
from ranking.files.registry import Registry
from ranking.files.text import did_you_mean, escape_controls

if TYPE_CHECKING:
    from ranking.tasks.task import Task


@dataclass(frozen=True)
class TaskSpec:
    """A description of a task, to be read before it is loaded."""

    name: str
    """As one asks for it: ``expertise``."""
    summary: str
    """What a probe of it does, after "a probe that": "says which ... is the better playing"."""
    manifest_help: str
    """Help for the columns of a manifest."""
    outputs: tuple[int, ...]
    """Numbers of classes or labels that there may be; the first is the default."""
    make: "Callable[[int], Task]"
    """Returns the task of a number of outputs."""
    inputs: int = 1
    """Windows of an example: two to compare."""
    outputs_help: str = ""
    """Help for the number of outputs, where there are several."""

    def task(self, outputs: int | None = None) -> "Task":
        """Return the task of a number of outputs.

        Raises
        ------
        ProbeError
            If there is none, or what is made is not what the spec says.
        """
        asked = self.outputs[0] if outputs is None else outputs
        if asked not in self.outputs:
            raise ProbeError(
                Given(classes=asked), "no such task", f"give {' or '.join(map(str, self.outputs))}"
            )
        task = self.make(asked)
        found = (task.name, task.outputs, task.inputs)
        if found != (f"{self.name}-{asked}", asked, self.inputs):
            raise ProbeError(
                f"task {self.name}",
                f"made for {asked} outputs it is {task.name}, of {task.outputs} outputs and "
                f"{task.inputs} windows",
                "mend the package that offers it",
            )
        return task


def _expertise(classes: int) -> "Task":
    from ranking.tasks.expertise import expertise_task

    return expertise_task(classes)


EXPERTISE = TaskSpec(
    name="expertise",
    summary="says which of two recordings is the better playing",
    manifest_help="recording, level; or first, second, winner. Both: split, group.",
    outputs=(2, 4),
    outputs_help="2: which is better; 4: by how much too.",
    make=_expertise,
    inputs=2,
)

TASKS: Registry[TaskSpec] = Registry(
    f"{__name__}:TaskSpec", "judge.tasks", {"expertise": f"{__name__}:EXPERTISE"}, ProbeError
)


def find_task(name: str) -> "Task":
    """Return the task that a probe on disk names, ``expertise-2``.

    Raises
    ------
    ProbeError
        If there is none, or another package's cannot be used.
    """
    spec, _, outputs = name.rpartition("-")
    if spec not in TASKS or not outputs.isdecimal():
        raise ProbeError(
            f"task {escape_controls(name)}",
            f"there is none{did_you_mean(spec or name, list(TASKS))}",
            "install the package that offers it",
        )
    return TASKS[spec].task(int(outputs))
