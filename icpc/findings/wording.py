"""How findings read: the words for each outcome, and numbers in a sentence.

Conventions
-----------
Each :class:`Words` answers one question, alike in every sentence that asks it; change them here to
reword an outcome.
"""

from dataclasses import dataclass

from icpc.findings.finding import Outcome
from ranking.evaluation.resampling import Estimate


@dataclass(frozen=True)
class Words:
    """What to say of each outcome of one question."""

    significant: str
    """Where the effect is there."""
    not_significant: str
    """Where it cannot be told from chance."""
    opposite: str
    """Where the opposite effect is there."""

    def of(self, outcome: Outcome) -> str:
        """Return the words for an outcome; none where the question does not apply."""
        return {
            Outcome.SIGNIFICANT: self.significant,
            Outcome.NOT_SIGNIFICANT: self.not_significant,
            Outcome.OPPOSITE: self.opposite,
            Outcome.NOT_APPLICABLE: "",
        }[outcome]


ACCURACY = Words(
    significant="That is better than random judges.",
    not_significant="That cannot be told from chance with so few candidates.",
    opposite="That is worse than random judges.",
)
DISTANCE = Words(
    significant=".", not_significant=", which cannot be told from a coin flip.", opposite="."
)
ASSOCIATION = Words(
    significant="the ranking agrees with the result more than by chance.",
    not_significant="that cannot be told from chance with so few candidates.",
    opposite="the ranking runs against the result, more than by chance.",
)
FIRST_PREFERENCE = Words(
    significant="the order of the two matters.",
    not_significant="no clear preference for either place.",
    opposite="the order of the two matters.",
)
ORDER_EFFECT = Words(
    significant="there is an order effect.",
    not_significant="that cannot be told from no order effect.",
    opposite="there is an order effect.",
)
CIRCULAR_TRIADS = Words(
    significant="fewer than", not_significant="about as many as", opposite="more than"
)
RULE = Words(
    significant="it tells something about the result.",
    not_significant="that cannot be told from chance with so few candidates.",
    opposite="it tells something about the result.",
)
SMALLEST_P = Words(
    significant="it remains significant.",
    not_significant="none of them proves anything by itself.",
    opposite="it remains significant.",
)


def words_for_nearer_to_result(one: str, other: str) -> Words:
    """Return the words for whether ``one`` is nearer to the result than ``other``."""
    return Words(
        significant=f"{one} is nearer to the result.",
        not_significant="the difference cannot be told from chance with so few candidates.",
        opposite=f"{other} is nearer to the result.",
    )


def interval(estimate: Estimate) -> str:
    """Return the 95 % interval of a share, in words."""
    return f"(95 % interval {100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f} %"
