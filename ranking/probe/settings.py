"""What is trained, how, and what comes of it.

Conventions
-----------
A *run* is a head's shape, settings, and examples to train on and to validate with. Weights, dropout
and the order of examples follow from seeds and the number of the step alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ranking.network.head import Head, HeadConfig
from ranking.tasks.task import Examples

WINDOWS_PER_STEP = 4
"""Windows of a step where heads compare: with more an epoch takes less time and achieves less."""


@dataclass(frozen=True)
class TrainingSettings:
    """How to train a head."""

    epochs: int = 30
    batch_size: int = 16
    """Examples of a step."""
    windows_per_step: int | None = None
    """Windows of a step, compared in all their pairs, each convolved once; 0: pairs one by one.

    A step then has all the examples that its windows make, even if they are more than a batch. None
    is :data:`WINDOWS_PER_STEP` in a run that compares, and 0 in others.
    """
    learning_rate: float = 1e-3
    """Peak learning rate."""
    weight_decay: float = 1e-2
    """Weight decay of AdamW, decoupled from the gradient."""
    warmup: float = 0.1
    """Share of the steps in which the learning rate rises to its peak, 0 to 1."""
    patience: int = 10
    """Epochs without a better one before a run stops."""
    bf16: bool = False
    """Whether to compute in bfloat16; losses stay in float32."""
    threads: int = 1
    """Threads in which torch computes on a CPU: equal bytes need equally many."""
    seed: int = 0
    """Seed of weights and dropout."""
    shuffle_seed: int | None = None
    """Seed of the order of examples; None: that of weights and dropout.

    Runs with the same one see the same batches, and can be trained as one stack.
    """

    def __post_init__(self) -> None:
        """Refuse settings that train nothing."""
        if min(self.epochs, self.batch_size, self.patience, self.threads) < 1:
            raise ValueError("epochs, batch_size, patience and threads are at least 1")
        if (self.windows_per_step or 0) < 0 or self.windows_per_step == 1:
            raise ValueError(f"windows_per_step {self.windows_per_step}: 0, or at least 2")
        if not self.learning_rate > 0 or self.weight_decay < 0 or not 0 <= self.warmup <= 1:
            raise ValueError(
                f"learning_rate {self.learning_rate}, weight_decay {self.weight_decay}, "
                f"warmup {self.warmup}: out of range"
            )

    @property
    def order_seed(self) -> int:
        """Seed of the order of examples, whichever field gives it."""
        return self.seed if self.shuffle_seed is None else self.shuffle_seed

    @property
    def on_disk(self) -> dict[str, Any]:
        """The values under the names that hashes know, in a fixed order.

        Runs on disk are found by a hash of these. A field that is renamed keeps its first name
        here, and none moves; or nothing would be found again. One thread, which is the default, is
        not among them.
        """
        return {
            "epochs": self.epochs,
            "batch": self.batch_size,
            "crossed": self.windows_per_step,
            "rate": self.learning_rate,
            "decay": self.weight_decay,
            "warm_up": self.warmup,
            "patience": self.patience,
            "half": self.bf16,
            "seed": self.seed,
            "order": self.shuffle_seed,
            **({} if self.threads == 1 else {"threads": self.threads}),
        }


@dataclass(frozen=True)
class TrainingRun:
    """One head to be trained."""

    config: HeadConfig
    """Shape of the head."""
    settings: TrainingSettings
    train: Examples
    """Examples to train on."""
    validation: Examples
    """Examples that choose the best epoch."""
    initial_head: Head | None = None
    """A head to fine-tune, with its standardisation; None: weights drawn by the seed."""

    def __post_init__(self) -> None:
        """Settle how many windows a step has, which the shape of the head decides."""
        if self.settings.windows_per_step is None:
            windows = WINDOWS_PER_STEP if self.config.inputs == 2 else 0
            settings = replace(self.settings, windows_per_step=windows)
            object.__setattr__(self, "settings", settings)


@dataclass
class TrainedRun:
    """A head as its best epoch left it."""

    head: Head
    epoch: int = 0
    """The best epoch, from 1."""
    history: list[dict[str, float]] = field(default_factory=list)
    """A row for each epoch: ``loss`` in training, ``validation_loss``, and the task's metrics."""
    average_precisions: list[dict[str, float]] = field(default_factory=list)
    """A row for each epoch: that of each class or label on validation, by name. It is empty of a
    task that has none, and of epochs that an earlier version trained."""

    @property
    def state(self) -> dict[str, Any]:
        """What an unfinished training keeps of it."""
        return {
            "head": self.head.state_dict(),
            "epoch": self.epoch,
            "history": self.history,
            "average_precisions": self.average_precisions,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Become what an unfinished training kept; an early one kept no average precisions."""
        self.head.load_state_dict(state["head"])
        self.head.eval()
        self.epoch, self.history = state["epoch"], state["history"]
        self.average_precisions = state.get("average_precisions", [{} for _ in self.history])
