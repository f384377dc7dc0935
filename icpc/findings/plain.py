"""Findings in a few plain words, and a mark for each.

Conventions
-----------
Findings are called as :mod:`icpc.findings.plain_names` calls them. A mark says whether a finding
speaks for the ranking: GOOD, BAD, or OPEN where nothing can be told. Descriptions, which are
neither, have no mark.
"""

from dataclasses import dataclass, replace
from enum import Enum
from math import isnan

from icpc.findings.finding import CONTROLS, FOLLOWED, Finding, Outcome
from icpc.findings.plain_names import plain_name
from icpc.findings.wording import Words, percent


class Mark(Enum):
    """Whether a finding speaks for the ranking."""

    GOOD = "yes"
    BAD = "no"
    OPEN = "open"
    """Nothing can be told."""


@dataclass(frozen=True)
class Answers:
    """What the outcomes of a finding mean, in plain words."""

    words: Words
    """What to say of each outcome."""
    significant: Mark = Mark.GOOD
    """Mark where the effect is there."""
    opposite: Mark = Mark.BAD
    """Mark where the opposite effect is there."""
    is_share: bool = False
    """Whether the value is a share, to be shown in per cent."""


_UNKNOWN = "cannot be told from chance"
_AGREEMENT = Answers(Words("better than chance", _UNKNOWN, "worse than chance"))
_MORE = Answers(Words("more than by chance", _UNKNOWN, "less than by chance"))
_ORDER = Words("there is an effect", "no clear effect", "there is an effect")
_RULE = Words("agrees with the result", _UNKNOWN, "runs against the result")
_FOLLOWED = Words("it does", _UNKNOWN, "it runs against it")
ANSWERS: dict[str, Answers] = {
    "pair_accuracy": replace(_AGREEMENT, is_share=True),
    "tau_b": _AGREEMENT,
    "order_agreement": Answers(
        Words("above coin flips' 50 %", "cannot be told from coin flips", "below coin flips' 50 %"),
        is_share=True,
    ),
    "first_preference": Answers(_ORDER, Mark.BAD, is_share=True),
    "order_effect": Answers(_ORDER, Mark.BAD),
    "circular_triads": Answers(Words("rarer than by chance", _UNKNOWN, "more than by chance")),
    "concordance": _MORE,
}
"""By the key of the finding; others are found by their family."""
OF_FAMILIES = {
    CONTROLS: Answers(_RULE, Mark.BAD, is_share=True),
    FOLLOWED: Answers(_FOLLOWED, Mark.BAD, Mark.BAD),
}


def answers_of(finding: Finding) -> Answers:
    """Return what the outcomes of a finding mean."""
    return ANSWERS.get(finding.key) or OF_FAMILIES.get(finding.family, _MORE)


def mark_of(finding: Finding) -> Mark | None:
    """Return whether a finding speaks for the ranking; None of a description."""
    answers = answers_of(finding)
    return {
        Outcome.SIGNIFICANT: answers.significant,
        Outcome.NOT_SIGNIFICANT: Mark.OPEN,
        Outcome.OPPOSITE: answers.opposite,
        Outcome.NOT_APPLICABLE: None,
    }[finding.outcome]


def plain_line(finding: Finding) -> str:
    """Return a finding in a few words: the question, the answer, a share with its interval."""
    answers = answers_of(finding)
    line = f"{plain_name(finding)}: {answers.words.of(finding.outcome)}"
    if not answers.is_share or isnan(finding.value):
        return line
    if isnan(finding.low):
        return f"{line} ({percent(finding.value)})"
    low, high = percent(finding.low).removesuffix(" %"), percent(finding.high).removesuffix(" %")
    return f"{line} ({percent(finding.value)}, {low} to {high})"
