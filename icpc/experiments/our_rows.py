"""Our rows of Tables 3 and 4: means over seeds, and what answers reach that need no recording.

Conventions
-----------
Of Table 3, results are of one row where encoder, weights and options of the task are the same. Of
these, those count that were asked for as the last one was; each seed counts once. Metrics are in
percent. Two rows are of no encoder: ``random answers`` has their reported metric, by formula, and
``majority class`` all metrics of the answer that is commonest in train, on the same tests. Table 4
has a row for each encoder, weights and competition, of each the last ranking before fitting and the
last after it; a competition other than the paper's is named.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.experiments.results import Result
from icpc.experiments.seeds import estimate_over_seeds
from ranking.encoders import ENCODERS, spec_of

PAPERS_COMPETITION = "icpc2015"
FITTED = {False: "without fitting", True: "with fitting"}
"""How Table 4 says whether a ranker was fitted on half of the candidates."""
RANDOM, MAJORITY = "random answers", "majority class"
Row = dict[str, object]


def our_rows(results: Iterable[Result], folder: Path) -> list[Row]:
    """Return a row for each encoder that has results, and those of random answers and the majority.

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
    rows: dict[tuple[str, str, bool], Row] = {}
    tasks: dict[str, list[Result]] = {}
    for (encoder, options, fine_tuned, task), own in comparable_results(results).items():
        row = rows.setdefault((encoder, options, fine_tuned), _row(encoder, options, fine_tuned))
        row.update(_cells(own, folder))
        tasks.setdefault(task, own)  # other encoders have the same tests
    without = [_random(tasks), _majority(tasks)] if tasks else []
    return [*rows.values(), *without]


def comparable_results(
    results: Iterable[Result],
) -> dict[tuple[str, str, bool, str], list[Result]]:
    """Return the tests of each encoder, options, weights and task: of the last search, by seed.

    Parameters
    ----------
    results
        In the order in which they were written.
    """
    found: dict[tuple[str, str, bool, str], dict[int, Result]] = {}
    for one in results:
        if one.competition:
            continue
        options = one.settings.get("task_options", {})
        text = ", ".join(f"{name} {value}" for name, value in options.items())
        own = found.setdefault((one.encoder, text, is_fine_tuned(one), one.task), {})
        if any(other.search_sha256 != one.search_sha256 for other in own.values()):
            own.clear()
        own[one.seed] = one
    return {key: [*own.values()] for key, own in found.items()}


def our_competition_rows(results: Iterable[Result]) -> list[Row]:
    """Return a row for each encoder that has ranked a competition, with its intervals.

    Parameters
    ----------
    results
        In the order in which they were written.
    """
    rows: dict[tuple[str, str, bool], Row] = {}
    for one in results:
        if one.competition:
            other = "" if one.competition == PAPERS_COMPETITION else one.competition
            key = (one.encoder, other, is_fine_tuned(one))
            rows.setdefault(key, _row(*key)).update(_competition_cells(one))
    return [*rows.values()]


def _competition_cells(result: Result) -> Iterator[tuple[str, float]]:
    ends = {f"{result.reported}_low": result.low, f"{result.reported}_high": result.high}
    for metric, value in {**result.metrics, **ends}.items():
        if value is not None:
            yield f"{FITTED[result.fitted]} {metric}", 100 * value


def is_fine_tuned(result: Result) -> bool:
    """Return whether the encoder had other weights than the published."""
    if not result.weights_sha256 or result.encoder not in ENCODERS:
        return False
    weights = spec_of(result.encoder).weights
    known = {weights.sha256, *(one.sha256 for one in weights.alternatives)} if weights else set()
    return "" not in known and result.weights_sha256 not in known


def _row(encoder: str, options: str = "", fine_tuned: bool = False) -> Row:
    name = f"{encoder} ({options})" if options else encoder
    return {"encoder": name, "from": "ours", "fine_tuned": fine_tuned}


def _cells(results: Sequence[Result], folder: Path) -> Iterator[tuple[str, float]]:
    """Cells of one task: means of the metrics, the interval of the reported one, counts."""
    task, reported = results[0].task, results[0].reported
    for metric, value in _means([one.metrics for one in results]).items():
        yield f"{task} {metric}", value
        if metric == reported:
            found = estimate_over_seeds(results, folder)
            if not np.isnan(found.low):
                yield f"{task} {metric}_low", 100 * found.low
                yield f"{task} {metric}_high", 100 * found.high
    yield f"{task} seeds", len(results)


def _random(tasks: dict[str, list[Result]]) -> Row:
    """The reported metric of each task, of random answers."""
    cells = {
        f"{task} {own[0].reported}": value
        for task, own in tasks.items()
        for value in _means([{"random": one.random} for one in own]).values()
    }
    return _row(RANDOM) | cells


def _majority(tasks: dict[str, list[Result]]) -> Row:
    """All metrics of each task, of the commonest answer."""
    cells = {
        f"{task} {metric}": value
        for task, own in tasks.items()
        for metric, value in _means([one.majority for one in own]).items()
    }
    return _row(MAJORITY) | cells


def _means(each: Sequence[object]) -> dict[str, float]:
    """Means of metrics in percent, without what is not known."""
    means = pd.DataFrame(each, dtype=float).mean()
    return {str(name): 100 * float(value) for name, value in means.items()}
