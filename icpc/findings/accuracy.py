"""How often comparisons agree with the result: as a share, by distance, as F1, by juror."""

from collections.abc import Iterator

from icpc.findings.finding import (
    AGREEMENT,
    Finding,
    finding_of_estimate,
    outcome_of_interval,
    outcome_of_p,
)
from icpc.findings.results import scores_and_known_mask, where_results_differ
from icpc.findings.wording import ACCURACY, DISTANCE, interval, percent
from icpc.study.study import Study
from ranking.comparisons.schedule import most_pairs_in_both_orders
from ranking.evaluation.accuracy import macro_f1, pair_accuracy, pair_accuracy_by_score_difference
from ranking.evaluation.agreement import accuracy_by_juror


@where_results_differ
def find_pair_accuracy(study: Study) -> Iterator[Finding]:
    """Share of the comparisons that went to the one who got further."""
    score, _ = scores_and_known_mask(study)
    estimate = pair_accuracy(study.tally, score, study.settings.seed)
    outcome = outcome_of_p(estimate.value - 0.5, estimate.p)
    sentence = (
        f"Of {estimate.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{percent(estimate.value)} went to the one who got further {interval(estimate)}; with "
        f"results shuffled among candidates, p = {estimate.p:.2g}. {ACCURACY.of(outcome)}"
    )
    yield finding_of_estimate(
        "pair_accuracy", AGREEMENT, "pair accuracy", estimate, outcome, sentence
    )


@where_results_differ
def find_accuracy_by_distance(study: Study) -> Iterator[Finding]:
    """Share of the comparisons that went to the one who got further, by how far apart they are."""
    score, _ = scores_and_known_mask(study)
    unit = "round" if study.competition.rounds else "point"
    distances = pair_accuracy_by_score_difference(study.tally, score, study.settings.seed)
    for (low, high), estimate in distances.items():
        span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        outcome = outcome_of_interval(estimate, 0.5)
        sentence = (
            f"Candidates {span} {unit if span == '1' else f'{unit}s'} apart: "
            f"{percent(estimate.value)} of {estimate.pairs:,.0f} comparisons went to the one who "
            f"got further {interval(estimate)}{DISTANCE.of(outcome)}"
        )
        key = f"accuracy_at_distance_{span.replace(' ', '_')}"
        yield finding_of_estimate(
            key, AGREEMENT, f"accuracy at distance {span}", estimate, outcome, sentence
        )


@where_results_differ
def find_f1(study: Study) -> Iterator[Finding]:
    """The paper's macro F1 over "the first is better" and "the second is better" (Table 4)."""
    if not most_pairs_in_both_orders(study.tally):
        yield Finding(
            "macro_f1",
            AGREEMENT,
            "F1",
            "Most pairs were compared in one order only, so an F1 over 'first' and 'second' means "
            "nothing.",
        )
        return
    score, _ = scores_and_known_mask(study)
    value = macro_f1(study.tally, score)
    sentence = (
        f"Macro F1 over the answers 'the first is better' and 'the second is better', as in Table "
        f"4 of Zhang, Liang and Dixon (2024): {value:.4f}."
    )
    yield Finding("macro_f1", AGREEMENT, "F1", sentence, value=value)


@where_results_differ
def find_agreement_of_jurors_with_result(study: Study) -> Iterator[Finding]:
    """How often single jurors put two candidates in the order of the result, over all jurors."""
    if "juror" not in study.comparisons.table:
        return
    agreement = accuracy_by_juror(study.comparisons.table, study.results["score"])
    sentence = (
        f"Single jurors put two candidates in the order of the result in "
        f"{percent(agreement.mean())} of cases on average, from {percent(agreement.iloc[-1])} "
        f"({agreement.index[-1]}) to {percent(agreement.iloc[0])} ({agreement.index[0]}); a tie "
        "counts half. Their marks made the result, so this shows how far jurors differ, not how "
        "good they are."
    )
    yield Finding(
        "juror_agreement",
        AGREEMENT,
        "juror agreement",
        sentence,
        value=float(agreement.mean()),
        low=float(agreement.min()),
        high=float(agreement.max()),
    )
