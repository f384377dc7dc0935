"""Tasks that ask about one recording: examples of its windows, and one answer of all of them.

Conventions
-----------
Every window of a recording is an example with the recording's label. What a probe says of a
recording is the mean of its windows' logits. Metrics of a test count recordings; their intervals
resample groups of recordings, with the predictions of the trained probes fixed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from ranking.evaluation.resampling import (
    Estimate,
    bootstrap_counts,
    centred_interval,
    withhold_without_width,
)
from ranking.tables import WINDOWS, check_table
from ranking.tasks.manifest import SPLITS, Manifest
from ranking.tasks.task import Examples, Predictions


@dataclass(frozen=True)
class RecordingPredictions:
    """What probes say of each tested recording."""

    recordings: np.ndarray
    """Names, shape (R,), in order."""
    logits: np.ndarray
    """Mean of the windows' logits, float, shape (R, C)."""
    targets: np.ndarray
    """Classes (R,), or labels (R, C)."""
    group: np.ndarray
    """The group of each, by name, shape (R,)."""
    folds: np.ndarray
    """The fold that each was tested in, from 1, int, shape (R,)."""

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(np.unique(self.group))

    def draws(self, seed: int) -> np.ndarray:
        """Return how often each recording is in each bootstrap draw of groups, (draws, R)."""
        _, number = np.unique(self.group, return_inverse=True)
        return bootstrap_counts(self.groups, seed)[:, number]

    def table(self, columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Return a row for each recording: ``recording``, ``group``, ``fold`` and these columns."""
        return pd.DataFrame(
            {"recording": self.recordings, "group": self.group, "fold": self.folds, **columns}
        )


def window_examples(
    manifest: Manifest, windows: pd.DataFrame, targets: np.ndarray
) -> dict[str, Examples]:
    """Return every window with its recording's target, by split; those with a target alone.

    Parameters
    ----------
    manifest
        Recordings, each with its split.
    windows
        WINDOWS table of the bank.
    targets : classes (R,), or labels (R, C), of the manifest's recordings in their order
        A recording of which no label is known is no example.
    """
    check_table(windows, WINDOWS, "windows")
    place = pd.Index(manifest.recordings["recording"]).get_indexer(windows["candidate"])
    own = targets[place]
    known = (place >= 0) & (own.ndim == 1 or ~np.isnan(own.astype(float)).all(axis=1))
    split = manifest.recordings["split"].to_numpy()[place]
    numbers = windows["row"].to_numpy()
    every = Examples(numbers[:, np.newaxis], own, numbers)
    chosen = {name: known & (split == name) for name in SPLITS}
    return {name: every.subset(rows) for name, rows in chosen.items() if rows.any()}


def without_pairs(
    make: Callable[[Manifest, pd.DataFrame], Mapping[str, Examples]],
) -> Callable[[Manifest, pd.DataFrame, int, int], Mapping[str, Examples]]:
    """Return what makes a task's examples, from what needs no number of pairs, and no seed."""
    return partial(_without_pairs, make)


def _without_pairs(
    make: Callable[[Manifest, pd.DataFrame], Mapping[str, Examples]],
    manifest: Manifest,
    windows: pd.DataFrame,
    *_: int,
) -> Mapping[str, Examples]:
    return make(manifest, windows)


def average_windows(found: Predictions) -> RecordingPredictions:
    """Return the predictions of recordings: the mean of the logits of their windows."""
    names = found.windows.set_index("row")["candidate"].loc[found.examples.windows[:, 0]]
    recordings, first, own = np.unique(names.to_numpy(), return_index=True, return_inverse=True)
    sums = np.zeros((len(recordings), found.logits.shape[1]))
    np.add.at(sums, own, found.logits)
    group = np.array([found.groups[name] for name in recordings])
    folds = np.ones(len(own), dtype=int) if found.folds is None else found.folds
    return RecordingPredictions(
        recordings,
        sums / np.bincount(own)[:, np.newaxis],
        found.examples.targets[first],
        group,
        folds[first],
    )


def bootstrap_groups(
    found: RecordingPredictions,
    value: float,
    statistic: Callable[[np.ndarray], np.ndarray],
    seed: int = 0,
) -> Estimate:
    """Return a metric of recordings with its interval, groups resampled.

    Parameters
    ----------
    found
        Predictions of recordings.
    value
        The metric over all of them.
    statistic
        Returns the metric (draws,) from how often each recording counts (draws, R); NaN where a
        draw has none.
    seed
        Seed of the bootstrap.
    """
    count = float(len(found.recordings))
    low, high = centred_interval(value, statistic(found.draws(seed)))
    return withhold_without_width(Estimate(value, low, high, pairs=count, unit="groups"))
