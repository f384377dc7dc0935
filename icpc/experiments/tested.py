"""What was tested, in one table; and whether controls explain as much as an encoder.

Conventions
-----------
A row is the tests of one encoder on one task, of every seed of its last search, with the mean of
the reported metric and its interval (:mod:`icpc.experiments.seeds`). The encoder ``controls`` knows
length, loudness and the like of a recording, and nothing of the playing. It explains as much as
another encoder where, on the same data, it reaches at least the lower end of the other's interval.
Data are the same where recordings, labels and splits are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd

from icpc.experiments.our_rows import comparable_results
from icpc.experiments.results import Result
from icpc.experiments.seeds import estimate_over_seeds
from icpc.findings.wording import interval, metric_name, percent
from ranking.evaluation.resampling import Estimate

CONTROLS = "controls"
NAN = float("nan")
COLUMNS = (
    *("task", "encoder", "seeds", "folds", "groups"),
    *("metric", "value", "low", "high", "random", "majority"),
)
"""Columns of the table of what was tested."""


@dataclass(frozen=True)
class EncoderResults:
    """The tests of one encoder on one task."""

    task: str
    """Name of the task, such as ``expertise-2``."""
    name: str
    """The encoder, with what was asked for otherwise than by default."""
    results: tuple[Result, ...]
    """One of each seed."""
    estimate: Estimate
    """The reported metric over them."""

    @property
    def encoder(self) -> str:
        """The encoder's name."""
        return self.results[0].encoder

    @property
    def metric(self) -> str:
        """Name of the reported metric, in words."""
        return metric_name(self.results[0].reported)

    @property
    def random(self) -> float:
        """What random answers reach, by formula; NaN where it is not known."""
        return _mean(one.random for one in self.results)

    @property
    def majority(self) -> float:
        """What the commonest answer of train reaches; NaN where it is not known."""
        return _mean(one.majority.get(one.reported) for one in self.results)


@dataclass(frozen=True)
class ControlComparison:
    """An encoder beside controls on the same data."""

    own: EncoderResults
    """The tests of the encoder."""
    estimate: Estimate
    """What the encoder reaches on the data that both were tested on."""
    reached: float
    """What controls reach there; NaN where there were none."""

    @property
    def explained(self) -> bool | None:
        """Whether controls explain as much; None where that is not known."""
        if isnan(self.reached) or isnan(self.estimate.low):
            return None
        return self.reached >= self.estimate.low

    @property
    def sentence(self) -> str:
        """What comes of it, in words."""
        own = self.own
        if isnan(self.reached):
            return (
                f"{own.task}, {own.name}: no controls were tested on the same data. Whether "
                "length, loudness or onset density explain as much is not known."
            )
        both = (
            f"{own.task}: controls reach {own.metric} {percent(self.reached)}, {own.name} "
            f"{percent(self.estimate.value)} {interval(self.estimate)}"
        )
        if self.explained is None:
            return f"{both}: without an interval the two cannot be compared."
        if self.explained:
            return f"{both}: controls explain as much as {own.name}."
        return f"{both}: {own.name} is above controls."


def results_by_encoder(results: Iterable[Result], folder: Path) -> list[EncoderResults]:
    """Return the tests of each encoder on each task, in the order of the results.

    Parameters
    ----------
    results
        Tests of probes.
    folder
        The folder of their file: predictions lie beside it.

    Raises
    ------
    RunError
        If predictions are not those that were written.
    """
    return [
        EncoderResults(
            task=task,
            name=", ".join(filter(None, [encoder, options, "fine-tuned" if fine_tuned else ""])),
            results=tuple(sorted(own, key=lambda one: one.seed)),
            estimate=estimate_over_seeds(own, folder),
        )
        for (encoder, options, fine_tuned, task), own in comparable_results(results).items()
    ]


def summary_table(tested: Sequence[EncoderResults]) -> pd.DataFrame:
    """Return a row for each encoder and task: what was tested, and what it reached, as shares."""
    return pd.DataFrame([_row(one) for one in tested], columns=COLUMNS)


def compare_with_controls(
    tested: Sequence[EncoderResults], folder: Path
) -> list[ControlComparison]:
    """Return each encoder beside controls; those first that controls explain as much as.

    Parameters
    ----------
    tested
        Encoders, controls among them if they were tested.
    folder
        The folder of the file of results.

    Raises
    ------
    RunError
        If predictions are not those that were written.
    """
    found = [_beside_controls(one, tested, folder) for one in tested if one.encoder != CONTROLS]
    order = {True: 0, None: 1, False: 2}
    return sorted(found, key=lambda one: order[one.explained])


def controls_summary(found: Sequence[ControlComparison]) -> str:
    """Return whether controls explain as much as encoders, in one sentence; "" without encoders."""
    if not found:
        return ""
    explained = sum(one.explained is True for one in found)
    unknown = sum(one.explained is None for one in found)
    of_all = f"of {len(found)} result{'s' if len(found) > 1 else ''}"
    controls = "controls such as length, loudness and onset density explain as much as the encoder"
    if unknown and not explained:
        return f"In {unknown} {of_all} it is not known whether {controls}."
    more = f"; in {unknown} that is not known" if unknown else ""
    return f"In {explained} {of_all} {controls}{more}."


def _row(one: EncoderResults) -> dict[str, Any]:
    folds = {result.folds for result in one.results}
    groups = [result.groups for result in one.results]
    return {
        "task": one.task,
        "encoder": one.name,
        "seeds": len(one.results),
        "folds": max(folds),
        "groups": round(fmean(groups)),
        "metric": one.results[0].reported,
        "value": one.estimate.value,
        "low": one.estimate.low,
        "high": one.estimate.high,
        "random": one.random,
        "majority": one.majority,
    }


def _beside_controls(
    own: EncoderResults, tested: Sequence[EncoderResults], folder: Path
) -> ControlComparison:
    """An encoder beside the best controls of its task that were tested on some of its data."""
    best = ControlComparison(own, own.estimate, NAN)
    for other in tested:
        if other.encoder != CONTROLS or other.task != own.task:
            continue
        theirs = {one.data_sha256: one for one in other.results}
        shared = [one for one in own.results if one.data_sha256 in theirs]
        reached = _mean(theirs[one.data_sha256].metrics.get(one.reported) for one in shared)
        if not isnan(reached) and not reached <= best.reached:
            every = len(shared) == len(own.results)
            estimate = own.estimate if every else estimate_over_seeds(shared, folder)
            best = ControlComparison(own, estimate, reached)
    return best


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return fmean(known) if known else NAN
