"""What a finding is: a number on a ranking, what it means, and a sentence that says so.

Conventions
-----------
A finding is asked for by its *key*, or by its *family*; its name and its sentence are for people,
and may be worded anew. A key names one question, so a study has one finding of it at most. A number
that is missing is NaN: a note has none, a description neither interval nor p. Intervals hold 95 %,
p is two-sided.

The outcome is read from a p, or from an interval where no p was asked; the sentence takes its words
from :mod:`icpc.findings.wording`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

import pandas as pd

from icpc.study.study import Study
from ranking.evaluation.resampling import Estimate
from ranking.tables import FINDINGS

NAN = float("nan")
SIGNIFICANT = 0.05  # a smaller p is more than chance
BAND = (0.025, 0.975)  # quantiles between which 95 % of what chance gives lie

AGREEMENT = "agreement with the result"
CONSISTENCY = "consistency"
CONTROLS = "controls"
NOTE = "note"


class Outcome(Enum):
    """What a finding means."""

    MORE_THAN_CHANCE = "more than chance"
    """There is what was asked after."""
    CANNOT_BE_TOLD = "cannot be told"
    """Chance does as much."""
    AGAINST = "against"
    """There is the opposite, more than chance."""
    NOT_APPLICABLE = "not applicable"
    """A description, or nothing to tell from chance."""


@dataclass(frozen=True)
class Finding:
    """One finding."""

    key: str
    """Stable name for programs, such as ``pair_accuracy``."""
    family: str
    """What it is about: one of this module's, or another."""
    name: str
    """What people call it: ``check`` of the FINDINGS table."""
    sentence: str
    outcome: Outcome = Outcome.NOT_APPLICABLE
    value: float = NAN
    low: float = NAN
    high: float = NAN
    p: float = NAN
    heading: str = ""
    """What it is called among its own family, if not by its name."""


Finder = Callable[[Study], Iterator[Finding]]
"""Says what it finds in a study: nothing, where the study lacks what it needs."""


@dataclass(frozen=True)
class Findings:
    """The findings on one study, in the order they are told.

    Raises
    ------
    ValueError
        If two have one key.
    """

    all: tuple[Finding, ...]

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


def measured(
    key: str, family: str, name: str, estimate: Estimate, outcome: Outcome, sentence: str
) -> Finding:
    """Return the finding that an estimate gives."""
    numbers = (estimate.value, estimate.low, estimate.high, estimate.p)
    return Finding(key, family, name, sentence, outcome, *numbers)


def outcome_of_p(effect: float, p: float) -> Outcome:
    """What a two-sided p means, where an effect above 0 is what was asked after."""
    if not p < SIGNIFICANT:
        return Outcome.CANNOT_BE_TOLD
    return Outcome.MORE_THAN_CHANCE if effect > 0 else Outcome.AGAINST


def outcome_of_interval(estimate: Estimate, none: float) -> Outcome:
    """What an interval means, where ``none`` is no effect and more is what was asked after."""
    if estimate.low <= none <= estimate.high:
        return Outcome.CANNOT_BE_TOLD
    return Outcome.MORE_THAN_CHANCE if estimate.value > none else Outcome.AGAINST
