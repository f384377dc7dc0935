"""Results of probes within parts of their tests: within scores, say, and within performances.

    python notebooks/recipes/within.py --results results.jsonl --manifest manifest.csv --column kind

Conventions
-----------
A part is the tested recordings that have one value of a column of the manifest. The reported metric
of each is the mean over seeds, with an interval that resamples groups, the predictions of the
trained probes fixed. A part on which probes do no better than chance, although they do over the
whole, shows that they told the parts apart, not what was asked.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from icpc.experiments.our_rows import comparable_results
from icpc.experiments.results import Result, read_results
from icpc.experiments.seeds import Predicted, bootstrap_over_seeds, read_predictions
from ranking.tasks.registry import find_trained_task


def part_of(predicted: Predicted, recordings: set[str]) -> Predicted | None:
    """Return the predictions of some recordings; None where there are none, or it is of pairs.

    Parameters
    ----------
    predicted
        Predictions of recordings.
    recordings
        Which of them.
    """
    if "recording" not in predicted.table:
        return None
    chosen = predicted.table["recording"].isin(recordings).to_numpy()
    if not chosen.any():
        return None
    return Predicted(predicted.table[chosen].reset_index(drop=True), predicted.groups[chosen])


def rows_of(results: list[Result], folder: Path, part: pd.Series) -> list[dict[str, object]]:
    """Return a row for each value of a column: the reported metric with its interval, percent.

    Parameters
    ----------
    results
        Tests of one encoder and task, of any seeds.
    folder
        The folder of the file of results.
    part
        The value of each recording, by name.
    """
    first = results[0]
    task = find_trained_task(first.task, first.settings)
    found = [read_predictions(one, folder) for one in results]
    rows = []
    for value, names in part.groupby(part).groups.items():
        own = [
            chosen
            for one in found
            if one is not None and (chosen := part_of(one, set(names))) is not None
        ]
        if task.reported_draws is None or not own:
            continue
        estimate = bootstrap_over_seeds(task.reported_draws, own)
        ends = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
        rows.append(
            {"task": first.task, "encoder": first.encoder, part.name: value}
            | {"recordings": len({name for one in own for name in one.table["recording"]})}
            | {"metric": first.reported, **{name: 100 * end for name, end in ends.items()}}
        )
    return rows


def main() -> None:
    """Print a table of all encoders and tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="results of judge train")
    parser.add_argument("--manifest", type=Path, required=True, help="what was trained on")
    parser.add_argument("--column", required=True, help="a column of it")
    given = parser.parse_args()
    manifest = pd.read_csv(given.manifest, dtype=str)
    part = manifest.set_index("recording")[given.column].dropna()
    rows = [
        row
        for own in comparable_results(read_results(given.results)).values()
        for row in rows_of(own, given.results.parent, part)
    ]
    pd.DataFrame(rows).to_csv(sys.stdout, index=False, float_format="%.1f")


if __name__ == "__main__":
    main()
