"""The findings on a run, computed once and kept with it (:mod:`icpc.study.kept`)."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from icpc.findings.checks import check_study
from icpc.findings.finding import NAN, Finding, Findings, NullTest, Outcome
from icpc.study.kept import KeptResults
from ranking.evaluation.permutation import PermutationP
from ranking.files.records import check_fields, check_values

NUMBERS = ("value", "low", "high", "p")
TEXTS = ("key", "family", "name", "sentence", "outcome", "heading")
FIELDS: dict[str, Any] = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(NUMBERS, float | None),
    "test": Mapping[str, Any] | None,
}
"""Types of what is kept of a finding."""
TEST: dict[str, Any] = {"effect": float, "p": Mapping[str, Any], "words": str}


def kept_findings(kept: KeptResults) -> Findings:
    """Return the findings on a study, those that are kept with its run, if any."""
    return kept.get("findings", lambda: check_study(kept.study), _to_json, _from_json)


def _to_json(findings: Findings) -> list[dict[str, Any]]:
    return [_fields(finding) for finding in findings]


def _from_json(values: Any) -> Findings:
    if not isinstance(values, list):
        raise ValueError("no list of findings")
    return Findings(tuple(_finding(one) for one in values))


def _fields(finding: Finding) -> dict[str, Any]:
    """The fields of a finding; of its test, what it says of the outcome."""
    values = {one.name: getattr(finding, one.name) for one in fields(finding)}
    values["outcome"] = finding.outcome.name
    if finding.test is not None:
        test = finding.test
        words = test.words(finding.outcome)
        values["test"] = {"effect": test.effect, "p": vars(test.p), "words": words}
    return values


def _finding(values: Any) -> Finding:
    """The finding of such fields."""
    own = check_values(values, FIELDS)
    if own["outcome"] not in Outcome.__members__:
        raise ValueError("no such outcome")
    numbers = {name: NAN if own[name] is None else own[name] for name in NUMBERS}
    finding = Finding(**{**own, **numbers, "outcome": Outcome[own["outcome"]], "test": None})
    if own["test"] is None:
        return finding
    test = check_values(own["test"], TEST)
    p = PermutationP(**check_fields(test["p"], PermutationP))
    return replace(finding, test=NullTest(test["effect"], p, lambda _: test["words"]))
