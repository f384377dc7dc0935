"""How findings read: the words for each outcome, and numbers in a sentence.

Conventions
-----------
Each :class:`Words` answers one question, the same in every sentence that asks it. Whoever words an
outcome anew does it here.
"""

from dataclasses import dataclass

from icpc.findings.finding import Outcome
from ranking.evaluation.resampling import Estimate


@dataclass(frozen=True)
class Words:
    """What to say of each outcome of one question."""

    more: str
    cannot_tell: str
    against: str

    def of(self, outcome: Outcome) -> str:
        """Return the words for an outcome; none where the question does not apply."""
        return {
            Outcome.MORE_THAN_CHANCE: self.more,
            Outcome.CANNOT_BE_TOLD: self.cannot_tell,
            Outcome.AGAINST: self.against,
            Outcome.NOT_APPLICABLE: "",
        }[outcome]


SKILL = Words(
    more="That is better than a judge without skill.",
    cannot_tell="A judge without skill would often do as well.",
    against="That is worse than a judge without skill.",
)
DISTANCE = Words(more=".", cannot_tell=", no clearer than a toss.", against=".")
ASSOCIATION = Words(
    more="more than chance.",
    cannot_tell="chance does as much.",
    against="the wrong way round, more than chance.",
)
FIRST_POSITION = Words(
    more="the order of hearing matters.",
    cannot_tell="no clear lean.",
    against="the order of hearing matters.",
)
POSITION_TERM = Words(
    more="a real bias.", cannot_tell="not told from none.", against="a real bias."
)
CIRCLES = Words(more="fewer than", cannot_tell="about as many as", against="more than")
RULE = Words(
    more="it tells something of the result.",
    cannot_tell="no clearer than chance.",
    against="it tells something of the result.",
)
SMALLEST_P = Words(
    more="it stands.",
    cannot_tell="none of them proves anything by itself.",
    against="it stands.",
)


def nearer(one: str, other: str) -> Words:
    """Return the words for whether ``one`` is nearer to the result than ``other``."""
    return Words(
        more=f"{one} is nearer to the result.",
        cannot_tell=ASSOCIATION.cannot_tell,
        against=f"{other} is nearer to the result.",
    )


def interval(estimate: Estimate) -> str:
    """Return the 95 % interval of a share, in words."""
    return f"(95 % interval {100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f} %"
