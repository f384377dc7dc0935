"""What a task is: a question to a probe, and how its answers are judged.

Conventions
-----------
An *example* is one window of a bank, or two to compare, by number; its *target* is a class, or one
yes or no for each label; examples of one *unit*, the two orders of a pair, stay in one batch. The
training loop, the command and the checkpoint read a task's fields and never ask which one it is.

A loss is data, a name with parameters (:mod:`ranking.tasks.losses` computes it), and gives a value
for each example. Metrics are computed once over a whole set, never as a mean of batches. What
an evaluation resamples are groups of recordings: one player's, or one piece's, hang together.

A task of one's own is a file with such a value and a :class:`~ranking.tasks.registry.TaskSpec`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ranking.evaluation.resampling import Estimate
from ranking.tasks.manifest import Column, Manifest


@dataclass(frozen=True)
class Examples:
    """Examples of a task, as numbers."""

    windows: np.ndarray
    """Numbers in a bank, int, shape (N, sides)."""
    targets: np.ndarray
    """Classes, int, shape (N,), or labels, float, shape (N, C)."""
    units: np.ndarray
    """Equal for examples that stay in one batch, int, shape (N,): the two orders of a pair."""

    def __post_init__(self) -> None:
        """Refuse arrays that do not go together."""
        if self.windows.ndim != 2 or not len(self.windows):
            raise ValueError(f"windows of shape {self.windows.shape}: (N, sides), N at least 1")
        if not len(self.windows) == len(self.targets) == len(self.units):
            raise ValueError("windows, targets and units of different lengths")

    def __len__(self) -> int:
        return len(self.windows)

    def of(self, chosen: np.ndarray) -> "Examples":
        """Some of the examples, by number or by flag."""
        return Examples(self.windows[chosen], self.targets[chosen], self.units[chosen])

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers."""
        held = hashlib.sha256()
        for array in (self.windows, self.targets, self.units):
            held.update(f"{array.shape} {array.dtype}".encode())
            held.update(np.ascontiguousarray(array).tobytes())
        return held.hexdigest()


def join_examples(parts: Sequence[Examples]) -> Examples:
    """Return the examples of several sets one after another; units stay apart."""
    units, free = [], 0
    for part in parts:
        _, unit = np.unique(part.units, return_inverse=True)
        units.append(unit + free)
        free += int(unit.max()) + 1
    return Examples(
        np.concatenate([part.windows for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate(units),
    )


@dataclass(frozen=True)
class Loss:
    """What training makes small, as data: a fit that was kept goes on under the same one only."""

    name: str
    """Of a function of :mod:`ranking.tasks.losses`, or ``module:function`` elsewhere."""
    parameters: tuple[tuple[str, Any], ...] = ()
    """What it is called with beside logits and targets, by name; whatever JSON can hold."""

    @property
    def on_disk(self) -> dict[str, Any]:
        """Its parts under the names that hashes know."""
        return {"name": self.name, "parameters": dict(self.parameters)}


CROSS_ENTROPY = Loss("cross_entropy")
"""Of one class for each example."""
BINARY_CROSS_ENTROPY = Loss("binary_cross_entropy")
"""Of a yes or no for each label."""


@dataclass(frozen=True)
class Predictions:
    """What a probe said on a whole test set, beside what is true there."""

    examples: Examples
    logits: np.ndarray
    """Float, shape (N, C)."""
    windows: pd.DataFrame
    """WINDOWS table of the bank."""
    groups: Mapping[str, str]
    """Of each recording; an interval resamples them."""


@dataclass(frozen=True)
class Evaluation:
    """How right predictions are."""

    estimate: Estimate
    """Of the metric that the task is reported by, groups resampled."""
    metrics: Mapping[str, float]
    """Over the examples, by name; larger is better."""


@dataclass(frozen=True)
class Task:
    """One question to a probe."""

    name: str
    """As a probe on disk names it: ``expertise-2``, the spec's name and the number of outputs."""
    sides: int
    """Windows of an example: two to compare."""
    outputs: int
    """Classes or labels: logits of an example."""
    columns: Sequence[Column]
    """What a manifest says of a recording."""
    make_examples: Callable[[Manifest, pd.DataFrame, int, int], Mapping[str, Examples]]
    """Examples by split, of those that have any: from a manifest in which every recording has one,
    the WINDOWS table of a bank, most pairs of a split (what has no pairs ignores it), and a seed.
    Raises TableError where a manifest does not serve."""
    decode: Callable[[np.ndarray], np.ndarray]
    """Probabilities from logits (N, C), float64: whatever the task says of an example."""
    metrics: Callable[[np.ndarray, np.ndarray], Mapping[str, float]]
    """Of logits and targets of a whole set; larger is better."""
    select: str
    """The metric that chooses between epochs and settings; equals go to the smaller loss."""
    evaluate: Callable[[Predictions, int], Evaluation]
    """Of predictions on a test set, and a seed."""
    loss: Loss = CROSS_ENTROPY
    takes_pairs: bool = False
    """Whether a manifest may name pairs and their winner instead."""
    reported: str = "accuracy"
    """The metric that is estimated."""
    example: str = "recording"
    """One of the examples in words, as a manifest has them: "pair of unequal level"."""
    tested: str = "recordings"
    """What the estimate counts, in words."""
