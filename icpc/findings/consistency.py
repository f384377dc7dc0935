"""Whether comparisons contradict each other: between the two orders of a pair, and in cycles.

Conventions
-----------
A significant outcome means consistent comparisons or, of the order effect, a preference for whoever
comes first in a pair (Davidson and Beaver 1977).
"""

from collections.abc import Iterator

from icpc.findings.finding import (
    CONSISTENCY,
    Finding,
    Outcome,
    finding_of_estimate,
    outcome_of_interval,
)
from icpc.findings.wording import (
    CIRCULAR_TRIADS,
    FIRST_PREFERENCE,
    ORDER_EFFECT,
    interval,
    percent,
)
from icpc.study.study import Study
from ranking.comparisons.schedule import most_pairs_in_both_orders
from ranking.consistency.order_effect import (
    first_win_rate,
    order_effect_log_odds,
    same_winner_rate_in_both_orders,
)
from ranking.consistency.transitivity import (
    count_circular_triads,
    count_feedback_arcs_and_decided_pairs,
)
from ranking.evaluation.resampling import Estimate

CLEAR = 2  # standard deviations from the number of circular triads that coin flips give


def find_order_effect(study: Study) -> Iterator[Finding]:
    """How often both orders of a pair agree, and the preference for whoever comes first."""
    if not most_pairs_in_both_orders(study.tally):
        yield Finding(
            "order_effect",
            CONSISTENCY,
            "order effect",
            "Most pairs were compared in one order only: whether the order matters cannot be told.",
        )
        return
    seed = study.settings.seed
    yield _agreement(same_winner_rate_in_both_orders(study.tally, seed))
    yield _first_preference(first_win_rate(study.tally, seed))
    yield _order_effect(order_effect_log_odds(study.tally))


def find_circular_triads(study: Study) -> Iterator[Finding]:
    """Circular triads, compared with those that coin flips give."""
    triads = count_circular_triads(study.tally.wins)
    if not triads.decided:
        return
    name = "Kendall's zeta" if triads.complete else "zeta over the decided triads"
    distance = (triads.circular - triads.expected_circular) / triads.standard_deviation
    outcome = Outcome.NOT_SIGNIFICANT
    if abs(distance) > CLEAR:
        outcome = Outcome.SIGNIFICANT if distance < 0 else Outcome.OPPOSITE
    sentence = (
        f"Circular triads (A beats B, B beats C, C beats A): {triads.circular:,} of "
        f"{triads.decided:,}, {CIRCULAR_TRIADS.of(outcome)} the {triads.expected_circular:,.0f} ± "
        f"{triads.standard_deviation:,.0f} expected of coin flips; {name} is {triads.zeta:.3f} "
        "(1: none is circular). Consistent is not the same as right."
    )
    value = float(triads.circular)
    yield Finding("circular_triads", CONSISTENCY, "circular triads", sentence, outcome, value)


def find_feedback_arcs(study: Study) -> Iterator[Finding]:
    """Pairs whose majority contradicts the ranking."""
    strength = study.ranking.set_index("candidate").loc[study.tally.candidates, "strength"]
    against, decided = count_feedback_arcs_and_decided_pairs(study.tally.wins, strength.to_numpy())
    if decided:
        share = against / decided
        sentence = (
            f"Of {decided:,} pairs with a majority, {against:,} ({percent(share)}) "
            "were won by the one who is ranked lower (coin flips: about half)."
        )
        yield Finding("feedback_arcs", CONSISTENCY, "feedback arcs", sentence, value=share)


def find_strongly_connected_groups(study: Study) -> Iterator[Finding]:
    """Groups of candidates between which wins run in one direction only."""
    groups = study.schedule.groups
    sentence = (
        "Wins lead from every candidate to every other, directly or through others: every "
        "strength is finite."
        if len(groups) == 1
        else f"Wins split the candidates into {len(groups)} groups, the largest of "
        f"{max(map(len, groups))}: between groups the ranking rests on wins in one direction only, "
        "or on none."
    )
    value = float(len(groups))
    yield Finding("connected_groups", CONSISTENCY, "connected groups", sentence, value=value)


def _agreement(agreement: Estimate) -> Finding:
    sentence = (
        f"Compared in both orders, {agreement.pairs:,.0f} pairs got the same winner in "
        f"{percent(agreement.value)} of cases {interval(agreement)}; in the others, the ranker "
        "contradicted itself when the order was reversed. A coin flip agrees with itself in 50 %, "
        "a ranker without order effect in 100 %."
    )
    outcome = outcome_of_interval(agreement, 0.5)
    return finding_of_estimate(
        "order_agreement", CONSISTENCY, "order agreement", agreement, outcome, sentence
    )


def _first_preference(first: Estimate) -> Finding:
    outcome = outcome_of_interval(first, 0.5)
    sentence = (
        f"Whoever came first in the pair won {percent(first.value)} of comparisons "
        f"{interval(first)}: {FIRST_PREFERENCE.of(outcome)}"
    )
    return finding_of_estimate(
        "first_preference", CONSISTENCY, "preference for the first", first, outcome, sentence
    )


def _order_effect(effect: Estimate) -> Finding:
    outcome = outcome_of_interval(effect, 0.0)
    sentence = (
        f"Coming first in the pair adds {effect.value:+.3f} to the log-odds of winning (standard "
        f"error {(effect.high - effect.value) / 1.96:.3f}, by leaving out one candidate at a "
        f"time): {ORDER_EFFECT.of(outcome)}"
    )
    return finding_of_estimate(
        "order_effect", CONSISTENCY, "order effect", effect, outcome, sentence
    )
