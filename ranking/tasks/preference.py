"""Which of two recordings is preferred: by one's own marks, or by comparisons.

Conventions
-----------
A manifest has a ``mark`` of each recording, larger for better, and optionally its
``standard_error``, or ``sd`` and number of ``raters``; or it has pairs with their ``winner``, one
for each comparison. Recordings of one ``event``, a piece or a round, make pairs; of one ``group``,
a performer, all are in one split.

A pair counts in the loss by how sure the labels are of its order [1]_: by |2 P - 1|, where P is the
probability that the first is the better (:mod:`ranking.uncertainty.fresh_panel`). An error that is
missing, or 0, is taken to be the root mean square of the others; where there are none, all pairs
count the same. An even pair is left out.

Beside the accuracy of a probe stands the ceiling: how often a fresh panel of the same size would
agree with these labels, of all tested pairs, and of those two standard errors apart.

References
----------
.. [1] P. L. Bartlett, M. I. Jordan, J. D. McAuliffe, "Convexity, classification, and risk bounds",
   Journal of the American Statistical Association 101 (2006), 138-156: where the first is better
   with probability P, the wrong answer errs more often than the right one by |2 P - 1|.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import erf, sqrt

import numpy as np
import pandas as pd

from ranking.errors import TableError
from ranking.tables import TIE
from ranking.tasks.by_pair import decode_pairs, evaluate_pairs
from ranking.tasks.manifest import SPLITS, Column, Manifest
from ranking.tasks.metrics import (
    PANEL,
    SURE_ACCURACY,
    SURE_PANEL,
    class_average_precisions,
    class_metrics,
)
from ranking.tasks.pair_examples import CLASSES, examples_drawn_anew, examples_of_pairs
from ranking.tasks.pairs import accuracy_draws, labelled_pairs, lacks_pairs
from ranking.tasks.task import Evaluation, Examples, Predictions, Task
from ranking.uncertainty.fresh_panel import (
    beta_prior,
    p_higher,
    p_majority_repeated,
    p_preferred,
    p_repeated,
)

SURE = erf(2 / sqrt(2))
"""Weight of a pair two standard errors apart."""
COLUMNS = (
    Column("mark", "give a number, larger for better", numeric=True, stratify=True),
    Column("event", optional=True),
    Column("standard_error", numeric=True, optional=True),
    Column("sd", numeric=True, optional=True),
    Column("raters", numeric=True, optional=True),
)


def preference_task(classes: int, pairs_drawn: str = "each-epoch") -> Task:
    """Return the task, of two classes.

    Parameters
    ----------
    classes
        Their number, 2.
    pairs_drawn
        each-epoch, or once: when pairs to train on are drawn, where not all of them are.
    """
    return Task(
        name=f"preference-{classes}",
        inputs=2,
        outputs=classes,
        columns=COLUMNS,
        takes_pairs=True,
        make_examples=partial(_make_examples, pairs_drawn == "each-epoch"),
        decode=decode_pairs,
        metrics=class_metrics,
        selection_metric="accuracy",
        evaluate=_evaluate,
        reported_draws=accuracy_draws,
        average_precisions=partial(class_average_precisions, names=CLASSES[classes]),
        example_noun="pair of unequal mark",
        tested_noun="comparisons, each pair in both orders",
        lacks=partial(lacks_pairs, quantity="mark"),
        lacking="they have one mark, are of different events, or were not compared",
        remark=describe_weights,
    )


def judged_pairs(manifest: Manifest) -> pd.DataFrame:
    """Return pairs with an order: ``first``, ``second``, ``gap``, above 0 if the first is better.

    ``weight`` says how sure the order is; ``repeated`` how probable it is that a fresh panel finds
    it too. Neither is there where nothing tells them.

    Raises
    ------
    TableError
        If there is no pair, or a number is none.
    """
    if manifest.pairs is not None:
        return _compared_pairs(manifest.pairs)
    table, pairs = manifest.recordings, labelled_pairs(manifest, "mark")
    errors = standard_errors(manifest)
    if errors is None:
        return pairs
    names = pd.Index(table["recording"])
    numbers = np.stack([names.get_indexer(pairs[at]) for at in ("first", "second")])
    mark, event = table["mark"].to_numpy(), pd.factorize(table["event"])[0]
    return pairs.assign(
        weight=np.abs(2 * p_higher(mark, errors, numbers) - 1),
        repeated=p_repeated(mark, errors, event, numbers),
    )


def standard_errors(manifest: Manifest) -> np.ndarray | None:
    """Return the standard errors of the marks of a manifest, shape (R,); None if none is known.

    Raises
    ------
    TableError
        If one is below 0, or marks are of no rater.
    """
    table = manifest.recordings
    error, sd, raters = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(float)
        for name in ("standard_error", "sd", "raters")
    )
    for name, faulty in (("standard_error", error < 0), ("sd", sd < 0), ("raters", raters < 1)):
        if faulty.any():
            one = table.iloc[int(faulty.argmax())]
            raise TableError(
                manifest.name,
                f"{one['recording']!r} has {name} {one[name]:g}",
                "write how far raters are apart, and how many they are, or leave it empty",
            )
    each = np.where(np.isnan(error), sd / np.sqrt(raters), error)
    known = each > 0
    if not known.any():
        return None
    return np.where(known, each, np.sqrt((each[known] ** 2).mean()))


def _compared_pairs(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Pairs by the majority of their comparisons, a tie half won by each."""
    ends = np.sort(comparisons[["first", "second"]].to_numpy(dtype=object), axis=1)
    winner, count = comparisons["winner"].to_numpy(), comparisons.get("count", 1)
    won = np.where(winner == TIE, 0.5, winner == ends[:, 0]) * count
    each = pd.DataFrame({"first": ends[:, 0], "second": ends[:, 1], "won": won, "count": count})
    table = each.groupby(["first", "second"], sort=False).sum().reset_index()
    won, counts = table["won"].to_numpy(float), table["count"].to_numpy(float)
    prior = beta_prior(won, counts)
    return table.assign(
        gap=2 * won - counts,
        weight=np.abs(2 * p_preferred(won, counts, prior) - 1),
        repeated=p_majority_repeated(won, counts, prior),
    ).loc[2 * won != counts, ["first", "second", "gap", "weight", "repeated"]]


def describe_weights(manifest: Manifest) -> str:
    """Return how pairs are weighted, in a sentence."""
    if manifest.pairs is None and standard_errors(manifest) is None:
        return (
            f"{manifest.name}: nothing says how sure the marks are (standard_error, or sd and "
            "raters): all pairs count the same"
        )
    pairs = judged_pairs(manifest)
    sure = int((pairs["weight"] >= SURE).sum())
    return (
        f"{len(pairs):,} pairs count by how sure their order is; {sure:,} are two standard errors "
        f"apart; a fresh panel of the same size would find the same order in "
        f"{pairs['repeated'].mean():.0%} of all"
    )


def _make_examples(
    anew: bool, manifest: Manifest, windows: pd.DataFrame, max_pairs: int, seed: int
) -> Mapping[str, Examples]:
    pairs = judged_pairs(manifest)
    split = pairs["first"].map(manifest.recordings.set_index("recording")["split"])
    made = {}
    for name in SPLITS:
        own = pairs[split == name]
        if len(own):
            make = examples_drawn_anew if anew and name == "train" else examples_of_pairs
            made[name] = make(own, windows, 2, max_pairs, seed)
    return made


def _evaluate(found: Predictions, seed: int) -> Evaluation:
    """Accuracy over pairs as of any that compare, beside what a fresh panel would reach."""
    test, own = evaluate_pairs(2, found, seed), found.examples
    if own.repeated is None or own.weights is None or test.table is None:
        return test
    name = found.windows.set_index("row")["candidate"]
    first, second = (name.loc[own.windows[:, at]].to_numpy() for at in (0, 1))
    facts = pd.DataFrame(
        {"first": first, "second": second, "weight": own.weights, "repeated": own.repeated}
    ).drop_duplicates(["first", "second"])
    table = test.table.merge(facts, on=["first", "second"])
    sure = table[table["weight"] >= SURE]
    metrics = {PANEL: float(table["repeated"].mean())}
    if len(sure):
        once = np.ones((1, len(sure)))
        metrics[SURE_PANEL] = float(sure["repeated"].mean())
        metrics[SURE_ACCURACY] = float(accuracy_draws(sure, once)[0])
    return replace(test, metrics={**test.metrics, **metrics}, table=table)
