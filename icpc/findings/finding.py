"""What a finding is: a number on a ranking, what it means, and a sentence that says so.

Conventions
-----------
A finding is asked for by its *key*, or by its *family*; its name and its sentence are for people,
and may be worded anew. A key names one question, so a study has one finding of it at most. A number
that is missing is NaN: a remark has none, a description neither interval nor p. Intervals are those
of 95 %, p is two-sided.

A finding that is tested carries a :class:`NullTest` and a sentence without an end. What the test
means is known only when all tests of its family are (:mod:`icpc.findings.families`): then p is
corrected, and the sentence ends with it and with the words for the outcome. Other outcomes are read
from an interval.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from math import isnan

import pandas as pd

from icpc.study.study import Study
from ranking.evaluation.permutation import PermutationP
from ranking.evaluation.resampling import Estimate
from ranking.tables import FINDINGS

NAN = float("nan")
SIGNIFICANCE_LEVEL = 0.05  # a smaller p is significant
NULL_BAND = (0.025, 0.975)  # quantiles of the null model between which 95 % of it lie

AGREEMENT = "agreement with the result"
CONSISTENCY = "consistency"
CONTROLS = "controls"
FOLLOWED = "what the ranking follows"
REMARK = "remark"


class Outcome(Enum):
    """What a finding means."""

    SIGNIFICANT = "significant"
    """The effect that was asked about is there."""
    NOT_SIGNIFICANT = "not significant"
    """No effect can be told from chance."""
    OPPOSITE = "opposite"
    """The opposite effect is there, and significant."""
    NOT_APPLICABLE = "not applicable"
    """A description, or there is nothing to test."""


@dataclass(frozen=True)
class NullTest:
    """A test of no effect, before it is corrected for the others of its family."""

    effect: float
    """What was found; above 0 if it is what was asked about."""
    p: PermutationP
    """Two-sided p, and how small it could have been."""
    words: Callable[[Outcome], str]
    """What to say of an outcome, after p."""


@dataclass(frozen=True)
class Finding:
    """One finding."""

    key: str
    """Stable name for programs, such as ``pair_accuracy``."""
    family: str
    """What it is about: one of the families of this module, or another."""
    name: str
    """Name for people, ``check`` of the FINDINGS table."""
    sentence: str
    """What was found, in words, with its numbers."""
    outcome: Outcome = Outcome.NOT_APPLICABLE
    """What the number means."""
    value: float = NAN
    """Number that the sentence states; NaN if there is none."""
    low: float = NAN
    """Lower end of the 95 % interval."""
    high: float = NAN
    """Upper end of the 95 % interval."""
    p: float = NAN
    """Two-sided p-value, corrected for the tests of its family."""
    heading: str = ""
    """Shorter name among findings of its family; empty if ``name`` serves."""
    test: NullTest | None = None
    """Test that p and outcome come from, if any."""


Finder = Callable[[Study], Iterator[Finding]]
"""Yields the findings on a study: none, where the study lacks what it needs."""


@dataclass(frozen=True)
class Findings:
    """The findings on one study, in the order they are printed.

    Raises
    ------
    ValueError
        If two have one key.
    """

    all: tuple[Finding, ...]
    """Findings with different keys."""

    def __post_init__(self) -> None:
        keys = [finding.key for finding in self.all]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"two findings have the key {twice!r}")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __contains__(self, key: object) -> bool:
        return any(finding.key == key for finding in self.all)

    def __getitem__(self, key: str) -> Finding:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def get(self, key: str) -> Finding | None:
        """Return the finding of a key; None if there is none."""
        return next((finding for finding in self.all if finding.key == key), None)

    def of(self, *families: str) -> "Findings":
        """Return the findings of some families."""
        return Findings(tuple(finding for finding in self.all if finding.family in families))

    def table(self) -> pd.DataFrame:
        """Return the FINDINGS table."""
        rows = [(one.name, one.value, one.low, one.high, one.p, one.sentence) for one in self.all]
        return pd.DataFrame(rows, columns=list(FINDINGS))


def finding_of_estimate(
    key: str, family: str, name: str, estimate: Estimate, outcome: Outcome, sentence: str
) -> Finding:
    """Return a finding with the value and the interval of an estimate.

    Parameters
    ----------
    key, family, name, outcome, sentence
        Fields of :class:`Finding`.
    estimate
        Where the numbers come from.
    """
    numbers = (estimate.value, estimate.low, estimate.high)
    return Finding(key, family, name, sentence, outcome, *numbers)


def p_of_estimate(estimate: Estimate) -> PermutationP:
    """Return the p of an estimate, with how small it could have been."""
    return PermutationP(estimate.p, estimate.smallest_p, estimate.exact_p)


def outcome_of_p(effect: float, p: float) -> Outcome:
    """Return what a two-sided p means, where an effect above 0 was asked about."""
    if not p < SIGNIFICANCE_LEVEL:
        return Outcome.NOT_SIGNIFICANT
    return Outcome.SIGNIFICANT if effect > 0 else Outcome.OPPOSITE


def outcome_of_interval(estimate: Estimate, no_effect: float) -> Outcome:
    """Return what an interval means, where a value above ``no_effect`` was asked about."""
    if not estimate.unit:
        return Outcome.NOT_APPLICABLE
    if isnan(estimate.low) or estimate.low <= no_effect <= estimate.high:
        return Outcome.NOT_SIGNIFICANT
    return Outcome.SIGNIFICANT if estimate.value > no_effect else Outcome.OPPOSITE
