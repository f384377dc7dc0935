"""What a task is to the training loop: classes, a loss on logits, and what to be judged by.

Conventions
-----------
An example is one window of a bank, or two to compare, by number; its target is a class, or one yes
or no for each label. A loss gives a value for each example. Metrics are computed once over a whole
set, never as a mean of batches.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor
from torch.nn import functional

from ranking.tasks.metrics import class_metrics, label_metrics


@dataclass(frozen=True)
class Task:
    """One question to a probe."""

    name: str
    sides: int
    """Windows of an example."""
    classes: int
    loss: Callable[[Tensor, Tensor], Tensor]
    """Of logits (N, C) and targets, shape (N,)."""
    metrics: Callable[[np.ndarray, np.ndarray], Mapping[str, float]]
    """Of logits and targets of a whole set; larger is better."""
    select: str
    """The metric that chooses between epochs; equals go to the smaller loss."""


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


def classes_task(name: str, sides: int, classes: int) -> Task:
    """Return a task whose examples have one class each."""
    return Task(name, sides, classes, _cross_entropy, class_metrics, "accuracy")


def labels_task(name: str, sides: int, classes: int) -> Task:
    """Return a task whose examples have any number of labels."""
    return Task(name, sides, classes, _binary_cross_entropy, label_metrics, "mAP")


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(logits.float(), targets, reduction="none")


def _binary_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    losses = functional.binary_cross_entropy_with_logits(
        logits.float(), targets.float(), reduction="none"
    )
    return losses.mean(dim=1)
