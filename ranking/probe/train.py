"""From a manifest and a bank to a probe of expertise, chosen on val and tested once.

Conventions
-----------
All settings of a grid are fitted on train, side by side; the one that does best on val is taken,
and it alone is held against test. With folds, every recording is in test once, judged by a probe
that never heard it, and the choice is made anew in each fold; the probe that is kept is fitted on
all but one fold, which chooses.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from ranking.embeddings.bank import EmbeddingBank
from ranking.errors import ProbeError, TableError
from ranking.evaluation.resampling import Estimate
from ranking.network.head import Head, HeadConfig
from ranking.probe.batches import Take, load
from ranking.probe.fit import fit_all
from ranking.probe.loop import predict
from ranking.probe.settings import FitSettings, Fitted, Progress, Run
from ranking.tasks import expertise
from ranking.tasks.manifest import Manifest
from ranking.tasks.task import Examples, classes_task

GRID = {"rate": (1e-12, 1.0), "decay": (0.0, 100.0), "dropout": (0.0, 1.0), "seed": (0.0, 2.0**32)}
"""What a grid may vary, and within what: runs that differ in nothing else are stacked."""


@dataclass(frozen=True)
class Plan:
    """How to learn."""

    classes: int = 2
    settings: FitSettings = field(default_factory=FitSettings)
    dropout: float = 0.1
    grid: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """Settings to try, each with its values."""
    most: int = 2000
    """Pairs of a split; of more, as many by lot."""

    def __post_init__(self) -> None:
        """Refuse a grid of what cannot be.

        Raises
        ------
        ProbeError
            Naming the setting.
        """
        names = [name for name, _ in self.grid]
        for name, values in self.grid:
            if names.count(name) > 1:
                raise ProbeError(f"--grid {name}", "given twice", "write all values in one")
            if name not in GRID:
                raise ProbeError(
                    f"--grid {name}", "no such setting to try", f"choose {', '.join(GRID)}"
                )
            low, high = GRID[name]
            for value in values:
                if not low <= value < high or (name == "seed" and value % 1):
                    raise ProbeError(
                        f"--grid {name}", f"{value:g} is out of range", f"{low:g} to {high:g}"
                    )

    def variants(self) -> list[tuple[FitSettings, float]]:
        """Return settings and dropout of each point of the grid; all see the same batches."""
        base = replace(self.settings, order=self.settings.order_seed)
        points = []
        for values in itertools.product(*(values for _, values in self.grid)):
            point = dict(zip((name for name, _ in self.grid), values, strict=True))
            dropout = point.pop("dropout", self.dropout)
            seed = int(point.pop("seed", base.seed))
            rate, decay = point.get("rate", base.rate), point.get("decay", base.decay)
            points.append((replace(base, rate=rate, decay=decay, seed=seed), dropout))
        return points


@dataclass(frozen=True)
class Sides:
    """The examples of one split of a manifest."""

    train: Examples
    validation: Examples
    test: Examples | None
    pairs: pd.DataFrame
    """Pairs of the test examples."""
    groups: Mapping[str, str]
    """Of recordings."""


@dataclass(frozen=True)
class Learnt:
    """A probe's head, and what is known of it."""

    head: Head
    settings: FitSettings
    train_pairs: int
    """Of windows, each in both orders."""
    epoch: int
    validation: Mapping[str, float]
    """Loss and metrics of the best epoch, over windows."""
    test: Estimate | None
    """Accuracy over the test pairs in both orders."""
    test_metrics: Mapping[str, float]
    """Over windows."""


def learn(
    manifests: Sequence[Manifest],
    bank: EmbeddingBank,
    plan: Plan,
    progress: Callable[[Progress], None] = lambda _: None,
    keep: Path | None = None,
) -> Learnt:
    """Return the probe that is learnt from the last of the manifests, tested on those with a test.

    Parameters
    ----------
    manifests : one with its split, or those of :func:`ranking.tasks.splits.folds`
    progress : told after every step
    keep : a folder for what is needed to go on after an interruption

    Raises
    ------
    TableError
        If train or val has no pairs.
    ProbeError
        If what was kept of a fit that was interrupted cannot be read.
    """
    task = classes_task(expertise.TASKS[plan.classes], 2, plan.classes)
    sides = [_sides(manifest, bank.windows, plan) for manifest in manifests]
    take = partial(load, bank)
    _, frames, dimension = take(sides[0].train.windows[:1, :1])[0].shape
    variants = [
        (HeadConfig(frames, dimension, plan.classes, sides=2, dropout=dropout), settings)
        for settings, dropout in plan.variants()
    ]
    runs = [
        Run(config, settings, side.train, side.validation)
        for side in sides
        for config, settings in variants
    ]
    fitted = fit_all(task, runs, take, bank.device, progress, keep)
    best = [
        max(range(start, start + len(variants)), key=lambda run: _rank(fitted[run], task.select))
        for start in range(0, len(runs), len(variants))
    ]
    tested = [(side, fitted[run].head) for side, run in zip(sides, best, strict=True) if side.test]
    test, test_metrics = _test(tested, bank, take, plan) if tested else (None, {})
    last = best[-1]
    own = fitted[last]
    return Learnt(
        head=own.head,
        settings=runs[last].settings,
        train_pairs=len(sides[-1].train) // 2,
        epoch=own.epoch,
        validation=_validation(own),
        test=test,
        test_metrics=test_metrics,
    )


def _validation(fitted: Fitted) -> dict[str, float]:
    best = dict(fitted.history[fitted.epoch - 1])
    del best["loss"]  # of training
    return {"loss": best.pop("validation_loss"), **best}


def _rank(fitted: Fitted, select: str) -> tuple[float, float]:
    best = _validation(fitted)
    return best[select], -best["loss"]


def _test(
    tested: Sequence[tuple[Sides, Head]], bank: EmbeddingBank, take: Take, plan: Plan
) -> tuple[Estimate, Mapping[str, float]]:
    """Accuracy over pairs and metrics over windows, of all folds together."""
    comparisons, logits, targets = [], [], []
    for sides, head in tested:
        if sides.test is None:
            continue
        head.to(bank.device)
        found = predict(head.of_sounding, take, sides.test.windows, plan.settings.batch)
        head.cpu()
        p = expertise.p_first(torch.from_numpy(found)).numpy()
        comparisons.append(expertise.verdicts(sides.test, p, bank.windows))
        logits.append(found)
        targets.append(sides.test.targets)
    pairs = pd.concat([sides.pairs for sides, _ in tested])
    groups = tested[0][0].groups
    task = classes_task(expertise.TASKS[plan.classes], 2, plan.classes)
    return (
        expertise.accuracy(pd.concat(comparisons), pairs, groups, plan.settings.seed),
        task.metrics(np.concatenate(logits), np.concatenate(targets)),
    )


def _sides(manifest: Manifest, windows: pd.DataFrame, plan: Plan) -> Sides:
    """The examples of each split; test may have none."""
    if manifest.pairs is not None and plan.classes != 2:
        raise TableError(
            manifest.name, "pairs say who is better, not by how much", "give levels, or --classes 2"
        )
    known = expertise.known_pairs(manifest)
    recordings = manifest.recordings.set_index("recording")
    split = known["first"].map(recordings["split"])
    chosen = {
        name: expertise.some_pairs(known[split == name], plan.most, plan.settings.order_seed)
        for name in ("train", "val", "test")
    }
    for name in ("train", "val"):
        if chosen[name].empty:
            raise TableError(
                manifest.name,
                f"no pair of unequal level in {name}",
                "put more recordings there, or leave the split to the lot",
            )
    examples = {
        name: expertise.pair_examples(pairs, windows, plan.classes)
        for name, pairs in chosen.items()
        if len(pairs)
    }
    return Sides(
        train=examples["train"],
        validation=examples["val"],
        test=examples.get("test"),
        pairs=chosen["test"],
        groups=recordings["group"].to_dict(),
    )
