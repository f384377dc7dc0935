"""Calibration of the probabilities of ranks: how often what is said to be probable is true.

    python tests/benchmarks/probabilities.py --fields 400

Panels are those of ``calibration.py``: in a *spread* field strengths differ by a standard deviation
of 1, that of a juror's mark; in a *near* one by a quarter of the standard error of an estimate.
Printed are the mean probability that is said, and the share in which it is true: of being truly
first, for whoever leads; of being truly first and among the first third, for all candidates whose
probability is in a class.
"""

import argparse
import itertools

import numpy as np
import pandas as pd
from calibration import Panel, kind  # found beside this file when it is run

from ranking.comparisons.tally import count_comparisons
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import rank_candidates
from ranking.uncertainty.rank_intervals import estimate_intervals

CLASSES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


def say(panel: Panel, fields: int, seed: int) -> pd.DataFrame:
    """Return what is said of each candidate, and what is true.

    Columns: ``field``, ``first``, ``passes`` probabilities; ``is_first``, ``has_passed`` whether it
    is true; ``leads`` whether the candidate has the highest probability of being first.
    """
    rng = np.random.default_rng(seed)
    tables = []
    for at in range(fields):
        field = panel.simulate(rng)
        tally = count_comparisons(field.comparisons)
        ranking = rank_candidates(tally, BRADLEY_TERRY)
        (component, *_) = estimate_intervals(
            ranking, field.comparisons, BRADLEY_TERRY, seed + at
        ).components
        places = len(field.strength) // 3
        true = (-field.strength).argsort().argsort() + 1
        first = component.distribution.above_cut(1).to_numpy()
        lead = ranking.set_index("candidate").loc[component.candidates, "rank"].to_numpy() == 1
        tables.append(
            pd.DataFrame(
                {
                    "field": at,
                    "first": first,
                    "passes": component.distribution.above_cut(places).to_numpy(),
                    "is_first": true == 1,
                    "has_passed": true <= places,
                    "leads": lead,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def by_class(predicted: pd.Series, true: pd.Series) -> pd.DataFrame:
    """Return number, mean prediction and share that is true, by class of probability."""
    classes = pd.cut(predicted, CLASSES, include_lowest=True)
    table = pd.DataFrame({"predicted": predicted, "true": true}).groupby(classes, observed=True)
    return table.agg(
        number=("predicted", "size"), predicted=("predicted", "mean"), true=("true", "mean")
    )


def leaders(table: pd.DataFrame) -> tuple[float, float]:
    """Return the mean probability of being first of whoever leads, and how often it is true."""
    own = table[table["leads"]].groupby("field")[["first", "is_first"]].mean()
    return float(own["first"].mean()), float(own["is_first"].mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--fields", type=int, default=400, help="panels to simulate of each kind")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found: dict[bool, list[pd.DataFrame]] = {False: [], True: []}
    print(f"{'whoever leads is first':<44}{'predicted':>10}{'true':>8}")
    for near, jurors, n in itertools.product((False, True), (3, 5, 9, 17), (12, 40)):
        panel = Panel(jurors, n, near)
        table = say(panel, given.fields, given.seed)
        found[near].append(table)
        predicted, true = leaders(table)
        print(f"{panel!s:<44}{predicted:>10.3f}{true:>8.3f}", flush=True)
    for near, tables in found.items():
        table = pd.concat(tables)
        for what, true in (("first", "is_first"), ("passes", "has_passed")):
            print(f"\n{kind(near)} fields, {what}")
            print(by_class(table[what], table[true]).round(3).to_string())


if __name__ == "__main__":
    main()
