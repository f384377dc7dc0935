"""Whether comparisons contradict each other: in both orders of a pair, in cycles, between jurors.

Conventions
-----------
A significant outcome means consistent comparisons or, of the order effect, a preference for whoever
comes first in a pair (Davidson and Beaver 1977).
"""

from collections.abc import Iterator
from math import isinf, isnan

import numpy as np

from icpc.findings.finding import (
    CONSISTENCY,
    NULL_BAND,
    Finding,
    Outcome,
    finding_of_estimate,
    outcome_of_interval,
    outcome_of_p,
)
from icpc.findings.wording import (
    CIRCULAR_TRIADS,
    CONCORDANCE,
    FIRST_PREFERENCE,
    ORDER_EFFECT,
    interval,
    percent,
)
from icpc.study.study import Study
from ranking.comparisons.schedule import most_pairs_in_both_orders
from ranking.consistency.concordance import Concordance, panel_concordance
from ranking.consistency.null_transitivity import (
    NullShares,
    circular_p,
    flip_coins,
    ranked_by,
    shuffle_marks,
)
from ranking.consistency.order_effect import (
    first_win_rate,
    order_effect_log_odds,
    same_winner_rate_in_both_orders,
)
from ranking.consistency.transitivity import (
    Triads,
    count_circular_triads,
    count_feedback_arcs_and_decided_pairs,
)
from ranking.evaluation.permutation import p_among
from ranking.evaluation.permuted_outcomes import without_interval
from ranking.evaluation.resampling import Estimate
from ranking.methods.method import Method
from ranking.methods.models.order_effect import MIN_CANDIDATES, why_no_order_effect
from ranking.uncertainty.units import ordered_nobody

SHUFFLED = "marks shuffled within each juror"
SHOWN = 5e-4  # smallest log-odds of three decimals


def find_order_effect(study: Study) -> Iterator[Finding]:
    """How often both orders of a pair agree, and the preference for whoever comes first."""
    key, name = "order_effect", "order effect"
    if "juror" in study.comparisons.table:
        sentence = "Marks have no first and second candidate: there is no order effect to look for."
        yield Finding(key, CONSISTENCY, name, sentence)
        return
    ties = study.tally.first_ties
    if ties is not None and (ties == study.tally.comparisons).all():
        sentence = "All comparisons were tied: nothing is known of an order effect."
        yield Finding(key, CONSISTENCY, name, sentence)
        return
    seed, enough = study.settings.seed, len(study.tally.candidates) >= MIN_CANDIDATES
    known = without_interval if study.comparisons.cross_fitted else lambda estimate: estimate
    if most_pairs_in_both_orders(study.tally):
        yield _agreement(known(same_winner_rate_in_both_orders(study.tally, seed)))
        yield _first_preference(known(first_win_rate(study.tally, seed)), enough=enough)
    effect = known(order_effect_log_odds(study.tally))
    if isnan(effect.value):
        why = why_no_order_effect(study.tally)
        sentence = f"Whether the order of a pair matters is not tested: {why}."
        yield Finding(key, CONSISTENCY, name, sentence)
    else:
        yield _order_effect(effect)


def find_transitivity(study: Study) -> Iterator[Finding]:
    """Circular triads and feedback arcs, beside those of comparisons without any order."""
    seed, method = study.settings.seed, study.settings.ranking_method
    if "juror" in study.comparisons.table:
        without = SHUFFLED
        null = shuffle_marks(study.comparisons.table, method, seed)
    else:
        without = "coin flips"
        null = flip_coins(study.tally, method, seed)
    triads = count_circular_triads(study.tally.wins)
    if triads.decided:
        yield _triads(study, triads, null, without)
    against, decided = count_feedback_arcs_and_decided_pairs(study.tally.wins, study.strengths)
    if decided:
        share = against / decided
        sentence = (
            f"Of {decided:,} pairs with a majority, {against:,} ({percent(share)}) were won by the "
            f"one who is ranked lower ({without}, {_how_ranked(method)}: {_range(null.feedback)})."
        )
        yield Finding("feedback_arcs", CONSISTENCY, "feedback arcs", sentence, value=share)


def _triads(study: Study, triads: Triads, null: NullShares, without: str) -> Finding:
    share = triads.circular / triads.decided
    if "juror" in study.comparisons.table:
        p, expected = p_among(share, null.circular).p, float(np.nanmean(null.circular))
        shown = f"{without} ({_range(null.circular)})"
    else:
        p, expected = circular_p(study.tally.wins, study.settings.seed), 0.25
        error = triads.standard_deviation / triads.decided
        shown = f"{without} (25.0 % ± {100 * error:.2g})"
    outcome = outcome_of_p(expected - share, p)
    zeta = round(triads.zeta, 3) + 0.0  # no minus before 0
    name = "Kendall's zeta" if triads.complete else "zeta over the decided triads"
    sentence = (
        f"Circular triads (A beats B, B beats C, C beats A): {triads.circular:,} of "
        f"{triads.decided:,}, or {100 * share:.2g} %, {CIRCULAR_TRIADS.of(outcome)} {shown}; "
        f"{name} is {zeta:.3f} (1: none is circular). Consistent is not the same as right."
    )
    value = float(triads.circular)
    return Finding("circular_triads", CONSISTENCY, "circular triads", sentence, outcome, value)


def _how_ranked(method: Method) -> str:
    """How comparisons without an order were ranked, beside a ranking by a method."""
    other = ranked_by(method)
    return "ranked in the same way" if other is method else f"ranked by {other.name}"


def _range(shares: np.ndarray) -> str:
    """Between which shares 95 % of the draws lie."""
    low, high = np.nanquantile(shares, NULL_BAND)
    return f"{100 * low:.1f} to {percent(high)}"


def find_concordance(study: Study) -> Iterator[Finding]:
    """Kendall's W of a panel, beside that of marks shuffled within each juror."""
    key, name, table = "concordance", "Kendall's W", study.comparisons.table
    if "juror" not in table:
        return
    found = panel_concordance(table, study.settings.seed)
    if found is None:
        sentence = (
            "Kendall's W compares whole orders. There is none here: a juror's comparisons lack "
            "pairs, or contradict each other."
        )
        yield Finding(key, CONSISTENCY, name, sentence)
    elif isnan(found.w):
        sentence = "Kendall's W takes two jurors or more who ordered the same candidates."
        yield Finding(key, CONSISTENCY, name, f"{sentence}{_who_ordered_nobody(found)}")
    else:
        p = p_among(found.w, found.shuffled).p
        outcome = outcome_of_p(found.w - float(found.shuffled.mean()), p)
        low, high = np.quantile(found.shuffled, NULL_BAND)
        pairs = (
            ""
            if found.complete
            else " It is that of the mean Spearman correlation of two jurors, over the candidates "
            "that both marked."
        )
        sentence = (
            f"Kendall's W, the concordance of {found.jurors} jurors, is {_hundredths(found.w)} "
            f"(1: all rank alike), {CONCORDANCE.of(outcome)} {SHUFFLED} ({_hundredths(low)} to "
            f"{_hundredths(high)}).{pairs}{_who_ordered_nobody(found)}"
        )
        yield Finding(key, CONSISTENCY, name, sentence, outcome, found.w)


def _who_ordered_nobody(found: Concordance) -> str:
    return f" {ordered_nobody(found.without_order)}." if found.without_order else ""


def _hundredths(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # no minus before 0


def find_strongly_connected_groups(study: Study) -> Iterator[Finding]:
    """Groups of candidates between which wins run in one direction only."""
    groups = study.schedule.groups
    sentence = (
        "Wins or ties lead from every candidate to every other, directly or through others: every "
        "strength is finite."
        if len(groups) == 1
        else f"Wins split the candidates into {len(groups)} groups, the largest of "
        f"{max(map(len, groups))}: between groups the ranking rests on wins in one direction only, "
        "or on none."
    )
    value = float(len(groups))
    yield Finding("connected_groups", CONSISTENCY, "connected groups", sentence, value=value)


def _agreement(agreement: Estimate) -> Finding:
    others = (
        " The ranker never contradicted itself."
        if agreement.value == 1
        else " In the others, the ranker contradicted itself when the order was reversed."
    )
    sentence = (
        f"Compared in both orders, {agreement.pairs:,.0f} pairs got the same winner in "
        f"{percent(agreement.value)} of cases {interval(agreement)}, a tie counting half.{others} "
        "A coin flip agrees with itself in 50 %."
    )
    outcome = outcome_of_interval(agreement, 0.5)
    return finding_of_estimate(
        "order_agreement", CONSISTENCY, "order agreement", agreement, outcome, sentence
    )


def _first_preference(first: Estimate, *, enough: bool) -> Finding:
    outcome = outcome_of_interval(first, 0.5) if enough else Outcome.NOT_APPLICABLE
    sentence = (
        f"Whoever came first in the pair won {percent(first.value)} of comparisons "
        f"{interval(first)}{FIRST_PREFERENCE.of(outcome)}."
    )
    return finding_of_estimate(
        "first_preference", CONSISTENCY, "preference for the first", first, outcome, sentence
    )


def _order_effect(effect: Estimate) -> Finding:
    key, name = "order_effect", "order effect"
    if isinf(effect.value):
        always = "first" if effect.value > 0 else "second"
        sentence = (
            f"Of {effect.pairs:,.0f} comparisons that strengths do not explain, the {always} of "
            "the pair won every one: there is an order effect."
        )
        outcome = Outcome.SIGNIFICANT if effect.value > 0 else Outcome.OPPOSITE
        return Finding(key, CONSISTENCY, name, sentence, outcome)
    value = f"{effect.value:+.3f}" if abs(effect.value) >= SHOWN else "0.000"
    added = f"Coming first in the pair adds {value} to the log-odds of winning"
    if not effect.unit:
        return Finding(key, CONSISTENCY, name, f"{added} {interval(effect)}.", value=effect.value)
    outcome = outcome_of_interval(effect, 0.0)
    sentence = (
        f"{added} (95 % interval "
        f"{effect.low:+.3f} to {effect.high:+.3f}, by leaving out one candidate at a time): "
        f"{ORDER_EFFECT.of(outcome)}"
    )
    return finding_of_estimate(key, CONSISTENCY, name, effect, outcome, sentence)
