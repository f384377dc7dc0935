"""What is fitted, how, and what comes of it.

Conventions
-----------
A *run* is a head's shape, settings, and examples to learn from and to choose by. Weights, dropout
and the order of examples come from seeds and the number of the step alone.
"""

from dataclasses import dataclass, field
from typing import Any

from ranking.network.head import Head, HeadConfig
from ranking.tasks.task import Examples


@dataclass(frozen=True)
class FitSettings:
    """How to fit."""

    epochs: int = 30
    batch: int = 16
    """Examples of a step."""
    crossed: int = 0
    """Windows that meet: all examples that they make come in one step, even if they are more than a
    batch, and each window of a step is convolved once. 0: each example is convolved by itself."""
    rate: float = 1e-3
    """Of learning, at its highest."""
    decay: float = 1e-2
    """Of the weights."""
    warm_up: float = 0.1
    """Share of the steps in which the rate rises."""
    patience: int = 10
    """Epochs without a better one before a run stops."""
    half: bool = False
    """Whether arithmetic is bfloat16 where that does no harm."""
    seed: int = 0
    """Of weights and dropout."""
    order: int | None = None
    """Seed of the order of examples, by default that above. Runs of one order can be stacked."""

    def __post_init__(self) -> None:
        """Refuse settings that fit nothing."""
        if min(self.epochs, self.batch, self.patience) < 1:
            raise ValueError("epochs, batch and patience are at least 1")
        if self.crossed < 0 or self.crossed == 1:
            raise ValueError(f"crossed {self.crossed}: two windows at least make a pair, or 0")
        if not self.rate > 0 or self.decay < 0 or not 0 <= self.warm_up <= 1:
            raise ValueError(f"rate {self.rate}, decay {self.decay}, warm-up {self.warm_up}")

    @property
    def order_seed(self) -> int:
        """Seed of the order of examples."""
        return self.seed if self.order is None else self.order

    @property
    def on_disk(self) -> dict[str, Any]:
        """The values under the names that files know, in a fixed order.

        Fits on disk are found by a hash of these. A field that is renamed keeps its old name here,
        and none moves; or nothing would be found again.
        """
        return {
            "epochs": self.epochs,
            "batch": self.batch,
            "crossed": self.crossed,
            "rate": self.rate,
            "decay": self.decay,
            "warm_up": self.warm_up,
            "patience": self.patience,
            "half": self.half,
            "seed": self.seed,
            "order": self.order,
        }


@dataclass(frozen=True)
class Run:
    """One head to be fitted."""

    config: HeadConfig
    settings: FitSettings
    train: Examples
    validation: Examples
    start: Head | None = None
    """A head to go on from, with its standardisation; None for drawn weights."""


@dataclass
class Fitted:
    """A head as its best epoch left it."""

    head: Head
    epoch: int = 0
    """The best one, from 1."""
    history: list[dict[str, float]] = field(default_factory=list)
    """Of each epoch: ``loss`` in training, ``validation_loss``, and the task's metrics."""
