"""Results of trained probes: a file with a line for each test, from which tables are made.

Conventions
-----------
A line is a JSON record with its hash, written behind the others under a lock. A line that is cut
off, as a killed process leaves it, is dropped when the next one is written; a line that was changed
is an error. The same probe tested on the same data counts once. Metrics are shares, not percent.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking.errors import RunError
from ranking.files.atomic import write_error, write_text
from ranking.files.hashing import file_sha256, with_check, without_check
from ranking.files.records import check_fields, parse_record
from ranking.files.table_writer import to_csv
from ranking.tasks.registry import find_trained_task

if TYPE_CHECKING:
    from ranking.probe.checkpoint import Probe
    from ranking.tasks.task import Evaluation

RESULTS_FILE = "results.jsonl"


@dataclass(frozen=True)
class Result:
    """One test of a probe."""

    task: str
    """Name of the task, such as ``expertise-2``."""
    encoder: str
    weights_sha256: str
    """Hash of the encoder's weights; empty if it has none."""
    probe_sha256: str
    """Hash of the head's shape and weights."""
    data_sha256: str
    """Hash of recordings, labels and splits."""
    settings: Mapping[str, Any]
    """Settings of the training, by name."""
    seed: int
    folds: int
    """Number of folds; 0 for one split."""
    groups: int
    """Number of groups that were tested."""
    metrics: Mapping[str, float | None]
    """Metrics by name; None where there was nothing to compute one from."""
    reported: str
    """The metric that has an interval."""
    low: float | None
    """Lower end of its 95 % interval."""
    high: float | None
    """Upper end of its 95 % interval."""
    predictions: str = ""
    """Name of the file of the predictions, beside this one; empty if there is none."""
    predictions_sha256: str = ""
    """Hash of that file."""
    history: str = ""
    """Name of the file of the epochs in training, beside this one; empty if there is none."""
    history_sha256: str = ""
    """Hash of that file."""
    random: float | None = None
    """The reported metric of random answers, by formula."""
    majority: Mapping[str, float | None] = field(default_factory=dict)
    """Metrics of answers that are always the commonest of the training set."""
    search_sha256: str = ""
    """Hash of the settings that were asked for, but for the seed."""
    competition: str = ""
    """The competition whose candidates were compared; empty where a manifest was tested."""
    fitted: bool = False
    """Whether the ranker was fitted on results of other candidates of the competition."""


@dataclass(frozen=True)
class Tested:
    """A probe's test, and where its predictions go."""

    evaluation: "Evaluation | None"
    """None: there was no test, and no predictions of an earlier probe are left."""
    folds: int = 0
    """Number of folds; 0 for one split."""
    majority: Mapping[str, float] = field(default_factory=dict)
    """Metrics of answers that are always the commonest of the training set."""
    search_sha256: str = ""
    """Hash of the settings that were asked for, but for the seed."""
    predictions: Path | None = None
    """The file of the predictions; nowhere, if None."""
    history: Path | None = None
    """The file of the epochs in training, if there is one."""


def result_of_test(probe: "Probe", tested: Tested, test: "Evaluation", folder: Path) -> Result:
    """Return the result of a test.

    Parameters
    ----------
    probe
        What was tested; its record says on which data.
    tested
        How it was tested.
    test
        The evaluation.
    folder
        Where the result is written.
    """
    record = probe.record
    reported = find_trained_task(record.task, record.settings).reported_metric
    metrics = {**test.metrics, reported: test.estimate.value}
    predictions, predictions_sha256 = _file_facts(tested.predictions, folder)
    history, history_sha256 = _file_facts(tested.history, folder)
    return Result(
        task=record.task,
        encoder=record.cache_key.encoder,
        weights_sha256=record.cache_key.weights_sha256,
        probe_sha256=probe.head.sha256,
        data_sha256=record.data_sha256,
        settings=record.settings,
        seed=int(record.settings["seed"]),
        folds=tested.folds,
        groups=test.groups,
        metrics={name: known(value) for name, value in metrics.items()},
        reported=reported,
        low=known(test.estimate.low),
        high=known(test.estimate.high),
        random=known(test.random),
        majority={name: known(value) for name, value in tested.majority.items()},
        search_sha256=tested.search_sha256,
        predictions=predictions,
        predictions_sha256=predictions_sha256,
        history=history,
        history_sha256=history_sha256,
    )


def _file_facts(path: Path | None, folder: Path) -> tuple[str, str]:
    """Name and hash of a file of predictions or of epochs; empty if there is none."""
    if path is None or not path.is_file():
        return "", ""
    return Path(os.path.relpath(path, folder)).as_posix(), file_sha256(path)


def known(value: float) -> float | None:
    """Return a number, None if there is none: JSON has no NaN."""
    return None if isnan(value) else float(value)


def write_test(probe: "Probe", tested: Tested, results: Path | None) -> Result | None:
    """Write the predictions of a test, add its result to a file, and return it if there is one.

    Parameters
    ----------
    probe
        What was tested; its record says on which data.
    tested
        Its test.
    results
        The file of results; nowhere, if None.

    Raises
    ------
    RunError
        If they cannot be written.
    """
    test, predictions = tested.evaluation, tested.predictions
    table = None if test is None else test.table
    if predictions is not None and table is not None:
        write_text(to_csv(table), predictions)
    elif predictions is not None:
        predictions.unlink(missing_ok=True)
    if results is None or test is None:
        return None
    result = result_of_test(probe, tested, test, results.parent)
    append_result(results, result)
    return result


def append_result(path: Path, result: Result) -> None:
    """Write a result behind those of a file, which is made.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    from filelock import FileLock

    line = (json.dumps(with_check(asdict(result)), allow_nan=False) + "\n").encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")), path.open("a+b") as file:
            file.seek(0)
            content = file.read()
            whole = content.rfind(b"\n") + 1
            if _is_record(content[whole:]):  # only its end of line is lost
                line = b"\n" + line
            else:
                file.truncate(whole)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise write_error(RunError, path, error, "the probe is kept") from None


def read_results(path: Path) -> list[Result]:
    """Return the results of a file, each test of a probe once, in their order.

    Raises
    ------
    RunError
        If it cannot be read, or a line is not what was written.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"it cannot be read ({error.strerror})"
        raise RunError(str(path), what, "give the file of results that training writes") from None
    *lines, last = content.split(b"\n")
    if _is_record(last):
        lines.append(last)
    found: dict[tuple[str, ...], Result] = {}
    for number, line in enumerate(lines, start=1):
        try:
            values = check_fields(without_check(parse_record(line)), Result)
        except ValueError as error:
            raise RunError(f"{path}, line {number}", str(error), "remove the line") from None
        result = Result(**values)
        where = (result.competition, str(result.fitted))
        found[result.task, result.probe_sha256, result.data_sha256, *where] = result
    return [*found.values()]


def file_of_result(named: str, sha256: str, folder: Path) -> Path | None:
    """Return the file of predictions or of epochs of a result; None where it is not there.

    Parameters
    ----------
    named, sha256
        Its name and hash, as the result has them.
    folder
        The folder of the file of results.

    Raises
    ------
    RunError
        If it is not what was written.
    """
    path = folder / named
    if not named or not path.is_file():
        return None
    if file_sha256(path) != sha256:
        raise RunError(str(path), "it is not what was written", "train again, or remove the file")
    return path


def _is_record(line: bytes) -> bool:
    """Whether a line holds all of a result."""
    try:
        without_check(parse_record(line))
    except ValueError:
        return False
    return True
