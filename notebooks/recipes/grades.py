"""Make the probe of grades that comes with the program, with what must be known of it.

    python notebooks/recipes/grades.py manifest --facts pieces.csv --out public-domain.csv
    judge train difficulty --classes 3 --class-weights balanced --manifest public-domain.csv ...
    python notebooks/recipes/grades.py ship --facts pieces.csv --probe mine.safetensors --out DIR

Conventions
-----------
Only scores in the public domain are trained on, so that the weights may be given away. ``ship``
compares the probe's predictions on test, of folds, with a line through the logarithms of the
piece's length and of its notes a second, which is fitted to the same folds: what anybody knows
without listening. The record says both, whichever is better, and ``judge grade`` repeats it.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score

from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv
from ranking.probe.checkpoint import Probe, load_probe, save_probe
from ranking.tasks.difficulty import class_names, grade_targets

MIN_SECONDS = 30


def public_domain(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that may be trained on, long enough for half a minute."""
    return facts[(facts["licence"] == "public domain") & (facts["seconds"] >= MIN_SECONDS)]


def accuracy_of_length_and_density(
    facts: pd.DataFrame, predictions: pd.DataFrame, classes: int
) -> float:
    """Return the accuracy, averaged over classes, of length and notes a second in the same folds.

    Parameters
    ----------
    facts
        ``id``, ``seconds``, ``notes`` and ``grade`` of each piece.
    predictions
        ``recording`` and ``fold`` of each that was tested.
    classes
        Number of classes, 9 or 3.
    """
    own = facts.set_index("id").loc[predictions["recording"]]
    known = np.log(np.stack([own["seconds"], own["notes"] / own["seconds"]], axis=1))
    truth, found = grade_targets(own["grade"], classes), np.zeros(len(own), dtype=int)
    for fold in predictions["fold"].unique():
        tested = (predictions["fold"] == fold).to_numpy()
        line = LogisticRegression(class_weight="balanced").fit(known[~tested], truth[~tested])
        found[tested] = line.predict(known[tested])
    return float(recall_score(truth, found, average="macro"))


def with_remark(probe: Probe, control: float) -> Probe:
    """Return a probe whose record says how it compares with length and density."""
    own, classes = probe.record.results, probe.record.config.outputs
    value, low, high = (100 * own[name] for name in ("test_acc0", "test_low", "test_high"))
    random = 100 / classes
    untold = ", from which it cannot be told" if low <= random <= high else ""
    shown = "is" if low > 100 * control else "is not"
    remark = (
        f"graded by the probe that comes with judge: {', '.join(class_names(classes))}, trained on "
        f"{own['test_recordings']} rendered scores. On pieces that it was not trained on it is "
        f"right in {value:.0f} % (95 % interval {low:.0f} to {high:.0f}), averaged over the "
        f"classes; random answers are in {random:.0f} %{untold}, and the piece's length with its "
        f"notes a second alone in {100 * control:.0f} %. It {shown} shown to tell more than these."
    )
    return Probe(probe.head, replace(probe.record, remark=remark))


def main() -> None:
    """Write the manifest, or the probe with its remark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("manifest", "ship"))
    parser.add_argument("--facts", type=Path, required=True, help="the table of the set")
    parser.add_argument("--probe", type=Path, help="a probe, with its predictions beside it")
    parser.add_argument("--out", type=Path, required=True, help="the manifest, or a folder")
    given = parser.parse_args()
    facts = public_domain(pd.read_csv(given.facts))
    if given.what == "manifest":
        columns = facts.rename(columns={"id": "recording"})[["recording", "grade", "group"]]
        write_text(to_csv(columns), given.out)
        return
    probe = load_probe(given.probe)
    predictions = pd.read_csv(given.probe.with_suffix(".predictions.csv"))
    classes = probe.record.config.outputs
    shipped = with_remark(probe, accuracy_of_length_and_density(facts, predictions, classes))
    given.out.mkdir(parents=True, exist_ok=True)
    save_probe(shipped, given.out / "difficulty.safetensors")
    sys.stdout.write(f"{shipped.record.remark}\n")


if __name__ == "__main__":
    main()
