"""What became of training a probe: the probe with its record, and what is said of it.

Conventions
-----------
Loss, accuracy and F1 on val, and F1 on test, are over windows; the test's accuracy is over pairs of
recordings, each in both orders, by majority of its windows, with an interval that resamples groups:
recordings, where the manifest names none.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from icpc.findings.finding import interval, percent
from ranking.embeddings.store import CacheKey
from ranking.probe.checkpoint import Probe, Record
from ranking.probe.train import Learnt
from ranking.tasks.expertise import TASKS
from ranking.tasks.manifest import Manifest, data_digest


def trained_probe(
    learnt: Learnt, manifests: Sequence[Manifest], recordings: pd.DataFrame, made: CacheKey
) -> Probe:
    """Return the probe that was learnt, with its record.

    Parameters
    ----------
    manifests : of which the last is the one that the probe was fitted on
    recordings : table with ``recording``, the SHA-256 of each sound file
    made : what the embeddings were made with
    """
    config = learnt.head.config
    record = Record(
        task=TASKS[config.classes],
        made=made,
        config=config,
        settings=asdict(learnt.settings),
        data_sha256=data_digest(manifests[-1], recordings["recording"]),
        results=outcome(learnt, len(recordings)),
    )
    return Probe(learnt.head, record)


def outcome(learnt: Learnt, recordings: int) -> dict[str, Any]:
    """Return what was learnt, from so many recordings, as one row."""
    row: dict[str, Any] = {
        "recordings": recordings,
        "train_pairs": learnt.train_pairs,
        "epoch": learnt.epoch,
        "rate": learnt.settings.rate,
        "decay": learnt.settings.decay,
        "dropout": learnt.head.config.dropout,
        "seed": learnt.settings.seed,
        **{f"val_{name}": value for name, value in learnt.validation.items()},
    }
    if learnt.test is not None:
        row |= {
            "test_pairs": int(learnt.test.pairs),
            "test_accuracy": learnt.test.value,
            "test_low": learnt.test.low,
            "test_high": learnt.test.high,
            "test_f1": learnt.test_metrics["f1"],
        }
    return row


def sentences(learnt: Learnt) -> list[str]:
    """Return what was learnt, in words."""
    own = learnt.settings
    said = [
        f"Fitted on {learnt.train_pairs:,} pairs of windows; epoch {learnt.epoch} chosen on val, "
        f"with accuracy {learnt.validation['accuracy']:.3f} (rate {own.rate:g}, decay "
        f"{own.decay:g}, dropout {learnt.head.config.dropout:g}, seed {own.seed})."
    ]
    if learnt.test is None:
        said.append("No test: the manifest puts nothing there.")
    else:
        said.append(
            f"Test: of {int(learnt.test.pairs):,} verdicts, each pair in both orders, "
            f"{percent(learnt.test.value)} right {interval(learnt.test)}; F1 "
            f"{learnt.test_metrics['f1']:.3f} over windows."
        )
    return said
