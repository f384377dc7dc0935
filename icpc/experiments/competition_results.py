"""The result of ranking a competition from its recordings: a line of results, a row of Table 4.

Conventions
-----------
The metrics are those of :mod:`icpc.findings.accuracy`, over the pairs of candidates of unequal
result that were compared. ``fitted`` is whether the ranker was fitted on results of other
candidates.
"""

from collections.abc import Iterator
from math import isnan
from typing import Any

from icpc.experiments.results import Result, known
from icpc.findings.accuracy import find_f1, find_pair_accuracy
from icpc.findings.finding import Finding
from icpc.study.study import Study
from ranking.files.hashing import json_sha256


def result_of_ranking(study: Study) -> Result | None:
    """Return the result of a ranking from recordings; None where no two results differ.

    Raises
    ------
    ValueError
        If the comparisons are not of recordings.
    """
    provenance = study.comparisons.provenance
    if "ranker" not in provenance:
        raise ValueError("these comparisons were not made from recordings")
    found = {one.key: one for one in _findings(study)}
    if "pair_accuracy" not in found or isnan(found["pair_accuracy"].value):
        return None
    accuracy, fit = found["pair_accuracy"], provenance.get("fit", {})
    scores = study.results["score"].dropna().to_dict()
    return Result(
        task=provenance["ranker"]["task"],
        encoder=provenance["encoder"]["encoder"],
        weights_sha256=provenance["encoder"]["weights_sha256"],
        probe_sha256=json_sha256([provenance["ranker"]["sha256"], *fit.get("rankers", [])]),
        data_sha256=json_sha256([dict(provenance["embeddings_sha256"]), scores]),
        settings=_settings(study, fit),
        seed=study.settings.seed,
        folds=len(set(fit.get("fold", {}).values())),
        groups=len(study.tally.candidates),
        metrics={"accuracy": accuracy.value, "f1": known(found["macro_f1"].value)},
        reported="accuracy",
        low=known(accuracy.low),
        high=known(accuracy.high),
        random=0.5,
        competition=study.competition.name,
        fitted=bool(fit),
    )


def _findings(study: Study) -> Iterator[Finding]:
    yield from find_pair_accuracy(study)
    yield from find_f1(study)


def _settings(study: Study, fit: Any) -> dict[str, Any]:
    epochs = {"epochs": fit["epochs"]} if fit else {}
    return {"vote": study.settings.vote, **epochs}
