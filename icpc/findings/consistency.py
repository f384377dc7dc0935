"""Whether the judge contradicts itself."""

from collections.abc import Iterator

from icpc.findings.finding import NAN, Finding, both_orders, interval, measured, note, percent
from icpc.study.study import Study
from ranking.consistency.order_effect import first_position_share, order_agreement, position_term
from ranking.consistency.transitivity import Triads, back_arcs, count_triads


def coherence(study: Study) -> Iterator[Finding]:
    """Whether the judge contradicts itself."""
    yield from _orders(study)
    wins = study.counted.wins
    triads = count_triads(wins)
    if triads.decided:
        yield _triads(triads)
    strength = study.ranking.set_index("candidate").loc[study.counted.candidates, "strength"]
    against, decided = back_arcs(wins, strength.to_numpy())
    if decided:
        words = (
            f"Of {decided:,} pairs with a majority, {against:,} ({percent(against / decided)}) "
            "were won by the one who stands lower in the ranking (a coin: about half)."
        )
        yield ("back-arcs", against / decided, NAN, NAN, NAN, words)
    groups = study.schedule.groups
    words = (
        "Wins connect all candidates both ways: every strength is finite."
        if len(groups) == 1
        else f"Wins split the candidates into {len(groups)} groups, the largest of "
        f"{max(map(len, groups))}: across groups the ranking rests on one-way wins or on none."
    )
    yield ("connected groups", float(len(groups)), NAN, NAN, NAN, words)


def _orders(study: Study) -> Iterator[Finding]:
    """Agreement of the two orders, and what the first position is worth."""
    if not both_orders(study.counted):
        yield note(
            "order", "Most pairs stand in one order only: whether position matters cannot be told."
        )
        return
    seed = study.settings.seed
    agreement = order_agreement(study.counted, seed)
    yield measured(
        "order agreement",
        agreement,
        f"Heard in both orders, {agreement.pairs:,.0f} pairs got the same winner in "
        f"{percent(agreement.value)} of cases {interval(agreement)}; a coin agrees with itself "
        "in 50 %, a judge without position bias in 100 %.",
    )
    first = first_position_share(study.counted, seed)
    yield measured(
        "first position",
        first,
        f"Whoever was heard first won {percent(first.value)} of comparisons {interval(first)}: "
        + ("no clear lean." if first.low <= 0.5 <= first.high else "the order of hearing matters."),
    )
    term = position_term(study.counted)
    yield measured(
        "position term",
        term,
        f"Being heard first adds {term.value:+.3f} to the log-odds of winning (standard error "
        f"{(term.high - term.value) / 1.96:.3f}, by leaving out one candidate at a time): "
        + ("not told from none." if term.low <= 0 <= term.high else "a real bias."),
    )


def _triads(triads: Triads) -> Finding:
    name = "Kendall's zeta" if triads.complete else "zeta over the decided ones"
    distance = (triads.circular - triads.expected) / triads.deviation
    less = "fewer than" if distance < -2 else "more than" if distance > 2 else "about as many as"
    words = (
        f"{triads.circular:,} of {triads.decided:,} triads go in a circle (A beats B beats C beats "
        f"A), {less} the {triads.expected:,.0f} ± {triads.deviation:,.0f} of a coin; {name} is "
        f"{triads.zeta:.3f} (1: no circles). Coherent is not the same as right."
    )
    return ("circular triads", float(triads.circular), NAN, NAN, NAN, words)
