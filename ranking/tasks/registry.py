"""Tasks by name, and a description of each that is read before it is loaded.

Conventions
-----------
A *spec* offers tasks that ask the same question with other numbers of outputs; each is named on
disk by both, ``expertise-2``. Specs hold words and numbers alone, so that tasks are listed without
loading anything slow. A new task of the program's own is a file in this room, a spec here and
a line in :data:`TASKS`; other packages offer a spec by an entry point ``judge.tasks``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ranking.audio.lengths import SEGMENTS_PER_WINDOW
from ranking.errors import Given, ProbeError
from ranking.files.registry import Registry
from ranking.files.text import did_you_mean, escape_controls
from ranking.tasks.options import PADDING, PAIRS_DRAWN, PUBLISHED_LOSS, TaskOption

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
    make: "Callable[..., Task]"
    """Returns the task of a number of outputs, and of the options by name that are not default."""
    inputs: int = 1
    """Windows of an example: two to compare."""
    outputs_help: str = ""
    """Help for the number of outputs, where there are several."""
    options: tuple[TaskOption, ...] = ()
    """Choices that the task offers in training."""
    ranks: bool = False
    """Whether its probes rank: of two windows they say which is the better, by the later half of
    the classes."""
    takes_judgements: bool = False
    """Whether labels may come from a panel's marks, or from comparisons, instead of a manifest."""
    segments: int = SEGMENTS_PER_WINDOW
    """Segments of a window, unless another number is asked for."""

    def task(self, outputs: int | None = None, **options: str) -> "Task":
        """Return the task of a number of outputs.

        Parameters
        ----------
        outputs
            Number of classes or labels; None: the default.
        options
            Values of the task's options, by name.

        Raises
        ------
        ProbeError
            If there is none, or what is made is not what the spec says.
        """
        asked = self.outputs[0] if outputs is None else outputs
        named = [
            len(value.split(","))
            for name, value in self.changed_options(options).items()
            if any(one.names_outputs for one in self.options if one.name == name)
        ]
        if named and asked == self.outputs[0]:
            asked = named[0]
        if asked not in (named or self.outputs):
            raise ProbeError(
                Given(classes=asked),
                "no such task",
                f"give {' or '.join(map(str, named or self.outputs))}",
            )
        changed = self.changed_options(options)
        padded = changed.pop(PADDING.name, PADDING.default) != PADDING.default
        task = self.make(asked, **changed)
        found = (task.name, task.outputs, task.inputs, task.segments)
        if found != (f"{self.name}-{asked}", asked, self.inputs, self.segments):
            raise ProbeError(
                f"task {self.name}",
                f"made for {asked} outputs it is {task.name}, of {task.outputs} outputs and "
                f"{task.inputs} windows of {task.segments} segments",
                "mend the package that offers it",
            )
        return replace(task, padded=True) if padded else task

    def published_options(self, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options with the values of the paper's release in place of the defaults."""
        published = {one.name: one.published for one in self.options if one.published}
        changed = self.changed_options(options)
        return {**options, **{k: v for k, v in published.items() if k not in changed}}

    def changed_options(self, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options that are not the default.

        Raises
        ------
        ProbeError
            If there is no such option, or it has no such value.
        """
        known = {option.name: option.choices for option in self.options}
        default = {option.name: option.default for option in self.options}
        for name, value in options.items():
            if value not in known.get(name, ()) and not (name in known and not known[name]):
                what = f"{self.name} has no such {'choice' if name in known else 'option'}"
                remedy = f"choose {' or '.join(known[name])}" if name in known else "leave it out"
                raise ProbeError(Given(**{name: value}), what, remedy)
        return {name: value for name, value in options.items() if value != default[name]}


def _expertise(classes: int, **options: str) -> "Task":
    from ranking.tasks.expertise import expertise_task

    return expertise_task(classes, **options)


def _preference(classes: int, **options: str) -> "Task":
    from ranking.tasks.preference import preference_task

    return preference_task(classes, **options)


def _difficulty(classes: int, **options: str) -> "Task":
    from ranking.tasks.difficulty import difficulty_task

    return difficulty_task(classes, **options)


def _technique(count: int, **options: str) -> "Task":
    from ranking.tasks.technique import technique_task

    return technique_task(count, **options)


EXPERTISE = TaskSpec(
    name="expertise",
    summary="says which of two recordings is the better playing",
    manifest_help="recording, level (in every row), event; or first, second, winner. Both: split, "
    "group, excluded.",
    outputs=(2, 4),
    outputs_help="2: which is better; 4: by how much too.",
    make=_expertise,
    inputs=2,
    options=(
        TaskOption(
            "sampling",
            ("all", "matched"),
            "Take all pairs of unequal level, or match the recordings of every two levels one to "
            "one, as the paper does.",
            published="matched",
        ),
        PAIRS_DRAWN,
        PUBLISHED_LOSS,
        PADDING,
    ),
    ranks=True,
)

PREFERENCE = TaskSpec(
    name="preference",
    summary="says which of two recordings is preferred, by your own marks or comparisons",
    manifest_help="recording, mark (larger for better), standard_error or sd and raters; or first, "
    "second, winner. All: event, split, group, excluded.",
    outputs=(2,),
    make=_preference,
    inputs=2,
    options=(PAIRS_DRAWN,),
    ranks=True,
    takes_judgements=True,
)
DIFFICULTY = TaskSpec(
    name="difficulty",
    summary="says how difficult a piece is, by its Henle grade",
    manifest_help="recording, grade (1 to 9, in every row); split, group.",
    outputs=(9, 3),
    outputs_help="9: the grades; 3: 1-3, 4-6 and 7-9.",
    make=_difficulty,
    options=(
        TaskOption(
            "grades",
            (),
            "Name the grades of your own scale, from the easiest on, with commas between them.",
            names_outputs=True,
        ),
        TaskOption(
            "loss",
            ("cross-entropy", "ordinal", "published"),
            "Train with cross-entropy, with a loss to which a class further off costs more, or as "
            "the paper's release does.",
            published="published",
        ),
        TaskOption(
            "class_weights",
            ("none", "balanced"),
            "Let every class count as much as any other in the loss, however many recordings of "
            "train have it.",
        ),
        PADDING,
    ),
)
TECHNIQUE = TaskSpec(
    name="technique",
    summary="says which of seven techniques a recording shows, or of labels of your own",
    manifest_help="recording, techniques (scales;octaves, or none); or a column for each, 1 or 0. "
    "Empty is not known. split, group.",
    outputs=(7,),
    make=_technique,
    options=(
        TaskOption(
            "labels",
            (),
            "Name labels of your own, columns of the manifest, with commas between them, in place "
            "of the seven techniques.",
            names_outputs=True,
        ),
        TaskOption(
            "class_weights",
            ("none", "balanced"),
            "Let the positives of each label count as much as its negatives, by their numbers in "
            "train where it is known.",
        ),
        PUBLISHED_LOSS,
        PADDING,
    ),
    segments=3,
)

OWN = ("expertise", "difficulty", "technique", "preference")
"""The program's own, in the order of the paper."""
TASKS: Registry[TaskSpec] = Registry(
    f"{__name__}:TaskSpec",
    "judge.tasks",
    {name: f"{__name__}:{name.upper()}" for name in OWN},
    ProbeError,
)


def ranker_tasks(name: str) -> list[str]:
    """Return the names of tasks whose probes rank: the program's own, and this one if it does."""
    own = name.rpartition("-")[0]
    specs = [TASKS[one] for one in dict.fromkeys((*OWN, *([own] if own in TASKS else [])))]
    return [f"{spec.name}-{outputs}" for spec in specs if spec.ranks for outputs in spec.outputs]


def find_task(name: str, **options: str) -> "Task":
    """Return the task that a probe on disk names, ``expertise-2``, with its options by name.

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
    return TASKS[spec].task(int(outputs), **options)


def find_trained_task(name: str, settings: Mapping[str, Any]) -> "Task":
    """Return the task of a training, as :func:`find_task`, with the options that it was given.

    Parameters
    ----------
    name
        As a probe on disk names it.
    settings
        Settings of the training by name, as the records of probes and results hold them.
    """
    return find_task(name, **settings.get("task_options", {}))
