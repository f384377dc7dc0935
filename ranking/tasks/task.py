"""What a task is: a question to a probe, and how its answers are evaluated.

Conventions
-----------
An *example* is one window of a bank, or two to compare, by number; its *target* is a class, or one
yes or no for each label; examples of one *unit*, the two orders of a pair, stay in one batch. The
training loop, the command and the checkpoint read a task's fields and never ask which one it is.

A label that is not known is NaN: it is left out of the loss and of every metric.

A loss is data, a name with parameters (:mod:`ranking.tasks.losses` computes it), and gives a value
for each example. Metrics are computed once over a whole set, never as a mean of batches. What
an evaluation resamples are groups of recordings: those of one pianist, or of one piece.

A task of one's own is a file with such a value and a :class:`~ranking.tasks.registry.TaskSpec`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ranking.audio.lengths import SEGMENTS_PER_WINDOW
from ranking.errors import TableError
from ranking.evaluation.resampling import Estimate
from ranking.tasks.drawing import Draw
from ranking.tasks.manifest import Column, Manifest
from ranking.tasks.splits import lacks_recordings


@dataclass(frozen=True)
class Examples:
    """Examples of a task, as numbers."""

    windows: np.ndarray
    """Numbers of windows in a bank, int, shape (N, inputs)."""
    targets: np.ndarray
    """Classes, int, shape (N,), or labels, float, shape (N, C), NaN where one is not known."""
    units: np.ndarray
    """Equal for examples that stay in one batch, int, shape (N,): the two orders of a pair."""
    weights: np.ndarray | None = None
    """How much each counts in a mean of losses, float, above 0, shape (N,), or each of its labels,
    shape (N, C); None: all alike."""
    repeated: np.ndarray | None = None
    """Probability that who gave each target would give it again, float, shape (N,); None: it is not
    known. Training does not use it."""
    drawn: tuple[int, int] | None = None
    """Number of pairs, and of those that they were drawn from at random; None: they are all."""
    draw: Draw | None = None
    """What an epoch of training draws of these, anew each time; None: it trains on all of them."""

    def __post_init__(self) -> None:
        """Refuse arrays that do not go together."""
        if self.windows.ndim != 2 or not len(self.windows):
            raise ValueError(f"windows of shape {self.windows.shape}: (N, inputs), N at least 1")
        if not len(self.windows) == len(self.targets) == len(self.units):
            raise ValueError("windows, targets and units of different lengths")
        shapes = (self.units.shape, self.targets.shape)
        if self.weights is not None and (
            self.weights.shape not in shapes or not (self.weights > 0).all()
        ):
            raise ValueError("weights are one for each example, above 0, or for each label")

    def __len__(self) -> int:
        return len(self.windows)

    def rows_of_epoch(self, seed: int, epoch: int) -> np.ndarray:
        """Return the numbers of the examples that an epoch trains on, ascending."""
        if self.draw is None:
            return np.arange(len(self))
        return self.draw.rows(self.units, seed, epoch)

    @property
    def units_per_epoch(self) -> int:
        """Number of units that an epoch trains on; on average, where they differ in windows."""
        distinct = len(np.unique(self.units))
        if self.draw is None:
            return distinct
        count, of = self.draw.count(self.units)
        return round(distinct * count / of)

    def subset(self, chosen: np.ndarray) -> "Examples":
        """Return some of the examples, by number or by flag."""
        weights, repeated = (
            None if one is None else one[chosen] for one in (self.weights, self.repeated)
        )
        return Examples(
            self.windows[chosen], self.targets[chosen], self.units[chosen], weights, repeated
        )

    @property
    def sha256(self) -> str:
        """SHA-256 of the numbers; weights and draws change it only where there are any."""
        digest = hashlib.sha256()
        weights = () if self.weights is None else (self.weights,)
        for array in (self.windows, self.targets, self.units, *weights):
            digest.update(f"{array.shape} {array.dtype}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        if self.draw is not None:
            digest.update(json.dumps(self.draw.on_disk).encode())
        return digest.hexdigest()


def join_examples(sets: Sequence[Examples]) -> Examples:
    """Return the examples of several sets one after another; units stay apart."""
    units, free = [], 0
    for one in sets:
        _, unit = np.unique(one.units, return_inverse=True)
        units.append(unit + free)
        free += int(unit.max()) + 1
    weights = None
    if any(one.weights is not None for one in sets):
        weights = np.concatenate(
            [np.ones(len(one)) if one.weights is None else one.weights for one in sets]
        )
    return Examples(
        np.concatenate([one.windows for one in sets]),
        np.concatenate([one.targets for one in sets]),
        np.concatenate(units),
        weights,
        _joined([one.repeated for one in sets]),
    )


def _joined(each: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Arrays one after another; None where one is missing."""
    known = [one for one in each if one is not None]
    return np.concatenate(known) if len(known) == len(each) else None


def refuse_untrained_classes(
    name: str,
    examples: Mapping[str, Examples],
    class_names: Sequence[str],
    noun: str = "recording",
) -> None:
    """Refuse classes that are validated or tested, and of which training has no example.

    Parameters
    ----------
    name
        The manifest's name.
    examples
        Examples by split.
    class_names
        Classes in words.
    noun
        What examples are made of, in words.

    Raises
    ------
    TableError
        Naming the class.
    """
    if "train" not in examples:
        return
    trained = set(examples["train"].targets.tolist())
    for split in ("val", "test"):
        of_split = set(examples[split].targets.tolist()) if split in examples else set()
        for one in sorted(of_split - trained):
            raise TableError(
                name,
                f"{class_names[one]} is in {split}, and no {noun} in train has it",
                "put one there, give more recordings of it, or leave it out",
            )


@dataclass(frozen=True)
class Loss:
    """A loss as data: an interrupted training goes on under the same one only."""

    name: str
    """A function of :mod:`ranking.tasks.losses`, or ``module:function`` elsewhere."""
    parameters: tuple[tuple[str, Any], ...] = ()
    """Arguments beside logits and targets, by name; whatever JSON can hold."""

    @property
    def on_disk(self) -> dict[str, Any]:
        """The values under the names that hashes know."""
        return {"name": self.name, "parameters": dict(self.parameters)}


CROSS_ENTROPY = Loss("cross_entropy")
"""The loss of one class for each example."""
BINARY_CROSS_ENTROPY = Loss("binary_cross_entropy")
"""The loss of a yes or no for each label."""
PUBLISHED_CROSS_ENTROPY = Loss("cross_entropy_of_probabilities")
"""The loss of classes in the paper's release."""
PAIR_LOSSES = {"cross-entropy": CROSS_ENTROPY, "published": PUBLISHED_CROSS_ENTROPY}
"""Losses of pairs, by the name that one asks for."""
PUBLISHED_BINARY_CROSS_ENTROPY = Loss("binary_cross_entropy_of_probabilities")
"""The loss of labels in the paper's release."""


@dataclass(frozen=True)
class Predictions:
    """Logits of a probe on a whole test set, beside the truth."""

    examples: Examples
    """The test examples, with their targets."""
    logits: np.ndarray
    """Float, shape (N, C)."""
    windows: pd.DataFrame
    """WINDOWS table of the bank."""
    groups: Mapping[str, str]
    """The group of each recording; an interval resamples groups."""
    folds: np.ndarray | None = None
    """The fold that each example was tested in, from 1, int, shape (N,); None: one test."""


@dataclass(frozen=True)
class Evaluation:
    """How right predictions are."""

    estimate: Estimate
    """The reported metric, with its interval from resampling groups."""
    metrics: Mapping[str, float]
    """Metrics over the examples, by name; larger is better."""
    random: float = float("nan")
    """The reported metric of random answers, by formula."""
    groups: int = 0
    """Number of groups that were tested."""
    table: pd.DataFrame | None = None
    """A row for each tested pair or recording: what was predicted, how probable, the truth, and its
    ``group``, or ``first_group`` and ``second_group``."""


@dataclass(frozen=True)
class Task:
    """One question to a probe."""

    name: str
    """As a probe on disk names it: ``expertise-2``, the spec's name and the number of outputs."""
    inputs: int
    """Windows of an example: two to compare."""
    outputs: int
    """Classes or labels: logits of an example."""
    columns: Sequence[Column]
    """Columns of a manifest, beside those that every manifest has."""
    make_examples: Callable[[Manifest, pd.DataFrame, int, int], Mapping[str, Examples]]
    """Returns examples by split, of those that have any: from a manifest in which every recording
    has one, the WINDOWS table of a bank, the most pairs of a split (tasks without pairs ignore it),
    and a seed. Raises TableError where a manifest does not serve."""
    decode: Callable[[np.ndarray], np.ndarray]
    """Returns probabilities from logits (N, C), float64."""
    metrics: Callable[[np.ndarray, np.ndarray], Mapping[str, float]]
    """Returns metrics by name from logits and targets of a whole set; larger is better."""
    selection_metric: str
    """The metric that chooses between epochs and settings; equals go to the smaller loss."""
    evaluate: Callable[[Predictions, int], Evaluation]
    """Returns the evaluation of predictions on a test set; the second argument is a seed."""
    loss: Loss = CROSS_ENTROPY
    """The loss that training minimises: a task that merges or weighs classes says so here."""
    lacks: Callable[[Manifest, np.ndarray], int] = lacks_recordings
    """Returns how much those recordings of a manifest that are chosen, bool (R,), lack to be a
    split: pairs, or classes. 0 serves; a random split sees to it."""
    lacking: str = ""
    """Why recordings of a split may make no example, in words."""
    remark: Callable[[Manifest], str] | None = None
    """Returns what a reader must know of how labels are taken, as a sentence; None: nothing."""
    takes_pairs: bool = False
    """Whether a manifest may name pairs and their winner instead."""
    average_precisions: Callable[[np.ndarray, np.ndarray], Mapping[str, float]] | None = None
    """Returns the average precision of each class or label by name, from logits and targets of a
    whole set, NaN where all or none have it. None: the task has none, and no curve of them."""
    reported_metric: str = "accuracy"
    """The metric that is reported with an interval."""
    reported_draws: Callable[[pd.DataFrame, np.ndarray], np.ndarray] | None = None
    """Returns the reported metric of :attr:`Evaluation.table` under counts of its rows, shape
    (draws, rows): one of each draw, NaN where it has none. Several seeds need it for an interval.
    """
    example_noun: str = "recording"
    """One example in words, as a manifest has them: "pair of unequal level"."""
    tested_noun: str = "recordings"
    """The items that the reported metric counts, in words."""
    metrics_noun: str = "windows"
    """The items that the other metrics of a test count, in words."""
    segments: int = SEGMENTS_PER_WINDOW
    """Segments of a window: longer recordings are cut into several. A probe has as many."""
    padded: bool = False
    """Whether segments that a window lacks are zeros that count as sound, as in the release."""

    @property
    def loss_on_disk(self) -> dict[str, Any]:
        """The loss as hashes and records hold it; nothing for plain cross-entropy.

        That was the only loss once: what was hashed then is still found.
        """
        return {} if self.loss == CROSS_ENTROPY else {"loss": self.loss.on_disk}
