"""The training loop of one stack: losses, steps and the choice between epochs; it knows no task.

Conventions
-----------
AdamW moves the weights, at the learning rates of a schedule (:mod:`ranking.probe.optimiser`). After
every epoch the validation examples choose: the best epoch's weights are kept, and a run stops when
no epoch was better for some time. Nothing but validation examples decides. Losses are float32; with
``bf16``, the products before them are bfloat16; without it they are float32, on a GPU too. Nobody
waits for a GPU within a step: the loss that is shown is that of the step before.

A loop that was killed goes on from the state that it saves every minute and after each epoch. On a
CPU it ends in the same bytes as one that was not, given the same torch, CPU capability and threads
(:mod:`ranking.probe.computation`): all that a step draws follows from the seeds and its number, so
that this number is the state of all randomness.
"""

import hashlib
import json
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ranking.devices.precision import full_float32
from ranking.devices.transfer import begin_fetch, to_device
from ranking.network.head import Head, fit_scaler, make_head
from ranking.network.pair_stack import PairStack
from ranking.network.stack import HeadStack
from ranking.probe.batches import (
    BatchLoader,
    batches_of_epoch,
    count_batches_of_epoch,
    epoch_batches,
    load_paired_segments_and_mask,
    with_units_of_few_windows,
)
from ranking.probe.optimiser import StackedAdamW, learning_rate_factor
from ranking.probe.settings import TrainedRun, TrainingRun
from ranking.probe.state import load_state, save_state
from ranking.progress import Progress
from ranking.tasks.losses import loss_function
from ranking.tasks.task import Examples, Task

SAVE_SECONDS = 60.0
"""Time after which a state is saved within an epoch: at most so much work is lost."""

InputLoader = Callable[[np.ndarray], tuple[Any, Tensor]]
"""Window numbers (N, inputs) to segments in the form that a network takes, and mask (N, S)."""


class Loop:
    """The training of one stack.

    Parameters
    ----------
    task
        The question that gives loss and metrics.
    runs
        Runs that see the same batches.
    load_batch
        Loads the segments of examples by window number.
    device
        Where to compute, such as "cuda".
    """

    def __init__(
        self,
        task: Task,
        runs: Sequence[TrainingRun],
        load_batch: BatchLoader,
        device: str | torch.device,
    ) -> None:
        self.task, self.runs, self.loss = task, runs, loss_function(task.loss)
        self.device = torch.device(device)
        own = runs[0]
        self.settings, self.train, self.validation = own.settings, own.train, own.validation
        self.load_inputs: InputLoader = load_batch
        network = HeadStack
        if max_windows := self.settings.windows_per_step:
            self.load_inputs, network = (
                partial(load_paired_segments_and_mask, load_batch),
                PairStack,
            )
            self.train, self.validation = (
                with_units_of_few_windows(examples, max_windows, self.settings.order_seed)
                for examples in (self.train, self.validation)
            )
        self.steps = count_batches_of_epoch(self.train, self.settings.batch_size)
        self._epoch: tuple[int, list[np.ndarray]] = (-1, [])  # its number, and its batches
        heads = [_initial_head(run) for run in runs]
        if runs[0].initial_head is None:
            fit_scaler(heads[0], self._training_windows(load_batch))
        for head in heads[1:]:
            head.mean.copy_(heads[0].mean)
            head.scale.copy_(heads[0].scale)
        self.stack = network(heads, device)
        self.optimiser = StackedAdamW(
            self.stack.weights,
            [run.settings.learning_rate for run in runs],
            [run.settings.weight_decay for run in runs],
        )
        self.trained = [TrainedRun(head) for head in heads]
        self.losses: list[list[float]] = []
        self._unread: deque[Callable[[], np.ndarray]] = deque()  # losses on their way here

    @property
    def sha256(self) -> str:
        """SHA-256 of everything that the outcome depends on."""
        runs = [
            [
                *(run.config.on_disk, run.settings.on_disk),
                *(run.train.sha256, run.validation.sha256),
                *([] if run.initial_head is None else [run.initial_head.sha256]),
            ]
            for run in self.runs
        ]
        # accuracy was the only metric that chose once: what was saved then is still found
        metric = self.task.selection_metric
        task = [*self.task.loss_on_disk.values(), *([] if metric == "accuracy" else [metric])]
        task += ["padded"] if self.task.padded else []
        text = json.dumps([self.task.name, self.stack.mean.tolist(), runs, *task])
        return hashlib.sha256(text.encode()).hexdigest()

    @full_float32()
    def finish(self, progress: Progress, state: Path | None) -> list[TrainedRun]:
        """Train to the end, and return the runs; every step advances the progress by one.

        Parameters
        ----------
        state
            The file that is saved every minute and after each epoch, and gone on from if it is
            there.
        """
        if state is not None and state.is_file():
            self._load_state(state)
            progress.advance(self.optimiser.steps)
        saved = time.monotonic()
        while not self._done():
            epoch, step = divmod(self.optimiser.steps, self.steps)
            loss = self._step(epoch, step)
            progress.advance(detail=f"epoch {epoch + 1} of {self.settings.epochs}, loss {loss:.3f}")
            if step + 1 == self.steps:
                self._validate(epoch)
            due = step + 1 == self.steps or time.monotonic() - saved >= SAVE_SECONDS
            if state is not None and due:
                self._save_state(state)
                saved = time.monotonic()
        return self.trained

    def _done(self) -> bool:
        past = self.optimiser.steps // self.steps
        return past >= self.settings.epochs or all(
            past - one.epoch >= run.settings.patience
            for one, run in zip(self.trained, self.runs, strict=True)
        )

    def _step(self, epoch: int, step: int) -> float:
        own, number = self.settings, self.optimiser.steps
        chosen = self._batches(epoch)[step]
        segments, mask = self.load_inputs(self.train.windows[chosen])
        targets = to_device(torch.from_numpy(self.train.targets[chosen]), self.device)
        dropout = self.stack.draw_dropout(
            segments, mask, [dropout_seed_of_step(r.settings.seed, number) for r in self.runs]
        )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=own.bf16):
            logits = self.stack.logits(segments, mask, dropout)
        weights = None if self.train.weights is None else self.train.weights[chosen]
        losses = torch.stack([self._mean_loss(one.float(), targets, weights) for one in logits])
        torch.autograd.backward(losses.sum())
        self.optimiser.step(learning_rate_factor(number, own.epochs * self.steps, own.warmup))
        self._unread.append(begin_fetch(losses.detach()))
        self._read_losses(unread=0 if self.device.type == "cpu" or not self.losses else 1)
        return float(np.mean(self.losses[-1]))

    def _mean_loss(self, logits: Tensor, targets: Tensor, weights: np.ndarray | None) -> Tensor:
        """The mean of the losses of examples, by their weights, or with those of their labels."""
        if weights is None:
            return self.loss(logits, targets).mean()
        own = to_device(torch.from_numpy(weights).float(), self.device)
        if own.ndim > 1:
            return self.loss(logits, targets, label_weights=own).mean()
        return (self.loss(logits, targets) * own).sum() / own.sum()

    def _read_losses(self, unread: int = 0) -> None:
        """Read losses but for the newest, for which a device would have to be waited for."""
        while len(self._unread) > unread:
            self.losses.append(self._unread.popleft()().tolist())

    def _validate(self, epoch: int) -> None:
        """Evaluate the epoch on the validation examples; keep the weights of the best."""
        self._read_losses()
        training_loss = np.mean(self.losses, axis=0)
        self.losses.clear()
        logits = self._predict(self.validation)
        targets = torch.from_numpy(self.validation.targets).to(self.device)
        for k, (one, run) in enumerate(zip(self.trained, self.runs, strict=True)):
            if epoch - one.epoch >= run.settings.patience:
                continue  # it has stopped; others of the stack go on
            own = torch.from_numpy(logits[k]).to(self.device, torch.float32)
            loss = float(self._mean_loss(own, targets, self.validation.weights))
            metrics = self.task.metrics(logits[k], self.validation.targets)
            one.history.append(
                {"loss": float(training_loss[k]), "validation_loss": loss, **metrics}
            )
            each = self.task.average_precisions
            one.average_precisions.append(
                {} if each is None else dict(each(logits[k], self.validation.targets))
            )
            if all(
                selection_key(one.history[-1], self.task) > selection_key(earlier, self.task)
                for earlier in one.history[:-1]
            ):
                one.epoch, one.head = epoch + 1, self.stack.head(k)

    def _batches(self, epoch: int) -> list[np.ndarray]:
        """The batches of an epoch, of the examples that it trains on."""
        if self._epoch[0] != epoch:
            size, seed = self.settings.batch_size, self.settings.order_seed
            self._epoch = (epoch, batches_of_epoch(self.train, size, seed, epoch))
        return self._epoch[1]

    def _predict(self, examples: Examples) -> np.ndarray:
        """Logits (K, N, C), float64, of batches as in training: each has few windows again."""
        own = self.settings
        batches = epoch_batches(examples.units, own.batch_size, own.order_seed, 0)
        logits = [
            predict_logits(self.stack.logits, self.load_inputs, examples.windows[batch], len(batch))
            for batch in batches
        ]
        return np.concatenate(logits, axis=1)[:, np.concatenate(batches).argsort()]

    def _training_windows(self, load_batch: BatchLoader) -> Iterator[Tensor]:
        """Segments of every window of the training examples, once."""
        distinct, size = np.unique(self.train.windows), self.settings.batch_size
        for start in range(0, len(distinct), size):
            yield load_batch(distinct[start : start + size, np.newaxis])[0]

    def _save_state(self, path: Path) -> None:
        self._read_losses()
        state = {
            "steps": self.optimiser.steps,
            "losses": self.losses,
            "weights": {key: weight.detach() for key, weight in self.stack.weights.items()},
            "statistics": self.stack.statistics,
            "moments": self.optimiser.moments,
            "fitted": [one.state for one in self.trained],
        }
        save_state(state, path)

    def _load_state(self, path: Path) -> None:
        state = load_state(path, self.device)
        self.optimiser.steps = state["steps"]
        self.losses = state.get("losses", [])  # version 0.1.0 saved whole epochs only
        with torch.no_grad():
            for name, tensors in (
                ("weights", self.stack.weights),
                ("statistics", self.stack.statistics),
                ("moments", self.optimiser.moments),
            ):
                for key, values in tensors.items():
                    values.copy_(state[name][key])
        for one, saved in zip(self.trained, state["fitted"], strict=True):
            one.load_state(saved)


def _initial_head(run: TrainingRun) -> Head:
    head = make_head(run.config, run.settings.seed)
    if run.initial_head is not None:
        head.load_state_dict(run.initial_head.state_dict())
    return head


def selection_key(epoch: Mapping[str, float], task: Task) -> tuple[float, float]:
    """Return what epochs are chosen by, the larger the better: the task's metric, then the loss.

    Parameters
    ----------
    epoch
        A row of a history: losses and metrics by name.
    """
    value = epoch[task.selection_metric]
    return -math.inf if math.isnan(value) else value, -epoch["validation_loss"]


def predict_logits(
    network: Callable[[Any, Tensor], Tensor],
    load_inputs: InputLoader,
    windows: np.ndarray,
    batch_size: int = 16,
) -> np.ndarray:
    """Return logits (..., N, C) of examples, float64.

    Parameters
    ----------
    network
        :meth:`Head.logits` in eval mode, or :meth:`HeadStack.logits`.
    load_inputs
        Loads the segments of examples, in the form that the network takes.
    windows : int array, shape (N, inputs), numbers of windows in the bank
    batch_size
        Examples computed at a time.
    """
    with torch.inference_mode():
        batches = [
            begin_fetch(network(*load_inputs(windows[start : start + batch_size])).double())
            for start in range(0, len(windows), batch_size)
        ]
    return np.concatenate([fetched() for fetched in batches], axis=-2)


def dropout_seed_of_step(seed: int, step: int) -> int:
    """Seed of the dropout of a step."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> 1)
