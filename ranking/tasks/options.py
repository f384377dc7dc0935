"""Choices that tasks offer in training, and those that several tasks share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskOption:
    """A choice that a task offers in training; a trained probe is used as any other of the task."""

    name: str
    """A parameter of the spec's ``make``."""
    choices: tuple[str, ...]
    """The values that there may be; the first is the default. None: any text, "" by default."""
    help: str
    """What it does, for the command line."""
    names_outputs: bool = False
    """Whether it names the outputs, with commas between them: there may be any number then."""

    @property
    def default(self) -> str:
        """The value where none is given."""
        return self.choices[0] if self.choices else ""

    published: str = ""
    """The value of the paper's release; empty where it is the default."""


PADDING = TaskOption(
    "padding",
    ("masked", "zeros"),
    "Leave out the segments that a window lacks, or take them for zeros that count as sound, in "
    "attention and batch norm, as the paper's release does.",
    published="zeros",
)
"""The choice of every task of the paper: :attr:`ranking.tasks.task.Task.padded`."""
PAIRS_DRAWN = TaskOption(
    "pairs_drawn",
    ("each-epoch", "once"),
    "Draw the pairs to train on anew in each epoch, or once, where not all are taken; those of val "
    "and test are drawn once.",
)
"""The choice of tasks that compare."""

PUBLISHED_LOSS = TaskOption(
    "loss",
    ("cross-entropy", "published"),
    "Train with cross-entropy of logits, or of probabilities that are taken for logits, as the "
    "paper's release does.",
    published="published",
)
