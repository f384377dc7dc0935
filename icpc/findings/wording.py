"""How findings read: the words for each outcome, and numbers in a sentence.

Conventions
-----------
Each :class:`Words` answers one question, alike in every sentence that asks it; change them here to
reword an outcome.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

from icpc.findings.finding import Outcome
from icpc.study.remarks import few_candidates
from ranking.evaluation.permutation import PermutationP
from ranking.evaluation.resampling import Estimate

Ending = Callable[[Outcome], str]

METRIC_NAMES = {
    "f1": "F1",
    "acc0": "Acc_0",
    "acc1": "Acc_1",
    "kappa": "quadratic kappa",
    "single": "single accuracy",
    "single_f1": "single F1",
}
"""Metrics whose name is written otherwise."""


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
    significant="that is better than random judges.",
    not_significant="that cannot be told from chance",
    opposite="that is worse than random judges.",
)
HEADLINE = Words(
    significant="better than random judges",
    not_significant="which cannot be told from chance",
    opposite="worse than random judges",
)
ASSOCIATION = Words(
    significant="the ranking agrees with the result more than by chance.",
    not_significant="that cannot be told from chance",
    opposite="the ranking runs against the result, more than by chance.",
)
TOP = Words(
    significant="that is more than by chance.",
    not_significant="that cannot be told from chance",
    opposite="that is fewer than by chance.",
)
FIRST_PREFERENCE = Words(
    significant=": the order of the two matters",
    not_significant=": no clear preference for either place",
    opposite=": the order of the two matters",
)
ORDER_EFFECT = Words(
    significant="there is an order effect.",
    not_significant="that cannot be told from no order effect.",
    opposite="there is an order effect.",
)
CIRCULAR_TRIADS = Words(
    significant="fewer than in",
    not_significant="which cannot be told from",
    opposite="more than in",
)
CONCORDANCE = Words(
    significant="more than in",
    not_significant="which cannot be told from",
    opposite="less than in",
)
RULE = Words(
    significant="it agrees with the result more than by chance.",
    not_significant="that cannot be told from chance",
    opposite="it runs against the result, more than by chance.",
)


def words_for_nearer_to_result(one: str, other: str) -> Words:
    """Return the words for whether ``one`` is nearer to the result than ``other``."""
    return Words(
        significant=f"{one} is nearer to the result.",
        not_significant="the difference cannot be told from chance",
        opposite=f"{other} is nearer to the result.",
    )


def within_limits(words: Words, p: PermutationP, detectable: Callable[[], float]) -> Ending:
    """Return what to say of each outcome, and where nothing was told, what the test could tell.

    Parameters
    ----------
    words
        What to say of each outcome; if it is not significant, without a full stop.
    p
        The p of the test.
    detectable
        Returns the detectable accuracy; called only if the outcome is not significant.
    """

    def ending(outcome: Outcome) -> str:
        own = words.of(outcome)
        if outcome is not Outcome.NOT_SIGNIFICANT:
            return own
        return f"{own}{few_candidates(detectable())} (smallest p possible: {p.smallest:.2g})."

    return ending


def p_clause(p: float, at_floor: bool) -> str:
    """Return a corrected p, as a bound if more permutations could make it smaller."""
    return f"p {'≤' if at_floor and p < 1 else '='} {p:.2g}"


def corrected_p_clause(p: float, at_floor: bool, tests: int, noun: str) -> str:
    """Return a corrected p, and for how many tests it was corrected.

    Parameters
    ----------
    p
        The p, corrected.
    at_floor
        Whether it could be smaller if more permutations were drawn.
    tests
        Number of tests that were corrected together.
    noun
        What the tests are called, in the plural.
    """
    corrected = f" (corrected for {tests} {noun})" if tests > 1 else ""
    return f"{p_clause(p, at_floor)}{corrected}"


def detectable_sentence(detectable: float) -> str:
    """Return what a test with these candidates and comparisons could have found."""
    if isnan(detectable):
        return "With these candidates not even a perfect ranker could be told from chance."
    return (
        "A ranker that contradicts itself nowhere would be told from chance in 80 % of such fields "
        f"from a pair accuracy of {percent(detectable)} on (at 5 %, by this test alone)."
    )


def interval(estimate: Estimate) -> str:
    """Return the 95 % interval of a share, and what it resamples."""
    if not estimate.unit:
        return "(no interval: fitted in folds)"
    if isnan(estimate.low):
        why = estimate.no_interval or f"every draw of {estimate.unit} gives the same"
        return f"(no interval: {why})"
    how = "from" if estimate.unit.endswith(("pair", "pairs")) else "resampling"
    ends = f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}"
    return f"(95 % interval {ends}, {how} {estimate.unit})"


def metric_name(metric: str) -> str:
    """Return the name of a metric as people write it."""
    return METRIC_NAMES.get(metric, metric)


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f} %"
