"""The findings on a run, computed once and kept with it (:mod:`icpc.study.kept`)."""

from dataclasses import fields, replace
from typing import Any

from icpc.findings.checks import check_study
from icpc.findings.finding import NAN, Finding, Findings, NullTest, Outcome
from icpc.study.kept import KeptResults
from ranking.evaluation.permutation import PermutationP

NUMBERS = ("value", "low", "high", "p")


def kept_findings(kept: KeptResults) -> Findings:
    """Return the findings on a study, those that are kept with its run, if any."""
    return kept.get("findings", lambda: check_study(kept.study), _to_json, _from_json)


def _to_json(findings: Findings) -> list[dict[str, Any]]:
    return [_fields(finding) for finding in findings]


def _from_json(values: list[dict[str, Any]]) -> Findings:
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


def _finding(values: dict[str, Any]) -> Finding:
    """The finding of such fields."""
    numbers = {name: NAN if values[name] is None else values[name] for name in NUMBERS}
    outcome, test = Outcome[values["outcome"]], values["test"]
    finding = Finding(**{**values, **numbers, "outcome": outcome, "test": None})
    if test is None:
        return finding
    p = PermutationP(**test["p"])
    return replace(finding, test=NullTest(test["effect"], p, lambda _: str(test["words"])))
