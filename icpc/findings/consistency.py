"""Whether comparisons contradict each other: in the two orders of a pair, and in circles.

Conventions
-----------
More than chance means consistent, or, of a first position, that being heard first helps.
"""

from collections.abc import Iterator

from icpc.findings.finding import (
    CONSISTENCY,
    Finding,
    Outcome,
    measured,
    outcome_of_interval,
)
from icpc.findings.wording import CIRCLES, FIRST_POSITION, POSITION_TERM, interval, percent
from icpc.study.study import Study
from ranking.comparisons.schedule import both_orders
from ranking.consistency.order_effect import first_position_share, order_agreement, position_term
from ranking.consistency.transitivity import back_arcs, count_triads
from ranking.evaluation.resampling import Estimate

CLEAR = 2  # standard deviations from a coin's number of circular triads


def find_order_effect(study: Study) -> Iterator[Finding]:
    """Agreement of the two orders, and what the first position is worth."""
    if not both_orders(study.tally):
        yield Finding(
            "order_effect",
            CONSISTENCY,
            "order",
            "Most pairs stand in one order only: whether position matters cannot be told.",
        )
        return
    seed = study.settings.seed
    yield _agreement(order_agreement(study.tally, seed))
    yield _first_position(first_position_share(study.tally, seed))
    yield _position_term(position_term(study.tally))


def find_triads(study: Study) -> Iterator[Finding]:
    """Circles of three, beside those of a coin."""
    triads = count_triads(study.tally.wins)
    if not triads.decided:
        return
    name = "Kendall's zeta" if triads.complete else "zeta over the decided ones"
    distance = (triads.circular - triads.expected) / triads.deviation
    outcome = Outcome.CANNOT_BE_TOLD
    if abs(distance) > CLEAR:
        outcome = Outcome.MORE_THAN_CHANCE if distance < 0 else Outcome.AGAINST
    sentence = (
        f"{triads.circular:,} of {triads.decided:,} triads go in a circle (A beats B beats C beats "
        f"A), {CIRCLES.of(outcome)} the {triads.expected:,.0f} ± {triads.deviation:,.0f} of a "
        f"coin; {name} is {triads.zeta:.3f} (1: no circles). Coherent is not the same as right."
    )
    value = float(triads.circular)
    yield Finding("circular_triads", CONSISTENCY, "circular triads", sentence, outcome, value)


def find_back_arcs(study: Study) -> Iterator[Finding]:
    """Majorities that run against the ranking."""
    strength = study.ranking.set_index("candidate").loc[study.tally.candidates, "strength"]
    against, decided = back_arcs(study.tally.wins, strength.to_numpy())
    if decided:
        share = against / decided
        sentence = (
            f"Of {decided:,} pairs with a majority, {against:,} ({percent(share)}) "
            "were won by the one who stands lower in the ranking (a coin: about half)."
        )
        yield Finding("back_arcs", CONSISTENCY, "back-arcs", sentence, value=share)


def find_groups(study: Study) -> Iterator[Finding]:
    """Groups of candidates between whom wins run one way only."""
    groups = study.schedule.groups
    sentence = (
        "Wins connect all candidates both ways: every strength is finite."
        if len(groups) == 1
        else f"Wins split the candidates into {len(groups)} groups, the largest of "
        f"{max(map(len, groups))}: across groups the ranking rests on one-way wins or on none."
    )
    value = float(len(groups))
    yield Finding("connected_groups", CONSISTENCY, "connected groups", sentence, value=value)


def _agreement(alike: Estimate) -> Finding:
    sentence = (
        f"Heard in both orders, {alike.pairs:,.0f} pairs got the same winner in "
        f"{percent(alike.value)} of cases {interval(alike)}; a coin agrees with itself "
        "in 50 %, a judge without position bias in 100 %."
    )
    outcome = outcome_of_interval(alike, 0.5)
    return measured("order_agreement", CONSISTENCY, "order agreement", alike, outcome, sentence)


def _first_position(first: Estimate) -> Finding:
    outcome = outcome_of_interval(first, 0.5)
    sentence = (
        f"Whoever was heard first won {percent(first.value)} of comparisons {interval(first)}: "
        f"{FIRST_POSITION.of(outcome)}"
    )
    return measured("first_position", CONSISTENCY, "first position", first, outcome, sentence)


def _position_term(term: Estimate) -> Finding:
    outcome = outcome_of_interval(term, 0.0)
    sentence = (
        f"Being heard first adds {term.value:+.3f} to the log-odds of winning (standard error "
        f"{(term.high - term.value) / 1.96:.3f}, by leaving out one candidate at a time): "
        f"{POSITION_TERM.of(outcome)}"
    )
    return measured("position_term", CONSISTENCY, "position term", term, outcome, sentence)
