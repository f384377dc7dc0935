"""The training loop of one stack: losses, steps and the choice between epochs; it knows no task.

Conventions
-----------
AdamW moves the weights, at the rates of its schedule (:mod:`ranking.probe.optimiser`). After every
epoch the validation examples choose: the best epoch's weights are kept, and a run stops when it has
not bettered itself for some epochs. Nothing else than validation examples decides anything. Losses
are float32; with ``half``, the products before them are bfloat16.

A loop that was killed goes on from the file it keeps, and on a CPU ends in the same bytes as one
that was not: all that a step draws follows from the seeds and its number.
"""

import hashlib
import json
import math
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ranking.errors import ProbeError
from ranking.files.atomic import replacing
from ranking.network.crossed import CrossedStack
from ranking.network.head import Head, fit_standard, make_head
from ranking.network.stack import Stack
from ranking.probe.batches import Take, count_batches, cross, crossed, epoch_batches
from ranking.probe.optimiser import StackedAdamW, rate_factor
from ranking.probe.settings import Fitted, Run
from ranking.progress import Progress
from ranking.tasks.losses import loss_function
from ranking.tasks.task import CROSS_ENTROPY, Examples, Task

Given = Callable[[np.ndarray], tuple[Any, Tensor]]
"""Window numbers (N, sides) to what a network takes for segments, and mask (N, S)."""


class Loop:
    """The fit of one stack."""

    def __init__(
        self, task: Task, runs: Sequence[Run], take: Take, device: str | torch.device
    ) -> None:
        self.task, self.runs, self.loss = task, runs, loss_function(task.loss)
        self.device = torch.device(device)
        self.settings, self.train, self.validation = (
            runs[0].settings,
            runs[0].train,
            runs[0].validation,
        )
        self.take: Given = take
        network = Stack
        if together := self.settings.crossed:
            self.take, network = partial(cross, take), CrossedStack
            self.train, self.validation = (
                crossed(examples, together, self.settings.order_seed)
                for examples in (self.train, self.validation)
            )
        self.steps = count_batches(self.train.units, self.settings.batch)
        heads = [_beginning(run) for run in runs]
        if runs[0].start is None:
            fit_standard(heads[0], self._standard(take))
        for head in heads[1:]:
            head.mean.copy_(heads[0].mean)
            head.scale.copy_(heads[0].scale)
        self.stack = network(heads, device)
        self.optimiser = StackedAdamW(
            self.stack.weights,
            [run.settings.rate for run in runs],
            [run.settings.decay for run in runs],
        )
        self.fitted = [Fitted(head) for head in heads]
        self.losses: list[list[float]] = []

    @property
    def digest(self) -> str:
        """Of everything that the outcome depends on."""
        runs = [
            [
                *(run.config.on_disk, run.settings.on_disk),
                *(run.train.digest, run.validation.digest),
                *([] if run.start is None else [run.start.digest]),
            ]
            for run in self.runs
        ]
        # plain cross-entropy was the only loss once, and what was kept then is still found
        loss = [] if self.task.loss == CROSS_ENTROPY else [self.task.loss.on_disk]
        text = json.dumps([self.task.name, self.stack.mean.tolist(), runs, *loss])
        return hashlib.sha256(text.encode()).hexdigest()

    def finish(self, progress: Progress, keep: Path | None) -> list[Fitted]:
        """Train to the end, from where it was kept; every step advances the progress by one."""
        if keep is not None and keep.is_file():
            self._resume(keep)
            progress.advance(self.optimiser.steps)
        while not self._done():
            epoch, step = divmod(self.optimiser.steps, self.steps)
            loss = self._step(epoch, step)
            progress.advance(detail=f"epoch {epoch + 1} of {self.settings.epochs}, loss {loss:.3f}")
            if step + 1 == self.steps:
                self._choose(epoch)
                if keep is not None:
                    self._keep(keep)
        return self.fitted

    def _done(self) -> bool:
        past = self.optimiser.steps // self.steps
        return past >= self.settings.epochs or all(
            past - one.epoch >= run.settings.patience
            for one, run in zip(self.fitted, self.runs, strict=True)
        )

    def _step(self, epoch: int, step: int) -> float:
        own, number = self.settings, self.optimiser.steps
        chosen = self._batches(self.train, epoch)[step]
        segments, mask = self.take(self.train.windows[chosen])
        targets = torch.from_numpy(self.train.targets[chosen]).to(self.device)
        noise = self.stack.draw(
            segments, mask, [step_seed(r.settings.seed, number) for r in self.runs]
        )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=own.half):
            logits = self.stack.logits(segments, mask, noise)
        losses = torch.stack([self.loss(one, targets).mean() for one in logits])
        losses.sum().backward()  # type: ignore[no-untyped-call]
        self.optimiser.step(rate_factor(number, own.epochs * self.steps, own.warm_up))
        self.losses.append(losses.tolist())
        return float(np.mean(self.losses[-1]))

    def _choose(self, epoch: int) -> None:
        """Hold the epoch against the validation examples; keep the weights of the best."""
        trained = np.mean(self.losses, axis=0)
        self.losses.clear()
        logits = self._judged(self.validation)
        targets = torch.from_numpy(self.validation.targets)
        for k, (one, run) in enumerate(zip(self.fitted, self.runs, strict=True)):
            if epoch - one.epoch >= run.settings.patience:
                continue  # it has stopped; others of the stack go on
            loss = float(self.loss(torch.from_numpy(logits[k]), targets).mean())
            metrics = self.task.metrics(logits[k], self.validation.targets)
            one.history.append({"loss": float(trained[k]), "validation_loss": loss, **metrics})
            if all(
                merit(one.history[-1], self.task) > merit(earlier, self.task)
                for earlier in one.history[:-1]
            ):
                one.epoch, one.head = epoch + 1, self.stack.head(k)

    def _batches(self, examples: Examples, epoch: int) -> list[np.ndarray]:
        return epoch_batches(examples.units, self.settings.batch, self.settings.order_seed, epoch)

    def _judged(self, examples: Examples) -> np.ndarray:
        """Logits (K, N, C), float64, of batches as in training: there windows meet again."""
        batches = self._batches(examples, 0)
        logits = [
            predict(self.stack.logits, self.take, examples.windows[batch], len(batch))
            for batch in batches
        ]
        return np.concatenate(logits, axis=1)[:, np.concatenate(batches).argsort()]

    def _standard(self, take: Take) -> Iterator[Tensor]:
        """Every window of the training examples, once."""
        distinct = np.unique(self.train.windows)
        for start in range(0, len(distinct), self.settings.batch):
            part = distinct[start : start + self.settings.batch, np.newaxis]
            yield take(part)[0]

    def _keep(self, path: Path) -> None:
        state = {
            "steps": self.optimiser.steps,
            "weights": {key: weight.detach() for key, weight in self.stack.weights.items()},
            "statistics": self.stack.statistics,
            "moments": self.optimiser.moments,
            "fitted": [
                {"head": one.head.state_dict(), "epoch": one.epoch, "history": one.history}
                for one in self.fitted
            ],
        }
        with replacing(path) as file:
            torch.save(state, file)

    def _resume(self, path: Path) -> None:
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError):
            raise ProbeError(str(path), "it cannot be read", "remove it to fit anew") from None
        self.optimiser.steps = state["steps"]
        with torch.no_grad():
            for name, held in (
                ("weights", self.stack.weights),
                ("statistics", self.stack.statistics),
                ("moments", self.optimiser.moments),
            ):
                for key, values in held.items():
                    values.copy_(state[name][key])
        for one, held in zip(self.fitted, state["fitted"], strict=True):
            one.head.load_state_dict(held["head"])
            one.head.eval()
            one.epoch, one.history = held["epoch"], held["history"]


def _beginning(run: Run) -> Head:
    head = make_head(run.config, run.settings.seed)
    if run.start is not None:
        head.load_state_dict(run.start.state_dict())
    return head


def merit(epoch: Mapping[str, float], task: Task) -> tuple[float, float]:
    """Return what epochs are chosen by, the larger the better: the task's metric, then the loss.

    Parameters
    ----------
    epoch : one of a history
    """
    value = epoch[task.select]
    return -math.inf if math.isnan(value) else value, -epoch["validation_loss"]


def predict(
    network: Callable[[Any, Tensor], Tensor], take: Given, windows: np.ndarray, batch: int = 16
) -> np.ndarray:
    """Return logits (..., N, C) of examples, float64.

    Parameters
    ----------
    network : :meth:`Head.of_sounding` in eval mode, or :meth:`Stack.logits`
    """
    with torch.inference_mode():
        parts = [
            network(*take(windows[start : start + batch])).double().cpu()
            for start in range(0, len(windows), batch)
        ]
    return torch.cat(parts, dim=-2).numpy()


def step_seed(seed: int, step: int) -> int:
    """Seed of the dropout of a step."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> 1)
